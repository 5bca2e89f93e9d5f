"""The abstract machine: executes the app's methods on states, asks the platform about the rest, notes what it saw."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from affidavit.dalvik.replay import calls
from affidavit.dalvik.replay.body import Body, body_of
from affidavit.dalvik.replay.budget import Budget, Exhausted
from affidavit.dalvik.replay.decode import Instruction, Undecodable, decode, parameters
from affidavit.dalvik.replay.exceptions import Exceptions
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.instructions import operands, table, written
from affidavit.dalvik.replay.memory import STOPPED
from affidavit.dalvik.replay.paths import End, Frame, Path, merged_ends
from affidavit.dalvik.replay.surface import Platform, Points
from affidavit.dalvik.replay.values import (
    GUESSED,
    GUESSING,
    NONE,
    UNKNOWN,
    Taint,
    Taints,
    Value,
    implied,
    inexact,
    is_guess,
    join,
)
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph

LEAN = 3
"""Paths kept apart at one place, and ends of one call, when it is enough to see some of what can happen."""
DEPTH = 32
"""Activations one within the other."""
AGAIN = 3
"""Activations of the same method one within the other, when its arguments are not all known."""
BUDGET = "the budget of steps was used up"
RECURSION = "recursion that does not end by known values"
_OBJECTS_PER_STEP = 5
_OBJECTS_CALLED = 2
_ENTERED = 4
"""What a call by the platform costs beside its instructions: states are forked, compared and joined around it."""
_STATIC, _NATIVE = 0x8, 0x100


class Machine(Exceptions):
    """Executes. See `surface.Services` for what it does for the platform.

    Args:
        linked, graph: the program, and what can run.
        platform: behaviour of everything outside.
        points: sources and sinks.
        relevant: methods that can have to do with any of them; None for all.
        budget: steps.

    Attributes:
        hits: (source, sink, implicit) -> whether an exact execution carried the data there.
        seen: methods executed. cut: reason -> methods at which execution was broken off. unfollowed: methods
            with a call that may run what was not executed. wanted: what is still to be proved; None for all.
        given: sources that were reached. tried: sinks that were reached.
        control: data that decided what is being done right now.
        aside: methods that are executed wherever they are called, when it is lean.
        aims: method -> addresses that paths through it should come to; others are given up when it is lean.
    """

    def __init__(  # noqa: PLR0917 - what a machine is made of
        self,
        linked: Linked,
        graph: CallGraph,
        platform: Platform,
        points: Points,
        relevant: set[int] | None = None,
        budget: Budget | None = None,
    ) -> None:
        super().__init__(linked, graph, platform)
        shown = [linked.name_number(name) for name in platform.showing]
        self.points, self.relevant, self.budget = points, relevant, budget or Budget()
        self.hits: dict[tuple[int, int, bool], bool] = {}
        self.seen: set[int] = set()
        self.cut: dict[str, set[int]] = {}
        self.unfollowed: set[int] = set()
        self.wanted: set[tuple[int, int, bool]] | None = None
        self.given: set[int] = set()
        self.tried: set[int] = set()
        self._shows = frozenset(np.flatnonzero(np.isin(linked.sig_name[linked.method_sig], shown)).tolist())
        self._bodies: dict[int, Body | None] = {}
        self._operations = table(calls.invoke)
        self._stack: list[tuple[int, Sequence[Value]]] = []

    # For the platform.

    def invoke(self, state: State, method: int, args: Sequence[Value]) -> Value:
        """Execute an app method; all its normal ends are joined into `state`."""
        coarse = self.coarse
        if not self._stack:
            self.budget.begin()
        try:
            self.budget.step(_ENTERED + (len(state.objects) >> _OBJECTS_CALLED))
            known = GUESSING if args and is_guess(args[0].taint) else NONE
            ends = self.run(state, method, args, self.control | known)
            for end in ends:
                if end.thrown:
                    self.platform.uncaught(self, end.state, end.value)
        except Exhausted:
            if self._stack:
                raise
            return self._broken_off(BUDGET, state, method, args)
        finally:
            self.coarse = coarse
        normal = [end for end in ends if not end.thrown]
        if ends:
            (end,) = merged_ends([End(item.state, item.value) for item in normal or ends], 1)
            state.become(end.state)
        return end.value if normal else UNKNOWN

    def _broken_off(self, reason: str, state: State, method: int, args: Sequence[Value]) -> Value:
        """Execution ended before the method did: what it could have changed is unknown."""
        self.cut.setdefault(reason, set()).add(method)
        self.forget(state, method)
        self.unknown_elements(state, args)
        with self.under(GUESSING):
            self.platform.handed(self, state, args)
        return UNKNOWN.tainted(inexact(self.taint_of(state, args)) | GUESSED)

    @property
    def spent(self) -> bool:
        """Whether nothing more can be executed, or need be."""
        return self.budget.empty

    def invoke_on(self, state: State, receiver: Value, name: str, proto: str, args: Sequence[Value]) -> Value:
        """Call the app's overrides on the objects that `receiver` may be."""
        groups: dict[int, set[int]] = {}
        for number in sorted(receiver.refs):
            method = self.override(state.objects[number].type, name, proto, len(args))
            if method >= 0:
                groups.setdefault(method, set()).add(number)
        if not groups:
            return UNKNOWN
        certain = not receiver.opaque and sum(map(len, groups.values())) == len(receiver.refs)
        alone = certain and len(groups) == 1
        before = state if alone else state.fork()
        found, after = UNKNOWN, None if certain else before
        for row, method in enumerate(sorted(groups)):
            here = state if alone else before.fork()
            own = receiver._replace(refs=frozenset(groups[method]), const=None, opaque=False, nullable=False)
            value = self.invoke(here, method, (own, *args))
            found = join(found, value) if row else value
            after = here if after is None else after.joined(here)
        if after is not None:
            state.become(after)
        return found

    def initialise(self, state: State, descriptor: str) -> None:
        """Run the static initialiser of an app class unless it has run; those above it first."""
        if state.done.get(descriptor) or not self.types.is_app(descriptor):
            return
        for type_ in reversed(self.types.chain(descriptor)):
            if not state.done.get(self.linked.types[type_]):
                self._initialise(state, self.linked.types[type_], type_)

    def _initialise(self, state: State, descriptor: str, type_: int) -> None:
        """Run one static initialiser."""
        maybe = state.fork() if descriptor in state.done else None
        state.done[descriptor] = True
        self.begin_statics(state, descriptor)
        method = self.initialiser(type_)
        if method >= 0:
            self.invoke(state, method, ())
        if maybe is not None:
            maybe.done[descriptor] = True
            state.become(state.joined(maybe))

    @contextmanager
    def under(self, taint: Taints) -> Iterator[None]:
        """What is done inside was decided by data."""
        before, self.control = self.control, self.control | taint
        try:
            yield
        finally:
            self.control = before

    # Execution.

    def run(
        self, state: State, method: int, args: Sequence[Value], control: Taints = NONE, caller: Frame | None = None
    ) -> list[End]:
        """Execute a method.

        Args:
            state: consumed.
            method: number.
            args: receiver first, a wide argument once.
            control: data that decided that it is called.
            caller: the frame that calls.

        Returns:
            How it can end; nothing when it cannot.
        """
        if self.relevant is not None and method not in self.relevant:
            return [self.skipped(state, method, args)]
        self._show(state, method, args)
        body = self.body(method)
        if body is None:
            return [self.unknown(state, method, args)]
        if self._too_deep(method, args):
            return [End(state, self._broken_off(RECURSION, state, method, args))]
        depth = len(self._stack)
        frame = Frame(method, body, LEAN if self.lean else 4 if depth < 4 else 2 if depth < 10 else 1)
        frame.control = control
        frame.coarse, frame.lean = self.coarse, self.lean
        frame.guarded = caller is not None and (caller.guarded or caller.catching)
        self._stack.append((method, args))
        try:
            self._execute(frame, Path(self._registers(frame, method, args), state))
        finally:
            self._stack.pop()
        ends = frame.ends
        if self.lean and len(ends) > frame.limit:
            ends = ends[-frame.limit :]  # what gives up early gives up first
        return merged_ends(ends, frame.limit)

    def _show(self, state: State, method: int, args: Sequence[Value]) -> None:
        """A method that shows a layout, or has the name of one, is called: followed when only paths are tried."""
        if self.lean and method in self._shows:
            self.platform.shows(self, state, self.linked.method_text(method)[1:], args)

    def body(self, method: int) -> Body | None:
        """The code of a method with its points; None for one that has none or cannot be decoded."""
        if method not in self._bodies:
            self._bodies[method] = self._decode(method)
        return self._bodies[method]

    def _decode(self, method: int) -> Body | None:
        """Decode and mark."""
        if not self.linked.has_code[method]:
            return None
        try:
            body = body_of(decode(self.linked.unit_of(method), int(self.linked.method_row[method])))
        except Undecodable:
            self.note("code that cannot be decoded")
            return None
        for item in body.instructions:
            item.sources = self.points.sources.get((method, item.pc), [])
            item.sinks = self.points.sinks.get((method, item.pc), [])
        if method in self.aims:
            body.aim(self.aims[method])
        return body

    def _registers(self, frame: Frame, method: int, args: Sequence[Value]) -> list[Value]:
        """Registers at the beginning: the parameters are the last."""
        self.seen.add(method)
        regs = [UNKNOWN] * frame.body.registers
        at = frame.body.registers - frame.body.parameters
        sources = dict(self.points.sources.get((method, -1), ()))
        wide = self.wide_parameters(method)
        for row, value in enumerate(args):
            if at >= len(regs):
                break
            index = sources.get(f"parameter {row}", -1)
            if index >= 0:
                self.given.add(index)
                value = value.tainted(frozenset({Taint(index)}))  # noqa: PLW2901 - the parameter with its data
            regs[at] = value
            at += 2 if row in wide else 1
        return regs

    def wide_parameters(self, method: int) -> frozenset[int]:
        """Positions of parameters that take two registers, the receiver counted."""
        found = self._wide.get(method)
        if found is None:
            first = 0 if int(self.linked.method_access[method]) & _STATIC else 1
            types = parameters(self.linked.method_text(method)[2])
            found = frozenset(row + first for row, name in enumerate(types) if name in {"J", "D"})
            self._wide[method] = found
        return found

    def _too_deep(self, method: int, args: Sequence[Value]) -> bool:
        """Whether activations are nested too far."""
        if len(self._stack) >= DEPTH:
            return True
        before = [given for number, given in self._stack if number == method]
        known = any(isinstance(value.const, int) for value in args) or not any(value.opaque for value in args)
        return len(before) >= AGAIN and (not known or args in before)

    def _execute(self, frame: Frame, path: Path) -> None:
        """Run all paths to their ends."""
        frame.wait(path, 0)
        while (found := frame.next()) is not None:
            row, paths = found
            for item in paths:
                if frame.body.aims and not item.arrived and row not in frame.body.useful:
                    continue
                self.budget.step(1 + (len(item.state.objects) >> _OBJECTS_PER_STEP))
                self._walk(frame, item, row)

    def _walk(self, frame: Frame, path: Path, row: int) -> None:
        """Run one path until it waits or ends."""
        body, operations, step = frame.body, self._operations, self.budget.step
        instructions, stops, count, aims = body.instructions, body.stops, len(body.instructions), body.aims
        while True:
            item = instructions[row]
            step()
            if row in aims:
                path.arrived = True
            following = operations[item.op](self, frame, path, item)
            if path.control or frame.control or item.sources or item.sinks:
                self._mark(frame, path, item)
            if following is None:
                following = row + 1
            elif following == STOPPED:
                return
            if following >= count:
                return
            if following in stops:
                frame.arrive(path, row, following)
                return
            row = following

    def _mark(self, frame: Frame, path: Path, item: Instruction) -> None:
        """Points that are not calls, and what data decided."""
        target = written(item)
        if not calls.is_invoke(item.op):
            for role, sink in item.sinks:
                register = operands(item)[calls.position(role)]
                self.arrived(path.state, path.regs[register], sink, path.deciding | frame.control)
            for role, source in item.sources:
                register = target if role == "result" else operands(item)[calls.position(role)]
                self.given.add(source)
                if register >= 0:
                    path.regs[register] = path.regs[register].tainted(frozenset({Taint(source)}))
        if target >= 0:
            path.regs[target] = path.regs[target].tainted(path.deciding | frame.control)

    def arrived(self, state: State, value: Value, sink: int, control: Taints) -> None:
        """Data came to a sink."""
        self.tried.add(sink)
        found = state.taint_of(value) | control
        sure = found
        if is_guess(found):
            sure = NONE if is_guess(control) else state.certain(value) | control
        for taint in found - GUESSED - GUESSING:  # which are no data
            key = (taint.source, sink, taint.implicit)
            exact = taint.exact and taint in sure
            self.hits[key] = self.hits.get(key, False) or exact
            if self.wanted and exact:
                self.wanted.discard(key)
                if not self.wanted:
                    self.budget.stop()

    def decides(self, frame: Frame, path: Path, item: Instruction, taint: Taints) -> None:
        """A branch depends on data: what is done until its sides meet carries it."""
        entries = [(frame.body.meeting(item.row), implied(taint))]
        if is_guess(taint):
            # What was not done may matter as well: until the method ends, nothing is certain.
            entries = [(entries[0][0], entries[0][1] - GUESSING), (-1, GUESSING)]
        for entry in entries:
            if entry[1] and entry not in path.control:
                path.control = (*path.control, entry)

    # What is not executed.

    def unknown(self, state: State, method: int, args: Sequence[Value]) -> End:
        """A method without code that can be executed."""
        taint = self.taint_of(state, args)
        native = int(self.linked.method_access[method]) & _NATIVE
        self.note("native code" if native else "a method without code", taint)
        return End(state, UNKNOWN.tainted(inexact(taint)))

    def skipped(self, state: State, method: int, args: Sequence[Value]) -> End:
        """A method that has to do with no source or sink: what it could have changed, and calls back, is unknown."""
        self.budget.step(len(state.objects) >> _OBJECTS_CALLED)
        self._show(state, method, args)
        self.forget(state, method)
        self.unknown_elements(state, args)
        with self.under(GUESSING):
            self.platform.handed(self, state, args)
        taint = self.taint_of(state, args)
        if taint:
            self.note("code left out", taint)
        return End(state, UNKNOWN.tainted(inexact(taint) | GUESSED))

    def taint_of(self, state: State, args: Sequence[Value]) -> Taints:
        """Data in any of some values."""
        taint = NONE
        for value in args:
            taint |= state.taint_of(value)
        return taint
