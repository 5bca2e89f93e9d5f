"""A slow second reading of Apple code signatures: which pages have another digest than the stated one.

It finds the signature by its magic number instead of load commands, and shares no code with the product.
"""

import hashlib


def changed_pages(data: bytes, number: int = 0) -> list[list[int]]:
    """Starts of the pages (in the image) that differ, for each code directory of image `number`, in slot order."""
    start, end = _images(data)[number]
    image = data[start:end]
    at = image.rindex(b"\xfa\xde\x0c\xc0")
    slots = {}
    for index in range(_number(image, at + 8)):
        slot, offset = _number(image, at + 12 + 8 * index), _number(image, at + 16 + 8 * index)
        if image[at + offset : at + offset + 4] == b"\xfa\xde\x0c\x02":
            slots[slot] = at + offset
    return [_pages(image, slots[slot]) for slot in sorted(slots)]


def _images(data: bytes) -> list[tuple[int, int]]:
    if data[:4] != b"\xca\xfe\xba\xbe":
        return [(0, len(data))]
    found = []
    for index in range(_number(data, 4)):
        row = 8 + 20 * index
        found.append((_number(data, row + 8), _number(data, row + 8) + _number(data, row + 12)))
    return found


def _pages(image: bytes, at: int) -> list[int]:
    first, count, limit = (_number(image, at + offset) for offset in (16, 28, 32))
    width, kind, shift = image[at + 36], image[at + 37], image[at + 39]
    name = {1: "sha1", 2: "sha256", 3: "sha256", 4: "sha384", 5: "sha512"}[kind]
    size = 2**shift if shift else limit
    wrong = []
    for page in range(count):
        place = at + first + page * width
        covered = image[page * size : min((page + 1) * size, limit)]
        if hashlib.new(name, covered).digest()[:width] != image[place : place + width]:
            wrong.append(page * size)
    return wrong


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
