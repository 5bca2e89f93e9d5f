"""The code of a library's file, whatever kind it is: dex, jar, aar, app, native, or an archive of dex files."""

import re
from pathlib import Path
from typing import Final, NamedTuple

from affidavit.artefact.ar import MAGIC
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, Opened, open_artefact
from affidavit.artefact.part import Entry, Part
from affidavit.artefact.spool import Spool
from affidavit.dalvik.program import Program
from affidavit.facts.extract import Extraction, read_code
from affidavit.identity.code.native import NativeSignature, of_native
from affidavit.model.errors import UnreadableError, UsageError
from affidavit.model.progress import silent

NATIVE_KINDS: Final = (".so", ".a", ".dylib")
"""Ends of the names of native files that are libraries by themselves."""
_OTHER_RELEASES = "META-INF/"
"""Below it a jar has classes for one release of Java or another, which no compiler to dex takes."""
_NATIVE: Final = re.compile(
    r".*\.(?:so|a|dylib|jnilib)|.*\.so\.[0-9.]+|(?:.*/)?([^/]+)\.framework/(?:.*/)?\1", re.DOTALL
)
_MAGICS: Final = (b"\x7fELF", MAGIC, b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MOST: Final = 1_000
"""Native files of one library; real ones have some dozens."""


class Code(NamedTuple):
    """What a file holds: code for Android's machine, and native files that have tokens, by their short names."""

    program: Program
    natives: tuple[NativeSignature, ...]


def code_of(path: Path, budget: Budget | None = None) -> Code:
    """The code of a file; nothing else of it is read.

    Args:
        path: a file of any kind that can be examined, or a native file; of an archive in it the code counts when
            examining opens it.
        budget: bounds what is read.

    Raises:
        UsageError: there is no such file.
        UnreadableError: it is of no kind that can be opened.
        BudgetError: time or memory ran out.
    """
    budget = budget or Budget()
    if path.suffix.lower() in NATIVE_KINDS:
        return Code(Program(()), (_lone(path, budget),))
    natives: dict[str, NativeSignature] = {}
    return Code(_program(path, budget, natives), tuple(natives.values()))


def program_of(source: Path | Given, budget: Budget | None = None, spool: Spool | None = None) -> Program:
    """As `code_of`, without native files, also of an open file; `spool` takes bulky code."""
    return _program(source, budget or Budget(), None, spool)


def named_native(name: str) -> bool:
    """Whether an entry has the name of a native library."""
    return _NATIVE.fullmatch(name) is not None


def _program(
    source: Path | Given, budget: Budget, natives: dict[str, NativeSignature] | None, spool: Spool | None = None
) -> Program:
    """The code for Android's machine; native files are added if there is a place for them."""
    with open_artefact(source, budget) as opened:
        state = Extraction(opened, budget, spool or Spool())
        _collect(opened, state, natives)
        read_code(state, silent)
    return state.program


def _lone(path: Path, budget: Budget) -> NativeSignature:
    """A native file that is a library by itself; its name without the version."""
    if not path.is_file():
        raise UsageError(f"{str(path)!r} is no file", advice="check the path")
    if path.stat().st_size > budget.total_bytes:
        raise UnreadableError(f"{path.name!r} is larger than the budget allows", advice="give more with --budget")
    found = of_native(path.name.partition("__")[0], path.read_bytes())
    if not len(found.tokens):
        why = "; ".join(item.detail for item in found.limitations[:3]) or "it has no code"
        raise UnreadableError(
            f"{path.name!r} is no native library that can be read: {why}", advice="give an ELF, Mach-O or ar file"
        )
    return found


def _collect(opened: Opened, state: Extraction, natives: dict[str, NativeSignature] | None) -> None:
    """Keep the code of every part, and native files by name."""
    for part in opened.parts:
        for entry in part.entries:
            native = natives is not None and named_native(entry.name)
            if not (native or _is_code(part, entry)):
                continue
            state.budget.check()
            data = part.read(entry)
            if data is None:
                continue
            if native and natives is not None:
                _keep_native(natives, entry, data)
            elif entry.name.endswith(".class"):
                state.classes.setdefault(part.prefix, []).append((entry.path, data))
            else:
                state.dexes.append((part, entry, state.spool.keep(data)))


def _keep_native(natives: dict[str, NativeSignature], entry: Entry, data: bytes) -> None:
    """Read a native file; its name is that of its processor and its own, which stay the same over versions."""
    name = "/".join(entry.name.split("/")[-2:])
    if name in natives or len(natives) >= _MOST or not data.startswith(_MAGICS):
        return
    found = of_native(name, data)
    if len(found.tokens):
        natives[name] = found


def _is_code(part: Part, entry: Entry) -> bool:
    """Whether an entry is a class file or a dex file."""
    return part.role == "dex" or (
        entry.name.endswith((".dex", ".class")) and not entry.name.startswith(_OTHER_RELEASES)
    )
