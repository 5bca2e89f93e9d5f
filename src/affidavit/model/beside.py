"""Classes of an app and classes of a library side by side, line by line, for a person who checks a pair.

No fact of a bundle: it takes the library's file, which neither the product nor a bundle has.
"""

from typing import Literal

from msgspec import Struct

from affidavit.model.code_identity import Decision
from affidavit.model.place import Place

Mark = Literal["same", "alike", "app", "library"]
"""``same``: equal once the app's own names are replaced; ``alike``: equal but for own names that no pairing tells, for
the class through which a method of the platform is called, or for the way round of a branch; ``app``, ``library``: on
one side alone."""


class Line(Struct, frozen=True, omit_defaults=True):
    """One row: a line of each side, or of one.

    Attributes:
        mark: see `Mark`.
        app, library: the lines in normal form: instructions without registers, descriptors as Android's machine has
            them; names of the app replaced by those of the library where the pairing knows them. Untrusted, bounded.
        app_at, library_at: addresses in the methods (code units, in class files bytes), -1 for none.
    """

    mark: Mark
    app: str = ""
    library: str = ""
    app_at: int = -1
    library_at: int = -1


class MethodBeside(Struct, frozen=True, omit_defaults=True):
    """A method of each side, or of one; or what the classes declare, which comes first and has no names.

    Attributes:
        app, library: name and prototype; of the app as it names it now.
        place: the first instruction in the app, where there is one.
        same, alike, app_only, library_only: how many lines have each mark.
        lines: bounded. left: how many more there are, at least.
    """

    app: str = ""
    library: str = ""
    place: Place | None = None
    same: int = 0
    alike: int = 0
    app_only: int = 0
    library_only: int = 0
    lines: tuple[Line, ...] = ()
    left: int = 0


class ClassBeside(Struct, frozen=True, omit_defaults=True):
    """A pair of classes.

    Attributes:
        family: id in the index; empty where two apps are compared. rank: as in `ClassPair`.
        app, library: descriptors, the second as the library's file has it.
        place: of the class in the app. file: number of the library's file.
        same, alike, app_only, library_only: lines of all methods, also of those that are not shown.
        methods: what the classes declare, then methods in the app's order, then those of the library alone.
        left: methods that are not shown.
    """

    family: str
    rank: int
    app: str
    library: str
    place: Place
    file: int = 0
    same: int = 0
    alike: int = 0
    app_only: int = 0
    library_only: int = 0
    methods: tuple[MethodBeside, ...] = ()
    left: int = 0


class FileBeside(Struct, frozen=True, omit_defaults=True):
    """A file that was laid beside the app.

    Attributes:
        name: without its folder. sha256, size: of the file.
        classes: how many it defines. known: versions of the index that were made of this very file.
    """

    name: str
    sha256: str
    size: int
    classes: int
    known: tuple[str, ...] = ()


class OwnCode(Struct, frozen=True, omit_defaults=True):
    """How much of one app's own code was found in another app's: classes of known libraries are left out of both.

    Attributes:
        first, second: own classes of the two apps. paired: of the first, those that have a pair in the second.
        first_units: code units of the instructions of the first's own classes. paired_units: of those that are paired.
        kept: pairs of which both classes have one name.
        decision: whether that is more than chance gives, see `Decision`; no pairs are given if not.
    """

    first: int
    second: int
    paired: int = 0
    first_units: int = 0
    paired_units: int = 0
    kept: int = 0
    decision: Decision = "not-shown"


class Beside(Struct, frozen=True, omit_defaults=True):
    """All pairs that were laid side by side.

    Attributes:
        files: that were laid beside. pairs: strongest family first, then by rank.
        missing: pairs of the families shown whose class of the library none of the files has. left: pairs beyond the
            number shown.
        own: where two apps were compared, how much of the own code of one is in the other.
    """

    files: tuple[FileBeside, ...] = ()
    pairs: tuple[ClassBeside, ...] = ()
    missing: int = 0
    left: int = 0
    own: OwnCode | None = None
