"""Native files of an app compared with those of known code: what is stated of them, and what was left out."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from affidavit.facts.extract import Extraction
from affidavit.facts.reading import bounded, make_fact
from affidavit.identity.code.index import Index
from affidavit.identity.code.library_file import named_native
from affidavit.identity.code.native import NativeSignature, of_native, texts
from affidavit.identity.code.native_match import NativeIndex, NativeMatch
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.model.code_identity import NativeIdentity, NativeSearch
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.wording import plural

NAME: Final = "native-identity"
VERSION: Final = 1
FILES: Final = 400
"""Native files of one app that are compared."""
BYTES: Final = 128 << 20
"""Bytes of them; builds for the processor that most devices have come first."""
VERSIONS: Final = 24
"""Versions that one fact lists."""
SHARED, _TEXT, _ASKED = 8, 120, 400
"""Texts that one fact shows; characters of each; shared tokens whose texts are looked for."""
_FIRST: Final = "arm64"
_MEDIA: Final = frozenset({"elf", "macho"})
_ALONE: Final = "native/many-symbols"
"""What reading a Mach-O file's symbols says, which no other stage reads; of ELF files it has been said before."""


class _Compared(NamedTuple):
    """One native file: its path, what it comes from, and for each of that the texts that both have."""

    entry: str
    matches: list[NativeMatch]
    shared: list[tuple[str, ...]]


class _Read(NamedTuple):
    """The native files that were read: how many there are, and how many bytes the read ones have."""

    files: list[_Compared]
    of: int
    size: int


def identify_natives(state: Extraction, index: Index, digests: tuple[str, ...]) -> None:
    """Compare the app's native files with known ones; facts and limitations are added.

    Args:
        state: the artefact, whose entries were walked.
        index: known code.
        digests: SHA-256 of its parts.

    Raises:
        BudgetError: time or memory has run out.
    """
    known = NativeIndex(index)
    if not known.known:
        return
    read = _natives(state, known)
    if not read.of:
        return
    found = sum(bool(file.matches) for file in read.files)
    search = NativeSearch(digests, len(read.files), read.of, read.size, known.known, found)
    extractor = f"{NAME}/{VERSION}"
    state.add([make_fact(search, Place(""), extractor)])
    for file in read.files:
        pairs = zip(file.matches, file.shared, strict=True)
        state.add(_fact(index, file.entry, match, shared, extractor) for match, shared in pairs)
    state.limitations += _limits(read)


def _natives(state: Extraction, known: NativeIndex) -> _Read:
    """The native files within bounds, each compared while its bytes are at hand."""
    paths = [path for path, media in state.media.items() if media in _MEDIA or named_native(path)]
    files, size = list[_Compared](), 0
    for path in sorted(paths, key=lambda path: (_FIRST not in path, path))[:FILES]:
        state.breathe()
        data = state.read(path)
        if data is None or size + len(data) > BYTES:
            continue
        size += len(data)
        native = of_native(path, data)
        matches = known.match([native])
        if not data.startswith(b"\x7fELF"):
            state.limitations += [item for item in native.limitations if item.kind == _ALONE]
        files.append(_Compared(path, matches, [_shared(data, known.index, native, match) for match in matches]))
    return _Read(files, len(paths), size)


def _limits(read: _Read) -> Iterator[Limitation]:
    left = read.of - len(read.files)
    if left:
        detail = (
            f"{plural(left, 'native file')} of {read.of:,} not compared with known code: at most {FILES} files and "
            f"{BYTES >> 20} MB are, those for 64-bit ARM first"
        )
        yield Limitation("identity/native-bounded", detail, count=left)


def _fact(index: Index, entry: str, match: NativeMatch, shared: tuple[str, ...], extractor: str) -> Fact:
    family = index.families[match.family]
    labels = [index.versions[number].label for number in match.versions]
    what = NativeIdentity(
        family=family.id,
        file=bounded(index.node_name[match.node], 200),
        relation=match.relation,
        inside=round(match.inside * 1_000),
        around=round(match.around * 1_000),
        evidence=round(match.nats * 100),
        title=family.title,
        vendor=family.vendor,
        entity=family.entity,
        form=family.kind,
        same_build=match.same_build,
        versions=tuple(bounded(label, 60) for label in labels[:VERSIONS]),
        allowed=len(labels),
        known=sum(version.family == match.family for version in index.versions),
        shared=shared,
    )
    return make_fact(what, Place(entry), extractor)


def _shared(data: bytes, index: Index, native: NativeSignature, match: NativeMatch) -> tuple[str, ...]:
    """The rarest symbols and texts that the file has in common with the library's."""
    forms = [index.of(row) for row in np.flatnonzero(index.node == match.node).tolist()]
    both = np.intersect1d(native.tokens, np.concatenate(forms))
    both = both[np.isin(both & np.uint64(KIND_MASK), [Kind.SYMBOL, Kind.NATIVE_STRING])]
    rarity = index.in_nodes[index.rows_of(both)]
    ordered = both[np.lexsort((both, rarity))][:_ASKED].tolist()
    told = texts(data, frozenset(ordered))
    # The longer of those that are equally rare says more.
    rank = {
        made: (int(rare), -len(told.get(made, ""))) for made, rare in zip(both.tolist(), rarity.tolist(), strict=True)
    }
    shown = sorted((made for made in ordered if made in told), key=lambda made: (*rank[made], made))
    return tuple(dict.fromkeys(bounded(told[made], _TEXT) for made in shown))[:SHARED]
