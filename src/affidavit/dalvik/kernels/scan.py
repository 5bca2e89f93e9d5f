# cython: initializedcheck=False
# ruff: noqa: ERA001 - written for the compiler: directives, columns one by one, plain compares
"""Instructions that make objects, begin classes and call methods, out of the nodes of methods. Cython, see `tables`."""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython

# Events: an object of a type is made; a class is used; a call with one target; a call that leads to a type outside; a
# call looked up in exactly one type (type, reference); a virtual call (reference).
_NEW = cython.declare(cython.longlong, 0)
_USE = cython.declare(cython.longlong, 1)
_CALL = cython.declare(cython.longlong, 2)
_LEAVE = cython.declare(cython.longlong, 3)
_EXACT = cython.declare(cython.longlong, 4)
_VIRTUAL = cython.declare(cython.longlong, 5)
_CASTS = cython.declare(cython.longlong, 256)


@cython.cclass
class Scanner:
    """Finds the events of nodes.

    Inputs are arrays of `Linked`: `references` (``ref_type, ref_target, ref_outside``), `places` (``first_ref,
    first_type, first_field, type_ref, field_ref, field_holder``), `methods` (``method_unit, method_type``), `classes`
    (``parent, is_interface``); `custom`: per unit the number of its first call site, and in compressed rows the method
    references of each call site.
    """

    ref_type: cython.const[cython.int][:]
    ref_target: cython.const[cython.int][:]
    ref_outside: cython.const[cython.int][:]
    first_ref: cython.const[cython.longlong][:]
    first_type: cython.const[cython.longlong][:]
    first_field: cython.const[cython.longlong][:]
    type_ref: cython.const[cython.int][:]
    field_ref: cython.const[cython.int][:]
    field_holder: cython.const[cython.int][:]
    method_unit: cython.const[cython.int][:]
    method_type: cython.const[cython.int][:]
    parent: cython.const[cython.int][:]
    is_interface: cython.const[cython.uchar][:]
    first_site: cython.const[cython.longlong][:]
    custom_start: cython.const[cython.int][:]
    custom: cython.const[cython.int][:]
    kind: cython.const[cython.uchar][:]
    opcode: cython.const[cython.uchar][:]
    method: cython.const[cython.int][:]
    data: cython.const[cython.int][:]
    use_start: cython.const[cython.longlong][:]
    use: cython.const[cython.int][:]
    events: cython.int[:, :]
    count: cython.longlong

    def __init__(self, references: Any, places: Any, methods: Any, classes: Any, custom: Any) -> None:
        self.ref_type, self.ref_target, self.ref_outside = references
        self.first_ref, self.first_type, self.first_field, self.type_ref, self.field_ref, self.field_holder = places
        self.method_unit, self.method_type = methods
        self.parent, self.is_interface = classes
        self.first_site, self.custom_start, self.custom = custom

    def run(self, low: int, high: int, columns: Any, events: Any) -> Any:
        """Write the events of the nodes from `low` on into `events` (n, 4), and stop when it may be full.

        `columns`: kind, opcode, method, data, use_start, use. Gives the next node and the number of events.
        """
        self.kind, self.opcode, self.method, self.data, self.use_start, self.use = columns
        self.events = events
        self.count = 0
        end = self._nodes(low, high)
        self.kind = self.opcode = self.method = self.data = self.use_start = self.use = self.events = None
        return end, self.count

    @cython.cfunc
    def _nodes(self, low: cython.longlong, high: cython.longlong) -> cython.longlong:
        """See `run`."""
        n: cython.longlong
        op: cython.longlong
        room: cython.longlong = len(self.events) - 512
        for n in range(low, high):
            if self.kind[n] != 1 or self.data[n] < 0:
                continue
            if self.count > room:
                return n
            op = self.opcode[n]
            if op == 0x22:
                self._event(n, _NEW, self.type_ref[self.first_type[self._unit(n)] + self.data[n]], 0)
            elif 0x60 <= op <= 0x6D:
                self._static(n)
            elif 0x6E <= op <= 0x78 or op == 0xFA or op == 0xFB:  # noqa: PLR1714 - compiled as two compares
                self._invoke(n, op - (0x6E if op < 0x74 else 0x74))
            elif op == 0xFC or op == 0xFD:  # noqa: PLR1714 - compiled as two compares
                self._custom(n)
        return high

    @cython.cfunc
    @cython.inline
    def _unit(self, n: cython.longlong) -> cython.longlong:
        """Number of the unit that a node is of."""
        return self.method_unit[self.method[n]]

    @cython.cfunc
    def _event(
        self, n: cython.longlong, what: cython.longlong, first: cython.longlong, second: cython.longlong
    ) -> None:
        """Write one event, if what it is about can be read."""
        if first >= 0:
            self.events[self.count, 0] = n
            self.events[self.count, 1] = what
            self.events[self.count, 2] = first
            self.events[self.count, 3] = second
            self.count += 1

    @cython.cfunc
    def _static(self, n: cython.longlong) -> None:
        """An access to a static field."""
        field: cython.longlong = self.field_ref[self.first_field[self._unit(n)] + self.data[n]]
        if field >= 0:
            self._event(n, _USE, self.field_holder[field], 0)

    @cython.cfunc
    def _custom(self, n: cython.longlong) -> None:
        """An invoke-custom: every method among the arguments of its call site counts as called."""
        site: cython.longlong = self.first_site[self._unit(n)] + self.data[n]
        k: cython.longlong
        for k in range(self.custom_start[site], self.custom_start[site + 1]):
            self._plain(n, self.custom[k])

    @cython.cfunc
    def _plain(self, n: cython.longlong, ref: cython.longlong) -> None:
        """A call that goes where its reference leads."""
        if self.ref_target[ref] >= 0:
            self._event(n, _CALL, self.ref_target[ref], 0)
        else:
            self._event(n, _LEAVE, self.ref_outside[ref], 0)

    @cython.cfunc
    def _invoke(self, n: cython.longlong, form: cython.longlong) -> None:
        """An invoke; forms: 0 virtual, 1 super, 2 direct, 3 static, 4 interface, others polymorphic."""
        ref: cython.longlong = self.first_ref[self._unit(n)] + self.data[n]
        type_: cython.longlong = self.ref_type[ref]
        target: cython.longlong = self.ref_target[ref]
        if type_ < 0:
            return
        if form == 0 or form == 4:  # noqa: PLR1714 - compiled as two compares
            target = self._exact(n)
            self._event(n, _EXACT if target >= 0 else _VIRTUAL, target if target >= 0 else ref, ref)
        elif form == 1 and not self.is_interface[type_]:
            self._event(n, _EXACT, self.parent[self.method_type[self.method[n]]], ref)
        else:
            if form == 3:
                self._event(n, _USE, self.method_type[target] if target >= 0 else type_, 0)
            self._plain(n, ref)

    @cython.cfunc
    def _exact(self, n: cython.longlong) -> cython.longlong:
        """The type of the receiver when the method itself makes it, -1 when it does not."""
        at: cython.longlong = self.use_start[n]
        steps: cython.longlong = 0
        value: cython.longlong
        if at >= (self.use_start[n + 1] if n + 1 < len(self.use_start) else len(self.use)):
            return -1
        value = self.use[at]
        while value >= 0 and self.kind[value] == 1 and self.opcode[value] == 0x1F and steps < _CASTS:
            value = self.use[self.use_start[value]]
            steps += 1
        if value < 0 or self.kind[value] != 1 or self.opcode[value] != 0x22 or self.data[value] < 0:
            return -1
        return self.type_ref[self.first_type[self._unit(value)] + self.data[value]]
