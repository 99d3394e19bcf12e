"""Where solutions run: the worker process, the wire to it, its limits, and the proxies that hidden tests drive.

spawn   starts the process (needs no NumPy, so that it can run before the heavy imports)
wire    values as frames of bytes, both ways
host    carries out requests on the solution's objects, watching the arrays it was given
worker  the process itself: limits, import guard, and a loop around the host
reply   what a worker sent, looked at before it is believed
client  the judge's end: deadlines, deaths, captured output
local   the same requests carried out in this process, for the reference and for mistakes
proxy   what a hidden test sees of either
threads    one BLAS thread for a process
interrupt  a way to end a judgement early
errors  everything that can go wrong, as exceptions with a sentence for the learner
"""
