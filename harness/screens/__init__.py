"""Everything a person sees: the terminal's screens, and the pages in `html`.

Called by the commands with plain data from `practice` and `judge`; decides nothing.
"""
