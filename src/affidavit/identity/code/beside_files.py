"""Files of libraries laid beside an app: which pairs are shown, and where the library's classes are."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from affidavit.dalvik.program import Program
from affidavit.identity.code.beside import Pair, Room, Sides, beside
from affidavit.identity.code.evidence import Compared
from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch, Pairing
from affidavit.identity.code.side import Side
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.model.beside import Beside, ClassBeside, FileBeside

TELLING: Final = 10
"""Tokens that tell a class by whatever name."""
PAIRS, PAIRS_OF_MANY = 40, 10
"""Pairs that are laid side by side of a family that was asked for, and of each of several."""


class Library(NamedTuple):
    """A file of a library: its name, digest, bytes and code."""

    name: str
    sha256: str
    size: int
    program: Program


class _File:
    """A library's file with its classes by name and by what they hold.

    Args:
        library: the file.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.side = library, Side(library.program)
        self._signatures: Signatures = of_program(library.program)
        self._equal: dict[bytes, list[int]] = {}
        for row in range(len(self._signatures)):
            self._equal.setdefault(self._signatures.of(row).tobytes(), []).append(row)

    def find(self, index: Index, pair: Pairing) -> int:
        """The class that a pair names: that of its name unless another alone has the very tokens; -1 for none."""
        named = self.side.number.get(index.node_name[pair.node], -1)
        wanted = index.of(pair.signature)
        equal = self._equal.get(wanted.tobytes(), []) if len(wanted) >= TELLING else []
        if named in equal or len(equal) != 1:
            return named
        return equal[0]

    def about(self, index: Index) -> FileBeside:
        """What the file is."""
        known = [
            f"{index.families[version.family].id} {version.label}".strip()
            for version in index.versions
            if version.sha256 and version.sha256 == self.library.sha256
        ]
        name, digest, size, _ = self.library
        return FileBeside(name, digest, size, len(self.side.number), tuple(sorted(set(known))))


def laid_beside(compared: Compared, libraries: Iterable[Library], family: str = "", room: Room | None = None) -> Beside:
    """Lay the pairs of classes of an app beside the files that libraries are in.

    Args:
        compared: the app, compared with an index.
        libraries: the files; the first that has a class is taken, those that the index was made of before others.
        family: id of the one family to show; empty for each that the files have classes of.
        room: how much may be made.
    """
    files = [_File(each) for each in libraries]
    app, index = Side(compared.program), compared.index
    about = [file.about(index) for file in files]
    matches = [
        match
        for match in compared.matched.families
        if match.decision != "not-shown" and family in ("", index.families[match.family].id)
    ]
    chosen, missing, left = _chosen(matches, index, files, PAIRS if family else PAIRS_OF_MANY)
    classes = _classes(compared)
    classes |= {
        app.vocabulary.names[pair.app]: files[number].side.vocabulary.names[pair.library]
        for number, pairs in enumerate(chosen)
        for pair in pairs
    }
    room = room or Room()
    made: list[ClassBeside] = []
    for number, (file, pairs) in enumerate(zip(files, chosen, strict=True)):
        made += beside(Sides(app, file.side, classes, room, number), pairs)
    order = {index.families[match.family].id: row for row, match in enumerate(matches)}
    made.sort(key=lambda pair: (order[pair.family], pair.rank))
    return Beside(tuple(about), tuple(made), missing, left)


def _chosen(
    matches: Sequence[FamilyMatch], index: Index, files: Sequence[_File], most: int
) -> tuple[list[list[Pair]], int, int]:
    """Per file the pairs to show; how many classes no file has, and how many pairs are beyond the number."""
    chosen: list[list[Pair]] = [[] for _ in files]
    missing = left = 0
    for match in matches:
        id_, shown, absent = index.families[match.family].id, 0, 0
        for rank, pair in enumerate((pair for pair in match.pairs if not pair.inlined), 1):
            if shown == most:
                left += 1
                continue
            number, row = _found(index, files, pair)
            if row < 0:
                absent += 1
                continue
            chosen[number].append(Pair(id_, rank, pair.app, row))
            shown += 1
        missing += absent if shown else 0
    return chosen, missing, left


def _found(index: Index, files: Sequence[_File], pair: Pairing) -> tuple[int, int]:
    """The file that has the class of a pair, and its number there; the number is -1 when none has."""
    exact = {index.versions[number].sha256 for number in index.of_version.row(pair.signature).tolist()}
    order = sorted(range(len(files)), key=lambda number: files[number].library.sha256 not in exact)
    return next(
        ((number, row) for number in order if (row := files[number].find(index, pair)) >= 0),
        (0, -1),
    )


def _classes(compared: Compared) -> dict[str, str]:
    """Classes of the app and those of known code that they come from, over all families."""
    names: dict[str, str] = {}
    for match in compared.matched.families:
        if match.decision != "not-shown":
            for pair in match.pairs:
                if not pair.inlined:
                    names.setdefault(compared.app.names[pair.app], compared.index.node_name[pair.node])
    return names
