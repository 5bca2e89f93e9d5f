"""Ranges that may lie in each other, as pieces side by side: of each address the smallest range decides."""

from collections.abc import Iterable, Iterator

from affidavit.network.snapshot.found import Span

Piece = tuple[int, Span | None]
"""Where a piece begins, and the range that decides there; it reaches to the next."""


def flattened(spans: Iterable[Span], end: int) -> list[Piece]:
    """Pieces of all addresses from 0 to before `end`, without two neighbours of the same answer.

    Of two ranges of the same size at the same place, the one whose value comes first in the alphabet decides. Of two
    that overlap without one lying in the other, which no registry publishes, the one that begins later decides.
    """
    made: list[Piece] = []
    for begin, span in _pieces(spans, end):
        if made and made[-1][0] == begin:
            made.pop()
        if not made or _differ(made[-1][1], span):
            made.append((begin, span))
    return made if any(span for _, span in made) else []


def _pieces(spans: Iterable[Span], end: int) -> Iterator[Piece]:
    """Every change of the deciding range, in order; of several at one place the last one counts."""
    open_: list[Span] = []
    yield 0, None
    for span in sorted(set(spans), key=lambda span: (span.first, -span.last, _answer(span))):
        yield from _closed(open_, span.first)
        if open_ and (open_[-1].first, open_[-1].last) == (span.first, span.last):
            continue
        open_.append(span)
        yield span.first, span
    yield from (piece for piece in _closed(open_, end) if piece[0] < end)


def _closed(open_: list[Span], before: int) -> Iterator[Piece]:
    """What decides behind each open range that ends before a place."""
    while open_ and open_[-1].last < before:
        last = open_.pop().last
        while open_ and open_[-1].last <= last:
            open_.pop()
        yield last + 1, open_[-1] if open_ else None


def _differ(one: Span | None, other: Span | None) -> bool:
    """Whether two neighbours say different things, or rest on different published prefixes."""
    if one is None or other is None:
        return one is not other
    if one.bits or other.bits:
        return one != other
    return _answer(one) != _answer(other)


def _answer(span: Span) -> tuple[str, str, str]:
    return span.value, span.title, span.region
