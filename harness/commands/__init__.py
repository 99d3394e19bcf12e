"""The commands, a module for each family: parse the arguments, call the part that does the work, show the result.

Called by `harness.cli` alone. What several commands share:

parameters  arguments and options
histories   the history of a workspace, opened or started
solutions   which file a command line means
subject     a file to judge, and how much of the verdict its learner may see
next_step   the last line of a verdict
"""
