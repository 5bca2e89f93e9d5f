"""Edges of the value-flow graph, instruction by instruction. Cython in pure-Python mode, see `tables`.

A vertex is ``2 * node + layer``: layer 0, the value carries the data; layer 1, the object was changed with the data. A
label is the position of the edge's kind in `affidavit.model.flow.Edge`, plus `OPEN` when it enters a method, `CLOSE`
when it leaves one for the caller, `RESET` when it crosses the heap. The columns of edges are `tail`, `head`, `label`
and `site`, the node of the instruction; with empty columns a function only counts. Columns of code are those of
`affidavit.dalvik.whole.shapes.Code`.
"""

# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython

_PHI = cython.declare(cython.longlong, 2)
_RETURN = cython.declare(cython.longlong, 3)
_USE = cython.declare(cython.longlong, 1)
_COMPUTE = cython.declare(cython.longlong, 2)
_CALL = cython.declare(cython.longlong, 3)
_RESULT = cython.declare(cython.longlong, 4)
_STORE = cython.declare(cython.longlong, 5)
_LOAD = cython.declare(cython.longlong, 6)
_ELEMENT = cython.declare(cython.longlong, 7)
_THROW = cython.declare(cython.longlong, 12)
_SAME = cython.declare(cython.longlong, 14)
_SAME_ARGUMENT = cython.declare(cython.longlong, 15)
_SAME_RESULT = cython.declare(cython.longlong, 16)
_SAME_FIELD = cython.declare(cython.longlong, 17)
_RESET = cython.declare(cython.longlong, 32)
_OPEN = cython.declare(cython.longlong, 64)
_CLOSE = cython.declare(cython.longlong, 128)


@cython.cfunc
@cython.inline
def _put(
    tail: cython.int[:],
    head: cython.int[:],
    label: cython.uchar[:],
    site: cython.int[:],
    at: cython.longlong,
    origin: cython.longlong,
    target: cython.longlong,
    kind: cython.longlong,
    place: cython.longlong,
) -> cython.longlong:
    """Write one edge, unless only counting; the number of edges after it. Ends of unknown values (-1) make none."""
    if origin < 0 or target < 0:
        return at
    if tail.shape[0] > 0:
        tail[at] = origin
        head[at] = target
        label[at] = kind
        site[at] = place
    return at + 1


@cython.ccall
@cython.locals(
    node=cython.longlong, first=cython.longlong, last=cython.longlong, op=cython.longlong, role=cython.longlong,
    n=cython.longlong, k=cython.longlong, value=cython.longlong, own=cython.longlong, count=cython.longlong,
    cell=cython.longlong, other=cython.longlong,
)  # fmt: skip
def code_edges(
    kinds: cython.const[cython.uchar][:], opcodes: cython.const[cython.uchar][:],
    use_start: cython.const[cython.longlong][:], use: cython.const[cython.int][:],
    roles: cython.const[cython.uchar][:], cells: cython.const[cython.int][:], wholes: cython.const[cython.uchar][:],
    tail: cython.int[:], head: cython.int[:], label: cython.uchar[:], site: cython.int[:],
) -> cython.longlong:  # fmt: skip
    """Edges within methods, and to and from fields; how many there are.

    `roles` (256,) says what each opcode does with its operands (see ``edges.roles``), `cells` (nodes,) which node is
    the field that an instruction names, -1 for none, and `wholes` (nodes,) is 1 where what is read comes with the
    object that it is read from (see ``edges.wholes``).
    """
    count = kinds.shape[0] if cython.compiled else len(kinds)
    n = 0
    for node in range(count):
        first = use_start[node]
        last = use_start[node + 1]
        own = 2 * node
        if kinds[node] == _PHI or kinds[node] == _RETURN:
            for k in range(first, last):
                value = 2 * cython.cast(cython.longlong, use[k])
                n = _put(tail, head, label, site, n, value, own, _USE, node)
                if value >= 0 and (kinds[use[k]] != 1 or roles[opcodes[use[k]]] != 11):
                    n = _put(tail, head, label, site, n, own + 1, value + 1, _SAME, node)
            continue
        if kinds[node] != 1:
            continue
        role = roles[opcodes[node]]
        if role == 0 or role == 11:  # noqa: PLR1714 - compiled as two compares
            continue
        value = 2 * cython.cast(cython.longlong, use[first]) if last > first else -2
        cell = 2 * cython.cast(cython.longlong, cells[node])
        if role == 1 or role == 6:  # noqa: PLR1714
            for k in range(first, last):
                other = 2 * cython.cast(cython.longlong, use[k])
                n = _put(tail, head, label, site, n, other, own, _COMPUTE if role == 1 else _ELEMENT, node)
        elif role == 2 or role == 3 or role == 4:  # noqa: PLR1714
            n = _put(tail, head, label, site, n, value, own, _COMPUTE, node)
            if role == 3 and last > first + 1:
                other = 2 * cython.cast(cython.longlong, use[first + 1])
                n = _put(tail, head, label, site, n, other, own, _COMPUTE, node)
            if role != 3 and value >= 0:
                n = _put(tail, head, label, site, n, own + 1, value + 1, _SAME, node)
        elif role == 5:
            if last > first + 1 and use[first + 1] >= 0:
                other = 2 * cython.cast(cython.longlong, use[first + 1]) + 1
                n = _put(tail, head, label, site, n, value, other, _ELEMENT, node)
        elif role == 7 or role == 8:  # noqa: PLR1714
            if wholes[node]:
                n = _put(tail, head, label, site, n, value, own, _COMPUTE, node)
            n = _put(tail, head, label, site, n, cell, own, _LOAD | _RESET, node)
            if role == 8 and cell >= 0:
                n = _put(tail, head, label, site, n, own + 1, cell + 1, _SAME_FIELD | _RESET, node)
        elif role == 9 or role == 10:  # noqa: PLR1714
            n = _put(tail, head, label, site, n, value, cell, _STORE | _RESET, node)
            if role == 10 and value >= 0 and cell >= 0:
                n = _put(tail, head, label, site, n, cell + 1, value + 1, _SAME_FIELD | _RESET, node)
    return n


@cython.ccall
@cython.locals(
    row=cython.longlong, rows=cython.longlong, first=cython.longlong, last=cython.longlong, node=cython.longlong,
    target=cython.longlong, n=cython.longlong, k=cython.longlong, value=cython.longlong, param=cython.longlong,
    size=cython.longlong,
)  # fmt: skip
def call_edges(
    kinds: cython.const[cython.uchar][:],
    use_start: cython.const[cython.longlong][:],
    use: cython.const[cython.int][:],
    node_first: cython.const[cython.int][:],
    node_count: cython.const[cython.int][:],
    sites: cython.const[cython.int][:],
    targets: cython.const[cython.int][:],
    tail: cython.int[:],
    head: cython.int[:],
    label: cython.uchar[:],
    site: cython.int[:],
) -> cython.longlong:
    """Edges between the arguments and result of calls and the parameters and returned values of their targets.

    `sites` and `targets` (calls,) are invoke node and method called; methods without values are passed over. Gives how
    many edges there are.
    """
    rows = sites.shape[0] if cython.compiled else len(sites)
    n = 0
    for row in range(rows):
        node = sites[row]
        target = node_first[targets[row]]
        size = node_count[targets[row]]
        if target < 0 or size < 2:
            continue
        first = use_start[node]
        last = use_start[node + 1]
        for k in range(last - first):
            if k >= size or kinds[target + k] != 0:
                break
            value = 2 * cython.cast(cython.longlong, use[first + k])
            param = 2 * (target + k)
            if value >= 0:
                n = _put(tail, head, label, site, n, value, param, _CALL | _OPEN, node)
                n = _put(tail, head, label, site, n, param + 1, value + 1, _SAME_ARGUMENT | _CLOSE, node)
        param = 2 * (target + size - 2)
        n = _put(tail, head, label, site, n, param, 2 * node, _RESULT | _CLOSE, node)
        n = _put(tail, head, label, site, n, 2 * node + 1, param + 1, _SAME_RESULT | _OPEN, node)
    return n


@cython.ccall
@cython.locals(
    row=cython.longlong, rows=cython.longlong, node=cython.longlong, target=cython.longlong, n=cython.longlong,
    k=cython.longlong, size=cython.longlong, caught=cython.longlong,
)  # fmt: skip
def throw_edges(
    opcodes: cython.const[cython.uchar][:],
    use_start: cython.const[cython.longlong][:],
    use: cython.const[cython.int][:],
    node_first: cython.const[cython.int][:],
    node_count: cython.const[cython.int][:],
    catch_from: cython.const[cython.int][:],
    catch_to: cython.const[cython.int][:],
    call_start: cython.const[cython.int][:],
    call_rows: cython.const[cython.int][:],
    targets: cython.const[cython.int][:],
    tail: cython.int[:],
    head: cython.int[:],
    label: cython.uchar[:],
    site: cython.int[:],
) -> cython.longlong:
    """Edges from what is thrown to where it is caught, or out of the method; how many there are.

    `call_start` and `call_rows` are calls by the node that makes them, as compressed sparse rows; `targets` (calls,)
    are the methods called.
    """
    rows = catch_from.shape[0] if cython.compiled else len(catch_from)
    n = 0
    for row in range(rows):
        node = catch_from[row]
        caught = 2 * cython.cast(cython.longlong, catch_to[row])
        if opcodes[node] == 0x27:
            if use_start[node + 1] > use_start[node]:
                target = 2 * cython.cast(cython.longlong, use[use_start[node]])
                n = _put(tail, head, label, site, n, target, caught, _THROW, node)
            continue
        for k in range(call_start[node], call_start[node + 1]):
            target = node_first[targets[call_rows[k]]]
            size = node_count[targets[call_rows[k]]]
            if target >= 0 and size >= 2:
                n = _put(tail, head, label, site, n, 2 * (target + size - 1), caught, _THROW | _CLOSE, node)
    return n


@cython.ccall
def index_edges(
    keys: cython.const[cython.int][:],
    starts: cython.int[:],
    items: cython.int[:],
) -> None:
    """Sort rows by key, keeping their order within a key.

    Args:
        keys: (n,) not negative.
        starts: (k + 1,) zeroed; out: start of each key's rows in `items`. Keys must be below k.
        items: (n,) out: rows.
    """
    count: cython.longlong = keys.shape[0] if cython.compiled else len(keys)
    last: cython.longlong = (starts.shape[0] if cython.compiled else len(starts)) - 1
    i: cython.longlong
    for i in range(count):
        starts[keys[i] + 1] += 1
    for i in range(last):
        starts[i + 1] += starts[i]
    for i in range(count):
        items[starts[keys[i]]] = i
        starts[keys[i]] += 1
    for i in range(last, 0, -1):
        starts[i] = starts[i - 1]
    starts[0] = 0
