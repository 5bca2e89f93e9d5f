"""Files that appear whole or not at all."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from affidavit.model.errors import UsageError


def write_atomically(path: Path, data: bytes | Iterable[bytes], mode: int = 0o666, *, replace: bool = True) -> None:
    """Write `data` under a temporary name in the same folder, force it to disk, then give it its name.

    Args:
        path: where.
        data: the whole content, in one piece or in several.
        mode: permission bits before the umask.
        replace: whether an existing file is replaced; if not, the name is taken only when it is free.

    Raises:
        UsageError: the file cannot be written there; an existing file is then as it was.
    """
    temporary = path.parent / f".affidavit-{secrets.token_hex(8)}.part"
    try:
        _check_replaceable(path)
        _write_new(temporary, data, mode)
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)  # unlike a rename, it fails when the name is taken
        _sync_folder(path.parent)
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", advice="choose a path that can be written"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _check_replaceable(path: Path) -> None:
    """Refuse a name that something other than a file has.

    Raises:
        OSError: a folder, a pipe or a device has it.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EEXIST, "it is a folder, a pipe or a device, and no file can take its place")


def _write_new(path: Path, data: bytes | Iterable[bytes], mode: int) -> None:
    """Create a file that must not exist, and force its bytes to disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines([data] if isinstance(data, bytes) else data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Force a folder's list of names to disk, so that a power cut does not undo the rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
