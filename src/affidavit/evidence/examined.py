"""What the reading of an artefact gives to those who conclude from it: the one message of a confined worker."""

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.beside import Beside
from affidavit.model.bundle import Excerpt
from affidavit.model.coverage import Coverage
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation


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
