"""The stage of a review that compares code with known code: from classes to families, pairs and whose code it is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.program import Program
from affidavit.facts.extract import Extraction
from affidavit.identity.code.declared import Declared
from affidavit.identity.code.disguise import disguises
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.handed import Known
from affidavit.identity.code.match import match
from affidavit.identity.code.native_stage import identify_natives
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.identity.library_index import library_index
from affidavit.identity.likeness import sketch
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.wording import plural

HIDING = (
    "code/components-missing",
    "code/hidden-dex",
    "code/packed",
    "code/too-many-rows",
    "container/nested-not-opened",
)
"""Kinds of limitations after which code is there, or comes to be there, that was not compared."""
_NAMED = 8


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The code of an app, its signatures and its declarations."""

    program: Program
    app: Signatures
    declared: Declared


@dataclass(frozen=True, slots=True, eq=False)
class Identified:
    """What the comparison of one app gave.

    Attributes:
        compared: the comparison; None when there was nothing to compare, or nothing to compare with.
        origin: descriptor of a class -> family that was found and that it comes from; names play no part.
        read: the code; None when there is none.
        own: (C,) its classes that are of no known library.
    """

    compared: Compared | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    read: Code | None = None
    own: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


def identify(state: Extraction, known: Known | None) -> Identified:
    """Compare the app's code with known code; facts and limitations are added, and a sample of the app's own code.

    Args:
        state: the artefact as far as it is read.
        known: what to compare with.

    Raises:
        BudgetError: time or memory has run out.
    """
    digests = () if known is None else tuple(source.digest for source in known.sources)
    if known is not None:
        identify_natives(state, known.index, digests)
    if not state.program.units:
        return Identified()
    state.breathe()
    declared = Declared(Vocabulary(state.program))
    app = of_program(state.program, declared)
    read = Code(state.program, app, declared)
    state.breathe()
    if known is None:
        own = own_classes(app, state.facts)
        state.facts.append(sketch(app, own, Place("")))
        return Identified(read=read, own=own)
    compared = Compared(state.program, app, known.index, digests, match(app, known.index), declared)
    state.breathe()
    families, origin = known.index.families, compared.matched.origin
    own = (origin < 0) & own_classes(app, state.facts)
    state.facts.append(sketch(app, own, Place(""), known.index))
    state.add(facts_of(compared, tuple(state.facts)))
    state.limitations += _limits(compared, state.limitations)
    state.limitations += disguises(state.program, compared.matched.regime)
    rows = (origin >= 0).nonzero()[0].tolist()
    return Identified(compared, {app.names[row]: families[int(origin[row])].id for row in rows}, read, own)


def own_classes(app: Signatures, facts: Iterable[Fact]) -> npt.NDArray[np.bool_]:
    """Which classes are in the app's own package, or have no name that a known library kept.

    Else two apps with the same open libraries, of which the index has none, would seem to be of one origin.
    """
    homes = tuple(f"L{fact.what.name.replace('.', '/')}/" for fact in facts if isinstance(fact.what, Package))
    attribute = library_index().attribute
    packages = [f"{name.rpartition('/')[0]}/" for name in app.names]
    own = {package: package.startswith(homes) or attribute(package) is None for package in set(packages)}
    return np.array([own[package] for package in packages], bool)


def _limits(compared: Compared, limitations: Iterable[Limitation]) -> Iterator[Limitation]:
    """What the comparison could not tell."""
    scarce = [
        compared.index.families[match.family].id
        for match in compared.matched.families
        if match.decision == "too-little"
    ]
    if scarce:
        more = f" and {len(scarce) - _NAMED} more" if len(scarce) > _NAMED else ""
        detail = (
            f"of {plural(len(scarce), 'family', 'families')} of known code ({', '.join(scarce[:_NAMED])}{more}) "
            "something may be left in the app, less than a statement could rest on"
        )
        yield Limitation("identity/too-little", detail, count=len(scarce))
    kinds = sorted({item.kind for item in limitations} & set(HIDING))
    if kinds:
        detail = (
            f"not all code could be compared with known code ({', '.join(kinds)}): that a family was not found does "
            "not mean that it is not there"
        )
        yield Limitation("identity/not-analysable", detail)
