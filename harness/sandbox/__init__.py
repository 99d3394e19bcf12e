"""Where solutions run: the worker process, the wire to it, its limits, and the proxies that hidden tests drive.

spawn   starts the process (needs no NumPy, so that it can run before the heavy imports)
wire    values as frames of bytes, both ways
messages  what the frames say: each request and reply, described once and looked at before it is believed
pipes   reads whole frames, at either end
host    carries out requests on the solution's objects, watching the arrays it was given
lines  how long each line of a slow solution runs
worker  the process itself: limits, import guard, and a loop around the host
landlock, seccomp  the rights that it gives up before it loads the solution
supervisor  ends what the solution has started, where neither of these nor bubblewrap does
client  the judge's end: deadlines, deaths, captured output
local   the same requests carried out in this process, for the reference and for mistakes
proxy   what a hidden test sees of either
threads    one BLAS thread for a process
transcript  what was asked and answered during one check
interrupt  a way to end a judgement early
errors  everything that can go wrong, as exceptions with a sentence for the learner
"""
