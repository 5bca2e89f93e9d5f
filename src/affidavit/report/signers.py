"""Who signed several apps, and whether each would be taken as an update of the one before: as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from affidavit.model.artefact import Artefact
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.signing import KnownSigner, PlatformVerdict, Signature, SigningLineage, Update
from affidavit.report.overview import Facts
from affidavit.report.signed import (
    accepted,
    certificates_first,
    levels,
    lineage_rows,
    platform_rows,
    signature_rows,
    signed_by,
)
from affidavit.report.text import visible

_WIDE = 160
_SAID = KnownSigner | PlatformVerdict | Signature | SigningLineage


class App(msgspec.Struct, frozen=True):
    """One app: the artefact, the facts about its signatures, and what could not be read.

    `updates` says what Android versions would make of it as an update of the app before it; the first has none.
    """

    artefact: Artefact
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...] = ()
    updates: tuple[Update, ...] = ()


def as_text(apps: Sequence[App]) -> str:
    """A paragraph for each app, and after each but the first whether it updates the one before."""
    lines: list[str] = []
    for number, app in enumerate(apps):
        lines += [*([""] if number else []), *_app_lines(app)]
        if number:
            lines += _update_lines(apps[number - 1], app)
    return "\n".join(lines) + "\n"


def as_json(apps: Sequence[App]) -> bytes:
    """One object for each app, with the facts about its signatures; `updates` is about the app before."""
    shown = []
    for number, app in enumerate(apps):
        item: dict[str, Any] = {
            "artefact": app.artefact,
            "signed_by": signed_by(Facts(app.facts)),
            "facts": [fact for fact in app.facts if isinstance(fact.what, _SAID)],
            "certificates": certificates_first(Facts(app.facts)),
        }
        if number:
            item["updates"] = app.updates
        shown.append(item)
    return msgspec.json.format(msgspec.json.encode(shown, order="sorted"), indent=2) + b"\n"


def _app_lines(app: App) -> Iterator[str]:
    """Who signed one app, by what, and what Android versions make of it."""
    facts = Facts(app.facts)
    package = facts.package()
    yield visible(app.artefact.name, _WIDE)
    if package:
        version = f"{package.version_name} ({package.version_code})"
        yield f"  App         {visible(package.name, _WIDE)}  {visible(version, _WIDE)}"
    yield f"  Signed by   {visible(signed_by(facts), 2 * _WIDE)}"
    if decided := accepted(facts):
        yield f"  Android     {decided}"
    for row in platform_rows(facts):
        why = f"  {visible(row.why, 2 * _WIDE)}" if row.why else ""
        yield f"    {visible(row.versions, _WIDE)}: {row.decision}{f' by {row.scheme}' if row.scheme else ''}{why}"
    for where, scheme, outcome, said in signature_rows(facts):
        yield f"  {scheme:<11} {outcome}, {visible(where, _WIDE)}: {visible(said, 2 * _WIDE)}"
    for name, certificate, granted in lineage_rows(facts):
        yield f"  lineage     {name}: {certificate} {granted}".rstrip()
    for item in certificates_first(facts):
        if not item.chain:
            state = "verified" if item.verified else "not verified"
            who = visible(item.subject, _WIDE)
            yield f"  certificate {item.scheme}, {state}: {who}, {item.key}, SHA-256 {item.sha256}"
    for limit in app.limitations:
        yield f"  not read    {visible(limit.detail, 2 * _WIDE)}"


def _update_lines(old: App, new: App) -> Iterator[str]:
    """Whether the newer app would be taken as an update of the older."""
    yield f"  As an update of {visible(old.artefact.name, _WIDE)}, by the signatures alone:"
    before, after = (Facts(app.facts).package() for app in (old, new))
    if before and after and before.name != after.name:
        yield f"    they are two apps: {visible(before.name, _WIDE)} and {visible(after.name, _WIDE)}"
    for item in new.updates:
        yield f"    {levels(item.min_sdk, item.max_sdk)}: {item.outcome}, {item.why}"
    if not new.updates:
        yield "    no Android version runs both, or the decisions about one are not known"
