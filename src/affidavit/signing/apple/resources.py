"""The resource list of a bundle (``_CodeSignature/CodeResources``) compared with the bundle's files.

Source: Apple's Security framework (``resources.cpp``): ``files2`` has SHA-256 digests or, for code inside the bundle,
its cdhash; ``files`` has SHA-1 digests for old systems. The list's rules are patterns, which are not run here: what may
lie in a bundle unlisted is known.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

from affidavit.artefact.plist import PlistError, Value, read_plist
from affidavit.model.signing import Issue

_UNLISTED = ("Info.plist", "PkgInfo", "CodeResources")
_UNLISTED_FOLDERS = ("_CodeSignature/", "SC_Info/", "META-INF/")
_SHOWN = 5


class BundleFiles(Struct, frozen=True):
    """The files of a bundle, by name below its folder.

    Attributes:
        sha256: hex digest of each file; empty for one that could not be read.
        cdhashes: of code inside the bundle: of a file, or of a further bundle's folder (its name without ``/``).
        own: name of the bundle's own executable, which the list does not name.
        read: gives a file's bytes.
    """

    sha256: Mapping[str, str]
    cdhashes: Mapping[str, AbstractSet[bytes]]
    own: str
    read: Callable[[str], bytes | None]


class Resources(Struct, frozen=True):
    """What came of the comparison: how many files are listed, how many of them hold, and what is wrong."""

    listed: int = 0
    held: int = 0
    issues: tuple[Issue, ...] = ()


def check_resources(raw: bytes, files: BundleFiles) -> Resources:
    """Compare a resource list with the files of its bundle."""
    try:
        document = read_plist(raw)
    except PlistError as error:
        return Resources(issues=(Issue("apple-malformed", f"the resource list cannot be read: {error}"),))
    strong = document.get("files2") if isinstance(document, dict) else None
    listed = strong or (document.get("files") if isinstance(document, dict) else None)
    if not isinstance(listed, dict):
        return Resources(issues=(Issue("apple-malformed", "the resource list has no list of files"),))
    verdicts: dict[str, list[str]] = {}
    for name in sorted(listed):
        verdicts.setdefault(_verdict(name, listed[name], files), []).append(name)
    if not strong:
        verdicts["apple-file-weak"] = sorted(listed)
    verdicts["apple-file-not-sealed"] = sorted(_unlisted(listed, files))
    return Resources(len(listed), len(verdicts.get("", ())), tuple(_issues(verdicts)))


_ERRORS = {"apple-file-differs": True, "apple-file-missing": True, "apple-not-checked": False}
_ERRORS |= {"apple-file-weak": False, "apple-file-not-sealed": False}


def _issues(verdicts: Mapping[str, list[str]]) -> Iterator[Issue]:
    for word, error in _ERRORS.items():
        names = verdicts.get(word, [])
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            shown = ", ".join(repr(name[:200]) for name in names[:_SHOWN])
            yield Issue(word, f"{len(names)} files: {shown}{more}", error=error)


def _verdict(name: str, stated: Value, files: BundleFiles) -> str:
    """Issue word for one listed file; empty when it holds."""
    item = stated if isinstance(stated, dict) else {"hash": stated}
    if "cdhash" in item:
        known = files.cdhashes.get(name)
        if known is None:
            return "apple-not-checked"
        return "" if item["cdhash"] in known else "apple-file-differs"
    if name not in files.sha256:
        return "" if item.get("optional") is True else "apple-file-missing"
    same = _same(name, item, files)
    return "apple-not-checked" if same is None else "" if same else "apple-file-differs"


def _same(name: str, item: Mapping[str, Value], files: BundleFiles) -> bool | None:
    """Whether a file is as listed: by its link's target, by SHA-256, by SHA-1; None when that cannot be told."""
    if isinstance(item.get("symlink"), str):
        return files.read(name) == str(item["symlink"]).encode()
    if isinstance(item.get("hash2"), bytes) and files.sha256[name]:
        return bool(files.sha256[name] == item["hash2"].hex())
    data = files.read(name) if isinstance(item.get("hash"), bytes) else None
    return None if data is None else bool(hashlib.sha1(data, usedforsecurity=False).digest() == item["hash"])


def _unlisted(listed: Mapping[str, Value], files: BundleFiles) -> Iterator[str]:
    """Files of the bundle that nothing seals, without those that never are, and those inside of sealed bundles."""
    inner = {name for name, item in listed.items() if isinstance(item, dict) and "cdhash" in item}
    for name in files.sha256:
        parents = {name[:at] for at, letter in enumerate(name) if letter == "/"}
        known = name in listed or name == files.own or name in _UNLISTED or name.rpartition("/")[2] == ".DS_Store"
        if not known and not name.startswith(_UNLISTED_FOLDERS) and not parents & inner:
            yield name
