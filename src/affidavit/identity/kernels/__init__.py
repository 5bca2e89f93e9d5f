"""Hot loops of code identity, compiled by Cython; the same source runs uncompiled as its own first oracle."""
