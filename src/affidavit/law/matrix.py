"""Every app by every act: asked once for each role that a provision speaks to, the answers put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.confidence import weakest
from affidavit.law.headline import headline
from affidavit.law.notes import date_notes
from affidavit.law.reach import WHOLE_DEALING, aimed_at
from affidavit.law.register import Register
from affidavit.model.determination import Determination, Outcome, Question, Standing
from affidavit.model.matrix import Cell, CellStanding, Matrix
from affidavit.model.measure import Measure


def matrix(resolver: Resolver, frame: Question, apps: Sequence[str] = (), transactions: Sequence[str] = ()) -> Matrix:
    """The answers for every app and act.

    Args:
        resolver: of the register asked.
        frame: dates, jurisdiction and circumstances; its app and transaction are not looked at, its actor, where it
            is not empty, is the only one asked about.
        apps: ids of the only apps asked about; empty means all.
        transactions: the same for acts.

    Raises:
        UsageError: the jurisdiction or an app is unknown, or a date is none.
    """
    register = resolver.register
    around = register.around(frame.jurisdiction)
    chosen = tuple(apps) or tuple(register.apps)
    place = {name: index for index, name in enumerate(register.paths)}
    asked = tuple(transactions) or tuple(register.vocabulary.transactions)
    cells = tuple(cell for app in chosen for cell in _cells(resolver, replace(frame, app=app), asked, place))
    words, covered = register.vocabulary, {cell.app for cell in cells}
    spoken = {cell.transaction for cell in cells if cell.named}
    outcomes = {item.outcome for cell in cells for item in cell.standings}
    return Matrix(
        on=frame.on,
        known=frame.known,
        recorded=frame.recorded,
        jurisdiction=frame.jurisdiction,
        jurisdiction_name=register.jurisdictions[frame.jurisdiction].name,
        cells=cells,
        app_names={app: register.apps[app].names[0] for app in chosen},
        transaction_titles={name: words.transactions[name].title for name in asked},
        actor_titles={name: words.actors[name].title for name in words.actors},
        outcome_titles={Outcome(name): words.outcomes[name].title for name in words.precedence if name in outcomes},
        not_covered=tuple(app for app in chosen if app not in covered),
        silent=tuple(name for name in asked if name not in spoken),
        searched=sum(item.jurisdiction in around for item in register.measures.values()),
        updated=register.updated,
        notes=tuple(date_notes(register, resolver.view(frame, register.zone(frame.jurisdiction)), frame.jurisdiction)),
    )


def _cells(
    resolver: Resolver, frame: Question, transactions: Sequence[str], place: Mapping[str, int]
) -> Iterator[Cell]:
    """The cells of one app that are not empty. `place` orders provisions; exceptions come after them."""
    register = resolver.register
    around = register.around(frame.jurisdiction)
    view = resolver.view(frame, register.zone(frame.jurisdiction))
    operator = register.operator(frame.app, view.on, view.known, around)
    aimed = [
        item
        for item in register.measures.values()
        if item.jurisdiction in around and aimed_at(item, frame.app, operator)
    ]
    for transaction in transactions if aimed else ():
        roles = (frame.actor,) if frame.actor else _roles(aimed, transaction)
        questions = [replace(frame, transaction=transaction, actor=actor) for actor in roles]
        cell = _cell(register, [resolver.ask(question) for question in questions], place)
        if cell is not None:
            yield cell


def _roles(measures: Iterable[Measure], transaction: str) -> Sequence[str]:
    """The roles to which provisions about an act speak; everybody, when only exceptions name it."""
    found = {
        actor
        for measure in measures
        for item in measure.provisions
        if transaction in item.transactions or WHOLE_DEALING in item.transactions
        for actor in item.actors
    }
    return sorted(found) or ("any_person",)


def _cell(register: Register, answers: Sequence[Determination], place: Mapping[str, int]) -> Cell | None:
    """The answers of all roles as one; None when nothing reaches any of them."""
    order = register.vocabulary.precedence
    merged: dict[str, Standing] = {}
    for item in (item for made in answers for item in made.standings):
        known = merged.get(item.provision)
        if known is None or order.index(item.outcome) < order.index(known.outcome):
            merged[item.provision] = item
    if not merged:
        return None
    merged = {name: merged[name] for name in sorted(merged, key=lambda name: place.get(name, len(place)))}
    chosen, decisive = headline(list(merged.values()), order, register.children)
    agreeing = [made for made in answers if made.headline is chosen]
    asked = answers[0].question
    return Cell(
        app=asked.app,
        transaction=asked.transaction,
        headline=chosen,
        actors=tuple(made.question.actor for made in agreeing),
        decisive=decisive,
        standings=tuple(
            CellStanding(item.provision, item.measure, item.outcome, item.contested) for item in merged.values()
        ),
        confidence=weakest("", *(made.confidence for made in agreeing)),
        named=any(_names(register, item, asked.transaction) for item in merged.values()),
        contested=any(merged[item].contested for item in decisive),
    )


def _names(register: Register, standing: Standing, transaction: str) -> bool:
    """Whether a provision or exception names the act itself."""
    path = register.paths.get(standing.provision)
    if path is not None:
        return transaction in path.provision.transactions
    exempt: Mapping[str, tuple[str, ...]] = {
        item.id: item.transactions for item in register.measures[standing.measure].exceptions
    }
    return transaction in exempt[standing.provision]
