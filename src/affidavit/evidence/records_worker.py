"""The process that reads one file of records behind walls: it loads what it needs, raises them, reads, answers, ends.

Records hold what strangers wrote (names of hosts, agents, customers). Started by `evidence.records`.
"""

import mmap
import os
from datetime import date
from importlib import import_module
from typing import Final

import msgspec
from msgspec import Struct

from affidavit import knowledge
from affidavit.evidence.answering import answer_once
from affidavit.evidence.request import RESULT, WALLS
from affidavit.network.capture.source import Source
from affidavit.network.screen.opening import compared
from affidavit.network.screen.selectors import known_selectors
from affidavit.network.snapshot.view import Shelf, Snapshot, View
from affidavit.sandbox.channel import Frame, send
from affidavit.sandbox.limits import Limits
from affidavit.sandbox.walls import raise_walls

LATER: Final = (
    "asn1crypto.keys",
    "asn1crypto.x509",
    "encodings.idna",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.punycode",
    "stringprep",
    "unicodedata",
)
"""What reading imports when it needs it: here it has to be there before the walls are."""
MEMORY: Final = 3 << 30
"""Bytes of its own memory: a JSON document of the largest size that is read at once, as objects."""


class Reading(Struct, frozen=True):
    """One reading: the file's name, size, digest and descriptor; where to answer; what a person says that it is.

    Attributes:
        seconds: of CPU time. confined: whether a wall stands around the whole process already.
        networks: descriptors of snapshots of networks. day: the one asked about.
    """

    name: str
    size: int
    sha256: str
    file: int
    answers: int
    kind: str
    seconds: int
    confined: bool = False
    networks: tuple[int, ...] = ()
    day: date | None = None


def main() -> None:
    """Read the request, answer, end."""
    answer_once(Reading, _answer)


def _answer(request: Reading) -> Frame:
    """Kind and body of the last frame."""
    for name in LATER:
        import_module(name)
    knowledge.hold()
    selectors = known_selectors()
    source = Source(request.file, request.name, request.size)
    view, mapped = _tables(request)
    if not os.environ.get("AFFIDAVIT_DEBUG"):
        os.dup2(1, 2)  # whoever takes this process over shall have no file to fill
    walls = raise_walls(Limits(MEMORY, request.size + mapped, 0, request.seconds), confined=request.confined)
    send(request.answers, WALLS, msgspec.json.encode(walls))
    found = compared(source, selectors, sha256=request.sha256, kind=request.kind, view=view, day=request.day)
    return RESULT, msgspec.json.encode(found)


def _tables(request: Reading) -> tuple[View | None, int]:
    """The tables of networks, and how many bytes of files they map.

    Raises:
        KnowledgeError: one is no snapshot.
    """
    if not request.networks:
        return None, 0
    maps = [mmap.mmap(handle, 0, access=mmap.ACCESS_READ) for handle in request.networks]
    return Shelf(Snapshot(memoryview(each)) for each in maps).as_of(request.day), sum(map(len, maps))
