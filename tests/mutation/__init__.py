"""Whole apps changed at random, by what their formats are made of and byte by byte: `python -m tests.mutation`."""
