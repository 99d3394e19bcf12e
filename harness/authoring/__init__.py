"""For writing katas: stubs, planted mistakes, the files of a new kata, and the proof that a kata is sound.

`kata dev` calls most of it; `kata start` needs the stub and `kata hunt` a planted mistake.
"""
