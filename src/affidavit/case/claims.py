"""The docket: every claim with its source and date, and the decisions about their conflicts."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from affidavit.case.derive import COUNTRY
from affidavit.knowledge import load
from affidavit.law.dates import instant, until
from affidavit.law.register import Register, register
from affidavit.model.claim import Assertion, Claims, Resolution, Resolutions, Told
from affidavit.model.measure import Source

APP_KINDS = ("provision", "event", "measure", "app")
"""Kinds of subject by which a claim is about apps."""


class Docket:
    """Claims and resolutions over one register. Both are kept by id, so that file order is nothing.

    Attributes:
        told: claim id -> the claim with its source and date.
        resolutions: by id.
        documents: documents by id: the register's, those of measures, and those that claims bring along.
        dates: source id -> the date of which it speaks as the present.
        zone: time zone in which days are days.
    """

    def __init__(self, files: Iterable[Claims], decided: Iterable[Resolutions], law: Register) -> None:
        self.register = law
        self.zone = law.zone(COUNTRY)
        files = sorted(files, key=lambda file: file.of)
        own = {file.of: file.document for file in files if file.document is not None}
        self.documents: Mapping[str, Source] = own | _documents(law)
        self.dates = {file.of: file.asserted_at for file in files}
        told = (self._told(file) for file in files)
        self.told = {item.claim.id: item for item in sorted((t for many in told for t in many), key=place)}
        listed = (item for file in decided for item in file.resolutions)
        self.resolutions: Mapping[str, Resolution] = {
            item.id: item for item in sorted(listed, key=lambda item: item.id)
        }

    def by(self, known: str) -> Iterator[Told]:
        """Claims asserted by the end of a day; all when it is empty.

        Raises:
            UsageError: `known` is no date.
        """
        last = until(known, self.zone)
        for item in self.told.values():
            if instant(item.asserted_at, self.zone, "end") <= last:
                yield item

    def subjects(self, item: Told) -> set[str]:
        """What a claim is about."""
        return {*item.claim.about, *(subject for says in item.claim.says for subject in says.about)}

    def apps(self, item: Told) -> set[str]:
        """The listed apps that a claim is about: by its subjects, or by what its values name."""
        found = {app for subject in self.subjects(item) for app in self._apps_of(subject)}
        return found.union(*(self._named(says) for says in item.claim.says))

    def concerns(self, subject: str, app: str, claims: Iterable[str]) -> bool:
        """Whether a subject is about an app.

        The register decides where it knows the subject. Else a value must name the app or a measure about it, or every
        claim must be about the app.

        Args:
            subject: ``kind:name``.
            app: id of a listed app.
            claims: ids of claims about the subject.
        """
        if subject.partition(":")[0] in APP_KINDS:
            return app in self._apps_of(subject)
        told = [self.told[name] for name in claims]
        values = (says for item in told for says in item.claim.says if subject in says.about)
        return any(app in self._named(says) for says in values) or all(app in self.apps(item) for item in told)

    def _named(self, says: Assertion) -> set[str]:
        """The apps that a value names, or whose measures it names."""
        words = says.value.removeprefix("only ").split(",")
        names = [word.strip().removeprefix("not ").strip() for word in words]
        apps = {name for name in names if name in self.register.apps}
        return apps.union(*(self._apps_of(f"measure:{name}") for name in names))

    def _apps_of(self, subject: str) -> Iterable[str]:
        kind, _, name = subject.partition(":")
        law = self.register
        match kind:
            case "app":
                return (name,)
            case "provision" if name in law.paths:
                return law.paths[name].measure.targets.apps
            case "event" if name in law.events:
                return law.events[name][1].targets.apps
            case "measure" if name in law.measures:
                return law.measures[name].targets.apps
            case _:
                return ()

    def _told(self, file: Claims) -> Iterator[Told]:
        document = self.documents.get(file.of)
        title = (document.title or document.cite or document.url) if document else ""
        for claim in file.claims:
            yield Told(claim, file.of, title, claim.known_at or file.asserted_at, file.derived_from)


def place(item: Told) -> tuple[str, str, int, str]:
    """The order of claims: by source, then as numbered there."""
    head, _, tail = item.claim.id.rpartition("-")
    return item.source, head, int(tail) if tail.isdigit() else 0, tail


@cache
def docket() -> Docket:
    """The docket of the compiled knowledge.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return Docket(load("claims", Claims).values(), load("resolutions", Resolutions).values(), register())


def _documents(law: Register) -> dict[str, Source]:
    """Documents of the register and of its measures, by id."""
    own = {key: item for measure in law.measures.values() for key, item in measure.sources.items()}
    return own | dict(law.sources)
