"""Paths through the code in words: from an entry point to a call, and from where data is read to where it goes."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from affidavit.model.bundle import Affidavit, Excerpt
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.flow import Call, Edge, Entry, Flow, FlowCoverage, Step
from affidavit.model.place import Place

Excerpts = Mapping[str, Excerpt]
"""As the bundle holds them: by entry and offset."""

SHOWN = 5
"""Flows of one finding that a page opens; the bundle has all."""

_EDGES: Mapping[Edge, str] = {
    Edge.SOURCE: "the data is read",
    Edge.USE: "is used",
    Edge.COMPUTE: "a value is made of it",
    Edge.CALL: "is handed to a method",
    Edge.RETURN: "is returned to the caller",
    Edge.STORE: "is put into a field",
    Edge.LOAD: "is taken from the field",
    Edge.ELEMENT: "is put into an array",
    Edge.MODEL: "goes through the platform or a library",
    Edge.CALLBACK: "is handed to a method that the platform calls",
    Edge.CHANNEL: "is sent to another component",
    Edge.REFLECT: "goes through a reflective call",
    Edge.THROW: "travels with an exception",
    Edge.CONTROL: "decides whether this runs",
    Edge.SAME: "the changed object is the one from here",
    Edge.SAME_ARGUMENT: "the changed object is the caller's argument",
    Edge.SAME_RESULT: "the changed object is what was returned here",
    Edge.SAME_FIELD: "the changed object is the one in the field",
    Edge.SINK: "goes out",
}
_HOW = {
    "call": "calls", "static-initialiser": "first uses a class, whose initialiser runs",
    "callback": "makes the object that the platform calls", "channel": "sends to the component",
    "reflect": "calls by reflection", "target": "the call in question",
}  # fmt: skip
_VERDICTS = {
    "proved": "proved: an abstract execution carries the data along",
    "undecided": "undecided: the path is there; whether it can be taken was not decided",
    "refuted": "refuted",
}


class Walked(Struct, frozen=True):
    """One point of a path: what happens there in words, what is meant there, and the bytes if the bundle has them."""

    words: str
    role: str
    place: Place
    excerpt: Excerpt | None

    @property
    def line(self) -> str:
        """The instruction itself, when the bundle holds it."""
        return self.excerpt.lines[self.excerpt.cited] if self.excerpt and self.excerpt.lines else ""


class Path(Struct, frozen=True):
    """One flow, ready to be laid out.

    Attributes:
        ident: the fact's id. flow: what it says. title: from what to what.
        chain: how the source is reached. steps: from there to the sink.
        verdict: in words. who, sink_who: names of the code that reads and that sends.
    """

    ident: str
    flow: Flow
    title: str
    chain: tuple[Walked, ...]
    steps: tuple[Walked, ...]
    verdict: str
    who: str
    sink_who: str


def path(fact: Fact, excerpts: Excerpts, names: Mapping[str, str]) -> Path:
    """A flow fact laid out.

    Args:
        fact: about a `Flow`.
        excerpts: of the bundle.
        names: of code, by library id.
    """
    flow = fact.what
    assert isinstance(flow, Flow)  # noqa: S101 - the caller's promise
    title = f"{api_name(flow.source_api)} → {api_name(flow.sink_api)}"
    return Path(
        fact.id,
        flow,
        f"{title} (decides a branch)" if flow.implicit else title,
        tuple(chain_points(flow.chain, excerpts)),
        tuple(step_points(flow.steps, excerpts)),
        _VERDICTS[flow.verdict],
        names.get(flow.who, flow.who),
        names.get(flow.sink_who, flow.sink_who),
    )


def flows_of(finding: Finding, facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """The flows that a finding names: those from its places, and those that its rule asks for; by id, each once."""
    leaves, stack = list(finding.flows), [finding.proof]
    while stack:
        node = stack.pop()
        leaves += node.facts
        stack += node.children
    found = (facts[ident] for ident in dict.fromkeys(leaves) if ident in facts)
    return tuple(fact for fact in found if isinstance(fact.what, Flow))


def step_points(steps: Iterable[Step], excerpts: Excerpts) -> Iterator[Walked]:
    """Points of a flow."""
    for step in steps:
        words = _EDGES[step.edge] + (f" ({step.effect})" if step.effect else "")
        yield Walked(words, step.role, step.place, excerpt_at(step.place, excerpts))


def chain_points(chain: Iterable[Call], excerpts: Excerpts) -> Iterator[Walked]:
    """Links of a chain from an entry point."""
    for call in chain:
        yield Walked(_HOW.get(call.how, call.how), "", call.place, excerpt_at(call.place, excerpts))


def entry_words(entry: Entry) -> str:
    """Where a chain starts: ``activity com.x.Main, onCreate(Landroid/os/Bundle;)V (manifest)``."""
    component = entry.component.removeprefix("L").removesuffix(";").replace("/", ".")
    return f"{entry.kind} {component}, {entry.method} ({entry.declared})"


def api_name(api: str) -> str:
    """``TelephonyManager.getDeviceId`` of ``Landroid/telephony/TelephonyManager;->getDeviceId()...``."""
    owner, _, member = api.partition("->")
    short = owner.removesuffix(";").rpartition("/")[2] or owner
    name = member.partition("(")[0].partition(":")[0]
    return f"{short}.{name}" if name else short


def excerpt_at(place: Place, excerpts: Excerpts) -> Excerpt | None:
    """The bytes at a place, if the bundle holds them."""
    return excerpts.get(f"{place.entry}@{place.offset}")


def coverage_of(affidavit: Affidavit) -> FlowCoverage | None:
    """What the search for flows looked at; None when there was none."""
    found = (fact.what for fact in affidavit.facts if isinstance(fact.what, FlowCoverage))
    return next(found, None)
