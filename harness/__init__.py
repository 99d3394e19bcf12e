"""The program: command line, judge, sandbox, history, reports. The exercises themselves are in `katas` and `reference`."""
