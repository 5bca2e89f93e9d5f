"""Names of files that a review writes, and names in commands that it prints: both come from whoever named the app."""

import re
import shlex
from collections.abc import Iterable
from typing import Final

from affidavit.report.text import HIDDEN, visible

LONGEST: Final = 200
"""Bytes that a written file's name takes over from the artefact's; most file systems hold 255, suffixes included."""

_REFUSED = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:[. ]|\Z)", re.IGNORECASE)
"""Characters and first parts that Windows refuses (Microsoft, "Naming Files, Paths, and Namespaces")."""

_LEADS = ("-", "~", " ")
_WORD = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:,+@%=-]*\Z")
_SHOWN = 4_096
"""Characters of a path: Linux takes no longer one (PATH_MAX)."""


def portable(name: str, sha256: str) -> str:
    """The artefact's name as the beginning of a file's name that any system takes and no program takes for an option.

    A name that has to be changed ends with the first eight digits of the artefact's SHA-256, so that two such files
    get different names. Without `sha256` nothing but the name tells them apart.
    """
    made = _REFUSED.sub("_", HIDDEN.sub("_", name))
    made = made.encode("utf-8")[:LONGEST].decode("utf-8", "ignore").rstrip(". ")
    if made.startswith(_LEADS) or _RESERVED.match(made):
        made = f"_{made}"
    return name if made == name and made else "-".join(filter(None, (made or "artefact", sha256[:8])))


def word(name: str) -> str:
    """A path as one word of a POSIX shell, which no program takes for an option; hidden characters are escapes in it.

    It is at most some thousand characters long: whoever prints it prints it whole, or a quote could stay open.
    """
    shown = visible(name, _SHOWN)
    shown = f"./{shown}" if shown.startswith("-") else shown
    quoted = shlex.quote(shown)
    return quoted if quoted != shown or _WORD.match(shown) else f"'{shown}'"


def how_to_check(bundle: str, artefact: str, beside: Iterable[tuple[str, str]] = ()) -> str:
    """The command that checks a bundle; `beside` are the options and files that the review was given too."""
    given = "".join(f" {option} {word(name)}" for option, name in beside)
    return f"affidavit verify {word(bundle)} --artefact {word(artefact)}{given}"
