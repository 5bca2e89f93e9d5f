"""Whole accounts of records, with the law that is asked of a role."""

from datetime import date
from functools import cache

from affidavit.evidence.screened import Setting, concluded
from affidavit.law.ask import Resolver
from affidavit.law.register import register
from affidavit.model.determination import Question
from affidavit.model.screening import Screening
from tests.builders.records import screened, selectors


@cache
def resolver() -> Resolver:
    return Resolver(register())


def screening(actor: str, on: str, known: str, *files: str, jurisdiction: str = "US") -> Screening:
    """What is said of files of records to a role."""
    put = Question("", "", actor, on, known, jurisdiction)
    setting = Setting(resolver(), put, selectors().counted(), selectors().apps)
    day = date.fromisoformat(on)
    return concluded(setting, [screened(text, f"file{number}", day=day) for number, text in enumerate(files, 1)])


def outcomes(made: Screening) -> dict[tuple[str, str], str]:
    """(apps, act) -> outcome, of the acts on which records bear."""
    return {
        (" ".join(item.apps), item.obligation.transaction): str(item.obligation.outcome)
        for item in made.asks
        if item.matches
    }


def elements(made: Screening, transaction: str) -> list[str]:
    """How far each element of an act is shown."""
    (item,) = [one for one in made.asks if one.matches and one.obligation.transaction == transaction]
    return [element.shown for element in item.elements]
