"""Known code inside the app."""

from msgspec import Struct


class Library(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="library"):
    """A library or SDK that a public index entry names; recognised by names only, which renaming defeats.

    Attributes:
        id: index id. title, vendor, purpose: as the index has them. tracker: whether the index lists it as tracking.
        marks: what matched, sorted (``package:com.example.sdk``, ``native:libfoo.so``, ``component:...``, ``asset:...``).
        classes: defined classes under its prefixes.
        source, licence: origin of the index entry.
    """

    id: str
    title: str
    marks: tuple[str, ...]
    classes: int = 0
    vendor: str = ""
    purpose: str = ""
    tracker: bool = False
    version: str = ""
    source: str = ""
    licence: str = ""
