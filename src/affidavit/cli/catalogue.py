"""Everything that the knowledge knows by an id: kinds, lists, and the things that have one id."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from affidavit.wording import plural

if TYPE_CHECKING:
    from affidavit.law.register import Register


class Thing(NamedTuple):
    """Something with an id: its kind in the plural, where it belongs (a measure, or nothing), and its title."""

    kind: str
    id: str
    within: str
    title: str
    value: Any


def things(kind: str) -> list[Thing]:
    """Everything of a kind, in the order of the knowledge.

    Args:
        kind: one of `KINDS`.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return [Thing(kind, *row) for row in KINDS[kind]()]


def called(name: str) -> list[Thing]:
    """Everything that has an id, of any kind.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return [thing for kind in KINDS for thing in things(kind) if thing.id == name]


_Rows = Iterator[tuple[str, str, str, Any]]


def _register() -> "Register":
    from affidavit.law.register import register  # noqa: PLC0415 - costs time that --help should not pay

    return register()


def _rules() -> _Rows:
    from affidavit.findings.load import rules  # noqa: PLC0415 - costs time that --help should not pay

    return ((rule.id, rule.category, rule.title, rule) for rule in rules())


def _measures() -> _Rows:
    return ((item.id, item.jurisdiction, item.title, item) for item in _register().measures.values())


def _parts(field: str, title: Callable[[Any], str]) -> Callable[[], _Rows]:
    """What measures consist of."""

    def rows() -> _Rows:
        for measure in _register().measures.values():
            yield from ((item.id, measure.id, title(item), item) for item in getattr(measure, field))

    return rows


def _by_id(field: str, title: Callable[[Any], str]) -> Callable[[], _Rows]:
    """What the register keeps by id."""

    def rows() -> _Rows:
        return ((key, "", title(item), item) for key, item in getattr(_register(), field).items())

    return rows


def _words(field: str) -> Callable[[], _Rows]:
    """What the vocabulary keeps by id."""

    def rows() -> _Rows:
        return ((key, "", item.title, item) for key, item in getattr(_register().vocabulary, field).items())

    return rows


def _used(words: str, field: str, parts: Callable[[Any], Iterable[Any]]) -> Callable[[], _Rows]:
    """Words without an explanation of their own, with the ids of what uses them."""

    def rows() -> _Rows:
        known = _register()
        every = [part for measure in known.measures.values() for part in parts(measure)]
        for word in getattr(known.vocabulary, words):
            users = [part.id for part in every if getattr(part, field) == word]
            yield word, "", f"used {plural(len(users), 'time')}", {"used_by": users}

    return rows


def _sources() -> _Rows:
    known = _register()
    yield from ((key, "", _document(item), item) for key, item in known.sources.items())
    for measure in known.measures.values():
        yield from ((key, measure.id, _document(item), item) for key, item in measure.sources.items())


def _criteria() -> _Rows:
    from affidavit.knowledge import load  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.model.criteria import Criteria  # noqa: PLC0415 - the same

    for name, file in load("criteria", Criteria).items():
        yield from ((item.id, name, item.name or item.about, item) for item in (*file.items, *file.risk_limbs))


def _summary(item: Any) -> str:
    return str(item.summary)


def _document(item: Any) -> str:
    return str(item.title or item.cite or item.url or item.note)


KINDS: dict[str, Callable[[], _Rows]] = {
    "rules": _rules,
    "measures": _measures,
    "provisions": _parts("provisions", _summary),
    "exceptions": _parts("exceptions", _summary),
    "conditions": _parts("conditions", _summary),
    "events": _parts("events", lambda item: f"{item.public_at} {item.type.replace('_', ' ')}"),
    "proceedings": _parts("proceedings", lambda item: f"{item.case} ({item.court})"),
    "apps": _by_id("apps", lambda item: ", ".join(item.names)),
    "organisations": _by_id("organisations", lambda item: str(item.name)),
    "transactions": _words("transactions"),
    "actors": _words("actors"),
    "outcomes": _words("outcomes"),
    "instruments": _used("instruments", "instrument", lambda measure: [measure]),
    "event-types": _used("event_types", "type", lambda measure: measure.events),
    "jurisdictions": _by_id("jurisdictions", lambda item: str(item.name)),
    "sources": _sources,
    "criteria": _criteria,
}
"""Kind in the plural -> what gives (id, where it belongs, title, value) of each."""
