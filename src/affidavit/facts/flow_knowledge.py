"""What is sensitive and what sends: ``knowledge/flow_sources`` and ``knowledge/flow_sinks``, ready to look up.

Their shape is in `affidavit.facts.flow_schema`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar

from affidavit import knowledge
from affidavit.dalvik.descriptors import descriptor
from affidavit.facts.flow_schema import FORMS, Form, Sink, SinkDocument, Source, SourceDocument

T = TypeVar("T")

_BUNDLED = ("Landroid/support/", "Landroid/arch/")
_PLATFORM = ("Landroid/", "Ljava/")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a member means: the data of `what`, at `gives`; with a form, only for some texts in `operand`.

    `copied_by` is as in `Match`.
    """

    what: str
    gives: str
    form: str = ""
    operand: int = -1
    narrow: bool = False
    copied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """What a method does with its operands; `refined` as in `Sink`, `sent` as in `Taking`."""

    what: str
    takes: tuple[int, ...] | Literal["all"]
    target: int = -1
    refined: str = ""
    sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """What a stream's origin means: the sink, or the operand that is the stream beneath."""

    what: str
    wraps: int


Key = tuple[str, str]
"""Descriptor of a class, and a member's name."""


@dataclass(frozen=True)
class FlowKnowledge:
    """Everything by descriptor and name.

    Attributes:
        sources, sinks: by id. category: of a source. kind, leaves: of a sink.
        calls, fields, parameters: readings. uri_fields: ids of sources. texts: form -> (text, id of a source).
        text_fields: kind of field -> id. writes: sinks. origins: of streams, by call or field.
        in_memory: descriptors. sends: id of the sink of intents, empty when there is none.
    """

    sources: dict[str, Source]
    sinks: dict[str, Sink]
    category: dict[str, str]
    kind: dict[str, str]
    leaves: dict[str, str]
    calls: dict[Key, tuple[Reading, ...]]
    fields: dict[Key, tuple[Reading, ...]]
    parameters: dict[Key, tuple[Reading, ...]]
    uri_fields: dict[Key, str]
    texts: dict[str, tuple[tuple[str | int, str], ...]]
    text_fields: dict[str, str]
    writes: dict[Key, tuple[Writing, ...]]
    origins: dict[Key, Stream]
    in_memory: frozenset[str]
    sends: str


def is_platform(name: str) -> bool:
    """Whether a descriptor is a class that only the platform may define for its entries to hold."""
    return name.startswith(_PLATFORM) and not name.startswith(_BUNDLED)


@cache
def flow_knowledge() -> FlowKnowledge:
    """All of it, read once per process.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    sources = knowledge.load("flow_sources", SourceDocument)
    sinks = knowledge.load("flow_sinks", SinkDocument)
    return compile_knowledge(
        [document for _, document in sorted(sources.items())], [document for _, document in sorted(sinks.items())]
    )


def compile_knowledge(sources: list[SourceDocument], sinks: list[SinkDocument]) -> FlowKnowledge:
    """Turn documents into tables."""
    read = [item for document in sources for item in document.sources]
    written = [(document, item) for document in sinks for item in document.sinks]
    forms = [form for document in sources for form in document.forms]
    return FlowKnowledge(
        sources={item.id: item for item in read},
        sinks={item.id: item for _, item in written},
        category={item.id: document.category for document in sources for item in document.sources},
        kind={item.id: document.kind for document, item in written},
        leaves={item.id: document.leaves for document, item in written},
        calls=_grouped((*_members(read, "calls"), *_formed(forms))),
        fields=_grouped(_members(read, "fields")),
        parameters=_grouped(_members(read, "parameters")),
        uri_fields={key: reading.what for key, reading in _members(read, "uri_fields")},
        texts={form: tuple(_texts(read, form)) for form in FORMS},
        text_fields={item.text_fields: item.id for item in read if item.text_fields},
        writes=_grouped(_writings([item for _, item in written])),
        origins=dict(_origins([item for _, item in written])),
        in_memory=frozenset(descriptor(name) for document in sinks for name in document.in_memory),
        sends=next((item.id for _, item in written if item.sends), ""),
    )


def _members(sources: Iterable[Source], attribute: str) -> Iterator[tuple[Key, Reading]]:
    for source in sources:
        for match in getattr(source, attribute):
            for name in match.names:
                yield (descriptor(match.class_), name), Reading(source.id, match.gives, copied_by=match.copied_by)


def _formed(forms: Iterable[Form]) -> Iterator[tuple[Key, Reading]]:
    for form in forms:
        for name in form.names:
            yield (descriptor(form.class_), name), Reading("", form.gives, form.form, form.operand, form.narrow)


def _texts(sources: Iterable[Source], form: str) -> Iterator[tuple[str | int, str]]:
    for source in sources:
        for text in getattr(source, form, ()):
            yield text, source.id


def _writings(sinks: Iterable[Sink]) -> Iterator[tuple[Key, Writing]]:
    for sink in sinks:
        for taking in sink.calls:
            for name in taking.names:
                yield (
                    (descriptor(taking.class_), name),
                    Writing(sink.id, taking.takes, taking.target, sink.refined, taking.sent),
                )


def _origins(sinks: Iterable[Sink]) -> Iterator[tuple[Key, Stream]]:
    for sink in sinks:
        for origin in sink.origins:
            for name in (*origin.names, *origin.fields):
                yield (descriptor(origin.class_), name), Stream(sink.id, origin.wraps)


def _grouped(pairs: Iterable[tuple[Key, T]]) -> dict[Key, tuple[T, ...]]:
    found: dict[Key, tuple[T, ...]] = {}
    for key, item in pairs:
        found[key] = (*found.get(key, ()), item)
    return found
