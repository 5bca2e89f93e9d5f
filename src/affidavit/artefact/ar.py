"""Static archives (``.a``): the members of an ar file.

Source: the common archive format of System V and BSD (``ar(5)``): a magic, then headers of 60 bytes with decimal sizes.
Long names stand after the header (BSD, ``#1/N``) or in a table (System V, ``/N``).
"""

from collections.abc import Iterator

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

MAGIC = b"!<arch>\n"
_HEADER = 60
_MOST = 20_000
_TABLES = (b"/", b"//", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED")


def members(entry: str, data: memoryview, limitations: list[Limitation]) -> Iterator[tuple[str, int, int]]:
    """Name, offset and size of each member; tables of symbols and of names are left out.

    Args:
        entry: path for the places of limitations.
        data: the whole file.
        limitations: grows by what cannot be read.
    """
    names, at = b"", len(MAGIC)
    for _ in range(_MOST):
        if at + _HEADER > len(data):
            return
        header = bytes(data[at : at + _HEADER])
        start, stated = at + _HEADER, header[48:58].strip()
        if header[58:] != b"`\n" or not stated.isdigit() or start + int(stated) > len(data):
            detail = "a member of the archive has no whole header, or passes its end; it and later ones were not read"
            limitations.append(Limitation("native/bad-archive", detail, Place(entry, at)))
            return
        size = int(stated)
        at = start + size + (size & 1)
        raw = header[:16].rstrip()
        if raw == b"//":
            names = bytes(data[start : start + size])
        if raw.startswith(b"#1/") and raw[3:].isdigit():
            length = min(size, int(raw[3:]))
            raw, start, size = bytes(data[start : start + length]).rstrip(b"\0"), start + length, size - length
        elif raw.startswith(b"/") and raw[1:].isdigit():
            raw = names[int(raw[1:]) :].partition(b"\n")[0].removesuffix(b"/")
        if raw not in _TABLES:
            yield raw.removesuffix(b"/").decode("utf-8", "backslashreplace")[:256], start, size
    if at + _HEADER <= len(data):
        limitations.append(
            Limitation("native/bad-archive", f"the archive has more than {_MOST} members", Place(entry, at))
        )
