"""Whether a path through the code is one, told by reading the instructions that it names and nothing else.

`whole` and `replay` find flows; this decides which are reported. It trusts neither: it decodes by itself, follows
registers by itself, and looks at one step at a time, so that a person can repeat each step by hand. What it does not
decide: whether the steps can happen in this order in one run (`Flow.verdict` says what is known of that), whether a
branch can go this way, and, of channels and reflection, whether the constants meet in the object that is sent.
"""

import re
import struct
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from affidavit.dalvik.check.channels import reflective
from affidavit.dalvik.check.instructions import UnreadableCodeError
from affidavit.dalvik.check.kin import Kin
from affidavit.dalvik.check.links import entry_fault, link_fault
from affidavit.dalvik.check.points import Point, at, point
from affidavit.dalvik.check.rules import RULES
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.model.flow import Call, Edge, Entry, Flow, Reached, Step
from affidavit.model.place import Place

STEPS = 1_024
"""Most steps of a path, and most links of a chain."""
_BACKWARDS = frozenset({Edge.SAME, Edge.SAME_ARGUMENT, Edge.SAME_RESULT, Edge.SAME_FIELD})
_CHANGING = frozenset({Edge.SOURCE, Edge.MODEL, Edge.ELEMENT, Edge.CONTROL, Edge.CALLBACK, Edge.REFLECT})
_ERRORS = (UnreadableCodeError, ValueError, LookupError, struct.error)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a path is none.

    Attributes:
        step: number of the step, from 1; of a link, 0 of what is said of the whole. reason: one sentence.
        part: ``path`` or ``chain``.
    """

    step: int
    reason: str
    part: str = "path"


def _nothing() -> None:
    """The budget of a check that has none."""


class Checker:
    """Reads the code of one app again.

    Args:
        program: the code. framework: the platform's classes. models: what its methods do.
        declared: what the manifest declares: descriptors of components, and actions of their filters; None when nobody
            knows.
        texts: gives the texts of resources; they are asked for when neither code nor manifest hold a constant.
        check: called before each step; it may raise to stop.
    """

    def __init__(  # noqa: PLR0917 - each is one part of the app, or of what is known
        self,
        program: Program,
        framework: Framework,
        models: Models,
        declared: Collection[str] | None = None,
        texts: Callable[[], Iterable[str]] = tuple,
        check: Callable[[], None] = _nothing,
    ) -> None:
        self._declared = None if declared is None else frozenset(declared)
        self._kin = Kin(program, framework, models, self._declared or frozenset(), texts)
        self._check = check
        self._faults: dict[tuple[Step | None, Step, bool], str] = {}

    def check_flow(self, flow: Flow, place: Place) -> tuple[Refusal, ...]:
        """Why a flow is refused; nothing when it is accepted.

        Args:
            flow: the claim.
            place: where its source is said to be.
        """
        steps = flow.steps
        if not 1 < len(steps) <= STEPS:
            return (Refusal(0, f"a path has 2 to {STEPS} steps, and this one {len(steps)}"),)
        ends = steps[0].edge == Edge.SOURCE and steps[-1].edge == Edge.SINK
        if not ends or any(step.edge in {Edge.SOURCE, Edge.SINK} for step in steps[1:-1]):
            return (Refusal(0, "a path begins at its source and ends at its sink"),)
        if (steps[0].place, steps[-1].place) != (place, flow.sink_place):
            return (Refusal(0, "the path begins or ends at another place than is said of the flow"),)
        if flow.implicit != any(step.edge == Edge.CONTROL for step in steps):
            return (Refusal(0, "the path and the flow do not agree whether data decides a branch"),)
        refused = [*self._path(flow)]
        beside = (self._safely(lambda one=one: self._named(one.api, one.place)) for one in (*flow.asked, *flow.sent))  # type: ignore[misc]
        refused += [Refusal(0, fault) for fault in beside if fault]
        if flow.entry is not None:
            refused += self.check_chain(flow.entry, flow.chain, place)
        elif flow.chain:
            refused.append(Refusal(0, "a chain starts at an entry, and none is named", "chain"))
        return tuple(refused)

    def check_reached(self, reached: Reached, place: Place) -> tuple[Refusal, ...]:
        """Why it is refused that an entry point leads to a call; nothing when it is accepted."""
        named = self._safely(lambda: self._named(reached.api, place))
        refused = [Refusal(len(reached.chain), named, "chain")] if named else []
        return (*refused, *self.check_chain(reached.entry, reached.chain, place))

    def check_chain(self, entry: Entry, chain: tuple[Call, ...], target: Place) -> tuple[Refusal, ...]:
        """Why a chain from an entry point is refused; nothing when it is accepted.

        Args:
            entry: where it starts.
            chain: its links.
            target: the place that it is about.
        """
        if not 0 < len(chain) <= STEPS or chain[-1].how != "target" or chain[-1].place != target:
            return (Refusal(0, "a chain ends at the place that it is about", "chain"),)
        first = chain[0].place
        fault = self._safely(lambda: entry_fault(self._kin, entry, first, self._declared))
        refused = [Refusal(0, fault, "chain")] if fault else []
        for number, link in enumerate(chain, 1):
            following = chain[number].place if number < len(chain) else None
            fault = self._safely(lambda link=link, following=following: self._link(link, following))  # type: ignore[misc]
            if fault:
                refused.append(Refusal(number, fault, "chain"))
        return tuple(refused)

    def _link(self, link: Call, following: Place | None) -> str:
        """Why a link does not lead on."""
        body = at(self._kin, link.place)
        if following is None:
            return ""
        return link_fault(self._kin, body, link, self._kin.body(following.class_, following.method))

    def _path(self, flow: Flow) -> list[Refusal]:
        """The refusals of the steps."""
        refused: list[Refusal] = []
        before: tuple[Step, Point] | None = None
        changed = False
        for number, step in enumerate(flow.steps, 1):
            try:
                self._check()
                here = point(self._kin, step)
                fault = self._known_fault(flow, before, (step, here), changed=changed)
            except _ERRORS as error:
                refused.append(Refusal(number, f"the step {_said(error)}"))
                before = None
                continue
            if fault:
                refused.append(Refusal(number, fault))
            changed = step.edge in _BACKWARDS or (step.edge in _CHANGING and here.kind in {"operand", "store"})
            before = step, here
        return refused

    def _known_fault(
        self, flow: Flow, before: tuple[Step, Point] | None, after: tuple[Step, Point], *, changed: bool
    ) -> str:
        """The same as `_fault`, read once for steps that many paths share; its ends are each flow's own."""
        step = after[0]
        key = (before[0] if before else None, step, changed)
        fault = self._faults.get(key)
        if fault is None:
            fault = self._fault(flow, before, after, changed=changed)
            if step.edge not in {Edge.SOURCE, Edge.SINK}:
                self._faults[key] = fault
        return fault

    def _fault(self, flow: Flow, before: tuple[Step, Point] | None, after: tuple[Step, Point], *, changed: bool) -> str:
        """Why a step does not follow from the one before it."""
        step, here = after
        if here.kind in {"field", "store"} and (before is None or before[0].place != step.place):
            return "a field or store has the place of the step before it"
        if step.edge == Edge.SOURCE:
            given = here.kind in {"result", "operand", "parameter"}
            return self._named(flow.source_api, step.place) if given else "a source gives a value"
        if step.edge == Edge.SINK and (fault := self._named(flow.sink_api, step.place)):
            return fault
        if before is None:
            return ""  # the step before was refused
        return self._follows(step, before[1], here, changed=changed)

    def _follows(self, step: Step, before: Point, here: Point, *, changed: bool) -> str:
        """Why a point does not follow from another by what a step says."""
        if step.edge != Edge.SINK and before.is_same(here):
            return "the step leads to where the path is already"
        from_callee = step.edge in _CHANGING and before.kind == "parameter"
        if (step.edge in _BACKWARDS or from_callee) and not changed:
            return "nothing was changed that could be known elsewhere"
        return RULES[step.edge](self._kin, before, here, step.effect)

    def _named(self, api: str, place: Place) -> str:
        """Why the instruction at a place does not name a method or field."""
        body = at(self._kin, place)
        class_, _, member = api.partition("->")
        if place.pc < 0:
            return "" if member in {"", body.name + body.proto} else f"the method is not {member[:120]}"
        item, unit = body.code[place.pc], body.unit
        if reflective(self._kin, body, item):
            name = re.split(r"[(:]", member, maxsplit=1)[0]
            return "" if self._kin.could_make(name) else f"the code holds no constant {name[:80]!r}"
        if item.invoke:
            owner, name, last = self._kin.called(body, item)
            named = name + last
        elif item.name.startswith(("iget", "iput", "sget", "sput")) and item.index < len(unit.field_name):
            owner, name, last = unit.field_parts(item.index)
            named = f"{name}:{last}"
        else:
            return f"{item.name} names no method or field"
        related = class_ in self._kin.above(owner) or owner in self._kin.above(class_)
        return "" if named == member and related else f"{item.name} names {owner[:120]}->{named[:120]}"

    def _safely(self, question: Callable[[], str]) -> str:
        """An answer, or what is wrong with the places that were asked about."""
        try:
            self._check()
            return question()
        except _ERRORS as error:
            return f"the place {_said(error)}"


def _said(error: Exception) -> str:
    """An error as the end of a sentence."""
    return str(error) if isinstance(error, UnreadableCodeError) else "cannot be read"
