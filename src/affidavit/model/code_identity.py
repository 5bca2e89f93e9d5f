"""Known code inside the app, recognised without names, and class by class what that rests on.

Numbers are integers, as everywhere in a bundle: shares in thousandths, probabilities in millionths, evidence in
hundredths of a nat (the natural logarithm of a likelihood ratio).
"""

from typing import Literal

from msgspec import Struct

from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry
from affidavit.model.place import Place

Decision = Literal["found", "too-little", "not-shown"]
"""``too-little``: something of it may be left, less than a statement could rest on."""

Hypothesis = Literal["shared-dependency", "interface-only", "name-only", "other-family"]
"""What else could explain the likeness: code that several families carry along; an interface without its
implementation; texts that only name the library; another family that explains the same classes as well."""


class Tried(Struct, frozen=True, omit_defaults=True):
    """A counter-hypothesis that was tried.

    Attributes:
        hypothesis: which. excluded: whether the bytes speak against it.
        said: what was counted, in one sentence.
    """

    hypothesis: Hypothesis
    excluded: bool
    said: str


class StatedVersion(Struct, frozen=True, omit_defaults=True):
    """A version that a mark in the app states: a file that the build left, which anybody could edit or copy.

    Attributes:
        version, coordinates: as written. entry: path of the mark. allowed: whether the code allows this version.
        known: whether an index has this version, so that the code was compared with it.
    """

    version: str
    coordinates: str
    entry: str
    allowed: bool = False
    known: bool = False


class CodeIdentity(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="code-identity"):
    """Code of one family in the app. The fact's place is the class that shows it best.

    Attributes:
        family: id in the index; that of ``knowledge/libraries`` where it has the library.
        title, vendor: of the family. entity: id of its owner in ``knowledge/entities``, or empty.
        form: ``sdk``, ``library`` or ``support``.
        decision: see `Decision`. regime: what was done to the app's code (``plain``, ``shrunk``, ``optimised``,
            ``strings-hidden``).
        grade: ``present``, or ``reachable`` when an entry point leads to code of it.
        entry, chain: a shortest way to it.
        probability: that code of the family is there, calibrated, in millionths.
        log_ratio: logarithm of the likelihood ratio, in hundredths of a nat.
        p_value: share of absent families of like size with as much evidence in this app, in millionths.
        versions: that the bytes allow, most likely first, bounded; `allowed` is their number; empty when nothing tells.
        known: how many versions of the family the index has.
        stated: versions that marks state, bounded.
        classes: how many classes of the app come from it. of: how many the library has, in the version that fits best.
            share: of them that were found, in thousandths.
        units: code units (class files: bytes) of the classes found. reached: how many of the classes can run.
        inlined: classes of the library whose code lies in classes that come from elsewhere.
        missing, foreign: tokens that only the library's classes have, and only the app's, over all pairs compared.
        pairs: how many pairs of classes there are; facts of kind ``class-pair`` show the first.
        tried: counter-hypotheses.
    """

    family: str
    decision: Decision
    regime: str
    probability: int
    log_ratio: int
    p_value: int
    title: str = ""
    vendor: str = ""
    entity: str = ""
    form: str = ""
    grade: Grade = Grade.PRESENT
    entry: Entry | None = None
    chain: tuple[Call, ...] = ()
    versions: tuple[str, ...] = ()
    allowed: int = 0
    known: int = 0
    stated: tuple[StatedVersion, ...] = ()
    classes: int = 0
    of: int = 0
    share: int = 0
    units: int = 0
    reached: int = 0
    inlined: int = 0
    missing: int = 0
    foreign: int = 0
    pairs: int = 0
    tried: tuple[Tried, ...] = ()


class SharedToken(Struct, frozen=True, omit_defaults=True):
    """Something that a class of the app and one of a library have in common.

    Attributes:
        form: ``string``, ``call``, ``type``, ``field``, ``literal``, ``array``, ``member``, ``super``, ``override``,
            ``method`` or ``switch``.
        text: what it is, read again from the app's bytes: untrusted, bounded.
        families: of the index that have it. background: ordinary apps that have it outside of known code.
        place: an instruction that holds it, where one does.
    """

    form: str
    text: str
    families: int
    background: int = 0
    place: Place | None = None


class ClassPair(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="class-pair"):
    """A class of the app, which is the fact's place, and the class of a family that it comes from.

    Attributes:
        family: id in the index. rank: from 1, the pair with most evidence first.
        app_class, library_class: descriptors; the first is as the app names it now.
        versions: of the family whose class has the form that fits best, bounded; `in_versions` is their number.
        evidence: of the pair by itself, in hundredths of a nat. similarity: in thousandths.
        shared: how many tokens both have. tokens: the rarest of them, bounded.
        rarest: how many families of the index have the rarest shared token.
        agree, neighbours: of the app class's neighbours that are paired with the family, those whose pairs are
            neighbours in the library too.
        units: code units (class files: bytes) of the app class.
        missing: tokens that only the library's class has. foreign: tokens that only the app's class has.
        inlined: whether code of the library's class lies in a class that comes from elsewhere.
    """

    family: str
    rank: int
    app_class: str
    library_class: str
    versions: tuple[str, ...]
    in_versions: int
    evidence: int
    similarity: int
    shared: int
    tokens: tuple[SharedToken, ...]
    rarest: int
    units: int
    agree: int = 0
    neighbours: int = 0
    missing: int = 0
    foreign: int = 0
    inlined: bool = False


class NativeIdentity(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="native-identity"):
    """A native file of the app, which is the fact's place, and the file of a family that it is, or has linked into it.

    Attributes:
        family: id in the index. file: path of the library's file.
        relation: ``is``, by likeness in both directions or by its build id; ``holds``, with other code around it.
        inside: weighted share of the app's file that the library's file has, in thousandths. around: the other way.
        evidence: weight of what both have, in hundredths of a nat.
        title, vendor, entity, form: of the family, as in `CodeIdentity`.
        same_build: whether both have one build id, which anybody could copy.
        versions: whose file is as like, oldest entry of the index first, bounded; `allowed` is their number.
        known: how many versions of the family the index has.
        shared: some of the rarest symbols and texts that both have, as the app has them: untrusted, bounded.
    """

    family: str
    file: str
    relation: Literal["is", "holds"]
    inside: int
    around: int
    evidence: int
    title: str = ""
    vendor: str = ""
    entity: str = ""
    form: str = ""
    same_build: bool = False
    versions: tuple[str, ...] = ()
    allowed: int = 0
    known: int = 0
    shared: tuple[str, ...] = ()


class NativeSearch(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="native-search"):
    """What the app's native files were compared with.

    Attributes:
        indexes: as in `CodeSearch`.
        files: of the app that were compared. of: how many it has. bytes: that the compared ones have.
        known: native files that the indexes hold. found: files of the app of which something is stated.
    """

    indexes: tuple[str, ...]
    files: int
    of: int
    bytes: int
    known: int
    found: int = 0


class CodeSearch(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="code-search"):
    """What the app's code was compared with: without it, that a family was not found means nothing.

    Attributes:
        indexes: SHA-256 of the indexes: the one that comes along, then those that a person added.
        scheme: version of the tokens.
        families, versions, background: what the index holds: families, their versions, ordinary apps.
        classes: of the app that were compared. explained: of them, those that come from a family that was found.
        regime: as in `CodeIdentity`.
        found, too_little: how many families.
    """

    indexes: tuple[str, ...]
    scheme: int
    families: int
    versions: int
    classes: int
    background: int = 0
    explained: int = 0
    regime: str = ""
    found: int = 0
    too_little: int = 0
