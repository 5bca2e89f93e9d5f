"""What the reading of an artefact gives to those who conclude from it: the one message of a confined worker."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.beside import Beside
from affidavit.model.bundle import Excerpt
from affidavit.model.coverage import Coverage
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation

Outcome = Literal["done", "cut", "failed", "skipped"]
"""What becomes of a stage (see `StageCoverage`)."""


class Examined(Struct, frozen=True):
    """Everything that takes the artefact's bytes to know.

    Attributes:
        artefact: what was read.
        facts: each once, in the order of the bytes.
        findings: one for each rule, by rule id.
        limitations: as they were met; they are folded when they are put into an affidavit.
        excerpts: by the cited place's key.
        coverage: what was examined.
        partial: whether the budget ended a stage.
        beside: pairs of classes beside files of libraries, where such were given.
    """

    artefact: Artefact
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    excerpts: dict[str, Excerpt] = {}
    coverage: Coverage = Coverage()
    partial: bool = False
    beside: Beside | None = None


class Lost(Struct, frozen=True):
    """A stage that is left out, since a worker died in it; `cause` continues the sentence "the process ..."."""

    stage: str
    cause: str


def lost_stage(item: Lost) -> Limitation:
    """What a stage that is left out means."""
    detail = f"stage {item.stage!r} was left out: the process that reads the artefact {item.cause} in it"
    return Limitation("tool/worker-died", f"{detail}; what it would have read is unknown")


def canonical(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Each fact once, in the order of the bytes: by place, then id."""
    return tuple(sorted({fact.id: fact for fact in facts}.values(), key=_in_order))


def _in_order(fact: Fact) -> tuple[str, int, str, str, int, str]:
    """Sorts as (place, id) does, but faster: tuples compare in C."""
    place = fact.place
    return place.entry, place.offset, place.class_, place.method, place.pc, fact.id
