"""The law that an affidavit holds, arranged for a reader: by listed app, histories as stretches of time in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from affidavit.model.binding import Applicable, Binding, LawRecord, Provided
from affidavit.model.bundle import Affidavit
from affidavit.model.history import Segment, Track
from affidavit.model.measure import CONFIDENCE
from affidavit.report.dates import written
from affidavit.report.overview import file_names
from affidavit.report.paths import word
from affidavit.report.text import visible
from affidavit.wording import plural

NOTHING_BOUND = (
    "No mark of a listed app was found. This says what was compared, not that no measure concerns the app: a measure"
    " can reach whoever runs an app, whatever its name."
)
NAMES_DECIDE = (
    "Names decide here, and code that was recognised without its names. Other products of the same groups, such as"
    " advertising or crash reports, are not the listed app's code and are not compared."
)
_KINDS = {
    "package": "package name",
    "signer": "signing certificate",
    "developer": "developer's name",
    "library": "known library, by its names",
    "code": "known library, by its code",
    "domain": "domain",
    "name": "package name of another app",
    "scheme": "scheme of addresses of another app",
}


class Stretch(Struct, frozen=True):
    """A stretch of time with one outcome, in words. `end` is empty while it lasts."""

    outcome: str
    start: str
    end: str


class Row(Struct, frozen=True):
    """One provision, in words.

    Attributes:
        track: its history.
        standing: how it stands at the register's last update (``ended: revoked, since 2021-06-09``).
        caveats: how sure that is, who disputes it, what is open and what nobody checked.
        stretches: the history in words.
        relations: titles of the relations by which it can come up.
    """

    track: Track
    standing: str
    caveats: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    relations: tuple[str, ...]


class AppLaw(Struct, frozen=True):
    """Everything about one listed app: how it is tied, by which marks, and the provisions."""

    name: str
    ties: tuple[Applicable, ...]
    bindings: tuple[Binding, ...]
    rows: tuple[Row, ...]


def by_app(law: LawRecord) -> tuple[AppLaw, ...]:
    """The record by listed app, each provision once, in the record's order."""
    ties: dict[str, list[Applicable]] = {}
    marks: dict[str, list[Binding]] = {}
    for tie in law.applicable:
        ties.setdefault(tie.app, []).append(tie)
    for mark in law.bindings:
        marks.setdefault(mark.app, []).append(mark)
    words = dict(law.outcomes)
    return tuple(_app(found, marks.get(app, ()), words) for app, found in ties.items())


def kind_in_words(by: str) -> str:
    """What kind of mark it is."""
    return _KINDS.get(by, by)


def in_words(stretches: Iterable[Stretch]) -> str:
    """A history as one line (``announced from 2020-09-18; blocked by a court from 2020-09-20``)."""
    return "; ".join(f"{item.outcome} from {item.start}" for item in stretches)


def summary(law: LawRecord) -> str:
    """One or two sentences for a terminal: which listed apps, by which relation and grade."""
    if not law.searched:
        return ""
    ties: dict[str, list[str]] = {}
    for item in law.applicable:
        ties.setdefault(item.title, []).append(f"{visible(_called(item), 60)} ({item.grade})")
    if ties:
        said = "; ".join(f"{title} {', '.join(names)}" for title, names in ties.items())
        return f"this file {said}; {_counted(law)}"
    gaps = f"; gaps can hide one: {', '.join(law.limitations[:3])}" if law.limitations else ""
    return f"no mark of a listed app found; {law.searched}{gaps}"


def how_to_ask(affidavit: Affidavit) -> str:
    """The command that asks what held on a date."""
    bundle, _ = file_names(affidavit)
    return f"affidavit ask --bundle {word(bundle)} --on DATE"


def _app(ties: Sequence[Applicable], marks: Sequence[Binding], words: Mapping[str, str]) -> AppLaw:
    """One listed app, from what ties the file to it; `words` are what outcomes are called."""
    found = {item.track.provision: item for tie in ties for item in tie.provisions}
    titles: dict[str, dict[str, None]] = {}
    for tie in ties:
        for item in tie.provisions:
            titles.setdefault(item.track.provision, {})[tie.title] = None
    rows = tuple(_row(item, words, tuple(titles[name])) for name, item in found.items())
    return AppLaw(_called(ties[0]), tuple(ties), tuple(marks), rows)


def _row(item: Provided, words: Mapping[str, str], relations: tuple[str, ...]) -> Row:
    stretches = tuple(_stretches(item.track, words))
    return Row(item.track, _standing(item.standing, words), tuple(_caveats(item)), stretches, relations)


def _standing(part: Segment, words: Mapping[str, str]) -> str:
    """How a provision stands, since when, and until when if that is known."""
    said = "not announced yet" if part.outcome is None else _outcome(part, words)
    since = f", since {written(part.start, offset=True)}" if part.start else ""
    return said + since + (f", until {written(part.end, offset=True)}" if part.end else "")


def _caveats(item: Provided) -> Iterator[str]:
    """What a reader must know before relying on it, the confidence first; whole sentences."""
    yield f"Confidence {CONFIDENCE.get(item.confidence, item.confidence)}."
    for label, texts in (
        ("Contested", item.contested),
        ("Open", item.open_questions),
        ("Not checked", item.unverified),
    ):
        yield from (f"{label}: {text}" if text.endswith((".", "?")) else f"{label}: {text}." for text in texts)


def _counted(law: LawRecord) -> str:
    """How many provisions the report has, and how many of them a reader should take with care."""
    found = {(tie.app, item.track.provision): item for tie in law.applicable for item in tie.provisions}.values()
    counts = (
        (sum(item.confidence == "L" for item in found), "of low confidence"),
        (sum(bool(item.contested) for item in found), "contested"),
        (sum(bool(item.open_questions) for item in found), "with open questions"),
    )
    care = ", ".join(f"{count} {what}" for count, what in counts if count)
    whom = "it" if len({tie.app for tie in law.applicable}) == 1 else "them"
    return f"the report has {plural(len(found), 'provision')} about {whom}{f' ({care})' if care else ''}"


def _called(item: Applicable) -> str:
    """The app's first name, else its id."""
    return item.names[0] if item.names else item.app


def _stretches(track: Track, words: Mapping[str, str]) -> Iterator[Stretch]:
    """The history from the first announcement on; neighbours that read the same are one."""
    open_: Stretch | None = None
    for part in track.segments:
        if part.outcome is None:
            continue
        said = _outcome(part, words)
        if open_ is not None and open_.outcome == said:
            open_ = Stretch(said, open_.start, written(part.end, offset=True))
            continue
        if open_ is not None:
            yield open_
        open_ = Stretch(said, written(part.start, offset=True), written(part.end, offset=True))
    if open_ is not None:
        yield open_


def _outcome(part: Segment, words: Mapping[str, str]) -> str:
    """An outcome in words, with what a reader must know besides."""
    said = words.get(str(part.outcome), str(part.outcome))
    blocked = ", and already blocked by a court" if part.blocked else ""
    return said + blocked + (" (contested)" if part.contested else "")
