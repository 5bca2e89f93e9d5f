"""Candidates tried out: budgeted abstract interpretation of the code that matters to them."""
