"""From hidden tests to a verdict.

What hidden tests are written with, and get through `harness.testing`:

assertions  what is said about values: shapes, dtypes, numbers
gradcheck   the directional gradient check and its arithmetic
gradients   what is said about gradients
layers      a layer's declaration, and how to run one
contract    the checks that every layer and every loss gets
optimisers  the same for optimisers
networks    the same for models whose parameters are a dict
randomness  what is said about random results
rejections  bad arguments: one list for each kata
watching    arrays that belong to the caller

What runs them:

session     one `kata check`: worker, pytest, diagnosis, timing
collect     runs pytest on a kata's hidden tests, deaf to everything around it
plugin      the pytest plugin: fixtures, outcomes, blocked checks
replay      runs a single check against another solution, without pytest
timing      the solution's speed beside the reference's

What names the mistake:

edits       an edit of a reference, as `mistakes.md` has it
bank        the mistakes of a kata as solutions that can be judged
comparison  two solutions in one check, value by value
diagnosis   which mistakes the failed checks show
patterns    what wrong numbers themselves tell

What comes out:

verdict     the plain data that everything else renders
evidence    the calls of a failing check, their operands, and both values
script      a failing check as a plain script, for `kata debug`
"""
