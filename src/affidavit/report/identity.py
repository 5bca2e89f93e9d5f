"""Whose code is in it, told by the code and not by names: statements, pairs of classes, what was compared."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from affidavit.model.bundle import Excerpt
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, StatedVersion
from affidavit.model.fact import Fact
from affidavit.model.place import Place
from affidavit.report.overview import Facts
from affidavit.report.pairs import Pair, pair_of
from affidavit.wording import plural

HEADS = ("Statement", "Grade", "Place", "Who", "Limits")
NOT_COMPARED = "The code was not compared with known code; names alone were looked at."
ABSENCE = "That a family is not listed means that it was not found in what was compared, not that it is not there."
PAIRS_OPENED = 10
_LISTED = 4
_DOUBTS = {
    "shared-dependency": "it may be a dependency that others carry too",
    "interface-only": "it may be an interface without its implementation",
    "name-only": "it may be that only texts name it",
    "other-family": "another family explains the same classes as well",
}
_TRIED = {
    "shared-dependency": "A dependency that others carry too",
    "interface-only": "An interface without its implementation",
    "name-only": "Texts that only name it",
    "other-family": "Another family",
}
_REGIMES = {
    "plain": "code that was not reworked",
    "shrunk": "code that was renamed and shrunk",
    "optimised": "code that was merged and inlined by an optimiser",
    "strings-hidden": "code whose texts are hidden",
}


class Family(Struct, frozen=True):
    """A family that was found, or of which too little is left, with its five columns and its first pairs."""

    what: CodeIdentity
    anchor: str
    columns: tuple[str, str, str, str, str]
    sure: str
    tried: tuple[tuple[str, str, str], ...]
    stated: tuple[str, ...]
    pairs: tuple[Pair, ...]


def families(facts: Facts, excerpts: Mapping[str, Excerpt]) -> list[Family]:
    """Families found, strongest first, then those of which too little is left."""
    pairs: dict[str, list[tuple[Fact, ClassPair]]] = {}
    for fact, pair in facts.pairs(ClassPair):
        pairs.setdefault(pair.family, []).append((fact, pair))
    return [
        _family(fact, what, f"f{number}", pairs.get(what.family, ()), excerpts)
        for number, (fact, what) in enumerate(ordered(facts), 1)
    ]


def rows(facts: Facts) -> list[tuple[str, ...]]:
    """The five columns of every family, strongest first."""
    return [columns(fact, what) for fact, what in ordered(facts)]


def ordered(facts: Facts) -> list[tuple[Fact, CodeIdentity]]:
    """Facts on families: those found before those of which too little is left, the strongest first."""
    return sorted(facts.pairs(CodeIdentity), key=_strongest)


def columns(fact: Fact, what: CodeIdentity) -> tuple[str, str, str, str, str]:
    """Statement, grade, place, who and limits of one family."""
    return statement(what), what.grade if what.decision == "found" else "", place(fact.place), who(what), limits(what)


def compared(facts: Iterable[CodeSearch]) -> str:
    """What the code was compared with, as sentences; the sentence that it was not when it was not."""
    said = [
        f"{plural(item.classes, 'class', 'classes')} of the app, {_REGIMES.get(item.regime, item.regime)}, "
        f"were compared with {plural(item.versions, 'version')} of {plural(item.families, 'family', 'families')} of "
        f"known code (index {', '.join(each[:16] for each in item.indexes)}); {item.explained:,} come from families "
        "that were found, and "
        f"{plural(item.too_little, 'family', 'families')} left too little to tell. {ABSENCE}"
        for item in facts
    ]
    return " ".join(said) or NOT_COMPARED


def statement(what: CodeIdentity) -> str:
    """What is stated of one family."""
    name = what.title or what.family
    if what.decision != "found":
        return f"Too little to tell whether code of {name} is left: {plural(what.classes, 'class', 'classes')} like it"
    share = f", {what.share / 10:.0f} % of the library's {what.of:,}" if what.of else ""
    more = f"; {plural(what.inlined, 'class', 'classes')} more inlined into others" if what.inlined else ""
    return (
        f"Contains code of {name} {versions(what)}: {plural(what.classes, 'class', 'classes')}{share}, "
        f"{plural(what.units, 'code unit')}{more}"
    ).replace(" :", ":")


def versions(what: CodeIdentity) -> str:
    """The versions that the bytes allow, of those that are known: the app's own may be one that no index has."""
    if not what.versions:
        return f"(version not told, {what.known:,} known)" if what.known > 1 else ""
    if what.allowed >= what.known > 1:
        return f"(any of {plural(what.known, 'known version')})"
    shown = list(what.versions[:_LISTED])
    more = f" and {what.allowed - len(shown):,} more" if what.allowed > len(shown) else ""
    joined = ", ".join(shown) if more or len(shown) < 2 else f"{', '.join(shown[:-1])} or {shown[-1]}"
    return f"{joined}{more} ({f'nearest of {what.known:,} known' if what.known > 1 else 'the one known version'})"


def agrees(what: CodeIdentity, stated: StatedVersion) -> str:
    """What the code says to a version that a mark states."""
    if not what.versions:
        return "the code tells no version"
    if not stated.known:
        return "no index has this version to compare with"
    return "the code allows it" if stated.allowed else "the code does not allow it"


def place(where: Place) -> str:
    """Where it shows best."""
    at = f"@{where.offset}" if where.offset >= 0 else ""
    return f"{where.entry}{at} {where.class_}".strip()


def who(what: CodeIdentity) -> str:
    """Whose code it is."""
    return ", ".join(filter(None, (what.vendor, what.form)))


def limits(what: CodeIdentity) -> str:
    """How sure it is, and what else could explain it."""
    doubts = [_DOUBTS[item.hypothesis] for item in what.tried if not item.excluded]
    return "; ".join((sure(what), *doubts))


def sure(what: CodeIdentity) -> str:
    """The probability, and how much likelier the bytes are with the family than without."""
    percent = what.probability / 10_000
    said = f"{min(percent, 99.9):.1f} %" if percent < 99.95 else "over 99.9 %"
    return f"probability {said}, evidence {what.log_ratio / 100:,.0f} nats"


def _strongest(item: tuple[Fact, CodeIdentity]) -> tuple[bool, int, str]:
    return item[1].decision != "found", -item[1].log_ratio, item[1].family


def _family(
    fact: Fact,
    what: CodeIdentity,
    anchor: str,
    pairs: Sequence[tuple[Fact, ClassPair]],
    excerpts: Mapping[str, Excerpt],
) -> Family:
    first = sorted(pairs, key=lambda item: item[1].rank)[:PAIRS_OPENED]
    return Family(
        what,
        anchor,
        columns(fact, what),
        sure(what),
        tuple(
            (_TRIED[item.hypothesis], "excluded" if item.excluded else "not excluded", item.said) for item in what.tried
        ),
        tuple(
            f"{item.coordinates} {item.version}, stated in {item.entry}; {agrees(what, item)}" for item in what.stated
        ),
        tuple(pair_of(found, pair, excerpts) for found, pair in first),
    )
