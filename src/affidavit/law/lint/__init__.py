"""Checks the files of the register, and lists what in them is uncertain."""

from affidavit.law.lint.checks import check_names, lint, read, unverified

__all__ = ["check_names", "lint", "read", "unverified"]
