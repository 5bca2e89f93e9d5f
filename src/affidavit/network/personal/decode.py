"""A message taken apart: every content that decoders find in it, and what none of them could read.

Hostile messages are normal: decoding goes to a depth, a number of parts and a number of bytes, and no further; what was
left is counted. No function here calls itself on what it has found.
"""

from collections import Counter, deque
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from affidavit.network.personal import structures, texts
from affidavit.network.personal.leaves import SMALL, Screen, Values
from affidavit.network.personal.patterns import candidates
from affidavit.network.personal.pieces import Piece
from affidavit.network.personal.protobuf import is_text
from affidavit.network.personal.roots import Root
from affidavit.network.personal.unpack import by_magic, unpack

DEPTH = 6
"""Decodings on top of each other."""
ROOM = 16 << 20
"""Bytes of one message, as sent and decoded together."""
MOST = 50_000
"""Parts of one message."""
_NOTED = 64
"""Bytes from which a part that is no text and that no decoder reads is counted; of a body every one is."""
WITHIN = {"url", "unescape", "entities", "base64", "hex", "jwt", "text"}
"""Decodings of a part of a content, which beside it goes on being what it is."""
_JSON_BEGINS = b'{["'
_LIKE_TEXT = b"\n\r\t"


class Node:
    """One content: a place of the message, or a part of another content.

    Attributes:
        parent: what it is a part of; None for a place. step: what leads to it from there. data: its bytes.
        key: the field that holds it. depth: decodings so far. parts: whether it is nothing but its parts.
    """

    __slots__ = ("_text", "data", "depth", "key", "parent", "parts", "reads", "step")

    def __init__(self, parent: "Node | None", step: str, data: bytes, key: str, reads: str = "") -> None:
        self.parent = parent
        self.step = step
        self.data = data
        self.key = key
        self.reads = reads
        self.depth: int = parent.depth + 1 if parent else 0
        self.parts = False
        self._text: bool | None = None

    @property
    def text(self) -> bool:
        """Whether it is text."""
        if self._text is None:
            self._text = is_text(self.data)
        return self._text

    @property
    def top(self) -> "Node":
        """The place."""
        above = self
        while above.parent:
            above = above.parent
        return above

    def path(self) -> tuple[str, ...]:
        """The place, then each step."""
        steps = [self.step]
        above = self.parent
        while above:
            steps.append(above.step)
            above = above.parent
        return tuple(reversed(steps))


class Decoded:
    """What became of the places of a message.

    Attributes:
        nodes: every content, those that were taken apart before their parts.
        unread: why -> bytes that could not be read.
        passed: how many contents were left out, since nothing can come of them.
    """

    def __init__(self, roots: Iterable[Root], screen: Screen | None = None) -> None:
        """Take them apart.

        Args:
            roots: the places.
            screen: what values of a body are asked for, so that those are left out of which nothing can come; without
                one every content is there.
        """
        self.passed = 0
        self._screen = screen
        self.nodes: list[Node] = []
        self.unread: Counter[str] = Counter()
        self._left: deque[Node] = deque()
        self._room = ROOM
        for root in roots:
            self._begin(root)
        while self._left:
            self._take(self._left.popleft())

    def _begin(self, root: Root) -> None:
        node = self._add(None, Piece(root.place, root.data, root.key), root.reads if not root.codings else "")
        for number, name in enumerate(root.codings):
            if node is None:
                return
            piece = _opened(node.data, name, self._room)
            if not piece.data:
                if piece.problem:
                    break  # the header is wrong, or the whole stream is: what is there is looked at as it is
                return
            node.parts = True
            self._note(piece)
            last = number == len(root.codings) - 1
            node = self._add(node, piece, root.reads if last else "")
        if node is not None:
            self._left.append(node)

    def _add(self, parent: Node | None, piece: Piece, reads: str = "") -> Node | None:
        """Keep a content if there is room for it."""
        full = len(self.nodes) + self.passed >= MOST
        if full or len(piece.data) > self._room:
            self.unread["too-large"] += max(0, len(piece.data) - self._room) or len(piece.data)
            if full or not self._room:
                return None
            piece = piece._replace(data=piece.data[: self._room])
        self._room -= len(piece.data)
        node = Node(parent, piece.step, piece.data, piece.key or (parent.key if parent else ""), reads)
        self.nodes.append(node)
        return node

    def _take(self, node: Node) -> None:
        """Take a content apart, or note that nothing can."""
        if len(node.data) < SMALL and node.parent:
            return
        found = _parts(node, self._room)
        if node.depth >= DEPTH:
            if next(iter(found), None) is not None:
                self.unread["too-large"] += len(node.data)
            return
        if isinstance(found, Values) and self._screen and node.top.step.endswith("body"):
            found = self._telling(found, node, self._screen)
        for piece in found:
            node.parts = node.parts or piece.step.partition(":")[0] not in WITHIN
            self._note(piece)
            child = self._add(node, piece) if piece.data else None
            if child:
                self._left.append(child)
            elif piece.data:
                return
        if not node.parts and not node.text:
            size = len(node.data)
            if size >= _NOTED or (node.step.endswith("body") and size):
                self.unread["opaque"] += size

    def _telling(self, values: Values, node: Node, screen: Screen) -> Iterable[Piece]:
        """The values that something may come of; the others are counted as if they were kept."""
        telling = values.telling(screen, node.key, MOST - len(self.nodes) - self.passed, self._room)
        if telling is None:
            return values
        node.parts = True
        self.passed += telling.passed
        self._room -= telling.size
        return telling.pieces

    def _note(self, piece: Piece) -> None:
        if piece.problem:
            self.unread[piece.problem] += piece.lost


def _opened(data: bytes, name: str, room: int) -> Piece:
    data_out, problem = unpack(name, data, room)
    return Piece(name, data_out, "", problem, len(data) if problem else 0)


def _parts(node: Node, room: int) -> Iterable[Piece]:
    """What a content holds, by the first reader that takes it."""
    data = node.data
    if node.reads and (found := _as_told(data, node.reads)) is not None:
        return found
    if data[:1] and data[0] in _LIKE_TEXT and (fields := structures.protocol(data)):
        return fields
    return _of_text(data) if node.text else _of_bytes(data, room, root=node.parent is None)


@lru_cache(1 << 14)
def barren(text: str) -> bool:
    """Whether a text in a content is one, nothing can be read in it, and nothing looks personal by its form."""
    data = text.encode("utf-8", "surrogatepass")
    if not is_text(data) or data[0] in _LIKE_TEXT:
        return False
    return next(iter(_of_text(data)), None) is None and not any(candidates(data))


def _as_told(data: bytes, reads: str) -> Iterable[Piece] | None:
    if reads == "form":
        return texts.form(data, sure=True) if is_text(data) and data.lstrip()[:1] not in _JSON_BEGINS else None
    if reads == "cookies":
        return texts.cookies(data)
    if reads == "segments":
        return texts.segments(data)
    return structures.parts(data, reads.partition(":")[2].encode())


def _of_text(data: bytes) -> Iterable[Piece]:
    start = data.lstrip()[:1]
    if start and start in _JSON_BEGINS:
        if (values := structures.json(data)) is not None:
            return values
        return structures.lines(data) or chain(structures.broken(data) or (), texts.within(data))
    if start == b"<":
        listed = structures.properties(data) if b"<plist" in data[:1_000] else None
        return listed or structures.xml(data) or texts.within(data)
    if start == b"-" and (boundary := structures.first_boundary(data)):
        return structures.parts(data, boundary) or texts.within(data)
    return texts.form(data) or texts.within(data)


def _of_bytes(data: bytes, room: int, *, root: bool) -> Iterable[Piece]:
    if name := by_magic(data):
        piece = _opened(data, name, room)
        if piece.data:
            return [piece]
    if data[:8] == b"bplist00" and (listed := structures.properties(data)):
        return listed
    if wide := _wide(data):
        return [wide]
    if data[:1] == b"-" and (boundary := structures.first_boundary(data)):
        return structures.parts(data, boundary) or ()
    for reader in (structures.framed, structures.messagepack, structures.protocol):
        if found := reader(data):
            return found
    return (_unframed(data, room) if root or len(data) >= _NOTED else None) or texts.readable(data)


def _wide(data: bytes) -> Piece | None:
    """UTF-16, by its mark or by its zeros."""
    if len(data) % 2:
        return None
    code = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "")
    sample = data[:4_096]
    if not code and 3 * sample[1::2].count(0) > len(sample) and 0 not in sample[::2]:
        code = "utf-16-le"
    if not code and 3 * sample[::2].count(0) > len(sample) and 0 not in sample[1::2]:
        code = "utf-16-be"
    text = data.decode(code, "replace").removeprefix("\ufeff").encode() if code else b""
    return Piece(code, text) if text and is_text(text) else None


def _unframed(data: bytes, room: int) -> Iterable[Piece]:
    """Compressions without a mark of their own: taken if they end where the bytes end and give something readable."""
    for name in ("br", "deflate"):
        piece = _opened(data, name, room)
        if not piece.problem and len(piece.data) > len(data) // 2 and texts.telling(piece.data):
            return [piece]
    return ()
