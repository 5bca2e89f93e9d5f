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


class _Read(NamedTuple):
    """The native files that were read: how many there are, and how many bytes the read ones have."""

    natives: list[NativeSignature]
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
    read = _natives(state)
    if not read.of:
        return
    matches = known.match(read.natives)
    state.breathe()
    found = len({match.file for match in matches})
    search = NativeSearch(digests, len(read.natives), read.of, read.size, known.known, found)
    extractor = f"{NAME}/{VERSION}"
    state.add([make_fact(search, Place(""), extractor)])
    state.add(_fact(state, index, read.natives[match.file], match, extractor) for match in matches)
    state.limitations += _limits(read)


def _natives(state: Extraction) -> _Read:
    """Signatures of the native files, within bounds."""
    paths = [path for path, media in state.media.items() if media in _MEDIA or named_native(path)]
    natives, size = list[NativeSignature](), 0
    for path in sorted(paths, key=lambda path: (_FIRST not in path, path))[:FILES]:
        state.breathe()
        data = state.read(path)
        if data is None or size + len(data) > BYTES:
            continue
        size += len(data)
        natives.append(of_native(path, data))
    return _Read(natives, len(paths), size)


def _limits(read: _Read) -> Iterator[Limitation]:
    left = read.of - len(read.natives)
    if left:
        detail = (
            f"{plural(left, 'native file')} of {read.of:,} not compared with known code: at most {FILES} files and "
            f"{BYTES >> 20} MB are, those for 64-bit ARM first"
        )
        yield Limitation("identity/native-bounded", detail, count=left)


def _fact(state: Extraction, index: Index, native: NativeSignature, match: NativeMatch, extractor: str) -> Fact:
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
        shared=_shared(state, index, native, match),
    )
    return make_fact(what, Place(native.entry), extractor)


def _shared(state: Extraction, index: Index, native: NativeSignature, match: NativeMatch) -> tuple[str, ...]:
    """The rarest symbols and texts that the file has in common with the library's."""
    forms = [index.of(row) for row in np.flatnonzero(index.node == match.node).tolist()]
    both = np.intersect1d(native.tokens, np.concatenate(forms))
    both = both[np.isin(both & np.uint64(KIND_MASK), [Kind.SYMBOL, Kind.NATIVE_STRING])]
    rarity = index.in_nodes[index.rows_of(both)]
    ordered = both[np.lexsort((both, rarity))][:_ASKED].tolist()
    data = state.read(native.entry)
    told = texts(data, frozenset(ordered)) if data else {}
    # The longer of those that are equally rare says more.
    rank = {
        made: (int(rare), -len(told.get(made, ""))) for made, rare in zip(both.tolist(), rarity.tolist(), strict=True)
    }
    shown = sorted((made for made in ordered if made in told), key=lambda made: (*rank[made], made))
    return tuple(dict.fromkeys(bounded(told[made], _TEXT) for made in shown))[:SHARED]
