"""Checks claims and resolutions: what can be compared is written so, and every decision belongs to a conflict found."""

from collections.abc import Collection, Iterator
from pathlib import Path

from affidavit.case.claims import Docket
from affidavit.case.conflicts import claims_of, conflicts, decides, resolved_by
from affidavit.case.properties import PROPERTIES
from affidavit.case.values import read as read_value
from affidavit.law import lint as law_lint
from affidavit.law.dates import day_of
from affidavit.law.lint.draft import Draft, near
from affidavit.law.register import Register
from affidavit.model.claim import Assertion, Claim, Claims, Conflict, Resolution
from affidavit.model.errors import AffidavitError, UsageError
from affidavit.model.problem import Problem

CHECKS = (
    "claim-id",
    "claim-source",
    "claim-date",
    "claim-line",
    "claim-subject",
    "claim-property",
    "claim-unit",
    "claim-value",
    "resolution-id",
    "resolution-source",
    "resolution-date",
    "resolution-conflict",
    "resolution-claim",
    "resolution-twice",
)
"""Every check that `lint` runs."""

Found = tuple[str, str]
"""A check, and what it found."""


def lint(source: Path) -> list[Problem]:
    """Run every check over ``claims`` and ``resolutions``.

    Files without their form are left to `affidavit.law.lint`, and nothing is checked here until they have it. Conflicts
    are looked for once every claim can be compared.

    Args:
        source: the folder that holds ``claims``, ``resolutions``, ``measures`` and the other sections.

    Returns:
        Problems, sorted; empty when there are none. A conflict that nobody decided is none.
    """
    draft, unread = law_lint.read(source)
    docket = _docket(draft) if not unread else None
    if docket is None:
        return []
    claims: dict[str, Claims] = draft.files.get("claims", {})
    decided = draft.files.get("resolutions", {})
    problems = [Problem(path, *found) for path, file in claims.items() for found in _file(docket, file)]
    problems += [Problem(path, *found) for path, found in _twice(claims)]
    listed = [(path, item) for path, file in decided.items() for item in file.resolutions]
    problems += [Problem(path, *found) for path, item in listed for found in _resolution(docket, item)]
    problems += [Problem(path, "resolution-id", f"{name}: is used twice") for path, name in _repeated(listed)]
    if not problems:
        made = conflicts(docket)
        problems += [Problem(path, *found) for path, item in listed for found in _decides(docket, item, made)]
    return sorted(problems)


def _docket(draft: Draft) -> Docket | None:
    """The docket of the folder; None when its register cannot be made, which is for the checks of the law to say."""
    try:
        law = Register(
            draft.measures.values(),
            vocabulary=draft.words,
            jurisdictions=draft.jurisdictions,
            apps=draft.apps,
            organisations=draft.organisations,
            sources=draft.shared,
        )
        return Docket(draft.files.get("claims", {}).values(), draft.files.get("resolutions", {}).values(), law)
    except AffidavitError:
        return None


def _file(docket: Docket, file: Claims) -> Iterator[Found]:
    """Problems of one source and its claims."""
    document = docket.documents.get(file.of)
    if document is None:
        told = near("source", file.of, docket.documents)
        yield "claim-source", f"{told} Describe it under document, or in a file of sources/"
    elif file.document is not None and file.of in docket.register.sources:
        yield "claim-source", f"{file.of} is described among the shared sources too; delete document here"
    yield from (("claim-date", text) for text in _dates("asserted_at", file.asserted_at))
    yield from (("claim-date", text) for text in _dates("page_date", file.page_date or file.asserted_at))
    for claim in file.claims:
        if document is not None and document.seen == "press" and not claim.line:
            yield "claim-line", f"{claim.id}: has no line; a press document is at hand, so say where (L38)"
        for check, text in _claim(docket, claim):
            yield check, f"{claim.id}: {text}"


def _claim(docket: Docket, claim: Claim) -> Iterator[Found]:
    """Problems of one claim."""
    dates = [claim.known_at, *(says.at for says in claim.says)]
    yield from (("claim-date", text) for day in dates if day for text in _dates("known_at or at", day))
    for subject in (*claim.about, *(subject for says in claim.says for subject in says.about)):
        yield from (("claim-subject", text) for text in _subject(docket.register, subject))
    for says in claim.says:
        yield from _says(docket, says)


def _says(docket: Docket, says: Assertion) -> Iterator[Found]:
    """Problems of what a claim says."""
    known = PROPERTIES.get(says.property)
    if known is None:
        yield "claim-property", near("property", says.property, PROPERTIES)
        return
    if not says.about:
        yield "claim-subject", f"{says.property}: says nothing of what it is about"
    if known.form == "number" and not says.unit:
        yield "claim-unit", f"{says.property}: has no unit; say what is counted (users, daily users, downloads)"
    if known.form != "number" and says.unit:
        yield "claim-unit", f"{says.property}: is no number and has the unit {says.unit!r}; delete it"
    try:
        read_value(known.form, says.value, docket.zone)
    except UsageError as error:
        yield "claim-value", f"{says.property}: {error}; {error.advice}"


def _subject(law: Register, subject: str) -> Iterator[str]:
    """What is wrong with a subject."""
    kind, colon, name = subject.partition(":")
    listed: dict[str, Collection[str]] = {
        "provision": law.paths,
        "event": law.events,
        "measure": law.measures,
        "app": law.apps,
        "act": law.vocabulary.transactions,
    }
    if not colon or not kind or not name:
        yield f"{subject!r} is no subject; write kind:name, such as provision:tt-2 or proposal:oracle"
    elif kind in listed and name not in listed[kind]:
        yield near(kind, name, listed[kind])


def _twice(claims: dict[str, Claims]) -> Iterator[tuple[str, Found]]:
    """Claims and sources that occur in two files, or twice in one."""
    seen: dict[str, str] = {}
    for path, file in claims.items():
        for name in (file.of, *(claim.id for claim in file.claims)):
            if name in seen:
                yield path, ("claim-id", f"{name}: is in {seen[name]} too; give one of them another id")
            seen.setdefault(name, path)


def _repeated(listed: list[tuple[str, Resolution]]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for path, item in listed:
        if item.id in seen:
            yield path, item.id
        seen.add(item.id)


def _resolution(docket: Docket, item: Resolution) -> Iterator[Found]:
    """Problems of a decision that can be told without looking for its conflict."""
    for name in item.sources:
        if name not in docket.documents:
            yield "resolution-source", f"{item.id}: {near('source', name, docket.documents)}"
    for name, day in (("recorded_at", item.recorded_at), ("knowable_from", item.knowable_from or item.recorded_at)):
        yield from (("resolution-date", f"{item.id}: {text}") for text in _dates(name, day))
    for name in item.statuses:
        if name not in docket.told:
            yield "resolution-claim", f"{item.id}: {near('claim', name, docket.told)}"


def _decides(docket: Docket, item: Resolution, made: list[Conflict]) -> Iterator[Found]:
    """Problems of a decision that shows against the conflicts found."""
    own = [conflict for conflict in made if decides(item, conflict.subject, conflict.property, conflict.kind)]
    lost = [subject for subject in item.about if subject not in {conflict.subject for conflict in own}]
    for subject in lost:
        text = f"{item.id}: no such conflict is found any more: {item.property} of {subject}"
        yield "resolution-conflict", f"{text}; correct about, property and kinds, or delete the resolution"
    for conflict in own:
        first = resolved_by(docket, conflict.subject, conflict.property, conflict.kind)
        if first is not None and first.id != item.id:
            yield "resolution-twice", f"{item.id}: {first.id} decides it too; tell them apart with kinds"
    if lost:
        return
    part = {name for conflict in own for name in claims_of(conflict)}
    disputed = {voice.claim for conflict in own for voice in conflict.voices if voice.disputed}
    for name in sorted(set(item.statuses) - part):
        yield "resolution-claim", f"{item.id}: {name} takes no part in the conflict; delete its status"
    for name in sorted(disputed - set(item.statuses)):
        yield "resolution-claim", f"{item.id}: {name} is disputed and has no status; say what became of it"


def _dates(name: str, text: str) -> Iterator[str]:
    """What is wrong with a date."""
    try:
        day_of(text)
    except UsageError as error:
        yield f"{name}: {error}; {error.advice}"
