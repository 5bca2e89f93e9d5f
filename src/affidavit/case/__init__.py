"""What is claimed: statements of others, kept apart from facts, compared with each other and with the register."""
