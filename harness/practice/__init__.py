"""What a learner does and has done, as plain data: the workspace, its history, and what follows from it.

No terminal here. The commands call it, and the screens draw what it returns. It knows the judge's verdicts, and nothing else
of the judge.
"""
