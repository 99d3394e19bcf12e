"""Everything a person sees: the terminal's screens, and the pages in `html`.

The commands call it with plain data from `practice` and `judge`. It decides nothing.
"""
