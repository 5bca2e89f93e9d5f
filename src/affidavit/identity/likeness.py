"""App to app: how much of their own code two apps share, and which other lines of evidence agree.

Everything is read from facts, so that two bundles can be compared without the apps. Code, and each further line, is
stated apart: a common signer does not raise the share of code, and doing the same things is not having the same code.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit import knowledge
from affidavit.facts.inventory import oddity_table
from affidavit.facts.reading import make_fact
from affidavit.identity.code.signatures import U64, Signatures
from affidavit.identity.code.sketch import Sketches, own_tokens, share, sketch_of
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

NAME, VERSION = "code-sketch", 1
T = TypeVar("T")
_NOTHING = np.empty(0, np.uint64)

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
    fewest: int
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


def sketch(signatures: Signatures, own: npt.NDArray[np.bool_], place: Place) -> Fact:
    """The fact that keeps an app's own code comparable.

    Args:
        signatures: of the app.
        own: (C,) its classes that are of no known library.
        place: of the app.
    """
    tokens = own_tokens(signatures, own)
    plain = tokens[(tokens & np.uint64(KIND_MASK)) != Kind.STRING]
    data, bounds = memoryview(signatures.tokens.tobytes()), (signatures.start * signatures.tokens.itemsize).tolist()
    digests = sorted(hashlib.sha256(data[begin:end]).digest() for begin, end in pairwise(bounds))
    what = CodeSketch(
        SCHEME,
        int(own.sum()),
        int(signatures.size[own].sum(dtype=np.int64)),
        int((~own).sum()),
        hashlib.sha256(b"".join(digests)).hexdigest(),
        len(tokens),
        _packed(sketch_of(tokens)),
        len(plain),
        _packed(sketch_of(plain)),
    )
    return make_fact(what, place, f"{NAME}/{VERSION}")


def likeness(first: Sequence[Fact], second: Sequence[Fact]) -> Likeness:
    """Compare two apps by their facts."""
    sketches = [sketch_in(facts) for facts in (first, second)]
    shares = _shares(sketches[0], sketches[1])
    level, why = _level(sketches[0], sketches[1], shares, _template(first, second))
    lines = (_signer(first, second), _package(first, second), *_things(first, second))
    return Likeness(level, why, *shares, lines, tuple(_function(first, second)))


def sketch_in(facts: Sequence[Fact]) -> CodeSketch | None:
    """The sample of an app's own code, if its code was read."""
    return next(iter(_about(facts, CodeSketch)), None)


def nearest(first: CodeSketch | None, others: Sequence[CodeSketch | None]) -> list[int]:
    """Numbers of the others: those first that share most of the sampled code, then the rest as they come."""
    keys = [
        _unpacked(item.keys) if first is not None and item is not None and item.scheme == first.scheme else _NOTHING
        for item in others
    ]
    found = Sketches.of(keys).nearest(_unpacked(first.keys), len(keys), len(keys)) if first is not None else []
    near = [item.app for item in found]
    return near + sorted(set(range(len(others))) - set(near))


def _shares(first: CodeSketch | None, second: CodeSketch | None) -> tuple[float, float, float, float]:
    """Containment of the first in the second and the other way round, with strings and without."""
    if first is None or second is None or first.scheme != second.scheme:
        return 0.0, 0.0, 0.0, 0.0
    inside, around = share(_unpacked(first.keys), _unpacked(second.keys))
    return inside, around, *share(_unpacked(first.plain_keys), _unpacked(second.plain_keys))


def _level(
    first: CodeSketch | None, second: CodeSketch | None, shares: tuple[float, float, float, float], template: str
) -> tuple[Level, str]:
    """How much is common."""
    if first is None or second is None:
        return "undetermined", "the code of one of them was not read"
    if first.scheme != second.scheme:
        return "undetermined", "the two were read by versions that sample code differently: review both again"
    if first.whole == second.whole and first.tokens:
        return "same code", "every class of the one is in the other, whatever the names"
    least = min(first.tokens, second.tokens)
    if least >= cuts().fewest:
        return _by_share(shares)
    few = f"one of them has {plural(least, 'token')} of its own code, fewer than {cuts().fewest}"
    return ("common template", f"{few}; both are made with {template}") if template else ("undetermined", few)


def _by_share(shares: tuple[float, float, float, float]) -> tuple[Level, str]:
    """The level that the cuts give."""
    # What speaks for more: strings may have been encrypted in one of them, so they cannot speak against.
    low, high = sorted((max(shares[0], shares[2]), max(shares[1], shares[3])))
    why = f"of the own code, {high:.0%} in one direction and {low:.0%} in the other (estimated by samples)"
    levels: tuple[tuple[Level, bool], ...] = (
        ("repackaged", low >= cuts().repackaged),
        ("derivative", high >= cuts().derivative and low >= cuts().large),
        ("large pieces", high >= cuts().large),
    )
    return next((level for level, holds in levels if holds), "not shown"), why


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


def _packed(keys: U64) -> str:
    return base64.b64encode(keys.astype("<u8").tobytes()).decode("ascii")


def _unpacked(keys: str) -> U64:
    return np.frombuffer(base64.b64decode(keys), "<u8").astype(np.uint64)
