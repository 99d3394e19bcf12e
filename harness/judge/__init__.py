"""From hidden tests to a verdict.

verdict    the plain data that everything else renders
testing    what hidden tests are written with: comparisons, gradient checks, rejections
gradcheck  the directional gradient check and its arithmetic
plugin     the pytest plugin: fixtures, outcomes, blocked checks
collect    runs pytest on a kata's hidden tests, deaf to everything around it
session    one `kata check`: worker, pytest, diagnosis, timing
replay     runs a single check against another solution, without pytest
bank       the mistakes of a kata as solutions that can be judged
diagnosis  which mistake a failed check shows
patterns   what wrong numbers themselves tell
timing     the solution's speed beside the reference's
"""
