"""Whose code it is: libraries by name now; signers, constituent code and rebrands when their issues come."""
