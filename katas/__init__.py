"""The katas: one folder each, with all of a kata but its reference solution.

`harness.catalog` finds them by their `kata.toml`; `shared/` holds what the hidden tests of several katas use.
"""
