"""What is so: one extractor per file, each yielding typed facts with their place, and no opinions."""
