"""The account of an artefact of which nothing could be read."""

from collections.abc import Sequence

from affidavit.evidence.examined import Examined, Lost
from affidavit.model.artefact import Artefact
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.limitation import Limitation


def nothing(artefact: Artefact, lost: Sequence[Lost]) -> Examined:
    """What is known when every worker died: that nothing is."""
    from affidavit.findings import judge, load  # noqa: PLC0415 - seldom needed in this process

    limitations = tuple(
        Limitation("tool/worker-died", f"the process that reads the artefact {item.cause} in stage {item.stage!r}")
        for item in lost
    )
    judged = judge.judge((), None, None, limitations, load.rules())
    return Examined(
        artefact,
        findings=judged.findings,
        limitations=(*limitations, *judged.raised),
        coverage=Coverage(stages=tuple(StageCoverage(item.stage, "failed") for item in lost)),
        partial=True,
    )
