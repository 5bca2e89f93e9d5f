"""Checks of sources: nothing unsourced, no source that is unknown or unused, nothing from memory without saying so."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from affidavit.law.lint.dates import Messages
from affidavit.law.lint.draft import Draft, at, near, parts
from affidavit.model.claim import Claims, Resolutions
from affidavit.model.criteria import Criteria
from affidavit.model.measure import Condition, Event, Exemption, Limits, Measure, Proceeding, Provision, Source

FACTS = (Provision, Event, Exemption, Condition)
"""What has to have a source and a confidence."""


def sourced(draft: Draft) -> Messages:
    """Every fact, proceeding and limit has a source (that a fact has a confidence, the schema sees to)."""
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            stated = isinstance(item, Limits) and (item.parties or item.territory)
            if (stated or isinstance(item, (*FACTS, Proceeding))) and not getattr(item, "sources", ()):
                yield path, f"{at(where, 'sources')}is empty; name at least one source, or MEM when it is from memory"


def findable(draft: Draft) -> Messages:
    """A source says what it is, so that a reader can look for it; what is only remembered cannot."""
    for files in draft.files.values():
        for path, document in files.items():
            for where, item in parts(document):
                if isinstance(item, Source) and item.seen != "memory" and not _named(item):
                    yield path, f"{at(where)}nobody could find it; give it a cite, a title, a url or a path"


def _named(source: Source) -> bool:
    return any(text.strip() for text in (source.cite, source.title, source.url, source.path))


def known(draft: Draft) -> Messages:
    """Every source that is cited exists, in the file itself or among the shared ones."""
    owners = {key: path for path, measure in draft.measures.items() for key in measure.sources}
    for path, document in _documents(draft):
        if isinstance(document, Claims | Resolutions):  # they cite the sources of every measure; `case` checks them
            continue
        own = document.sources if isinstance(document, Measure) else {}
        for where, source in cited(document):
            if source in own or source in draft.shared:
                continue
            told = f"{near('source', source, {*own, *draft.shared})} (or describe it under sources)"
            if source in owners:
                told = f"the source {source!r} is in {owners[source]}; move it to a file of sources/ to share it"
            yield path, at(where, "sources") + told


def cited(document: Struct) -> Iterator[tuple[str, str]]:
    """Every source that a file cites, with where."""
    for where, item in parts(document):
        sources = getattr(item, "sources", ())
        if isinstance(sources, tuple):
            yield from ((where, source) for source in sources)
        if isinstance(item, Criteria):
            yield where, item.document
        if isinstance(item, Claims):
            yield where, item.of


def unused(draft: Draft) -> Messages:
    """Every source is cited by somebody who can cite it."""
    everywhere: set[str] = set()
    for _, document in _documents(draft):
        own = document.sources if isinstance(document, Measure) else {}
        everywhere.update(source for _, source in cited(document) if source not in own)
    for path, measure in draft.measures.items():
        used = everywhere.union(source for _, source in cited(measure))
        lost = (key for key in measure.sources if key not in used)
        yield from ((path, f"source {key}: is cited nowhere in this file; {_UNUSED}") for key in lost)
    for path, file in draft.files.get("sources", {}).items():
        lost = (key for key in file.sources if key not in everywhere)
        yield from ((path, f"source {key}: is cited nowhere; {_UNUSED}") for key in lost)


_UNUSED = "cite it where it belongs, or delete it"


def twice(draft: Draft) -> Messages:
    """An id stands for one document."""
    seen: dict[str, str] = {}
    for path, file in draft.files.get("sources", {}).items():
        for key in file.sources:
            if key in seen:
                yield path, f"source {key}: is in {seen[key]} too; give one of them another id"
            seen.setdefault(key, path)
    for path, measure in draft.measures.items():
        for key in measure.sources:
            if key in seen:
                yield path, f"source {key}: is shared by {seen[key]}; delete it here, or give it another id"


def memory(draft: Draft) -> Messages:
    """What is only remembered is not passed off as read."""
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            if (
                isinstance(item, FACTS)
                and item.confidence == "H"
                and not getattr(item, "unverified", ())
                and only_remembered(item.sources, measure, draft.shared)
            ):
                yield (
                    path,
                    (
                        f"{at(where)}rests on memory alone and has confidence H; lower it to M or L, "
                        "or say in unverified what has to be looked up"
                    ),
                )


def only_remembered(sources: tuple[str, ...], measure: Measure, shared: Mapping[str, Source]) -> bool:
    """Whether a fact has sources, and none of them was seen."""
    found = [measure.sources.get(key) or shared.get(key) for key in sources]
    return bool(found) and all(source is not None and source.seen == "memory" for source in found)


def _documents(draft: Draft) -> Iterator[tuple[str, Struct]]:
    """Every file that can cite a source."""
    for section, files in draft.files.items():
        if section != "sources":
            yield from files.items()
