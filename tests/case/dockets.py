"""Small dockets over the real register, and the real one with parts left out."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from affidavit.case.claims import Docket
from affidavit.knowledge import load
from affidavit.law.register import register
from affidavit.model.claim import Claim, Claims, Resolutions
from affidavit.model.determination import Determination, Outcome, Question, Standing

DAY = "2020-09-18"


def claim(name: str, about: str = "", what: str = "", value: str = "", unit: str = "", **more: Any) -> Claim:
    """A claim that says one thing; about nothing unless `what`, a property, is given."""
    says = [{"about": [about], "property": what, "value": value, "unit": unit}] if what else []
    return msgspec.convert({"id": name, "text": "said", "who": "somebody", "says": says} | more, Claim)


def source(name: str, *claims: Claim, day: str = DAY, **more: Any) -> Claims:
    """A source of a day, which brings its own document along."""
    document = {"seen": "excerpt", "title": f"document {name}"}
    made = {"source": "test", "licence": "test", "of": name, "asserted_at": day, "claims": (), "document": document}
    return msgspec.structs.replace(msgspec.convert(made | more, Claims), claims=claims)


def decision(name: str, about: str, what: str, statuses: dict[str, str], **more: Any) -> Resolutions:
    """A file with one decision."""
    made = {
        "id": name,
        "title": "a conflict",
        "about": [about],
        "property": what,
        "decision": "one of them",
        "why": "grounds",
        "statuses": statuses,
        "sources": [],
        "confidence": "H",
        "recorded_at": "2026-11-21",
    }
    return msgspec.convert({"source": "test", "licence": "test", "resolutions": [made | more]}, Resolutions)


def answered(app: str, *provisions: str, known: str = "", act: str = "", events: tuple[str, ...] = ()) -> Determination:
    """An answer about an app that rests on provisions of the real register, and on these events."""
    paths = register().paths
    standings = tuple(Standing(name, paths[name].measure.id, Outcome.PROHIBITED, events) for name in provisions)
    question = Question(app, act, "app_store", on=known or DAY, known=known)
    return Determination(question, Outcome.PROHIBITED, provisions, standings, "", "H", 1)


def small(*files: Claims, decided: Iterable[Resolutions] = ()) -> Docket:
    """A docket of these files over the real register."""
    return Docket(files, decided, register())


@cache
def real_files() -> tuple[tuple[Claims, ...], tuple[Resolutions, ...]]:
    """The files of the compiled knowledge."""
    return tuple(load("claims", Claims).values()), tuple(load("resolutions", Resolutions).values())


def real(*without: str) -> Docket:
    """The real docket, without the claims of these ids."""
    files, decided = real_files()
    kept = (
        msgspec.structs.replace(file, claims=tuple(item for item in file.claims if item.id not in without))
        for file in files
    )
    return Docket(kept, decided, register())
