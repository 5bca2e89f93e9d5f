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
    text_method: cython.longlong[:],
    text: cython.ulonglong[:],
    method: cython.longlong[:],
    token: cython.ulonglong[:],
    call: cython.longlong[:],
) -> tuple[int, int, int]:
    """Write what has a token and each reference names, in their order, into three groups of columns; give how many.

    Args:
        owner: method that each reference is in.
        kind: of each.
        target: of each.
        base: see the module.
        made: the token of each place of the table, 0 for none.
        text_method: the first group, strings: their method.
        text: and their token.
        method: the second, anything else that has a token: its method.
        token: and that token.
        call: the third, calls that have a token: their rows.
    """
    row: cython.longlong
    place: cython.longlong
    texts: cython.longlong = 0
    tokens: cython.longlong = 0
    calls: cython.longlong = 0
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
    return texts, tokens, calls


def edges(
    owner: cython.const[cython.int][:],
    kind: cython.const[cython.uchar][:],
    target: cython.const[cython.int][:],
    base: cython.const[cython.longlong][:],
    own: cython.const[cython.longlong][:],
    holder: cython.const[cython.longlong][:],
    tail: cython.longlong[:],
    head: cython.longlong[:],
) -> int:
    """Write which class names which other, in order of the references; the same two are not given twice in a row.

    Args:
        owner: see `collect`.
        kind: of each.
        target: of each.
        base: see the module.
        own: the class of the program that each place names, -1 for none.
        holder: class of each method, -1 for one that is not in use.
        tail: classes that name another: which does.
        head: and which is named.

    Returns:
        How many there are.
    """
    row: cython.longlong
    named: cython.longlong
    class_: cython.longlong
    count: cython.longlong = 0
    for row in range(len(owner)):
        if target[row] < 0 or base[kind[row]] < 0:
            continue
        named = own[base[kind[row]] + target[row]]
        class_ = holder[owner[row]]
        if named < 0 or class_ < 0 or class_ == named:
            continue
        if count == 0 or tail[count - 1] != class_ or head[count - 1] != named:
            tail[count] = class_
            head[count] = named
            count += 1
    return count  # type: ignore[no-any-return]
