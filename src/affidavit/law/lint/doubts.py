"""What somebody still has to check: facts marked unverified, facts from memory, parts less certain than the rest."""

from collections.abc import Iterator

from affidavit.law.lint.draft import Draft, parts
from affidavit.law.lint.sources import FACTS, only_remembered
from affidavit.model.measure import CONFIDENCE, Measure
from affidavit.model.problem import Problem


def unverified(draft: Draft) -> list[Problem]:
    """Every such fact of the measures, sorted by file: the check is ``unverified``, ``memory`` or ``weaker``."""
    found = []
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            found += [Problem(path, check, f"{where or measure.id}: {text}") for check, text in _marks(item)]
            if isinstance(item, FACTS) and only_remembered(item.sources, measure, draft.shared):
                found.append(
                    Problem(
                        path, "memory", f"{where}: rests on memory alone ({CONFIDENCE[item.confidence]} confidence)"
                    )
                )
    return sorted(found)


def _marks(item: object) -> Iterator[tuple[str, str]]:
    """The marks that a measure, or a fact in it, carries."""
    if isinstance(item, (*FACTS, Measure)):
        yield from (("unverified", text) for text in getattr(item, "unverified", ()))
        weaker = getattr(item, "weaker", {})
        yield from (("weaker", f"{part} ({CONFIDENCE[mark]} confidence)") for part, mark in weaker.items())
