"""Grading: many submissions for one kata, on one machine or on a cluster. `kata grade` is the only caller.

submission  one file judged, wherever that happens: what a judge process runs
judges      where the judge processes are: on this machine, or in a Dask cluster
journal     the verdicts that are safe on disk, so that a run can be stopped at any moment and goes on later
run         hands the files out and takes the verdicts in
summary     what all of them show together, as plain data
export      the results as JSON Lines and as CSV
"""
