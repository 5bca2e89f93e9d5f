"""Which bytes of a zip something claims, one byte at a time: the slow twin of `affidavit.facts.coverage`."""

from affidavit.artefact.directory import find_directory
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.signing.block import MAGIC


def unclaimed(part: Part) -> list[int]:
    """Offsets that no entry, directory, end record or signing block covers, padding and descriptors included."""
    free = bytearray(b"\1") * len(part.view)

    def claim(start: int, end: int) -> None:
        for at in range(max(0, start), min(end, len(free))):
            free[at] = 0

    for entry in part.entries:
        if entry.data >= 0:
            claim(entry.header, entry.data + entry.compressed)
    directory = find_directory(part.view, Notes([]), "")
    if directory is not None:
        claim(directory.start, directory.stated_end)
        claim(directory.end, directory.tail)
        end = directory.start
        if bytes(part.view[end - 16 : end]) == MAGIC:
            size = int.from_bytes(part.view[end - 24 : end - 16], "little")
            claim(end - size - 8, end)
    return [at for at, is_free in enumerate(free) if is_free]
