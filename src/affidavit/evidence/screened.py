"""Records of a provider or an enterprise, and what the law asks of its role about each listed app that they touch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from affidavit.evidence.tool import VERSION
from affidavit.knowledge import digest
from affidavit.law.ask import Resolver
from affidavit.law.notes import date_notes
from affidavit.law.obligations import obligations
from affidavit.model.determination import Question
from affidavit.model.duty import Obligation
from affidavit.model.network import Strength
from affidavit.model.screening import Asked, Days, Element, Match, Records, Screening, Touched
from affidavit.network.screen import knowledge
from affidavit.wording import from_to, plural

_SURE: Final = Strength.S4
"""From this tier on a record shows what it says; below, it is a part at most."""

Read = Sequence[tuple[Records, Sequence[Match]]]
"""Files of records with what was found in each."""


class Setting(NamedTuple):
    """What is asked: the register, the question with its role and dates, and what was assumed in it.

    Attributes:
        asked: its app and transaction are not looked at.
        compared: what records were compared with, in words; `apps` is how many listed apps that is.
        walls: names of the walls around the reading; empty for none.
    """

    resolver: Resolver
    asked: Question
    compared: str
    apps: int
    walls: str = ""
    assumed: tuple[str, ...] = ()


def concluded(setting: Setting, read: Read) -> Screening:
    """The account: matches in order, apps that are touched, and what the law says of each to the role.

    Raises:
        UsageError: a name of the question is unknown, or a date is none.
    """
    register, put = setting.resolver.register, setting.asked
    files = tuple(records for records, _ in read)
    matches = _numbered(setting, [match for _, found in read for match in found])
    touched = tuple(_touched(setting, matches))
    asks = tuple(_asks(setting, touched, matches))
    view = setting.resolver.view(put, register.zone(put.jurisdiction))
    words = knowledge.ties().ties
    return Screening(
        actor=put.actor,
        role=register.vocabulary.actors[put.actor].title,
        on=put.on,
        known=put.known,
        jurisdiction=put.jurisdiction,
        files=files,
        matches=matches,
        touched=touched,
        asks=asks,
        searched=tuple(_searched(setting, files)),
        tool=VERSION,
        knowledge=digest(),
        updated=register.updated,
        walls=setting.walls,
        notes=(*setting.assumed, *date_notes(register, view, put.jurisdiction)),
        unasked=tuple(_unasked(setting, touched, asks, matches)),
        ties=tuple((tie, words[tie].title) for tie in sorted({match.tie for match in matches})),
    )


def _numbered(setting: Setting, matches: Iterable[Match]) -> tuple[Match, ...]:
    """The matches with their numbers: by app, the strongest and surest first; operators after apps."""
    names = setting.resolver.register.apps
    ordered = sorted(
        (item for item in matches if not item.app or item.app in names),
        key=lambda item: (
            not item.app, item.app or item.operator, item.tie == "names", -int(item.tier[1]), item.confidence,
            item.records, item.tie, item.selector, item.recorded, item.where,
        ),
    )  # fmt: skip
    return tuple(_of_another_day(replace(item, id=f"m{number}")) for number, item in enumerate(ordered, 1))


def _touched(setting: Setting, matches: Iterable[Match]) -> Iterator[Touched]:
    """Apps that more than a mere name touches; then those of operators that are told without any of their apps."""
    register = setting.resolver.register
    found: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        if match.tie == "names":
            continue
        for app in [match.app] if match.app else _run_by(setting, match.operator):
            found.setdefault((app, "" if match.app else match.operator), []).append(match)
    direct = {app for app, through in found if not through}
    order = list(register.apps)
    for (app, through), items in sorted(found.items(), key=lambda item: (bool(item[0][1]), order.index(item[0][0]))):
        if through and app in direct:
            continue
        also = [item for other, more in found.items() if other[0] == app and other[1] and not through for item in more]
        ids = tuple(item.id for item in (*items, *also))
        yield Touched(app, register.apps[app].names, ids, max(item.tier for item in (*items, *also)), through)


def _run_by(setting: Setting, operator: str) -> list[str]:
    """The listed apps that an organisation ran on the date, so far as known."""
    register, put = setting.resolver.register, setting.asked
    view = setting.resolver.view(put, register.zone(put.jurisdiction))
    around = register.around(put.jurisdiction)
    return [app for app in register.apps if register.operator(app, view.on, view.known, around) == operator]


def _asks(setting: Setting, touched: Iterable[Touched], matches: Iterable[Match]) -> Iterator[Asked]:
    """What is said to the role of each touched app; what is said alike of several is said once."""
    put = setting.asked
    by_id = {item.id: item for item in matches}
    groups: dict[tuple[object, ...], list[tuple[Touched, Obligation]]] = {}
    for item in touched:
        for said in obligations(
            setting.resolver, item.app, (put.actor,), put.on, put.known,
            jurisdiction=put.jurisdiction, recorded=put.recorded, context=put.context,
        ):  # fmt: skip
            groups.setdefault((_same(said), item.matches), []).append((item, said))
    made = [_asked(group, by_id) for group in groups.values()]
    yield from sorted(made, key=lambda item: not item.matches)


def _same(said: Obligation) -> tuple[object, ...]:
    """What makes two obligations one but for the app."""
    provisions = tuple((ground.standing.provision, ground.standing.outcome) for ground in said.grounds)
    task = (said.deadline.id, said.deadline.status) if said.deadline is not None else ()
    return (said.kind, said.transaction, said.outcome, provisions, said.decisive, task, said.open_questions)


def _asked(group: Sequence[tuple[Touched, Obligation]], by_id: Mapping[str, Match]) -> Asked:
    """One obligation with the matches that bear on it, and what it needs."""
    first, said = group[0]
    words = knowledge.ties()
    bearing = [by_id[name] for name in first.matches if said.transaction in words.ties[by_id[name].tie].acts]
    needed = words.elements.get(said.transaction, ()) if bearing else ()
    return Asked(
        apps=tuple(item.app for item, _ in group),
        obligation=said,
        matches=tuple(item.id for item in bearing),
        elements=tuple(_element(words_of, bearing) for words_of in needed),
    )


def _element(words: knowledge.ElementWords, matches: Iterable[Match]) -> Element:
    """How much of one element the matches show; what tells the operator alone, or another day, shows a part at most."""
    whole: list[str] = []
    part: list[str] = []
    for match in matches:
        if match.tie not in {*words.shown, *words.part, *words.direct}:
            continue
        of_kind = not words.kinds or match.kind in words.kinds
        sure = bool(match.app) and match.tier >= _SURE and match.confidence != "L" and not _elsewhen(match)
        direct = match.tie in words.direct and match.arranged == "bilateral"
        if match.tie in words.direct and match.arranged == "route server":
            continue
        (whole if sure and (direct or (match.tie in words.shown and of_kind)) else part).append(match.id)
    if whole:
        return Element(words.text, "shown", tuple(whole))
    return Element(words.text, "in part" if part else "not shown", tuple(part), words.needs)


def _unasked(
    setting: Setting, touched: Iterable[Touched], asks: Iterable[Asked], matches: Sequence[Match]
) -> Iterator[str]:
    """Matches that bear on no act about which something is said to the role: they may concern another role."""
    borne = {name for item in asks for name in item.matches}
    used = {name for item in touched for name in item.matches}
    acts, titles = knowledge.ties().ties, setting.resolver.register.vocabulary.transactions
    groups: dict[tuple[str, ...], list[str]] = {}
    for match in matches:
        if match.id in used and match.id not in borne:
            groups.setdefault(acts[match.tie].acts, []).append(match.id)
    for names, ids in groups.items():
        spoken = "; ".join(titles[name].title for name in names)
        yield f"{', '.join(ids)}: on no act about which the register speaks to this role (it would bear on: {spoken})"
    lost = sorted({item.operator for item in matches if not item.app and item.id not in used and item.tie != "names"})
    for operator in lost:
        name = setting.resolver.register.organisations[operator].name
        yield f"{name} ran no listed app there on that date, so far as the register knows"


def _searched(setting: Setting, files: Sequence[Records]) -> Iterator[str]:
    """What was compared with what, and what was not."""
    read, unread = sum(item.read for item in files), sum(item.unread for item in files)
    yield (
        f"{plural(read, 'record')} of {plural(len(files), 'file')} were compared with marks of "
        f"{plural(setting.apps, 'listed app')} and of their operators: {setting.compared}"
    )
    if unread:
        yield f"{plural(unread, 'record')} could not be read: what is in them was not compared"
    for item in files:
        yield from (f"not compared in {item.name}: {text}" for text in item.lacks)
        if item.days is not None:
            yield f"{item.name}: {_of_days(item.days)}"
    yield (
        "names and networks of the apps that the marks do not have were not searched; a record that is not in these "
        "files was not seen; one of another day shows what was so on its own day, and not on the day asked about; "
        "lists and zones, which say no day, were taken as they stand"
    )


def _of_days(days: Days) -> str:
    """How many records are of the day asked about, and how many are not."""
    dated, undated = days.before + days.on + days.after, plural(days.undated, "record")
    if not dated:
        return f"of what day its records are was not compared: {undated} without a day that can be read"
    said = (
        f"{plural(dated, 'record')} of {from_to(days.first, days.last)}: {days.on:,} of the day asked about, "
        f"{days.before:,} of earlier days, {days.after:,} of later ones"
    )
    return f"{said}; {undated} without a day that can be read" if days.undated else said


def _of_another_day(match: Match) -> Match:
    """A match that says so when it is of another day than is asked about."""
    if not _elsewhen(match):
        return match
    days = from_to(match.first, match.last)
    said = f"of {days} and not of the day asked about: that it was so on that day is not shown"
    return replace(match, caveats=(*match.caveats, said))


def _elsewhen(match: Match) -> bool:
    """Whether records of a match say their day, and none is of the one asked about."""
    return bool(match.first) and not match.on
