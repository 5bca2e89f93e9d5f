"""Walls around a process that reads hostile bytes: limits, Landlock, a system call filter, or bubblewrap."""
