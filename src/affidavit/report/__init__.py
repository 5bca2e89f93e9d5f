"""For a reader: every format is made from the bundle alone."""
