"""One changed app through the whole program, and what must hold of the account of it."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from affidavit.artefact.budget import Budget
from affidavit.evidence.bundle import members_of
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import UnreadableError
from affidavit.report import render

FORMS = ("html", "json", "sarif", "csv", "markdown")
TWICE = 20
"""Every so many cases the review is done again and every report is written."""


def review(path: Path, *, twice: bool) -> dict[str, Any]:
    """The outcome of one case, and what does not hold, as JSON: ``{"outcome": ..., "faults": [...]}``.

    ``account``, ``partial`` and ``unreadable`` are the ways in which a review may end; ``exception`` is not.
    """
    os.environ["AFFIDAVIT_DEBUG"] = "1"
    try:
        account = derive(path, Budget())
        faults = [*broken(account), *_uncovered(account)]
        if twice:
            faults += _differing(account, derive(path, Budget()))
            for form in FORMS:
                render(account, form)
    except UnreadableError as error:
        return {"outcome": "unreadable", "faults": [] if str(error) and error.advice else ["an error without advice"]}
    except Exception as error:  # noqa: BLE001 - every other exception is a finding of this run
        return {"outcome": "exception", "faults": [_where(error)]}
    return {"outcome": "partial" if account.manifest.partial else "account", "faults": faults[:5]}


def _uncovered(account: Affidavit) -> Iterator[str]:
    """What is wrong with the record of what was examined: nothing in it, sums that are not, gaps without a reason."""
    coverage = account.coverage
    if not coverage.containers or not coverage.stages:
        yield "the account has no coverage record"
    for item in coverage.containers:
        kinds = (item.parsed, item.searched, item.unknown, item.archives, item.folders, item.failed)
        if sum(kinds) > item.seen or (sum(kinds) != item.seen and not account.manifest.partial):
            yield f"of {item.seen} entries of {item.entry!r} {kinds} are accounted for"
        if item.claimed + item.unclaimed != item.size:
            yield f"of {item.size} bytes of {item.entry!r} {item.claimed} and {item.unclaimed} are accounted for"
        if item.failed and not account.limitations:
            yield f"{item.failed} entries of {item.entry!r} could not be read and nothing says so"
    for code in coverage.code:
        if not code.decoded <= code.coded <= code.methods:
            yield f"{code.entry!r} has {code.methods} methods, {code.coded} with code, {code.decoded} decoded"
        if code.decoded < code.coded and not code.reasons:
            yield f"{code.entry!r} was not decoded wholly and no reason is given"


def _differing(one: Affidavit, two: Affidavit) -> list[str]:
    first, second = members_of(one), members_of(two)
    return [f"{name} differs the second time" for name in first if first[name] != second.get(name)]


def _where(error: BaseException) -> str:
    """Type, message and the last places of an exception, in one line."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__}: {str(error)[:200]} at {places}"
