"""Calls that give data only for some addresses, keys, paths or commands: which data, by what their text may be."""

import re
from collections.abc import Callable, Container

from affidavit.dalvik.whole.expressions import Choice, Expression, Hole, Join, Number, Text, constants
from affidavit.dalvik.whole.sites import NEW_INSTANCE, Sites
from affidavit.dalvik.whole.values import Values
from affidavit.facts.flow_knowledge import FlowKnowledge, Key, Reading
from affidavit.facts.flow_members import Members, arity_of
from affidavit.facts.flow_origins import constructor, roots

_HOLE = "\0"
_STORED = {"external storage": "/sdcard"}
"""Folders that the platform names, as `affidavit.dalvik.whole.names` writes them -> a path that patterns know."""
_FIELD = "field "
_LONGEST = 1_000
"""Characters of a text that are compared; no path or address that is named here is longer."""
_DERIVED = 8
"""Addresses made from others that are followed."""
_FIND_VIEW = "findViewById"
_DEPTH, _NODES = 12, 120
"""How far a text is followed: there are very many calls to ask about, and nearly all texts stand near them."""


class Texts:
    """Tells sources by texts.

    Args:
        values: what is known of values. known: the sources. password_ids: of layout elements that take passwords.
        members: says which calls make an address from another.
    """

    def __init__(
        self, values: Values, known: FlowKnowledge, password_ids: Container[int], members: Members[Reading]
    ) -> None:
        self._values, self._known, self._password_ids = values, known, password_ids
        self._members, self._sites = members, values.sites
        self._destinations: dict[int, int] = {}
        self._match: dict[str, Callable[[str, str], bool]] = {
            "queries": _begins_address,
            "files": _is_path,
            "commands": _begins_command,
        }

    def sources(self, reading: Reading, operands: list[int]) -> tuple[list[str], bool]:
        """Ids of the sources that a call of a form reads, sorted, and whether its text is not known.

        Args:
            reading: what the call is.
            operands: of the call.
        """
        if not 0 <= reading.operand < len(operands):
            return [], False
        node = operands[reading.operand]
        if reading.form == "text-fields":
            return self._text_field(node, reading), False
        found: set[str] = set()
        unknown = False
        for option in self._options(node, reading.form):
            ids = self._ids(option, reading.form)
            found.update(ids)
            unknown |= not ids and isinstance(option, Hole)
        return sorted(found), unknown

    def _options(self, node: int, form: str) -> list[Expression]:
        """What the text may be."""
        if form == "commands" and (elements := self._values.elements(node)) is not None:
            words = [_flat(_known(self._values, item)) for item in elements]
            return [Text(" ".join(words))]
        if form == "queries":
            node = self._base(node)
        found = _known(self._values, node)
        return list(found.options) if isinstance(found, Choice) else [found]

    def _base(self, node: int) -> int:
        """The address that an address was made from."""
        for _ in range(_DERIVED):
            callee = self._sites.callee(node) if node >= 0 else None
            if callee is None:
                break
            type_ = self._sites.linked.type_of(callee.owner)
            _, found = self._members.find(type_, callee.name, arity_of(callee.proto), outside=True)
            operands = self._sites.code.operands(node)
            steps = [item.operand for item in found if item.form == "derived" and item.operand < len(operands)]
            if not steps:
                break
            node = operands[steps[0]]
        return node

    def _ids(self, option: Expression, form: str) -> list[str]:
        """Sources of one possible text: those whose pattern is the longest that fits."""
        if isinstance(option, Number):
            return [what for number, what in self._known.texts[form] if number == option.value]
        first = option.parts[0] if isinstance(option, Join) else option
        if form == "queries" and isinstance(first, Hole) and first.what.startswith(_FIELD):
            what = self._known.uri_fields.get(_field_key(first.what))
            return [what] if what else []
        text = _flat(option)[:_LONGEST]
        fits = self._match.get(form, str.__eq__)
        rows = [(str(pattern), what) for pattern, what in self._known.texts[form] if fits(text, str(pattern))]
        longest = max((len(pattern) for pattern, _ in rows), default=0)
        return [what for pattern, what in rows if len(pattern) == longest]

    def _text_field(self, node: int, reading: Reading) -> list[str]:
        """What kind of field a text is read from."""
        kind = "" if reading.narrow else "any"
        for number in view_ids(self._sites, self._values, node):
            if number in self._password_ids:
                kind = "password"
        what = self._known.text_fields.get(kind)
        return [what] if what else []

    def destination(self, node: int) -> int:
        """The node whose value says where something goes: of a request that was made, what it was made from."""
        if node not in self._destinations:
            self._destinations[node] = self._destination(node)
        return self._destinations[node]

    def _destination(self, node: int) -> int:
        for _ in range(_DERIVED):
            made = [root for root in roots(self._sites, node) if root >= 0]
            if len(made) != 1:
                break
            callee = self._sites.callee(made[0])
            if callee is not None and callee.name in {"openConnection", "getOutputStream"}:
                node = self._sites.code.operands(made[0])[0]
                continue
            start = constructor(self._sites, made[0]) if self._sites.opcode(made[0]) == NEW_INSTANCE else -1
            operands = self._sites.code.operands(start) if start >= 0 else []
            if len(operands) < 2 or not isinstance(_known(self._values, node), Hole):
                break
            node = operands[1]
        return node


def view_ids(sites: Sites, values: Values, node: int) -> list[int]:
    """Ids of the layout elements that an object may be, sorted."""
    found: set[int] = set()
    for root in roots(sites, node):
        callee = sites.callee(root) if root >= 0 else None
        if callee is not None and callee.name == _FIND_VIEW:
            found.update(constants(_known(values, sites.code.operands(root)[-1])).numbers())
    return sorted(found)


def _known(values: Values, node: int) -> Expression:
    """What is known of a value."""
    return values.of(node, _DEPTH, _NODES) if node >= 0 else Hole("unknown")


def _flat(expression: Expression) -> str:
    """The text with a mark for everything that is not known."""
    if isinstance(expression, Text):
        return expression.text
    if isinstance(expression, Join):
        return "".join(_flat(part) for part in expression.parts)
    return _STORED.get(expression.what, _HOLE) if isinstance(expression, Hole) else _HOLE


def _field_key(what: str) -> Key:
    """Class and name of ``field Lx/A;->F:Lx/B;``."""
    class_, _, rest = what.removeprefix(_FIELD).partition("->")
    return class_, rest.partition(":")[0]


def _begins_address(text: str, pattern: str) -> bool:
    return text == pattern or text.startswith((f"{pattern}/", f"{pattern}?", f"{pattern}#"))


def _begins_command(text: str, pattern: str) -> bool:
    words = pattern.rstrip()
    return text == words or text.startswith(pattern if pattern.endswith(("/", " ")) else f"{words} ")


def _is_path(text: str, pattern: str) -> bool:
    """Whether a path fits a pattern, in which ``*`` stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None
