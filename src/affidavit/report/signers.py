"""Who signed several apps, and whether each would be taken as an update of the one before: as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from affidavit.model.artefact import Artefact
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.signing import KnownSigner, PlatformVerdict, Signature, SigningLineage, Update
from affidavit.report.android_versions import levels
from affidavit.report.overview import Facts
from affidavit.report.signed import certificates_first, lineage_rows, signed_by
from affidavit.report.signer_lines import (
    certificate_lines,
    cut,
    signature_lines,
    split_lines,
    verdict_line,
)
from affidavit.report.text import visible
from affidavit.report.verdicts import accepted, row_of, split_verdicts, verdicts
from affidavit.report.version import version_in_words

_WIDE = 160
_LONG = 800
"""Characters of the sentence that names the signers."""
_BASES = "this compares the bases; not every split of a set is accepted, as said above"
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
    """A paragraph for each app, and after each but the first whether it updates the one before.

    Alike lines are folded and long notes cut, with how much was left out; the JSON form has all of it.
    """
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
            "signed_by": signed_by(Facts(app.facts), app.limitations),
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
    yield visible(app.artefact.name, _WIDE)
    if package := facts.package():
        version = visible(version_in_words(package), _WIDE)
        yield f"  App         {visible(package.name, _WIDE)}  {version}".rstrip()
    yield f"  Signed by   {visible(signed_by(Facts(app.facts), app.limitations), _LONG)}"
    if decided := accepted(facts):
        yield f"  Android     {visible(decided, _LONG)}"
    yield from (f"    {verdict_line(row_of(item))}" for item in verdicts(facts))
    yield from (f"    {line}" for line in split_lines(facts))
    kind = "file" if app.artefact.kind == "ipa" else "split"
    yield from (f"  {line}" for line in signature_lines(facts, kind))
    for name, certificate, granted in lineage_rows(facts):
        yield f"  lineage     {name}: {certificate} {granted}".rstrip()
    yield from (f"  certificate {line}" for line in certificate_lines(facts))
    for limit in app.limitations:
        yield f"  not read    {cut(limit.detail)}"


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
    if any(split_verdicts(Facts(app.facts)) for app in (old, new)):
        yield f"    {_BASES}"
