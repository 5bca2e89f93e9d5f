"""Two apps class by class: how much own code of one is in the other, the pairs, and some of them side by side."""

from collections.abc import Sequence

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.beside import Beside, OwnCode
from affidavit.model.code_identity import ClassPair
from affidavit.model.fact import Fact
from affidavit.model.likeness import Likeness
from affidavit.model.limitation import Limitation
from affidavit.report import beside, likeness, pairs
from affidavit.report.columns import Page
from affidavit.report.json import as_json as encoded
from affidavit.report.overview import folded
from affidavit.report.source_names import SourceNames
from affidavit.report.text import visible
from affidavit.report.types import dotted
from affidavit.report.whose import APPS
from affidavit.wording import plural

_CELL = 600
_CAUTION = (
    "Own code is what no known library explains. A library that is not known and that both apps carry is own code of "
    "both: read what the pairs have before you call it copied."
)


class Account(Struct, frozen=True):
    """What two apps have in common.

    Attributes:
        first, second: the apps. likeness: of both as a whole.
        facts: pairs of classes, in the first. limitations: of the reading of both, each with the name of its app.
        beside: pairs side by side.
    """

    first: Artefact
    second: Artefact
    likeness: Likeness
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...]
    beside: Beside


def as_json(account: Account) -> bytes:
    """One object: what `likeness.as_json` says, `facts` of kind ``class-pair``, `limitations` and `beside`."""
    first, second = account.first.name, account.second.name
    return encoded(
        likeness.document(first, second, account.likeness)
        | {"facts": account.facts, "limitations": account.limitations, "beside": account.beside}
    )


def as_text(account: Account, *, width: int = 80, colour: bool = False) -> str:
    """The statement on both, then the pairs, then some of them side by side."""
    page = Page(width, colour=colour)
    page.line()
    page.paragraph("Class by class", "bold")
    for said in told(account.beside.own):
        page.paragraph(visible(said, _CELL), indent=2)
    found = _pairs(account.facts)
    if found:
        if account.beside.own is not None and account.beside.own.paired > len(found):
            page.paragraph(f"The {len(found)} pairs with most evidence are listed.", indent=2)
        page.paragraph(_CAUTION, "dim", indent=2)
        pairs.write(page, found, SourceNames(()), APPS)
        beside.write(page, account.beside)
    limits = folded(account.limitations)
    if limits:
        page.line()
        page.paragraph("Not examined", "bold")
    for kind, count, detail in limits:
        times = f" ({count:,} times)" if count > 1 else ""
        page.paragraph(f"{visible(detail)}{times} [{kind}]", indent=2)
    return likeness.as_text(account.first.name, account.second.name, account.likeness) + page.text()


def as_html(account: Account) -> str:
    """The same as a page that works offline."""
    from affidavit.report.html import environment  # noqa: PLC0415 - only for this form

    what, laid = account.likeness, account.beside
    found = [pairs.pair_of(fact, pair, {}, APPS) for fact, pair in _pairs(account.facts)]
    context = {
        "first": account.first, "second": account.second, "what": what, "lines": (*what.lines, *what.function),
        "means": likeness.document("", "", what)["means"], "told": told(laid.own), "caution": _CAUTION,
        "pairs": [(pair, dotted(pair.app), dotted(pair.library)) for pair in found],
        "limits": folded(account.limitations), "whose": APPS,
        "beside_pairs": beside.shown(laid), "beside_files": beside.files(laid),
        "beside_key": beside.key(APPS), "beside_method": beside.method(APPS),
    }  # fmt: skip
    return environment().get_template("compared.html").render(context)


def told(own: OwnCode | None) -> list[str]:
    """How much was compared, and how much was found."""
    if own is None:
        return ["Nothing could be compared: of one of them no own code was read."]
    compared = (
        f"{plural(own.first, 'class', 'classes')} of the first app's own code were looked for in "
        f"{plural(own.second, 'class', 'classes')} of the second's."
    )
    if own.decision == "not-shown":
        said = (
            f"No class is shown to be in both. {compared} That is no proof that there is none: code that was changed "
            "much, hidden or left out of the reading is not found."
        )
        return [said]
    share = 100 * own.paired_units / max(1, own.first_units)
    kept = f" {plural(own.kept, 'pair')} have one name on both sides." if own.kept else " No pair kept its name."
    said = (
        f"{plural(own.paired, 'class', 'classes')} of the first app, with {share:.0f} % of the instructions of its own "
        f"code, have a pair in the second. {compared}{kept}"
    )
    if own.decision == "too-little":
        little = (
            "That shows nothing yet: the pairs are few, or too few of them have anything that other code has not. "
            "Classes that tools write, of messages or bindings, are as like in apps that have nothing else in common."
        )
        return [said, little]
    return [said]


def _pairs(facts: Sequence[Fact]) -> list[tuple[Fact, ClassPair]]:
    found = [(fact, fact.what) for fact in facts if isinstance(fact.what, ClassPair)]
    return sorted(found, key=lambda item: item[1].rank)
