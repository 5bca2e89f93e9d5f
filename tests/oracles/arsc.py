"""Resource tables read the slow, obvious way: every entry of every type decoded into one dictionary."""

from collections import defaultdict

from tests.oracles.axml import number, pool_strings

Entry = tuple[int, int, int]


def read(data: bytes) -> tuple[list[str], dict[int, list[Entry]], dict[int, str]]:
    """Strings of the value pool; per resource id its (offset, type, data), type -1 for a bag; per id its name."""
    strings: list[str] = []
    entries: dict[int, list[Entry]] = defaultdict(list)
    names: dict[int, str] = {}
    for kind, at, _, _ in chunks(data, number(data, 2, 2), len(data)):
        if kind == 0x0001 and not strings:
            strings = pool_strings(data, at)
        elif kind == 0x0200:
            package(data, at, entries, names)
    return strings, entries, names


def chunks(data: bytes, at: int, end: int):
    while at + 8 <= end:
        size = number(data, at + 4, 4)
        yield number(data, at, 2), at, number(data, at + 2, 2), size
        at += size


def package(data: bytes, at: int, entries: dict[int, list[Entry]], names: dict[int, str]) -> None:
    identity = number(data, at + 8, 4)
    types = pool_strings(data, at + number(data, at + 268, 4))
    keys = pool_strings(data, at + number(data, at + 276, 4))
    for kind, place, header, _ in chunks(data, at + number(data, at + 2, 2), at + number(data, at + 4, 4)):
        if kind != 0x0201:
            continue
        type_number = data[place + 8]
        for index, offset in offsets(data, place, header):
            resource = identity << 24 | type_number << 16 | index
            start = place + number(data, place + 16, 4) + offset
            size, flags, word = number(data, start, 2), number(data, start + 2, 2), number(data, start + 4, 4)
            if flags & 8:
                entry, key = (start, flags >> 8, word), size
            elif flags & 1:
                entry, key = (start, -1, 0), word
            else:
                entry, key = (start, data[start + size + 3], number(data, start + size + 4, 4)), word
            entries[resource].append(entry)
            names[resource] = f"{types[type_number - 1]}/{keys[key]}"


def offsets(data: bytes, place: int, header: int):
    flags, count = data[place + 9], number(data, place + 12, 4)
    for row in range(count):
        if flags & 1:
            at = place + header + 4 * row
            yield number(data, at, 2), number(data, at + 2, 2) * 4
        elif flags & 2:
            short = number(data, place + header + 2 * row, 2)
            if short != 0xFFFF:
                yield row, short * 4
        else:
            offset = number(data, place + header + 4 * row, 4)
            if offset != 0xFFFFFFFF:
                yield row, offset
