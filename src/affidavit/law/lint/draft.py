"""The register as its files have it, problems and all: what the checks of the linter look at."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from affidavit.law.dates import Edge, instant
from affidavit.law.roles import Roles
from affidavit.law.vocabulary import Jurisdiction, Jurisdictions, SourceList, Vocabulary
from affidavit.model.claim import Claims, Resolutions
from affidavit.model.criteria import Criteria
from affidavit.model.entity import App, Entities, Organisation
from affidavit.model.errors import UsageError
from affidavit.model.measure import Measure, Source
from affidavit.wording import nearest

SECTIONS: Mapping[str, type[Struct]] = {
    "law": Vocabulary,
    "jurisdictions": Jurisdictions,
    "sources": SourceList,
    "entities": Entities,
    "criteria": Criteria,
    "claims": Claims,
    "resolutions": Resolutions,
    "roles": Roles,
    "measures": Measure,
}
"""Section -> the type of its files."""

_LISTED = 25
_NAMES = {"exemption": "exception", "openquestion": "open question"}


class Draft(Struct, dict=True):
    """Every file by its section and its path below the knowledge folder."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """By path."""
        return dict(self.files.get("measures", {}))

    @cached_property
    def by_id(self) -> dict[str, Measure]:
        """Measures by id."""
        return {measure.id: measure for measure in self.measures.values()}

    @cached_property
    def words(self) -> Vocabulary:
        """The vocabulary; one without words when there is none."""
        return next(iter(self.files.get("law", {}).values()), Vocabulary("", "", {}, {}, (), (), (), {}))

    @cached_property
    def apps(self) -> dict[str, App]:
        """By id."""
        return {key: app for file in self.files.get("entities", {}).values() for key, app in file.apps.items()}

    @cached_property
    def organisations(self) -> dict[str, Organisation]:
        """By id."""
        files = self.files.get("entities", {}).values()
        return {key: body for file in files for key, body in file.organisations.items()}

    @cached_property
    def jurisdictions(self) -> dict[str, Jurisdiction]:
        """By code."""
        files = self.files.get("jurisdictions", {}).values()
        return {code: known for file in files for code, known in file.jurisdictions.items()}

    @cached_property
    def shared(self) -> dict[str, Source]:
        """Shared sources by id."""
        return {key: item for file in self.files.get("sources", {}).values() for key, item in file.sources.items()}

    def moment(self, measure: Measure, text: str, edge: Edge = "start") -> int | None:
        """What a date of a measure means, in seconds since 1970 UTC; None when it is no date."""
        known = self.jurisdictions.get(measure.jurisdiction)
        return moment(text, known.timezone if known else "UTC", edge)


def moment(text: str, zone: str, edge: Edge = "start") -> int | None:
    """What a date means, in seconds since 1970 UTC; None when it is no date or the zone is unknown."""
    try:
        return instant(text, zone, edge)
    except (UsageError, OverflowError, ValueError, OSError, KeyError):
        return None


def parts(item: Struct, where: str = "") -> Iterator[tuple[str, Struct]]:
    """A structure and every one inside it, each with words for where it is (``event wx-e1, effect.start``)."""
    yield where, item
    for name, value in filled(item):
        for key, child in _children(value):
            if isinstance(child, Struct):
                yield from parts(child, _label(where, name, key, child))


def filled(item: Struct) -> Iterator[tuple[str, Any]]:
    """The fields of a structure, by the names that they have in a file."""
    for name, written in zip(item.__struct_fields__, item.__struct_encode_fields__, strict=True):
        yield written, getattr(item, name)


def at(where: str, name: str = "") -> str:
    """The beginning of a message: where, and which field of it."""
    place = ", ".join(part for part in (where, name) if part)
    return f"{place}: " if place else ""


def near(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence about a name that does not exist, with the nearest that do."""
    names = sorted(set(known))
    found = nearest(name, names)
    if found:
        return f"unknown {what} {name!r}; did you mean {' or '.join(found)}?"
    if not names:
        return f"unknown {what} {name!r}; there are none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"unknown {what} {name!r}; known are {', '.join(names[:_LISTED])}{more}"


def _children(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, tuple) else ((None, value),)


def _label(where: str, name: str, key: Any, child: Any) -> str:
    """Words for where a structure is: its own id, or the field that holds it."""
    kind = type(child).__name__.lower()
    kind = _NAMES.get(kind, kind)
    if isinstance(own := getattr(child, "id", None), str):
        return f"{kind} {own}"
    if isinstance(key, str):
        return f"{kind} {key}"
    if isinstance(key, int):
        return f"{where}, {kind} {key + 1}" if where else f"{kind} {key + 1}"
    return f"{where}, {name}" if where else name
