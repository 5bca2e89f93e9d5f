"""Files of other people, as parts of a snapshot: told by what is in them, known by their digests, dated."""

import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from affidavit.model.errors import UnreadableError, UsageError
from affidavit.network.snapshot import pins
from affidavit.network.snapshot.build import Part
from affidavit.network.snapshot.forms import cloudip, feeds, mmdb, mrt, names, providers, rows
from affidavit.network.snapshot.found import Found, Given, Reader, day_of
from affidavit.network.snapshot.table import TABLES, Input

READERS: tuple[Reader, ...] = (
    mmdb.MMDB,
    cloudip.CLOUDIP,
    mrt.MRT,
    names.SUFFIXES,
    names.ENTITIES,
    providers.PUBLISHED,
    feeds.DELEGATED,
    rows.ROWS,
    feeds.FEED,
    providers.PREFIXES,
    names.NETWORKS,
    names.DOMAINS,
)
"""Every form of file that is read; the first that fits a file reads it."""
_FILES = 10_000
_LONGEST = 1_000


class Wanted(msgspec.Struct, frozen=True):
    """What a person says of files that do not say it themselves: a kind of table and the date of the data, or ''."""

    table: str = ""
    date: str = ""


def checked(wanted: Wanted) -> Wanted:
    """The same, once it is known to make sense; the day as days are compared.

    Raises:
        UsageError: there is no such kind of table, or no such day.
    """
    if wanted.table and wanted.table not in TABLES:
        raise UsageError(f"no kind of table is called {wanted.table!r}", advice=f"one of {', '.join(TABLES)}")
    if wanted.date and not day_of(wanted.date):
        raise UsageError(f"{wanted.date!r} is not a day", advice="write it as 2026-06-17")
    return Wanted(wanted.table, day_of(wanted.date))


def parts(paths: Iterable[Path], wanted: Wanted) -> Iterator[Part]:
    """What files, and files in folders, hold.

    Raises:
        UsageError: a path leads nowhere; or a file has no date and none was given.
        UnreadableError: a file has no form that is read here, or is damaged.
    """
    for path, name in _files(paths):
        given = _opened(path, name, wanted.table)
        digest = hashlib.sha256(given.data).hexdigest()
        pinned = pins.by_digest().get(digest)
        if pinned is not None and pinned.table:
            given = msgspec.structs.replace(given, table=pinned.table)
        found = list(_found(given))
        input_ = Input(name, digest, len(given.data))
        yield from (_part(item, input_, pinned, wanted) for item in found)


def _part(found: Found, input_: Input, pinned: pins.Known | None, wanted: Wanted) -> Part:
    """What was found, with its origin.

    Raises:
        UsageError: it has no date.
    """
    dated = day_of(found.date) or (pinned.date if pinned else "") or wanted.date
    if not dated:
        raise UsageError(
            f"{input_.name}: does not say of which day it is", advice="say it with --date, as in --date 2026-06-17"
        )
    if pinned is None:
        return Part(found, input_, input_.name.rpartition("/")[2], dated, found.licence, found.attribution)
    return Part(
        found, input_, pinned.name, dated, pinned.licence or found.licence, pinned.attribution or found.attribution
    )


def _found(given: Given) -> Iterable[Found]:
    for reader in READERS:
        if reader.fits(given):
            found = list(reader.read(given))
            if not any(item.spans4 or item.spans6 or item.keys for item in found):
                raise UnreadableError(
                    f"{given.name}: looks like {reader.form}, and has nothing that could be used",
                    advice="name a file as its origin publishes it",
                )
            return found
    forms = ", ".join(reader.form for reader in READERS)
    raise UnreadableError(f"{given.name}: has none of the forms that are read", advice=f"these are: {forms}")


def _opened(path: Path, name: str, table: str) -> Given:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data: bytes | memoryview = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if size else b""
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice="name a file that can be read") from None
    return Given(name, data, table)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Files by path, and what to call them: as they were named, in folders by their path below.

    Raises:
        UsageError: there is no such file, or a folder has none.
    """
    for path in paths:
        if path.is_file():
            yield path, path.name[:_LONGEST]
            continue
        if not path.is_dir():
            raise UsageError(f"{path}: no such file or folder", advice="name files of networks, or folders of them")
        inside = sorted(file for file in path.rglob("*") if file.is_file())
        if not inside or len(inside) > _FILES:
            many = f"{len(inside):,} files, more than {_FILES:,}" if inside else "no file"
            raise UsageError(f"{path}: has {many} in it", advice="name the files")
        yield from ((file, file.relative_to(path).as_posix()[:_LONGEST]) for file in inside)
