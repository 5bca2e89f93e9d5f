"""App to app: how much of their own code two apps share, and which other lines of evidence agree.

Everything is read from facts, so that two bundles can be compared without the apps. Code, and each further line, is
stated apart: a common signer does not raise the share of code, and doing the same things is not having the same code.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit import knowledge
from affidavit.facts.inventory import oddity_table
from affidavit.facts.reading import make_fact
from affidavit.identity.code.index import Index
from affidavit.identity.code.signatures import U64, Signatures
from affidavit.identity.code.sketch import Sample, Sketches, comparable, own_tokens, sample_of, share, spread, unusual
from affidavit.identity.code.tokens import KIND_MASK, SCHEME, Kind
from affidavit.model.declared import Component, MetaData, Permission, PermissionDefinition
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow, Reached
from affidavit.model.identity import Framework, Package
from affidavit.model.inventory import EntryFact
from affidavit.model.likeness import CodeSketch, Level, Likeness, Line, Share
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place
from affidavit.model.signing import Certificate
from affidavit.wording import plural

NAME, VERSION = "code-sketch", 2
T = TypeVar("T")
_NOTHING = np.empty(0, np.uint64)

_WITHOUT_INDEX = (
    "one of them was read without the index of known code, or by an earlier version: what any app has cannot be told "
    "from what is its own; review both again"
)
EXAMPLES = 8
"""Examples that one line gives."""
_SMALLEST = 64
"""Bytes of the smallest file whose equality says anything."""
_TELLING = 8
"""Characters of the shortest value of meta-data that does."""


class Cuts(Struct, frozen=True):
    """Shape of ``knowledge/likeness/levels``; see there."""

    source: str
    licence: str
    families: int
    fewest: int
    pairs: int
    classes: int
    repackaged: float
    derivative: float
    large: float
    means: dict[Level, str]


@cache
def cuts() -> Cuts:
    """Where one level ends and the next begins.

    Raises:
        KnowledgeError: compiled knowledge is missing.
    """
    return knowledge.load("likeness", Cuts)["levels"]


def sketch(signatures: Signatures, own: npt.NDArray[np.bool_], place: Place, index: Index | None = None) -> Fact:
    """The fact that keeps an app's own code comparable.

    Args:
        signatures: of the app.
        own: (C,) its classes that are of no known library.
        place: of the app.
        index: of known code: what it has is left out of the sample.
    """
    owner, tokens = own_tokens(signatures, own)
    every = len(np.unique(tokens))
    if index is not None:
        kept = unusual(tokens, index)
        owner, tokens = owner[kept], tokens[kept]
    plain = (tokens & np.uint64(KIND_MASK)) != Kind.STRING
    samples = sample_of(owner, tokens), sample_of(owner[plain], tokens[plain])
    data, bounds = memoryview(signatures.tokens.tobytes()), (signatures.start * signatures.tokens.itemsize).tolist()
    digests = sorted(hashlib.sha256(data[begin:end]).digest() for begin, end in pairwise(bounds))
    what = CodeSketch(
        SCHEME,
        int(own.sum()),
        int(signatures.size[own].sum(dtype=np.int64)),
        int((~own).sum()),
        hashlib.sha256(b"".join(digests)).hexdigest(),
        left := len(np.unique(tokens)),
        _packed(samples[0].keys),
        len(np.unique(tokens[plain])),
        _packed(samples[1].keys),
        _packed(samples[0].classes),
        _packed(samples[1].classes),
        0 if index is None else len(index.families),
        every - left,
    )
    return make_fact(what, place, f"{NAME}/{VERSION}")


def likeness(first: Sequence[Fact], second: Sequence[Fact]) -> Likeness:
    """Compare two apps by their facts."""
    sketches = sketch_in(first), sketch_in(second)
    found = _common(*sketches)
    level, why = _level(*sketches, found, _template(first, second))
    lines = (_signer(first, second), _package(first, second), *_things(first, second))
    return Likeness(level, why, *found, lines, tuple(_function(first, second)))


def sketch_in(facts: Sequence[Fact]) -> CodeSketch | None:
    """The sample of an app's own code, if its code was read."""
    return next(iter(_about(facts, CodeSketch)), None)


def nearest(first: CodeSketch | None, others: Sequence[CodeSketch | None]) -> list[int]:
    """Numbers of the others: those of the same code first, then those that share most of the sample, then the rest."""
    same = [number for number, item in enumerate(others) if first is not None and item and item.whole == first.whole]
    keys = [
        _unpacked(item.keys) if first is not None and item is not None and item.scheme == first.scheme else _NOTHING
        for item in others
    ]
    found = Sketches.of(keys).nearest(_unpacked(first.keys), len(keys), len(keys)) if first is not None else []
    near = [*same, *(item.app for item in found if item.app not in set(same))]
    return near + sorted(set(range(len(others))) - set(near))


class _Common(NamedTuple):
    """What two samples have in common, as `Likeness` says it."""

    inside: float
    around: float
    plain_inside: float
    plain_around: float
    classes: int


def _common(first: CodeSketch | None, second: CodeSketch | None) -> _Common:
    """Containment of the first in the second and the other way round, with strings and without."""
    if first is None or second is None or first.scheme != second.scheme:
        return _Common(0.0, 0.0, 0.0, 0.0, 0)
    one, other = _samples(first), _samples(second)
    classes = max(spread(*both) for both in zip(one, other, strict=True))
    return _Common(*share(one[0].keys, other[0].keys), *share(one[1].keys, other[1].keys), classes)


def _samples(held: CodeSketch) -> tuple[Sample, Sample]:
    """With strings and without."""
    every = Sample(_unpacked(held.keys), _numbers(held.key_classes))
    return every, Sample(_unpacked(held.plain_keys), _numbers(held.plain_key_classes))


def _level(first: CodeSketch | None, second: CodeSketch | None, found: _Common, template: str) -> tuple[Level, str]:
    """How much is common."""
    if first is None or second is None:
        return "undetermined", "the code of one of them was not read"
    if first.scheme != second.scheme:
        return "undetermined", "the two were read by versions that sample code differently: review both again"
    if first.whole == second.whole and first.tokens + first.common:
        return "same code", "every class of the one is in the other, whatever the names"
    if min(first.families, second.families) < cuts().families:
        return "undetermined", _WITHOUT_INDEX
    least = min(first.tokens, second.tokens)
    if least >= cuts().fewest:
        return _by_sample(_samples(first), _samples(second), found)
    few = (
        f"too little own code: one of them has {plural(least, 'token')} that neither known code nor ordinary apps "
        f"have, fewer than {cuts().fewest}"
    )
    return ("common template", f"{few}; both are made with {template}") if template else ("undetermined", few)


def _by_sample(first: tuple[Sample, Sample], second: tuple[Sample, Sample], found: _Common) -> tuple[Level, str]:
    """The level, if the samples can tell it."""
    every, plain = (comparable(one.keys, other.keys) for one, other in zip(first, second, strict=True))
    if every >= cuts().pairs:
        return _by_share(found, plain=plain >= cuts().pairs)
    few = f"{plural(every, 'pair')} of the samples can be compared, fewer than {cuts().pairs}"
    return "undetermined", f"{few}: one has little own code, or the other very much more"


def _by_share(found: _Common, *, plain: bool) -> tuple[Level, str]:
    """The level that the cuts give.

    Args:
        found: what is common.
        plain: whether there is enough without strings to count.
    """
    # What speaks for more: strings may have been encrypted in one of them, so they cannot speak against.
    inside = max(found.inside, found.plain_inside) if plain else found.inside
    around = max(found.around, found.plain_around) if plain else found.around
    low, high = sorted((inside, around))
    why = (
        f"of what is unusual in the own code, {high:.0%} in one direction and {low:.0%} in the other, in "
        f"{plural(found.classes, 'class', 'classes')} (estimated by samples)"
    )
    levels: tuple[tuple[Level, bool], ...] = (
        ("repackaged", low >= cuts().repackaged),
        ("derivative", high >= cuts().derivative and low >= cuts().large),
        ("large pieces", high >= cuts().large),
    )
    level: Level = next((level for level, holds in levels if holds), "not shown")
    if level != "not shown" and found.classes < cuts().classes:
        return "undetermined", f"{why}: in fewer than {cuts().classes} classes it may be one copied piece"
    return level, why


def _template(first: Sequence[Fact], second: Sequence[Fact]) -> str:
    """Frameworks that both are made with, by name."""
    both = {item.name for item in _about(first, Framework)} & {item.name for item in _about(second, Framework)}
    return ", ".join(sorted(both))


def _signer(first: Sequence[Fact], second: Sequence[Fact]) -> Line:
    keys = [{item.sha256 for item in _about(facts, Certificate) if item.verified} for facts in (first, second)]
    if not all(keys):
        return Line("signer", "nothing to compare", "one of them has no signature that holds")
    common = keys[0] & keys[1]
    if common:
        return Line("signer", "same", "the same key signed both")
    return Line("signer", "different", "different keys signed them")


def _package(first: Sequence[Fact], second: Sequence[Fact]) -> Line:
    names = [next((item.name for item in _about(facts, Package) if not item.split), "") for facts in (first, second)]
    if not all(names):
        return Line("package", "nothing to compare", "one of them has no package name")
    return Line("package", "same" if names[0] == names[1] else "different", f"{names[0]} and {names[1]}")


def _things(first: Sequence[Fact], second: Sequence[Fact]) -> Iterable[Line]:
    """Files, libraries, endpoints and identifiers: sets that are compared alike."""
    for about, of in (("resources", _files), ("native", _native), ("endpoints", _hosts), ("identifiers", _identifiers)):
        yield _line(about, of(first), of(second))


def _function(first: Sequence[Fact], second: Sequence[Fact]) -> Iterable[Line]:
    """What both do: permissions, sensitive calls that entry points lead to, where data goes."""
    for about, of in (("permissions", _permissions), ("reachable calls", _calls), ("flows", _flows)):
        yield _line(about, of(first), of(second))


def _permissions(facts: Sequence[Fact]) -> dict[str, str]:
    return _same({item.name for item in _about(facts, Permission)})


def _calls(facts: Sequence[Fact]) -> dict[str, str]:
    return _same({item.api for item in _about(facts, Reached)})


def _flows(facts: Sequence[Fact]) -> dict[str, str]:
    return _same({f"{item.source_api} -> {item.sink_api}" for item in _about(facts, Flow)})


def _native(facts: Sequence[Fact]) -> dict[str, str]:
    return {item.build_id: item.name for item in _about(facts, NativeLibrary) if item.build_id}


def _hosts(facts: Sequence[Fact]) -> dict[str, str]:
    return _same({item.host for item in _about(facts, Endpoint) if item.role == "endpoint"})


def _files(facts: Sequence[Fact]) -> dict[str, str]:
    """Files that are neither code nor tiny: digest -> path."""
    return {
        item.sha256: fact.place.entry
        for fact in facts
        if isinstance(item := fact.what, EntryFact)
        and item.size >= _SMALLEST
        and item.sha256
        and item.media not in oddity_table().code
        and not fact.place.entry.startswith("META-INF/")
    }


def _identifiers(facts: Sequence[Fact]) -> dict[str, str]:
    """Values by which a maker is known to others: keys in meta-data, authorities, permissions that it defines."""
    values = {f"{item.name}={item.value}" for item in _about(facts, MetaData) if len(item.value) >= _TELLING}
    for item in _about(facts, Component):
        values.update(f"authority {name}" for name in item.authorities)
    return _same(values | {f"permission {item.name}" for item in _about(facts, PermissionDefinition)})


def _same(values: set[str]) -> dict[str, str]:
    """Values that are their own words."""
    return {value: value for value in values if value}


def _line(about: str, first: dict[str, str], second: dict[str, str]) -> Line:
    """Two sets compared: what tells the things apart -> words for a reader."""
    if not first or not second:
        return Line(about, "nothing to compare", "one of them has none")
    common = sorted(first[key] for key in first.keys() & second.keys())
    says: Literal["same", "different", "partly"] = (
        "same" if first.keys() == second.keys() else "partly" if common else "different"
    )
    shared = Share(len(common), len(first), len(second), tuple(common[:EXAMPLES]))
    return Line(about, says, f"{len(common)} in common, of {len(first)} and {len(second)}", shared)


def _about(facts: Iterable[Fact], kind: type[T]) -> list[T]:
    return [fact.what for fact in facts if isinstance(fact.what, kind)]


def _packed(numbers: U64 | npt.NDArray[np.uint16]) -> str:
    return base64.b64encode(numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()).decode("ascii")


def _unpacked(keys: str) -> U64:
    return np.frombuffer(base64.b64decode(keys), "<u8").astype(np.uint64)


def _numbers(classes: str) -> npt.NDArray[np.uint16]:
    return np.frombuffer(base64.b64decode(classes), "<u2").astype(np.uint16)
