"""What the instructions of a unit name, picked out in one pass. Cython.

Every index space that counts lies in one table; `base` says where the space of each kind of reference begins in it, and
is -1 for a kind that does not count. A target is -1 where the bytes name nothing.
"""

# ruff: noqa: PLR0917 - a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython

_STRING = cython.declare(cython.longlong, 0)
_METHOD = cython.declare(cython.longlong, 3)


def mark(
    kind: cython.const[cython.uchar][:],
    target: cython.const[cython.int][:],
    base: cython.const[cython.longlong][:],
    used: cython.uchar[:],
) -> None:
    """Set the places of the table that some reference names.

    Args:
        kind: of each reference, below the length of `base`.
        target: of each reference.
        base: see the module.
        used: one for each place of the table.
    """
    row: cython.longlong
    for row in range(len(kind)):
        if target[row] >= 0 and base[kind[row]] >= 0:
            used[base[kind[row]] + target[row]] = 1


def collect(
    owner: cython.const[cython.int][:],
    kind: cython.const[cython.uchar][:],
    target: cython.const[cython.int][:],
    base: cython.const[cython.longlong][:],
    made: cython.const[cython.ulonglong][:],
    own: cython.const[cython.longlong][:],
    holder: cython.const[cython.longlong][:],
    text_method: cython.longlong[:],
    text: cython.ulonglong[:],
    method: cython.longlong[:],
    token: cython.ulonglong[:],
    call: cython.longlong[:],
    tail: cython.longlong[:],
    head: cython.longlong[:],
) -> tuple[int, int, int, int]:
    """Write what each reference names, in their order, into four groups of columns; give how many are in each.

    Args:
        owner: method that each reference is in.
        kind: of each.
        target: of each.
        base: see the module.
        made: the token of each place of the table, 0 for none.
        own: the class of the program that each place names, -1 for none.
        holder: class of each method, -1 for one that is not in use.
        text_method: the first group, strings: their method.
        text: and their token.
        method: the second, anything else that has a token: its method.
        token: and that token.
        call: the third, calls that have a token: their rows.
        tail: the fourth, classes that name another: which does.
        head: and which is named; the same two are not given twice in a row.
    """
    row: cython.longlong
    place: cython.longlong
    class_: cython.longlong
    texts: cython.longlong = 0
    tokens: cython.longlong = 0
    calls: cython.longlong = 0
    edges: cython.longlong = 0
    for row in range(len(owner)):
        if target[row] < 0 or base[kind[row]] < 0:
            continue
        place = base[kind[row]] + target[row]
        if made[place] != 0:
            if kind[row] == _STRING:
                text_method[texts] = owner[row]
                text[texts] = made[place]
                texts += 1
            else:
                method[tokens] = owner[row]
                token[tokens] = made[place]
                tokens += 1
                if kind[row] == _METHOD:
                    call[calls] = row
                    calls += 1
        if own[place] >= 0:
            class_ = holder[owner[row]]
            if class_ < 0 or class_ == own[place]:
                continue
            if edges == 0 or tail[edges - 1] != class_ or head[edges - 1] != own[place]:
                tail[edges] = class_
                head[edges] = own[place]
                edges += 1
    return texts, tokens, calls, edges
