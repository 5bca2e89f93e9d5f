"""Known code inside the app."""

from msgspec import Struct


class Library(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="library"):
    """A library or SDK that a public index entry names; recognised by names only, which renaming defeats.

    Attributes:
        id: index id. title, vendor, purpose: as the index has them. tracker: whether the index lists it as tracking.
        marks: what matched (``package:com.example.sdk``, ``native:libfoo.so``, ``component:...``, ``asset:...``).
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


class LibraryVersion(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="library-version"):
    """A library's version as a file that its build left in the app states it (the fact's place is that file).

    Attributes:
        coordinates: ``group:artifact`` as in Maven repositories; the artifact alone when the group is not told.
        version: as written, bounded.
    """

    coordinates: str
    version: str
