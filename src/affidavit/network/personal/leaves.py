"""The values of JSON documents: one by one, or those alone that anything can come of.

Most values of most messages are short words and numbers. To make a content of each, to ask every decoder and every
pattern, and to throw it away again costs a hundred times what reading the document does. So they are asked all at once,
and those stay out of which neither a decoder, nor a known value, nor a field's name, nor a form can make anything.
"""

import string
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, compress
from typing import Any, Final, NamedTuple

from affidavit.network.kernels import plain as kernel
from affidavit.network.personal.literals import Literals
from affidavit.network.personal.pieces import LONGEST_KEY, Piece, below, leaves

FEWEST = 4
"""Values from which asking all at once takes less time."""
SMALL: Final = 6
"""Bytes below which nothing is decoded, and nothing looks personal by its form: the shortest thing that a code holds is
longer."""
SHORT: Final = 256
"""Characters of a text of which it is remembered whether anything comes of it: apps send the same ones often."""
Documents = Callable[[], Iterator[tuple[str, Any]]]
"""Gives each document: the step to it, and its tree."""


def _kinds() -> bytes:
    """What each byte is to the kernel."""
    code = string.ascii_letters.encode() + string.digits.encode() + b"+/_-"
    identifier = string.hexdigits.encode() + b"-"
    strange = bytes(byte for byte in range(256) if not 0x20 <= byte < 0x7F) + b"%\\&=@+"
    held = {
        kernel.STRANGE: strange,
        kernel.CODE: code,
        kernel.WORD: bytes(set(code) - set(identifier)),
        kernel.DIGIT: string.hexdigits.encode() + b" :-",
        kernel.DECIMAL: string.digits.encode(),
        kernel.BEGIN: b'{["<',
        kernel.POINT: b".",
    }
    return bytes(sum(kind for kind, among in held.items() if byte in among) for byte in range(256))


KINDS: Final = _kinds()
"""What each of the 256 bytes is to the kernel."""


class Screen(NamedTuple):
    """What values are asked for.

    Attributes:
        literals: known values. named: whether the name of a field may say something of what it holds.
        barren: whether nothing comes of a short text.
    """

    literals: Literals
    named: Callable[[str], bool]
    barren: Callable[[str], bool]


class Telling(NamedTuple):
    """The values that something may come of, and how many others there are, with how many bytes together."""

    pieces: list[Piece]
    passed: int
    size: int


class Values:
    """The values of documents."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def __iter__(self) -> Iterator[Piece]:
        for step, tree in self._documents():
            yield from leaves(step, tree)

    def telling(self, screen: Screen, above: str, most: int, room: int) -> Telling | None:
        """The values that something may come of, as they come one by one.

        Args:
            screen: what they are asked for.
            above: the field that holds the documents.
            most: values that may be taken.
            room: bytes that all of them may have.

        Returns:
            None when they have to be taken one by one: there are few, or more than there is room for, or they cannot
            be told apart.
        """
        walked = _Walk(most)
        if not all(walked.through(step, tree) for step, tree in self._documents()):
            return None
        count = len(walked.texts)
        data = "\0".join([*walked.texts, ""]).encode("utf-8", "surrogatepass")
        if count < FEWEST or len(data) - count > room:
            return None
        strange = bytearray(count)
        if not kernel.plain(data, KINDS, strange, SMALL):
            return None
        known = _known(data, screen.literals)
        if known is None:
            return None
        wanted = known | walked.named(lambda key: screen.named(key or above))
        for at in compress(range(count), strange):
            if len(walked.texts[at]) > SHORT or not screen.barren(walked.texts[at]):
                wanted.add(at)
        pieces = [walked.piece(at) for at in sorted(wanted)]
        kept = sum(len(piece.data) for piece in pieces)
        return Telling(pieces, count - len(pieces), len(data) - count - kept)


def _known(data: bytes, literals: Literals) -> set[int] | None:
    """Numbers of the texts in which a known value stands; None when one reaches beyond a text, or there are many."""
    hits, more = literals.find(data)
    if more:
        return None
    ends = list(accumulate(len(text) + 1 for text in data.split(b"\0"))) if hits else []
    found = set()
    for hit in hits:
        at = bisect_right(ends, hit.at)
        if hit.at + len(literals.wanted[hit.literal][0]) >= ends[at]:
            return None
        found.add(at)
    return found


class _Walk:
    """The texts and numbers of documents in order, with what it takes to say where each lies."""

    def __init__(self, most: int) -> None:
        self.texts: list[str] = []
        self._most = most
        # Of each text: its name or number in what holds it, None for a whole document, and the number of the holder.
        self._names: list[str | int | None] = []
        self._holders: list[int] = []
        # Of each holder: the number of what holds it, its name or number there, and the name of the field that it lies
        # in. They are lists, since the collector of garbage looks at each tuple again and again.
        self._above: list[int] = []
        self._steps: list[str | int] = []
        self._keys: list[str] = []
        self._paths: dict[int, tuple[str, str]] = {}  # of a holder, when it was asked for: step of its document, path

    def through(self, step: str, tree: Any) -> bool:
        """Add the values of one document; False when they become too many."""
        texts, names, holders, most = self.texts, self._names, self._holders, self._most
        holder = self._hold(-1, "")
        self._paths[holder] = step, "$"
        inside: Iterator[tuple[str | int | None, Any]] = iter(((None, tree),))
        left = [(holder, inside)]
        while left:
            for name, item in inside:
                kind = type(item)
                if kind is str:
                    if item:
                        texts.append(item)
                        names.append(name)
                        holders.append(holder)
                elif kind is dict or kind is list:
                    if len(item) > most:
                        return False
                    left.append((holder, inside))
                    holder = holder if name is None else self._hold(holder, name)
                    inside = iter(item.items() if kind is dict else enumerate(item))
                    break
                elif item is not None and kind is not bool:
                    texts.append(item.decode() if kind is bytes else str(item))
                    names.append(name)
                    holders.append(holder)
            else:
                holder, inside = left.pop()
            if len(texts) > most or len(self._above) > most:
                return False
        return True

    def _hold(self, above: int, step: str | int) -> int:
        """Note an object or an array; its number."""
        self._keys.append(step[:LONGEST_KEY] if isinstance(step, str) else self._keys[above])
        self._above.append(above)
        self._steps.append(step)
        return len(self._above) - 1

    def named(self, telling: Callable[[str], bool]) -> set[int]:
        """Numbers of the texts in fields whose name says something."""
        distinct = set(self._names)
        told = {name for name in distinct if isinstance(name, str) and telling(name[:LONGEST_KEY])}
        found = {at for at, name in enumerate(self._names) if name in told} if told else set()
        if any(not isinstance(name, str) for name in distinct):
            unnamed = [at for at, name in enumerate(self._names) if not isinstance(name, str)]
            keys = {key: telling(key) for key in {self._keys[self._holders[at]] for at in unnamed}}
            found |= {at for at in unnamed if keys[self._keys[self._holders[at]]]}
        return found

    def piece(self, at: int) -> Piece:
        """One text with the step that leads to it, as `leaves` has it."""
        name, holder = self._names[at], self._holders[at]
        step, path = self._path(holder)
        path = path if name is None else below(path, name)
        key = name[:LONGEST_KEY] if isinstance(name, str) else self._keys[holder]
        return Piece(f"{step}:{path}", self.texts[at].encode("utf-8", "surrogatepass"), key)

    def _path(self, holder: int) -> tuple[str, str]:
        """The step to the document that a holder lies in, and its path there."""
        way: list[int] = []
        while holder not in self._paths:
            way.append(holder)
            holder = self._above[holder]
        step, path = self._paths[holder]
        for each in reversed(way):
            path = below(path, self._steps[each])
            self._paths[each] = step, path
        return step, path
