"""Paths through the code: from an entry point to a call, and from where data is read to where it goes."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from affidavit.model.place import Place


class Edge(StrEnum):
    """How one step follows from the one before it. Each kind can be checked by reading the instructions it names.

    "Operand n" is the n-th value that an instruction reads, in the order of its format, a wide pair counting once; of
    an invoke the n-th argument, the receiver first. "Parameter n" counts the receiver in the same way. The *same* kinds
    go backwards: an object was changed, and the same object is known elsewhere.
    """

    SOURCE = "source"
    """The path begins: what the source gives (a result, an operand that it fills, a parameter)."""
    USE = "use"
    """A result or parameter -> an operand of a later instruction of the method; only moves lie between."""
    COMPUTE = "compute"
    """An operand -> the result of the same instruction, which is not an invoke."""
    CALL = "call"
    """Operand n of an invoke -> parameter n of a method of the app that it can reach."""
    RETURN = "return"
    """The operand of a return -> the result of an invoke that can reach the method."""
    STORE = "store"
    """The value operand of an iput or sput -> the field."""
    LOAD = "load"
    """A field -> the result of an iget or sget."""
    ELEMENT = "element"
    """A value operand of aput or filled-new-array -> the array (an operand, or the result)."""
    MODEL = "model"
    """An operand of an invoke or a store -> its result, another operand or a store, by a library model (`effect`)."""
    CALLBACK = "callback"
    """An operand of an invoke -> a parameter of an app method that the platform calls because of it (`effect`)."""
    CHANNEL = "channel"
    """An operand of an invoke that sends (an intent, a message) -> the result or parameter that receives it."""
    REFLECT = "reflect"
    """An operand of a reflective call -> a parameter of its target, or the target's returned operand -> its result."""
    THROW = "throw"
    """The operand of a throw, or the exception of an invoke -> the result of a move-exception of the method; or the
    exception of an invoke that can reach the method."""
    CONTROL = "control"
    """The operand of a branch -> an instruction that runs, or a value chosen, only on one side of it. Or an operand of
    an invoke -> its result, where that is a boolean: it tells something of the operand and is no copy of it."""
    SAME = "same"
    """An operand (object changed there) -> the result or parameter that it is; the reverse of `use`."""
    SAME_ARGUMENT = "same-argument"
    """Parameter n -> operand n of an invoke that can reach the method; the reverse of `call`."""
    SAME_RESULT = "same-result"
    """The result of an invoke -> the operand of a return of a method that it can reach; the reverse of `return`."""
    SAME_FIELD = "same-field"
    """The result of iget or sget -> the field, or the field -> the value operand of an iput or sput."""
    SINK = "sink"
    """The path ends: the operand is one that the sink takes."""


class Step(Struct, frozen=True, omit_defaults=True):
    """One point of a path, and how it follows from the point before.

    Attributes:
        edge: an `Edge`.
        place: the instruction; its `pc` is -1 for a parameter. A field or store has the place of the instruction
            before it.
        role: what is meant at the place: ``result``, ``operand 2``, ``parameter 0``, ``exception`` (what a call ends
            with), ``field Lx/A;->f:I`` or a store of a library model (``@preferences['server']``).
        effect: for ``model`` and ``callback``, the effect as written in the library model; for ``channel`` and
            ``reflect``, the constants that decided (``class Lx/B;``, ``action x.GO``).
    """

    edge: Edge
    place: Place
    role: str
    effect: str = ""


class Call(Struct, frozen=True, omit_defaults=True):
    """One link of a chain from an entry point.

    Attributes:
        place: the instruction in the caller that leads on; in the last link, the call that the chain is about.
        how: ``call``, ``static-initialiser``, ``callback`` (the place makes the object that the platform calls),
            ``channel``, ``reflect``; ``target`` in the last link.
    """

    place: Place
    how: str


class Entry(Struct, frozen=True, omit_defaults=True):
    """Where a chain starts.

    Attributes:
        kind: ``activity``, ``service``, ``receiver``, ``provider``, ``application``, ``exported-method`` (a library's).
        component: class descriptor.
        method: name and descriptor.
        declared: why it can be entered (``manifest``, ``layout``, ``callback``).
    """

    kind: str
    component: str
    method: str
    declared: str = "manifest"


class Beside(Struct, frozen=True):
    """A call beside a path that belongs to its source or sink.

    Attributes:
        api: the method, as smali writes it. place: the call.
    """

    api: str
    place: Place


Verdict = Literal["proved", "undecided", "refuted"]


class Flow(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="flow"):
    """Data that goes from a source to a sink. The fact's place is the source.

    Attributes:
        source, sink: ids in ``knowledge/flow_sources`` and ``knowledge/flow_sinks``.
        category: mission category of the data (``location``). sink_kind: ``network``, ``log``, ``file`` ...
        source_api, sink_api: the methods or fields, as smali writes them.
        sink_place: the instruction of the sink.
        verdict: ``proved`` when an abstract execution carries the data along, ``undecided`` when none decided it.
        why: the reason of the verdict, one sentence.
        implicit: the data decides a branch and is not itself copied.
        steps: the path, from source to sink.
        entry, chain: how the source is reached.
        who: library id of the code that reads, ``own`` or ``other``. sink_who: the same of the code that sends.
        value: what is known of the target's text (``https://x.example/`` + hole), empty when nothing is.
        asked: calls that gave what the data is taken from (a message made of received bytes), the nearest first.
        sent: calls on what the sink gives (a connection) that carry the data out.
    """

    source: str
    category: str
    source_api: str
    sink: str
    sink_kind: str
    sink_api: str
    sink_place: Place
    verdict: Verdict
    why: str
    steps: tuple[Step, ...]
    entry: Entry | None = None
    chain: tuple[Call, ...] = ()
    implicit: bool = False
    who: str = ""
    sink_who: str = ""
    value: str = ""
    asked: tuple[Beside, ...] = ()
    sent: tuple[Beside, ...] = ()


class Reached(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="reached"):
    """A sensitive call that an entry point leads to, with a shortest chain. The fact's place is the call.

    Attributes:
        source: id in ``knowledge/flow_sources``. api: the method or field. category: of the data.
        who: library id of the code that calls, ``own`` or ``other``.
    """

    source: str
    category: str
    api: str
    entry: Entry
    chain: tuple[Call, ...]
    who: str = ""


class FlowCoverage(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="flow-coverage"):
    """What the search for flows looked at. All numbers are counts.

    Attributes:
        entries: entry points. methods: with code. reached: that some entry point leads to. analysed: whose values were
            followed. sources, sinks: places found among them. calls: sensitive calls. unreached: of these, not reached.
        proved, undecided, refuted: candidates by verdict; refuted ones are not listed as flows.
        categories: of the data that is read at the sources, sorted.
    """

    entries: int
    methods: int
    reached: int
    analysed: int
    sources: int
    sinks: int
    calls: int = 0
    unreached: int = 0
    proved: int = 0
    undecided: int = 0
    refuted: int = 0
    categories: tuple[str, ...] = ()
