"""Pairs of classes in words: what both have and how rare it is, what speaks for the pair and what against it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from affidavit.model.bundle import Excerpt
from affidavit.model.code_identity import ClassPair, SharedToken
from affidavit.model.fact import Fact
from affidavit.model.place import Place
from affidavit.report.columns import Page
from affidavit.report.source_names import SourceNames
from affidavit.report.text import visible
from affidavit.report.types import dotted, short, signature, simple
from affidavit.report.whose import LIBRARY, Whose
from affidavit.wording import plural

HEADS: Final = (
    "Class in the app",
    "Class in the library",
    "What both have",
    "What speaks for it",
    "What speaks against it",
)
TOKENS_OPENED: Final = 6
"""Things that a page shows of what both classes of a pair have."""
_LISTED: Final = 4
_OF_ONE_KIND: Final = 3
_CELL: Final = 600
_OVERRIDES: Final = "overrides "
_INHERITS: Final = "inherits from "
_THEN: Final = ", then "
_HOW_MUCH: Final = "shared"


class Token(Struct, frozen=True):
    """Something that both classes have, in words, with the bytes at its place, if they are shown."""

    token: SharedToken
    text: str
    rarity: str
    excerpt: Excerpt | None


class Pair(Struct, frozen=True):
    """A pair of classes in words."""

    pair: ClassPair
    place: Place
    app: str
    library: str
    versions: str
    carried: str
    speaks: str
    against: str
    tokens: tuple[Token, ...]


def pair_of(fact: Fact, pair: ClassPair, excerpts: Mapping[str, Excerpt], whose: Whose = LIBRARY) -> Pair:
    """A pair in words, with those excerpts that there are."""
    shown = telling(pair.tokens)
    left = pair.shared - len(shown)
    return Pair(
        pair,
        fact.place,
        pair.app_class,
        pair.library_class,
        versions(pair),
        "; ".join(f"{item.form} {told(item)}" for item in shown) + (f"; {left:,} more" if left > 0 else ""),
        speaks(pair),
        against(pair, whose),
        tuple(
            Token(
                item,
                told(item),
                rarity(item),
                excerpts.get(f"{item.place.entry}@{item.place.offset}") if item.place else None,
            )
            for item in shown
        ),
    )


def rows(pairs: Iterable[Pair]) -> Iterator[tuple[str, ...]]:
    """Class in the app, in the library, what both have, what speaks for and against it."""
    for item in pairs:
        library = f"{item.library} ({item.versions})" if item.versions else item.library
        yield item.app, library, item.carried, item.speaks, item.against


def telling(tokens: Sequence[SharedToken]) -> list[SharedToken]:
    """Those that a person looks at first: the rarest, few of one kind."""
    kinds: dict[str, int] = {}
    found: list[SharedToken] = []
    for item in tokens:
        kinds[item.form] = kinds.get(item.form, 0) + 1
        if kinds[item.form] <= _OF_ONE_KIND and len(found) < TOKENS_OPENED:
            found.append(item)
    return found


def told(item: SharedToken) -> str:
    """What both have, with types as programmers write them; texts in quotes."""
    text = item.text
    if item.form == "string":
        return f'"{text}"'
    if item.form in {"call", "calls", "field"}:
        word = "field" if item.form == "field" else "invoke"
        return _THEN.join(_member(word, part) for part in text.split(_THEN))
    if text.startswith(_OVERRIDES):
        return _OVERRIDES + signature(text.removeprefix(_OVERRIDES))
    if text.startswith(_INHERITS):
        return _INHERITS + dotted(text.removeprefix(_INHERITS))
    return dotted(text) if item.form == "type" else text


def _member(word: str, text: str) -> str:
    """A member as programmers write it; of one that was cut off, what is whole of it."""
    whole, cut, _ = text.partition("…(+")
    if not cut:
        return short(f"{word} {text}").removeprefix(f"{word} ")
    owner, arrow, name = whole.partition("->")
    if not arrow:
        return f"{dotted(f'{whole};' if whole.startswith('L') else whole)}…"
    return f"{simple(owner)}.{name.partition('(')[0].partition(':')[0]}…"


def rarity(item: SharedToken) -> str:
    """How rare a token is."""
    apps = f", {plural(item.background, 'ordinary app')}" if item.background else ""
    return f"in {_families(item.families)}{apps}"


def _families(count: int) -> str:
    """How many families of known code; none, where two apps are compared."""
    return plural(count, "family", "families") if count else "no known family"


def versions(pair: ClassPair) -> str:
    """The versions whose class has the form that fits best."""
    more = f" and {pair.in_versions - _LISTED:,} more" if pair.in_versions > _LISTED else ""
    return ", ".join(filter(None, pair.versions[:_LISTED])) + more


def speaks(pair: ClassPair) -> str:
    """What speaks for a pair."""
    near = f"{pair.agree:,} of {pair.neighbours:,} neighbours agree" if pair.neighbours else "no neighbour paired"
    inlined = "; its code lies in a class that comes from elsewhere" if pair.inlined else ""
    return (
        f"{plural(pair.shared, 'thing')} in common, the rarest in {_families(pair.rarest)}; "
        f"{near}; likeness {pair.similarity / 10:.0f} %, {pair.evidence / 100:,.0f} nats; "
        f"{plural(pair.units, 'code unit')}{inlined}"
    )


def against(pair: ClassPair, whose: Whose = LIBRARY) -> str:
    """What speaks against a pair."""
    said = []
    if pair.foreign:
        said.append(f"{_share(pair.foreign, pair.shared)} of the {whose.one}'s class foreign to the {whose.other}'s")
    if pair.missing:
        said.append(f"{_share(pair.missing, pair.shared)} of the {whose.other}'s missing")
    if pair.agree < pair.neighbours:
        said.append(f"{plural(pair.neighbours - pair.agree, 'neighbour')} elsewhere in the {whose.other}")
    return "; ".join(said) or "nothing"


def write(page: Page, found: Sequence[tuple[Fact, ClassPair]], names: SourceNames, whose: Whose = LIBRARY) -> None:
    """All pairs of one family for a terminal: a table of all, then each with what it rests on.

    Args:
        page: to write on.
        found: the pairs.
        names: of the source.
        whose: what the sides are called.
    """
    page.line()
    width = page.beside(3, 8) - 9
    page.row(
        [
            ("", 3, ""),
            (_HOW_MUCH, 8, "bold"),
            (f"the class of the {whose.one}, and of the {whose.other}", width, "bold"),
        ]
    )
    for _, pair in found:
        foreign = 100 * pair.foreign / max(1, pair.shared + pair.foreign)
        page.row(
            [
                (f"{pair.rank}.", 3, ""),
                (f"{100 - foreign:.0f} %", 8, "red" if foreign > 50 else ""),
                (visible(_names(pair), _CELL), page.beside(3, 8), ""),
            ]
        )
    said = (
        f"{_HOW_MUCH.capitalize()}: what of the {whose.one}'s class the {whose.other}'s has too. Most evidence first."
    )
    page.paragraph(said, "dim")
    for fact, pair in found:
        _write(page, fact, pair, names.beside(pair.app_class), whose)


def _write(page: Page, fact: Fact, pair: ClassPair, was: str, whose: Whose) -> None:
    """One pair; `was` says what its class was called in the source."""
    page.line()
    of = f" ({versions(pair)})" if versions(pair) else ""
    page.paragraph(visible(f"{pair.rank}. {_names(pair, was)}{of}", _CELL), "bold")
    at = f"@{fact.place.offset}" if fact.place.offset >= 0 else ""
    page.paragraph(visible(f"{fact.place.entry}{at}; for: {speaks(pair)}", _CELL), indent=3)
    page.paragraph(visible(f"against: {against(pair, whose)}", _CELL), indent=3)
    shown = telling(pair.tokens)
    for item in shown:
        at = f"  @{item.place.offset}" if item.place else ""
        page.row([
            ("", 1, ""), (item.form, 8, "dim"),
            (visible(f"{told(item)}  ({rarity(item)}){at}", _CELL), page.beside(1, 8), ""),
        ])  # fmt: skip
    if pair.shared > len(shown):
        page.paragraph(f"and {pair.shared - len(shown):,} more", "dim", indent=3)


def _names(pair: ClassPair, was: str = "") -> str:
    """Which class is which; a class that kept its name is named once."""
    if pair.app_class == pair.library_class:
        return f"{dotted(pair.app_class)}{was}, name kept"
    return f"{dotted(pair.app_class)}{was} is {dotted(pair.library_class)}"


def _share(part: int, shared: int) -> str:
    """A number of things with their share of all that a class has."""
    return f"{part:,} ({100 * part / (part + shared):.0f} %)"
