"""The figures that README and docs quote, each by one command: `python benchmarks/NAME.py`."""
