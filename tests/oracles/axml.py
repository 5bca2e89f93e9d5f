"""Binary XML read the slow, obvious way: every string decoded first, every node by hand, nothing of the reader's."""

from dataclasses import dataclass, field


@dataclass
class Node:
    name: str
    namespace: str
    attributes: list[tuple[str, str, int, int, int, str | None, int]]
    offset: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)


def number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def pool_strings(data: bytes, at: int) -> list[str]:
    count, flags, start = number(data, at + 8, 4), number(data, at + 16, 4), number(data, at + 20, 4)
    found = []
    for index in range(count):
        place = at + start + number(data, at + number(data, at + 2, 2) + 4 * index, 4)
        found.append(utf8_at(data, place) if flags & 0x100 else utf16_at(data, place))
    return found


def utf8_at(data: bytes, place: int) -> str:
    place += 2 if data[place] >= 0x80 else 1
    if data[place] >= 0x80:
        length, place = (data[place] & 0x7F) * 256 + data[place + 1], place + 2
    else:
        length, place = data[place], place + 1
    while data[place + length] != 0:
        length += 0x8000
    return data[place : place + length].decode("utf-8", "surrogatepass")


def utf16_at(data: bytes, place: int) -> str:
    length, place = number(data, place, 2), place + 2
    if length >= 0x8000:
        length, place = (length - 0x8000) * 65536 + number(data, place, 2), place + 2
    return data[place : place + 2 * length].decode("utf-16-le", "surrogatepass")


def read(data: bytes) -> Node | None:
    """The root of an honest file."""
    strings: list[str] = []
    ids: list[int] = []
    root: Node | None = None
    stack: list[Node] = []
    at = number(data, 2, 2)

    def string(index: int) -> str:
        return strings[index] if index < len(strings) else ""

    while at + 8 <= len(data):
        kind, header, size = number(data, at, 2), number(data, at + 2, 2), number(data, at + 4, 4)
        body = at + header
        if kind == 0x0001 and root is None:
            strings = pool_strings(data, at)
        elif kind == 0x0180:
            ids = [number(data, place, 4) for place in range(body, at + size, 4)]
        elif kind == 0x0102:
            node = Node(string(number(data, body + 4, 4)), string(number(data, body, 4)), [], at)
            start, step, count = (number(data, body + 8 + 2 * field_, 2) for field_ in range(3))
            for index in range(count):
                place = body + start + step * index
                name, raw = number(data, place + 4, 4), number(data, place + 8, 4)
                type_, value = data[place + 15], number(data, place + 16, 4)
                source = value if type_ == 3 else raw
                shown = strings[source] if source < len(strings) else None
                identity = ids[name] if name < len(ids) else 0
                namespace = string(number(data, place, 4))
                node.attributes.append((string(name), namespace, identity, type_, value, shown, place))
            if stack:
                stack[-1].children.append(node)
            else:
                root = node
            stack.append(node)
        elif kind == 0x0103:
            stack.pop()
        elif kind == 0x0104 and stack:
            stack[-1].text += string(number(data, body, 4))
        at += size
    return root
