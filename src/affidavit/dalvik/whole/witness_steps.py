"""A path through the graph as steps that can be checked one by one in the bytes."""

from collections.abc import Callable

import numpy as np

from affidavit.dalvik.whole.cfg import Flowgraph
from affidavit.dalvik.whole.edges import CHANGED, EDGES, KIND, NUMBER
from affidavit.dalvik.whole.edges_callbacks import ends
from affidavit.dalvik.whole.edges_outside import RESULT, End
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, Link, NodeKind
from affidavit.dalvik.whole.sites import APUTS, STORES
from affidavit.model.flow import Edge, Step

_CAST = 0x1F
_CONSTANTS, _RETURNS = range(0x12, 0x1D), range(0x0F, 0x12)
# Plain numbers: numpy compares its own with members of an enumeration ten times as slowly.
_PARAMETER, _INSTRUCTION, _PHI = int(NodeKind.PARAMETER), int(NodeKind.INSTRUCTION), int(NodeKind.PHI)
_RETURN, _THROWN = int(NodeKind.RETURN), int(NodeKind.THROWN)
_PLAIN = frozenset({Edge.COMPUTE, Edge.ELEMENT, Edge.STORE, Edge.CALL, Edge.LOAD})
_BACK = frozenset({Edge.SAME_ARGUMENT, Edge.SAME_FIELD})


def steps(linked: Linked, graph: Graph, calls: CallGraph, candidate: Candidate) -> tuple[Step, ...]:
    """The steps of a candidate's path, from source to sink; see `Edge` for what each says."""
    path = _Path(linked, graph, calls)
    path.walk(candidate)
    return tuple(path.said)


def is_run(candidate: Candidate) -> bool:
    """Whether the last link says only that the call of the sink runs, whatever it is given."""
    last = candidate.links[-1] if candidate.links else None
    is_control = last is not None and last.edge != CHANGED and EDGES[last.edge] is Edge.CONTROL
    return is_control and last is not None and last.site != last.target == candidate.sink.node


class _Path:
    """Says a path link by link.

    Attributes:
        said: steps so far. The last one is where the data's value comes from (a result, a parameter, a field or store),
            or, when `_pending`, an operand whose object holds the data, and whose origin is not said yet.
    """

    def __init__(self, linked: Linked, graph: Graph, calls: CallGraph) -> None:
        self.said: list[Step] = []
        self._linked, self._graph, self._code = linked, graph, calls.code
        self._pending = False
        self._chosen = False
        self._given = self._branch = -1
        self._entered: tuple[Edge, str] = (Edge.SAME_RESULT, "")

    def walk(self, candidate: Candidate) -> None:
        """All steps."""
        source, sink = candidate.source, candidate.sink
        self._say(Edge.SOURCE, source.node, source.role)
        self._pending = source.role.startswith("operand")
        runs = is_run(candidate)
        for link in candidate.links[: len(candidate.links) - runs]:
            self._follow(link)
        if runs:
            link = candidate.links[-1]
            self._settle(link.origin)
            self._use(link.site, self._position(link.site, link.origin))
            self._chosen = True
        last = candidate.links[-1].target if candidate.links else self._operand(source.node, _number(source.role))
        if not self._chosen:
            self._settle(last)
        if sink.role.startswith("operand"):
            self._use(sink.node, _number(sink.role))
        self._say(Edge.SINK, sink.node, sink.role)

    def _follow(self, link: Link) -> None:
        """Steps of one link."""
        edge = EDGES[link.edge] if link.edge != CHANGED else None
        if edge is Edge.SAME and self._follow_back(link):
            return
        self._settle(link.origin)
        if edge is None:
            return
        if edge is Edge.USE:
            self._given = link.origin
        elif edge is Edge.SAME:
            self._change(Edge.SAME, link.origin, 0)
        elif edge in _PLAIN:
            self._plain(edge, link)
        elif edge in _BACK:
            self._back(edge, link)
        else:
            self._follow_far(edge, link)

    def _follow_far(self, edge: Edge, link: Link) -> None:
        """Steps of a link that leaves the method in ways of its own."""
        if edge is Edge.SAME_RESULT:
            self._entered = (edge, "")
        elif edge is Edge.RETURN:
            self._returned(edge, link, RESULT, "")
        elif edge is Edge.THROW:
            self._thrown(link)
        elif edge is Edge.MODEL:
            self._model(link)
        else:
            self._special(edge, link)

    def _plain(self, edge: Edge, link: Link) -> None:
        """An operand, then what the instruction makes of it."""
        if edge is not Edge.LOAD:
            number = int(self._code.data[link.target]) if edge is Edge.CALL else self._position(link.site, link.origin)
            self._use(link.site, number)
        if edge is Edge.STORE:
            self._say(edge, link.site, self._text(link.target))
        elif link.target_changed:
            self._change(edge, link.site, 1)
        else:
            self._born(edge, link.target, link.site, "")

    def _follow_back(self, link: Link) -> bool:
        """Against the direction of merges, casts and returned values; whether that is all there is to the link."""
        kind = self._kind(link.origin)
        if kind == _RETURN:
            edge, text = self._entered
            self._change(edge, self._return_of(link.origin, link.target), 0, text)
            return True
        return kind == _PHI or (self._is_cast(link.origin) and self._pending)

    def _back(self, edge: Edge, link: Link) -> None:
        """Against the direction of calls and stores."""
        if edge is Edge.SAME_ARGUMENT:
            self._change(edge, link.site, int(self._code.data[link.origin]))
        elif link.target >= len(self._code.kind):
            self._say(edge, link.site, self._text(link.target))
        else:
            self._change(edge, link.site, 0)

    def _returned(self, edge: Edge, link: Link, position: int, text: str) -> None:
        """The value that a method returns, where it was called."""
        self._use(self._return_of(link.origin, self._given), 0)
        if position == RESULT:
            self._say(edge, link.site, "result", text)
        else:
            self._change(edge, link.site, position, text)

    def _thrown(self, link: Link) -> None:
        """A throw or a call that ends with the exception, and the handler that it comes to if one is in the method."""
        if self._kind(link.origin) == _THROWN:
            self._say(Edge.THROW, link.site, "exception")
        else:
            self._use(link.site, 0)
        if self._kind(link.target) != _THROWN:
            self._say(Edge.THROW, link.target, "result")

    def _model(self, link: Link) -> None:
        """What a library call does; from store to store there is nothing to say."""
        if link.site < 0:
            return
        origin, target, text = self._template(link)
        if origin.store is None and origin.position != RESULT:
            self._use(link.site, origin.position)
        if target.store is not None:
            self._say(Edge.MODEL, link.site, self._text(link.target), text)
        elif target.position == RESULT:
            self._say(Edge.MODEL, link.site, "result", text)
        else:
            self._change(Edge.MODEL, link.site, target.position, text)

    def _template(self, link: Link) -> tuple[End, End, str]:
        """The effect that made a link."""
        for shape in self._graph.outside.at(link.site):
            for template in self._graph.outside.templates(shape):
                here = self._is_end(template.origin, link.site, link.origin, link.origin_changed)
                if here and self._is_end(template.target, link.site, link.target, link.target_changed):
                    return template.origin, template.target, template.text
        return End(self._position(link.site, link.origin), None), End(RESULT, None), ""

    def _is_end(self, end: End, site: int, node: int, changed: bool) -> bool:
        """Whether a node is what an end of an effect means at a call."""
        if end.changed not in {None, changed}:
            return False
        if end.store is not None:
            return self._graph.name_of(node).partition("[")[0] == f"@{end.store.store}"
        return node == self._at(site, end.position)

    def _special(self, edge: Edge, link: Link) -> None:
        """A link through the platform, or over a branch."""
        at = 2 * link.origin + link.origin_changed, 2 * link.target + link.target_changed, link.site
        text, position = self._graph.texts.get(at) or self._called_back(link)
        kinds = self._kind(link.origin), self._kind(link.target)
        if kinds[0] == _RETURN:
            self._returned(edge, link, position if link.target_changed else RESULT, text)
        elif kinds[1] == _RETURN and link.target_changed:
            self._entered = (edge, text)
        elif kinds[0] == _PARAMETER and link.origin_changed and link.target_changed and position != RESULT:
            self._change(edge, link.site, position, text)
        else:
            if link.site >= 0 and position != RESULT:
                self._use(link.site, position)
            if edge is Edge.CONTROL:
                self._controlled(link)
            else:
                self._born(edge, link.target, link.site, text)

    def _controlled(self, link: Link) -> None:
        """What a branch decides: a value chosen, an object changed, a field written, an instruction that runs."""
        if self._kind(link.target) in {_PHI, _RETURN} and not link.target_changed:
            self._chosen, self._given, self._branch = True, -1, link.site
        elif link.target_changed:
            node = self._changing(link)
            self._change(Edge.CONTROL, node, self._position(node, link.target))
        elif link.target >= len(self._code.kind):
            wanted = self._graph.field_of(link.target)
            node = self._near(link.site, lambda item: self._code.opcode[item] in STORES and self._field(item) == wanted)
            self._say(Edge.CONTROL, node, "operand 0")
            self._say(Edge.STORE, node, self._text(link.target))
        else:
            self._born(Edge.CONTROL, link.target, link.site, "")

    def _changing(self, link: Link) -> int:
        """The instruction that a branch decides and that changes an object: a call on it, or a write to an array."""
        rows = self._graph.out(2 * link.origin)
        rows = rows[(self._graph.label[rows] & KIND == NUMBER[Edge.CONTROL]) & (self._graph.site[rows] == link.site)]
        decided = sorted(int(head) >> 1 for head in self._graph.head[rows] if not head & 1)
        calls = [node for node in decided if self._kind(node) == _INSTRUCTION]
        called = [node for node in calls if self._operand(node, 0) == link.target]
        if called:
            return called[0]
        return self._near(
            link.site, lambda item: self._code.opcode[item] in APUTS and self._operand(item, 1) == link.target
        )

    def _near(self, site: int, fits: Callable[[int], bool]) -> int:
        """The instruction of the method that fits, one that the site decides if there are several; else the site."""
        method = int(self._code.method[site])
        first, count = int(self._code.node_first[method]), int(self._code.node_count[method])
        found = [item for item in range(first, first + count) if self._kind(item) == _INSTRUCTION and fits(item)]
        return self._decided(site, found) if found else site

    def _decided(self, branch: int, found: list[int]) -> int:
        """One of some instructions of a method: one that the branch decides if there is any."""
        pc, method = self._code.pc, int(self._code.method[branch])
        if len(found) == 1 or method != self._code.method[found[0]]:
            return found[0]
        blocks = Flowgraph(self._linked.unit_of(method), int(self._linked.method_row[method]))
        last = blocks.block(int(pc[branch]))
        inside = {item for block, items in blocks.controlled() if block == last for item in items}
        return next((item for item in found if blocks.block(int(pc[item])) in inside), found[0])

    def _field(self, node: int) -> int:
        """The field that an instruction accesses, -1 when it cannot be read."""
        unit, index = self._linked.method_unit[self._code.method[node]], int(self._code.data[node])
        return int(self._linked.field_ref[self._linked.first_field[unit] + index]) if index >= 0 else -1

    def _called_back(self, link: Link) -> tuple[str, int]:
        """The effect by which the platform calls a method, and the operand of the library call that is meant."""
        changes = link.origin_changed and link.target_changed
        leaves = self._kind(link.origin) == _RETURN or (changes and self._kind(link.target) != _RETURN)
        inside = link.origin if leaves else link.target
        outer = link.origin if inside == link.target else link.target
        _, name, _ = self._linked.method_text(int(self._code.method[inside]))
        for shape in self._graph.outside.at(link.site) if link.site >= 0 else ():
            for effect in self._graph.outside.table[shape].effects:
                if effect.kind == "call" and effect.method == name:
                    given, result = ends(effect, self._graph.outside.table[shape])
                    is_param = self._kind(inside) == _PARAMETER
                    wanted = given[self._code.data[inside] : self._code.data[inside] + 1] if is_param else [result]
                    for position in wanted:
                        if position is not None and self._at(link.site, position) == outer:
                            return effect.text, position
        return "", RESULT

    def _at(self, site: int, position: int) -> int:
        return site if position == RESULT else self._operand(site, position)

    def _settle(self, node: int) -> None:
        """Say where an operand's object comes from, if that is open."""
        if self._pending and 0 <= node < len(self._code.kind):
            self._pending = False
            self._born(Edge.SAME, self._origin(node), -1, "")

    def _origin(self, node: int) -> int:
        """A value that comes to a node over merges; a constant only if there is no other."""
        if self._kind(node) != _PHI:
            return node
        waiting, seen, spare = [node], {node}, node
        for here in waiting:
            if self._kind(here) != _PHI:
                if self._kind(here) != _INSTRUCTION or int(self._code.opcode[here]) not in _CONSTANTS:
                    return here
                spare = here
                continue
            more = [item for item in self._code.operands(here) if item >= 0 and item not in seen]
            seen.update(more)
            waiting += more
        return spare

    def _use(self, node: int, number: int) -> None:
        """The value arrives at an operand."""
        self._say(Edge.CONTROL if self._chosen else Edge.USE, node, f"operand {number}")
        self._chosen = False

    def _change(self, edge: Edge, node: int, number: int, text: str = "") -> None:
        """An operand's object has the data now."""
        self._say(edge, node, f"operand {number}", text)
        self._pending = True

    def _born(self, edge: Edge, node: int, site: int, text: str) -> None:
        """A node as what it is: a result, a parameter, a field or a store."""
        if node >= len(self._code.kind):
            self._say(edge, site, self._text(node), text)
        elif self._kind(node) == _PARAMETER:
            self._say(edge, node, f"parameter {self._code.data[node]}", text)
        else:
            self._say(edge, self._origin(node), "result", text)

    def _say(self, edge: Edge, node: int, role: str, text: str = "") -> None:
        """One step."""
        at = int(self._code.method[node]), -1 if role.startswith("parameter") else int(self._code.pc[node])
        if at not in self._graph.places:
            self._graph.places[at] = self._linked.place(*at)
        self.said.append(Step(edge, self._graph.places[at], role, text))

    def _text(self, node: int) -> str:
        """A field or store as a role."""
        number = self._graph.field_of(node)
        return f"field {self._linked.field_text(number)}" if number >= 0 else self._graph.name_of(node)

    def _kind(self, node: int) -> int:
        return int(self._code.kind[node]) if 0 <= node < len(self._code.kind) else -1

    def _is_cast(self, node: int) -> bool:
        return self._kind(node) == _INSTRUCTION and int(self._code.opcode[node]) == _CAST

    def _operand(self, node: int, number: int) -> int:
        operands = self._code.operands(node)
        return operands[number] if 0 <= number < len(operands) else -1

    def _position(self, node: int, value: int) -> int:
        operands = self._code.operands(node)
        return operands.index(value) if value in operands else 0

    def _return_of(self, returned: int, value: int) -> int:
        """The return instruction of a method that gives a value back."""
        method = int(self._code.method[returned])
        first, count = int(self._code.node_first[method]), int(self._code.node_count[method])
        opcodes, kinds = self._code.opcode[first : first + count], self._code.kind[first : first + count]
        is_return = (opcodes >= _RETURNS.start) & (opcodes < _RETURNS.stop) & (kinds == _INSTRUCTION)
        found = (first + np.flatnonzero(is_return)).tolist()
        if value < 0:  # a branch decides which of them runs
            found = [node for node in found if self._code.operands(node)]
            return self._decided(self._branch, found) if found and self._branch >= 0 else returned
        return next((node for node in found if value in self._code.operands(node)), returned)


def _number(role: str) -> int:
    """The number in a role; -1 for none."""
    last = role.rpartition(" ")[2]
    return int(last) if last.isdigit() else -1
