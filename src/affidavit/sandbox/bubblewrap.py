"""bubblewrap, where it is installed: a new root with nothing in it but Python, in namespaces of its own."""

import shutil
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
"""Where the dynamic linker and the shared libraries are; links among them stay links."""


def found() -> str:
    """Path of ``bwrap``; empty when it is not installed."""
    return shutil.which("bwrap") or ""


def wrapped(program: str, command: Iterable[str], folders: Iterable[Path]) -> list[str]:
    """The command that runs `command` in a sandbox.

    Args:
        program: path of ``bwrap``.
        command: a Python command.
        folders: what Python imports from, beside its own library.
    """
    paths = sysconfig.get_paths()
    needed = [sys.prefix, sys.base_prefix, paths["stdlib"], paths["platstdlib"], str(Path(sys.executable).parent)]
    needed += [str(Path(sys.executable).resolve().parent), *map(str, folders)]
    made = [program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    made += ["--setenv", "OPENBLAS_NUM_THREADS", "1"]  # Landlock would not hold threads that are there before it
    for path in dict.fromkeys((*_LIBRARIES, *needed)):
        made += _shown(Path(path))
    return [*made, "--proc", "/proc", "--remount-ro", "/", "--", *command]


def _shown(path: Path) -> list[str]:
    """The option that shows a folder, read-only; ``/`` and what is not there are left out."""
    if path.is_symlink() and path.parent == Path("/"):
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind-try", str(path), str(path)] if path != Path("/") else []
