"""Compiled loops over packets and addresses."""
