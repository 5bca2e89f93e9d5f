"""What the two sides of a pair of classes are called: an app and a library, or two apps."""

from typing import NamedTuple


class Whose(NamedTuple):
    """Words for both sides, which stand behind "the". file: for what of the second was read."""

    one: str
    other: str
    file: str


LIBRARY = Whose("app", "library", "library's file")
APPS = Whose("first app", "second app", "second app")
