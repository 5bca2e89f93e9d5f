"""Whose code it is: libraries by name, listed apps by their marks; rebrands when their issue comes."""
