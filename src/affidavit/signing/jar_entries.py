"""The entries of a JAR against its manifest: each is read and digested once, whatever the number of levels asked about.

Sources: apksig, ``V1SchemeVerifier`` and ``LocalFileRecord`` (which entries a signature covers, which a platform cannot
read); "JAR File Specification", "Signed JAR File" (which ones Java leaves out).
"""

import hashlib
from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct

from affidavit.artefact.budget import Budget
from affidavit.artefact.inflate import MAX_RATIO, inflate
from affidavit.artefact.zip import DEFLATED, Entry
from affidavit.signing.jar_algorithms import JAVA, NEWER, Wanted, wanted
from affidavit.signing.jar_manifest import Section
from affidavit.signing.jar_signer import shown
from affidavit.wording import plural

META: Final = b"META-INF/"
_BLOCKS: Final = (b".SF", b".RSA", b".DSA", b".EC")
_UNREADABLE: Final = {
    "no-local-header": "it has no local header",
    "past-directory": "its bytes pass the central directory",
    "local-name-differs": "its local header has another name",
    "size-differs": "it has not the size that the central directory states",
    "stored-sizes-differ": "it is stored, and its two sizes differ",
}
"""Oddities of an entry for which a platform does not read it (apksig, LocalFileRecord; AOSP, libziparchive)."""
_TICK: Final = 64 << 20
_PROBE: Final = 16 << 20
"""Inflated bytes of an entry that are looked at again, to tell a broken stream from one that is too large."""


class Container(Protocol):
    """What is read of `affidavit.artefact.part.Part`."""

    prefix: str
    role: str
    view: memoryview
    entries: tuple[Entry, ...]

    def read(self, entry: Entry) -> bytes | None:
        """The entry's inflated bytes."""
        ...


class Content(Struct, frozen=True):
    """An entry's bytes, or why there are none: `broken` if a platform cannot read them, `unread` if we could not."""

    data: bytes | None
    broken: str = ""
    unread: str = ""


class Digested(Struct):
    """What comparing all entries gave.

    Attributes:
        unlike: the digests that do not fit, by the entry's name.
        broken, unread: names, and why a platform, or this tool, does not get the bytes.
    """

    unlike: dict[bytes, set[Wanted]]
    broken: dict[bytes, str]
    unread: dict[bytes, str]


def read_content(container: Container, entry: Entry, budget: Budget, most: int = 0) -> Content:
    """An entry's bytes as a platform has them.

    Args:
        container: that has the entry.
        entry: to read.
        budget: bounds the reading.
        most: largest size that is read at all; 0 for what the budget allows.

    Raises:
        BudgetError: time or memory ran out.
    """
    if entry.data >= 0 and entry.data + entry.compressed > len(container.view):
        return Content(None, "its bytes pass the end of the file")
    if most and most < entry.size <= (entry.compressed + 1) * MAX_RATIO:  # past that the size is a lie
        return Content(None, "", f"it has {entry.size:,} bytes, more than are read here ({most:,})")
    data = container.read(entry)
    odd = next((why for word, why in _UNREADABLE.items() if word in entry.oddities), "")
    if odd:
        return Content(None, odd)
    if data is None:
        corrupt = entry.method == DEFLATED and _is_corrupt(container, entry, budget)
        return Content(None, "its bytes are no deflate stream") if corrupt else Content(None, "", "it passes a bound")
    if "read-as-stored" in entry.oddities:
        return Content(None, "its method is unknown and its bytes are no deflate stream")
    return Content(data)


def _is_corrupt(container: Container, entry: Entry, budget: Budget) -> bool:
    """Whether an entry that could not be read is broken near its start, rather than too large."""
    if "overlap" in entry.oddities:  # many entries could share one stream, to be looked at again for each
        return False
    stream = container.view[entry.data : entry.data + entry.compressed]
    done = inflate(stream, entry.size, min(budget.of_entry(entry.compressed), _PROBE), budget.check)
    return done.problem == "corrupt"


def digest_all(
    container: Container, covered: list[Entry], sections: Mapping[bytes, Section], budget: Budget, *, java: bool
) -> Digested:
    """Read every covered entry that the manifest lists, and compare all digests that any level would pick.

    Raises:
        BudgetError: time or memory ran out.
    """
    result, done = Digested({}, {}, {}), 0
    for entry in covered:
        section = sections.get(entry.raw)
        if section is None:
            continue
        content = read_content(container, entry, budget)
        if content.broken:
            result.broken[entry.raw] = content.broken
        if content.unread:
            result.unread[entry.raw] = content.unread
        if content.data is None:
            continue
        levels = (JAVA,) if java else (0, 9, NEWER)
        choices = {item for level in levels for item in wanted(section.attributes, "-Digest", level)}
        unlike = _unlike(choices, content.data)
        if unlike:
            result.unlike[entry.raw] = unlike
        done += len(content.data) + 1
        if done >= _TICK:
            budget.check()
            done = 0
    return result


def _unlike(choices: set[Wanted], data: bytes) -> set[Wanted]:
    """The digests that do not fit; each algorithm is computed once."""
    made = {name: hashlib.new(name, data, usedforsecurity=False).digest() for name in {item.digest for item in choices}}
    return {item for item in choices if made[item.digest] != item.expected}


def is_covered(name: bytes, *, java: bool) -> bool:
    """Whether a signature must (on Android) or can (in Java) cover an entry of that name.

    Android leaves out all of ``META-INF/``, Java only the signature's own files in it; both leave out folders.
    """
    if name.endswith(b"/"):
        return False
    if not java:
        return not name.startswith(META)
    folder, _, rest = name.upper().rpartition(b"/")
    own = rest == b"MANIFEST.MF" or rest.endswith(_BLOCKS) or rest.startswith(b"SIG-")
    return not (folder == META[:-1] and own)


def covers(entries: tuple[Entry, ...], covered: int, *, java: bool) -> str:
    """How many entries a signature covers, as a sentence."""
    folders = sum(entry.raw.endswith(b"/") for entry in entries)
    inside = sum(entry.raw.startswith(META) and not entry.raw.endswith(b"/") for entry in entries)
    left = len(entries) - folders - covered
    said = f"{covered:,} of {plural(len(entries) - folders, 'entry', 'entries')}"
    if left:
        where = "under META-INF " if not java and left == inside else ""
        said += f"; {left:,} {where}{'is' if left == 1 else 'are'} not covered"
    if folders:
        said += f"; {plural(folders, 'folder entry is', 'folder entries are')} not either"
    return said


def unprotected(entries: tuple[Entry, ...], own: set[bytes]) -> list[str]:
    """Entries that an Android signature leaves out and that are not its own files, as sentences.

    Anybody can add or change them without breaking the signature.
    """
    loose = [item for item in entries if item.raw.startswith(META) and not item.raw.endswith(b"/")]
    full = [item for item in entries if item.raw.endswith(b"/") and item.size]
    return [
        *(f"{shown(item.raw)} is not covered" for item in loose if item.raw not in own),
        *(f"{shown(item.raw)} is named as a folder and holds {item.size:,} bytes; it is not covered" for item in full),
    ]
