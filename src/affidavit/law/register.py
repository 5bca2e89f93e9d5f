"""The register: every measure with its events made ready, and what is needed to find those that reach a question."""

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec.structs import replace

from affidavit.knowledge import load
from affidavit.law.dates import begun
from affidavit.law.steps import Path, paths_of, with_ancestors
from affidavit.law.vocabulary import Jurisdiction, Jurisdictions, SourceList, Vocabulary
from affidavit.model.entity import App, Entities, Organisation
from affidavit.model.errors import KnowledgeError
from affidavit.model.measure import Event, Measure, OpenQuestion, Source


class Register:
    """Measures and what they speak of. Measures are kept by jurisdiction code, then id, so that file order is nothing.

    Attributes:
        measures, apps, organisations, jurisdictions: by id or code.
        sources: shared documents by id; `source` also looks into the measure's own.
        paths: provision id -> its path.
        events: event id -> (event, its measure).
        children: measure id -> ids of measures that depend on it.
        asked: measure id -> its open questions and those of measures on which it depends, each with its time zone.
        first: instant at which the earliest event of all became public.
        begun, updated: earliest and latest date at which anything was recorded, as written.
    """

    def __init__(
        self,
        measures: Iterable[Measure],
        *,
        vocabulary: Vocabulary,
        jurisdictions: Mapping[str, Jurisdiction],
        apps: Mapping[str, App],
        organisations: Mapping[str, Organisation],
        sources: Mapping[str, Source],
    ) -> None:
        """Make every event ready.

        Raises:
            KnowledgeError: a measure's jurisdiction is unknown.
            UsageError: a date is none.
        """
        self.vocabulary, self.jurisdictions = vocabulary, jurisdictions
        self.apps, self.organisations, self.sources = apps, organisations, sources
        ordered = sorted(measures, key=lambda item: (item.jurisdiction, item.id))
        self.measures = {measure.id: measure for measure in ordered}
        self.events: dict[str, tuple[Event, Measure]] = {}
        self.paths: dict[str, Path] = {}
        self.children: dict[str, list[str]] = {}
        self.asked: dict[str, list[tuple[OpenQuestion, str]]] = {}
        for measure in ordered:
            parents = [(parent, self.zone(parent.jurisdiction)) for parent in with_ancestors(measure, self.measures)]
            self.paths |= paths_of(measure, self.zone(measure.jurisdiction), parents)
            self.asked[measure.id] = [
                (asked, self.zone(item.jurisdiction))
                for item in (measure, *(parent for parent, _ in parents))
                for asked in item.open_questions
            ]
            self.events |= {event.id: (event, measure) for event in measure.events}
            for parent, _ in parents:
                self.children.setdefault(parent.id, []).append(measure.id)
        self.first = min((step.public for path in self.paths.values() for step in path.steps), default=0)
        records = [event.recorded_at or measure.recorded_at for event, measure in self.events.values()]
        self.begun, self.updated = min(records, default=""), max(records, default="")

    def zone(self, code: str) -> str:
        """The time zone of a jurisdiction.

        Raises:
            KnowledgeError: the code is unknown.
        """
        known = self.jurisdictions.get(code)
        if known is None:
            raise KnowledgeError(f"unknown jurisdiction {code!r}", advice="run `affidavit knowledge lint`")
        return known.timezone

    def around(self, code: str) -> tuple[str, ...]:
        """A jurisdiction and those around it, innermost first."""
        found = [code]
        while (parent := self.jurisdictions[found[-1]].parent) and parent not in found:
            found.append(parent)
        return tuple(found)

    def source(self, source: str, measure: Measure | None = None) -> Source | None:
        """A document by id, the measure's own before the shared ones."""
        own = measure.sources.get(source) if measure is not None else None
        return own or self.sources.get(source)

    def operator(self, app: str, on: int, known: int, jurisdictions: tuple[str, ...]) -> str:
        """Who ran an app at an instant in a jurisdiction (or one around it), so far as known: an organisation's id."""
        found = "unknown"
        for entry in self.apps[app].operators:
            zone = self.zone(entry.in_ or jurisdictions[-1])
            here = not entry.in_ or entry.in_ in jurisdictions
            public = begun(entry.public_at or entry.from_, zone, known)
            if here and public and begun(entry.from_, zone, on):
                found = entry.operator
        return found


@cache
def register() -> Register:
    """The register of the compiled knowledge.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    entities = tuple(load("entities", Entities).values())
    return Register(
        load("measures", Measure).values(),
        vocabulary=load("law", Vocabulary)["vocabulary"],
        jurisdictions=load("jurisdictions", Jurisdictions)["known"].jurisdictions,
        apps=_with_marks(entities),
        organisations={key: body for file in entities for key, body in file.organisations.items()},
        sources={key: item for file in load("sources", SourceList).values() for key, item in file.sources.items()},
    )


def _with_marks(files: tuple[Entities, ...]) -> dict[str, App]:
    """Every app with its marks, which lie in a file of their own."""
    marks = {key: item for file in files for key, item in file.marks.items()}
    return {key: replace(app, marks=marks.get(key, app.marks)) for file in files for key, app in file.apps.items()}
