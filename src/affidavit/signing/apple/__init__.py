"""Apple's code signatures: what is sealed, by whom, and whether the bytes are still those that were sealed."""
