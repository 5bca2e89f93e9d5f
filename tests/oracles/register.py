"""The register read the slow, obvious way: the reading rules applied to the measures as written, each time anew.

Nothing is prepared, remembered or shared with `affidavit.law`. Times are aware datetimes in UTC.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from affidavit.knowledge import load
from affidavit.model.determination import Question
from affidavit.model.entity import App, Entities
from affidavit.model.measure import Block, End, Event, Exemption, Forbear, Measure, Provision, Schedule, Unblock

FOREVER = datetime.max.replace(tzinfo=UTC)
ENDINGS = ["REVOKED", "RESCINDED", "LIFTED", "SET_ASIDE", "EXPIRED"]
LIVING = ["PROHIBITED", "PROHIBITED_NOT_ENFORCED", "UNCERTAIN", "ENJOINED", "ANNOUNCED_NOT_EFFECTIVE"]
LIVING += ["AUTHORITY_ONLY", "EXCEPTED"]
WEAKNESS = " HML"


class Heard(NamedTuple):
    """An event as a provision hears of it: its own, or the end of a measure on which it depends."""

    event: Event
    public: datetime
    zone: str
    inherited: bool


class Verdict(NamedTuple):
    """How one provision or exception stands."""

    outcome: str
    events: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    forbearances: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    blocked: bool = False
    contested: bool = False
    ended: datetime | None = None
    measure: str = ""
    exception: str = ""
    limit: bool = False


class Reply(NamedTuple):
    """The answer; `confidence` is what the headline rests on, taking an exception to rest on `verdicts`' events."""

    headline: str
    decisive: set[str]
    verdicts: dict[str, Verdict]
    operator: str
    confidence: str


def moment(text: str, zone: str, edge: str) -> datetime:
    """R4: a day means its start, its noon or its last second, on the clock of a zone; a month, its last day."""
    if "T" in text:
        made = datetime.fromisoformat(text)
        return (made if made.tzinfo else made.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    year, month = int(text[:4]), int(text[5:7])
    day = int(text[8:]) if len(text) == 10 else monthrange(year, month)[1]
    start = datetime(year, month, day, tzinfo=ZoneInfo(zone))
    if edge == "noon":
        return start.replace(hour=12).astimezone(UTC)
    if edge == "end":
        return (start + timedelta(days=1)).astimezone(UTC) - timedelta(seconds=1)
    return start.astimezone(UTC)


class Naive:
    """The reading rules over measures and what they speak of, all as written in the files."""

    def __init__(
        self,
        measures: Iterable[Measure],
        actors: Mapping[str, Any],
        jurisdictions: Mapping[str, Any],
        apps: Mapping[str, App],
    ) -> None:
        self.measures = {item.id: item for item in measures}
        self.actors, self.jurisdictions, self.apps = actors, jurisdictions, apps

    @classmethod
    def of_knowledge(cls) -> "Naive":
        """The compiled knowledge."""
        apps = {key: app for file in load("entities", Entities).values() for key, app in file.apps.items()}
        return cls(
            load("measures", Measure).values(),
            load("law", dict)["vocabulary"]["actors"],
            load("jurisdictions", dict)["known"]["jurisdictions"],
            apps,
        )

    def ask(self, question: Question) -> Reply:
        """R8: all that stands in the way, and one word over it."""
        around = self.around(question.jurisdiction)
        operator = self.operator(question, around)
        aimed = [
            item
            for item in self.measures.values()
            if item.jurisdiction in around
            and (
                question.app in item.targets.apps
                or (item.targets.every_app_of_operators and operator in item.targets.operators)
            )
        ]
        verdicts: dict[str, Verdict] = {}
        for measure in aimed:
            verdicts |= self.provisions(measure, question)
            verdicts |= self.exceptions(measure, question)
        headline, decisive = self.headline(verdicts)
        confidence = self.confidence(verdicts, decisive, question)
        return Reply(headline, decisive, verdicts, operator, confidence)

    def around(self, code: str) -> list[str]:
        """A jurisdiction and those that contain it."""
        parent = self.jurisdictions[code].get("parent")
        return [code, *(self.around(parent) if parent else [])]

    def zone(self, measure: Measure) -> str:
        return self.jurisdictions[measure.jurisdiction]["timezone"]

    def operator(self, question: Question, around: list[str]) -> str:
        """The last operator whose time had come and was known."""
        on, known, _ = self.clocks(question, self.jurisdictions[question.jurisdiction]["timezone"])
        found = "unknown"
        for entry in self.apps[question.app].operators:
            zone = self.jurisdictions[entry.in_ or around[-1]]["timezone"]
            came = not entry.from_ or moment(entry.from_, zone, "start") <= on
            told = entry.public_at or entry.from_
            public = not told or moment(told, zone, "start") <= known
            if came and public and (not entry.in_ or entry.in_ in around):
                found = entry.operator
        return found

    @staticmethod
    def clocks(question: Question, zone: str) -> tuple[datetime, datetime, datetime]:
        """R2: legal time, public time, recorded time."""
        return (
            moment(question.on, zone, "noon"),
            moment(question.known, zone, "end") if question.known else FOREVER,
            moment(question.recorded, zone, "end") if question.recorded else FOREVER,
        )

    def ancestors(self, measure: Measure) -> list[Measure]:
        """Every measure on which one depends, each once, nearest first."""
        found: list[Measure] = []
        waiting = list(measure.depends_on)
        while waiting:
            parent = self.measures.get(waiting.pop(0))
            if parent is not None and parent not in found:
                found.append(parent)
                waiting += parent.depends_on
        return found

    def heard(self, measure: Measure, provision: Provision, question: Question) -> list[Heard]:
        """R1, R3: the events that a provision hears of, in the order in which they became public."""
        about = [
            (item, measure, False)
            for item in measure.events
            if item.applies_to == "all" or provision.id in item.applies_to
        ]
        for parent in self.ancestors(measure):
            about += [
                (item, parent, True)
                for item in parent.events
                if isinstance(item.effect, End) and item.applies_to == "all" and not item.effect.via_parent
            ]
        _, known, recorded = self.clocks(question, self.zone(measure))
        found = [
            Heard(item, moment(item.public_at, self.zone(home), "start"), self.zone(home), inherited)
            for item, home, inherited in about
            if moment(item.public_at, self.zone(home), "start") <= known
            and moment(item.recorded_at or home.recorded_at, self.zone(home), "start") <= recorded
            and (not item.apps or question.app in item.apps)
        ]
        return sorted(found, key=lambda one: one.public)

    def state(self, measure: Measure, provision: Provision, question: Question) -> Verdict | None:
        """R5, R6, R7, R9: what the known events make of a provision."""
        on, _, _ = self.clocks(question, self.zone(measure))
        told = self.heard(measure, provision, question)
        own = [one for one in told if not one.inherited]
        if not own or on < own[0].public:
            return None
        corrected = {name for one in told for name in one.event.replaces}
        told = [one for one in told if one.event.id not in corrected]
        starts = [one for one in told if isinstance(one.event.effect, Schedule)]
        blocks = [one for one in told if isinstance(one.event.effect, Block) and self.lasts(one, on)]
        lifted = {
            name
            for one in told
            if isinstance(one.event.effect, Unblock) and moment(one.event.effect.at, one.zone, "start") <= on
            for name in one.event.effect.of
        }
        blocks = [one for one in blocks if one.event.id not in lifted]
        forbearances = [one for one in told if isinstance(one.event.effect, Forbear) and self.lasts(one, on)]
        ends = self.ends(told, on)
        rests = [*starts[-1:], *([one for _, one in ends] or [*blocks, *forbearances])]
        used = [one for one in told if one in rests]
        start = starts[-1] if starts else None
        outcome = self.rule(provision.kind, start, on, blocked=bool(blocks), forborne=bool(forbearances))
        if ends:
            outcome = getattr(ends[0][1].event.effect, "reason", "")
        return Verdict(
            outcome,
            events=tuple(one.event.id for one in used),
            blocks=tuple(one.event.id for one in blocks),
            forbearances=tuple(one.event.id for one in forbearances),
            ends=tuple(one.event.id for _, one in ends),
            blocked=bool(blocks) and outcome == "ANNOUNCED_NOT_EFFECTIVE",
            contested=any(one.event.contested for one in used),
            ended=ends[0][0] if ends else None,
            measure=measure.id,
        )

    @staticmethod
    def lasts(one: Heard, on: datetime) -> bool:
        """Whether a block or a forbearance covers an instant."""
        effect = one.event.effect
        assert isinstance(effect, Block | Forbear)
        until = FOREVER if effect.until is None else moment(effect.until, one.zone, "end")
        return moment(effect.from_, one.zone, "start") <= on <= until

    @staticmethod
    def ends(told: list[Heard], on: datetime) -> list[tuple[datetime, Heard]]:
        """R7: ends that have come, earliest first; a child's record of its parent's end stands for that end."""
        came = [
            (moment(one.event.effect.at, one.zone, "start"), one) for one in told if isinstance(one.event.effect, End)
        ]
        came = [(at, one) for at, one in came if at <= on]
        records = {at for at, one in came if isinstance(one.event.effect, End) and one.event.effect.via_parent}
        kept = [(at, one) for at, one in came if not (one.inherited and at in records)]
        return sorted(kept, key=lambda pair: (pair[0], pair[1].event.id))

    @staticmethod
    def rule(kind: str, start: Heard | None, on: datetime, *, blocked: bool, forborne: bool) -> str:
        """R6 for what has not ended, but for exceptions."""
        if kind == "enabling":
            return "AUTHORITY_ONLY"
        if start is None:
            return "ANNOUNCED_NOT_EFFECTIVE"
        assert isinstance(start.event.effect, Schedule)
        times = start.event.effect.start
        if on < moment(times.earliest, start.zone, "start"):
            return "ANNOUNCED_NOT_EFFECTIVE"
        if blocked:
            return "ENJOINED"
        if on < moment(times.latest, start.zone, "start"):
            return "UNCERTAIN"
        return "PROHIBITED_NOT_ENFORCED" if forborne else "PROHIBITED"

    def provisions(self, measure: Measure, question: Question) -> dict[str, Verdict]:
        """The provisions of a measure that reach an act, exceptions and limits applied."""
        roles = {question.actor, *self.actors[question.actor].get("within", ())}
        found = {}
        for provision in measure.provisions:
            names_act = question.transaction in provision.transactions or "any_with_operator" in provision.transactions
            verdict = self.state(measure, provision, question) if names_act and roles & set(provision.actors) else None
            if verdict is None:
                continue
            if verdict.outcome not in ENDINGS:
                verdict = self.excepted(measure, provision, verdict, question)
            found[provision.id] = verdict
        return found

    def excepted(self, measure: Measure, provision: Provision, verdict: Verdict, question: Question) -> Verdict:
        """A living provision's verdict with the measure's exceptions and limit applied."""
        individual = self.actors[question.actor].get("party") == "individual"
        limit = individual and measure.limits.parties == "business_to_business_only"
        freeing = ""
        for item in measure.exceptions:
            names_act = question.transaction in item.transactions or (not item.transactions and item.context)
            covers = not item.provisions or provision.id in item.provisions
            if names_act and covers and fits(item, question):
                freeing = item.id
                break
        if not freeing and not limit:
            return verdict
        return verdict._replace(outcome="EXCEPTED", exception=freeing, limit=limit)

    def exceptions(self, measure: Measure, question: Question) -> dict[str, Verdict]:
        """The exceptions of a measure that answer for themselves: those that name the act, and those that free one."""
        freeing = {verdict.exception for verdict in self.provisions(measure, question).values()}
        found = {}
        for item in measure.exceptions:
            named = (
                question.transaction in item.transactions
                and fits(item, question)
                and self.lives(measure, item, question)
            )
            if named or (item.id in freeing and not item.transactions):
                found[item.id] = Verdict("EXCEPTED", measure=measure.id, exception=item.id)
        return found

    def lives(self, measure: Measure, item: Exemption, question: Question) -> bool:
        """Whether anything that an exception limits is alive."""
        limited = [
            provision
            for provision in measure.provisions
            if provision.kind in {"prohibition", "enabling"}
            and (not item.provisions or provision.id in item.provisions)
        ]
        states = [self.state(measure, provision, question) for provision in limited]
        return any(one is not None and one.outcome not in ENDINGS for one in states)

    def headline(self, verdicts: dict[str, Verdict]) -> tuple[str, set[str]]:
        """R8."""
        alive = {key: one for key, one in verdicts.items() if one.outcome not in ENDINGS}
        if alive:
            answering = {one.measure for one in alive.values()}
            spoken = {key: one for key, one in alive.items() if not self.passed_over(one, answering)} or alive
            word = next(word for word in LIVING if word in {one.outcome for one in spoken.values()})
            return word, {key for key, one in spoken.items() if one.outcome == word}
        if not verdicts:
            return "NOT_COVERED", set()
        last = max(one.ended for one in verdicts.values() if one.ended)
        latest = {key: one for key, one in verdicts.items() if one.ended == last}
        word = next(word for word in ENDINGS if word in {one.outcome for one in latest.values()})
        return word, {key for key, one in latest.items() if one.outcome == word}

    def passed_over(self, verdict: Verdict, answering: set[str]) -> bool:
        """Whether a power's own list answers the case."""
        children = {
            item.id for item in self.measures.values() if verdict.measure in {one.id for one in self.ancestors(item)}
        }
        return verdict.outcome == "AUTHORITY_ONLY" and bool(children & answering)

    def confidence(self, verdicts: dict[str, Verdict], decisive: set[str], question: Question) -> str:
        """The weakest of what the decisive verdicts rest on."""
        marks = [mark for key in decisive for mark in self.marks(key, verdicts[key], question)]
        return max(marks, key=WEAKNESS.index, default="")

    def marks(self, key: str, verdict: Verdict, question: Question) -> Iterator[str]:
        measure = self.measures[verdict.measure]
        homes = [measure, *self.ancestors(measure)]
        yield from (item.confidence for item in measure.provisions if item.id == key)
        yield from (item.confidence for item in measure.exceptions if item.id in {key, verdict.exception})
        for event in (event for home in homes for event in home.events if event.id in verdict.events):
            yield event.confidence
            yield from event.weaker.values() if verdict.outcome == "UNCERTAIN" else ()
        for home in homes:
            on, known, _ = self.clocks(question, self.zone(measure))
            for asked in home.open_questions:
                matters = not asked.from_ or moment(asked.from_, self.zone(home), "start") <= on
                public = not asked.public_at or moment(asked.public_at, self.zone(home), "start") <= known
                about = not asked.provisions or key in asked.provisions
                over = asked.while_it_stands and verdict.outcome in ENDINGS
                here = (not asked.apps or question.app in asked.apps) and not asked.transactions
                if asked.confidence and matters and public and about and here and not over:
                    yield asked.confidence


def fits(item: Exemption, question: Question) -> bool:
    """Whether the circumstances are those of an exception."""
    return all(question.context.get(name) in values for name, values in item.context.items())
