"""The whole program at once, over-approximated: which methods can run, and where values can go."""
