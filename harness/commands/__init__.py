"""The commands, a module for each family: each parses its arguments, calls the part that does the work, and shows the
result.

`harness.cli` imports a module only when one of its commands runs, so that `kata check` pays for nothing that it does not
use.
"""
