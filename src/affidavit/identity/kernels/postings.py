"""Posting lists from rows: which signatures have each token, and how many nodes and families do. Cython."""

# mypy: disable-error-code="valid-type"
# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
import cython


def transpose(
    rows: cython.const[cython.int][:],
    start: cython.const[cython.longlong][:],
    node: cython.const[cython.int][:],
    family: cython.const[cython.int][:],
    place: cython.longlong[:],
    items: cython.int[:],
    in_nodes: cython.int[:],
    in_families: cython.int[:],
    last: cython.int[:],
) -> None:
    """Fill posting lists, each ascending.

    Args:
        rows: rows of tokens, signature by signature, each below ``len(place)``.
        start: where each signature's rows begin, and where the last one's end.
        node: of each signature, ascending.
        family: of each node, ascending.
        place: where each token's list begins; spoilt.
        items: the signatures of each token, out.
        in_nodes: how many nodes have each token, out; zero before.
        in_families: how many families have it, out; zero before.
        last: scratch, as long as `place`; -1 before.
    """
    signature: cython.Py_ssize_t
    at: cython.longlong
    row: cython.int
    own: cython.int
    with cython.nogil:
        for signature in range(node.shape[0]):
            own = node[signature]
            for at in range(start[signature], start[signature + 1]):
                row = rows[at]
                items[place[row]] = cython.cast(cython.int, signature)
                place[row] += 1
                if last[row] != own:
                    in_nodes[row] += 1
                    if last[row] < 0 or family[last[row]] != family[own]:
                        in_families[row] += 1
                    last[row] = own
