"""The resolver: a question in, a determination out."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from affidavit.law.confidence import event_marks, weakest
from affidavit.law.dates import instant, until
from affidavit.law.fold import Folded, View
from affidavit.law.folds import Folds
from affidavit.law.headline import headline
from affidavit.law.open_questions import bearing
from affidavit.law.reach import Reach, Reaching
from affidavit.law.register import Register
from affidavit.law.steps import Path
from affidavit.model.determination import ENDED, Determination, Outcome, Question, Standing
from affidavit.model.measure import ANSWERING, Exemption, Measure
from affidavit.wording import unknown


class _Views(dict[str, View]):
    """From where one question looks, by time zone; made when first looked up."""

    def __init__(self, make: Callable[[str], View]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, zone: str) -> View:
        return self.setdefault(zone, self._make(zone))


class Resolver:
    """Answers questions from one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._reaching = Reaching(register)
        self._folds = Folds()
        self._precedence = register.vocabulary.precedence
        self._rank = {item: place for place, item in enumerate((*register.paths, *self._exemptions()))}

    def ask(self, question: Question, without: frozenset[str] = frozenset()) -> Determination:
        """Answer a question.

        Args:
            question: names are ids of the register.
            without: ids of events to leave out.

        Raises:
            UsageError: a name is unknown, or a date is none.
        """
        self._check(question)
        around = self.register.around(question.jurisdiction)
        views = self._views(question, without)
        here = views[self.register.zone(question.jurisdiction)]
        operator = self.register.operator(question.app, here.on, here.known, around)
        reach = self._reaching.find(question.app, operator, around, question.transaction, question.actor)
        standings = self._standings(question, reach, views)
        chosen, decisive = headline(standings, self._precedence, self.register.children)
        return Determination(
            question=question,
            headline=chosen,
            decisive=decisive,
            standings=standings,
            operator=operator,
            confidence=self._confidence(standings, decisive, views),
            searched=reach.measures,
        )

    def view(self, question: Question, zone: str, without: frozenset[str] = frozenset()) -> View:
        """From where a question looks, on the clock of a time zone.

        Raises:
            UsageError: a date is none.
        """
        return View(
            instant(question.on, zone, "noon"),
            until(question.known, zone),
            until(question.recorded, zone),
            question.app,
            without,
        )

    def _standings(self, question: Question, reach: Reach, views: _Views) -> tuple[Standing, ...]:
        """How everything that reaches the question stands, in the register's order."""
        found: list[Standing] = []
        for path in reach.paths:
            folded = self._folds.fold(path, views[path.zone])
            if folded is None:
                continue
            freed = self._freed(question, path) if folded.outcome not in ENDED else None
            limit = self._limit(question, path) if folded.outcome not in ENDED else ""
            found.append(_standing(path, folded, freed, limit))
            if freed is not None and not freed.transactions:
                found.append(_exempt(path.measure, freed, folded))
        for measure, exemption in reach.exemptions:
            folded = self._alive(measure, exemption, views)
            if folded is not None and _fits(exemption.context, question.context):
                found.append(_exempt(measure, exemption, folded))
        unique = {item.provision: item for item in found}
        return tuple(sorted(unique.values(), key=lambda item: self._rank[item.provision]))

    def _freed(self, question: Question, path: Path) -> Exemption | None:
        """The first exception of the measure that frees the act from a provision."""
        for item in path.measure.exceptions:
            names_act = question.transaction in item.transactions or (not item.transactions and bool(item.context))
            covers = not item.provisions or path.provision.id in item.provisions
            if names_act and covers and _fits(item.context, question.context):
                return item
        return None

    def _limit(self, question: Question, path: Path) -> str:
        """The limit on the measure's reach that leaves the actor out, in words."""
        party = self.register.vocabulary.actors[question.actor].party
        if path.measure.limits.parties == "business_to_business_only" and party == "individual":
            return "the measure reaches dealings between businesses only"
        return ""

    def _alive(self, measure: Measure, exemption: Exemption, views: _Views) -> Folded | None:
        """The first provision that an exception limits and that has not ended; None when there is none."""
        for provision in measure.provisions:
            path = self.register.paths[provision.id]
            if provision.kind in ANSWERING and (not exemption.provisions or provision.id in exemption.provisions):
                folded = self._folds.fold(path, views[path.zone])
                if folded is not None and folded.outcome not in ENDED:
                    return folded
        return None

    def _confidence(self, standings: Iterable[Standing], decisive: tuple[str, ...], views: _Views) -> str:
        """The weakest of what the headline rests on; empty when nothing reaches the act."""
        return weakest(
            "", *(mark for item in standings if item.provision in decisive for mark in self._marks(item, views))
        )

    def _marks(self, standing: Standing, views: _Views) -> Iterator[str]:
        """The confidence of each thing that a standing rests on."""
        measure = self.register.measures[standing.measure]
        path = self.register.paths.get(standing.provision)
        if path is not None:
            yield path.provision.confidence
        if path is None or standing.exception:
            named = {standing.provision, standing.exception}
            yield from (item.confidence for item in measure.exceptions if item.id in named)
        yield from event_marks((self.register.events[event][0] for event in standing.events), standing.outcome)
        if self.register.asked[measure.id]:
            view = views[self.register.zone(measure.jurisdiction)]
            yield from (asked.confidence for asked in bearing(self.register, standing, view))

    def _views(self, question: Question, without: frozenset[str]) -> _Views:
        return _Views(lambda zone: self.view(question, zone, without))

    def _exemptions(self) -> Iterator[str]:
        return (item.id for measure in self.register.measures.values() for item in measure.exceptions)

    def _check(self, question: Question) -> None:
        """Refuse names that the register does not have."""
        words = self.register.vocabulary
        _known("app", question.app, self.register.apps)
        _known("transaction", question.transaction, words.transactions)
        _known("actor", question.actor, words.actors)
        _known("jurisdiction", question.jurisdiction, self.register.jurisdictions)


def _known(what: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise unknown(what, name, names)


def _fits(wanted: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> bool:
    """Whether the circumstances are those of an exception."""
    return all(given.get(name) in values for name, values in wanted.items())


def _standing(path: Path, folded: Folded, freed: Exemption | None, limit: str) -> Standing:
    """A provision's standing: what its events make of it, unless an exception or a limit frees the act."""
    return Standing(
        provision=path.provision.id,
        measure=path.measure.id,
        outcome=Outcome.EXCEPTED if freed or limit else folded.outcome,
        events=folded.events,
        blocks=folded.blocks,
        forbearances=folded.forbearances,
        ends=tuple(event for _, event, _ in folded.ends),
        exception=freed.id if freed else "",
        limit=limit,
        blocked=folded.blocked,
        contested=folded.contested,
        ended_at=folded.ends[0][0] if folded.ends else None,
    )


def _exempt(measure: Measure, exemption: Exemption, folded: Folded) -> Standing:
    """An exception's standing; `folded` is a provision that it limits."""
    return Standing(exemption.id, measure.id, Outcome.EXCEPTED, events=folded.events, exception=exemption.id)
