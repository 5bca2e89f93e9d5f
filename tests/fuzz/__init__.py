"""A fuzz harness for each parser: `python -m tests.fuzz`."""
