"""The stage of a review that compares code with known code: from classes to families, pairs and whose code it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.program import Program
from affidavit.facts.extract import Extraction
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.known import Known
from affidavit.identity.code.match import match
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.model.limitation import Limitation
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
class Identified:
    """What the comparisons of one app gave.

    Attributes:
        compared: one for each index.
        origin: descriptor of a class -> family that was found and that it comes from; names play no part.
    """

    compared: tuple[Compared, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)


def identify(state: Extraction, known: Sequence[Known]) -> Identified:
    """Compare the app's code with every index; facts and limitations are added.

    Args:
        state: the artefact as far as it is read.
        known: what to compare with.

    Raises:
        BudgetError: time or memory has run out.
    """
    if not known or not state.program.units:
        return Identified()
    compared = tuple(_compared(state, item) for item in known)
    for one in compared:
        state.add(facts_of(one, tuple(state.facts)))
        state.breathe()
    state.limitations += _limits(compared, state.limitations)
    return Identified(compared, _origins(compared))


def _compared(state: Extraction, known: Known) -> Compared:
    state.breathe()
    app = _signatures(state.program)
    state.breathe()
    return Compared(state.program, app, known.index, known.source.digest, match(app, known.index))


def _signatures(program: Program) -> Signatures:
    """The signatures, made once for all indexes; they stay with the first unit."""
    cache = program.units[0].cache
    made = cache.get("signatures")
    if not isinstance(made, Signatures):
        made = cache["signatures"] = of_program(program)
    return made


def _origins(compared: Sequence[Compared]) -> Mapping[str, str]:
    """Whose code each class is, by the first index that knows it."""
    found: dict[str, str] = {}
    for one in compared:
        origin = one.matched.origin
        for row in (origin >= 0).nonzero()[0].tolist():
            found.setdefault(one.app.names[row], one.index.families[int(origin[row])].id)
    return found


def _limits(compared: Sequence[Compared], limitations: Iterable[Limitation]) -> Iterator[Limitation]:
    """What the comparison could not tell."""
    scarce = [
        one.index.families[match.family].id
        for one in compared
        for match in one.matched.families
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
