"""Benchmarks: `python -m bench.NAME` prints a table and the path of its JSON."""
