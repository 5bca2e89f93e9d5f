"""``affidavit knowledge build networks`` and ``show networks``: tables of networks, countries, providers and owners."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.output import columns, emit, note
from affidavit.model.errors import KnowledgeError, UsageError

if TYPE_CHECKING:
    from affidavit.network.snapshot.view import Snapshot

_ADVICE = "affidavit knowledge build networks ip-ranges.json -o my.nets"
_OTHERS = ("catalogue", "background", "add_to", "cache", "own", "libraries")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments that only these take."""
    parser.add_argument(
        "--date", default="", metavar="DAY", help="build networks: day of the data, for files that do not say it"
    )
    parser.add_argument(
        "--table", default="", metavar="KIND",
        help="build networks: what files hold that do not say it (country-geo, suffix-service ...)",
    )  # fmt: skip
    parser.add_argument(
        "--networks", type=Path, metavar="SNAPSHOT", help="show networks: of that snapshot instead of the product's own"
    )


def check(options: argparse.Namespace) -> None:
    """Refuse what belongs to another action.

    Raises:
        UsageError: an option or argument has no meaning here.
    """
    ours = options.what == "networks" and options.action in {"build", "show"}
    for name in ("date", "table", "networks"):
        if getattr(options, name) and not (ours and (name == "networks") == (options.action == "show")):
            verb = "show" if name == "networks" else "build"
            raise UsageError(f"--{name} belongs to {verb} networks", advice=_ADVICE)
    if not ours:
        return
    for name in (*_OTHERS, *(("name", "packed") if options.action == "show" else ())):
        if getattr(options, name):
            raise UsageError(f"--{name.replace('_', '-')} does not belong to networks", advice=_ADVICE)
    if options.action == "show" and options.files:
        raise UsageError(f"unrecognized arguments: {options.files[0]}", advice="name a snapshot with --networks")
    if options.action == "build" and not options.files:
        raise UsageError("no file of networks is named", advice=_ADVICE)
    if options.action == "build" and options.output is None:
        raise UsageError("a snapshot is no text: it needs a file", advice=_ADVICE)


def build(options: argparse.Namespace) -> int:
    """Read files and write a snapshot."""
    from affidavit.network.snapshot import reading, store  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.network.snapshot.build import built  # noqa: PLC0415 - the same
    from affidavit.network.snapshot.view import Snapshot  # noqa: PLC0415 - the same
    from affidavit.wording import plural  # noqa: PLC0415 - the same

    wanted = reading.checked(reading.Wanted(options.table, options.date))
    parts = []
    for part in reading.parts(options.files, wanted):
        found = part.found
        if not options.quiet:
            count = plural(len(found.spans4) + len(found.spans6) + len(found.keys), "row")
            note(f"affidavit: {part.input.name}: {found.table} of {part.date}, {count}")
        if found.left_out:
            note(f"affidavit: {part.input.name}: {plural(found.left_out, 'row')} left out, which could not be used")
        parts.append(part)
    data = store.written(built(parts, options.name or options.output.stem), packed=options.packed)
    emit(data, options.output)
    made = Snapshot(data)
    note(f"affidavit: {options.output}: {plural(len(made.tables), 'table')}; {len(data):,} bytes, sha256 {made.digest}")
    return codes.DONE


def show(options: argparse.Namespace) -> int:
    """List the tables of a snapshot with their dates, ages and licences."""
    from affidavit.report.text import visible  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.wording import plural  # noqa: PLC0415 - the same

    snapshot = _opened(options.networks)
    today = datetime.now(UTC).date()
    listed = []
    for table in snapshot.tables:
        said = table.said
        four, six = table.ranges
        keys = len(table.arrays["key"]) if "key" in table.arrays else 0
        age = (today - date.fromisoformat(said.source.date)).days
        listed.append((said, age, four, six, keys))
    if options.format == "json":
        from affidavit.report.json import as_json  # noqa: PLC0415 - only when it is asked for

        tables = [
            {
                "source": said.source,
                "series": said.series,
                "inputs": said.inputs,
                "days": age,
                "v4": four,
                "v6": six,
                "keys": keys,
            }
            for said, age, four, six, keys in listed
        ]
        emit(as_json({"name": snapshot.name, "digest": snapshot.digest, "tables": tables}), options.output)
        return codes.DONE
    rows = [
        (
            said.source.table,
            said.source.id,
            said.source.date,
            plural(age, "day"),
            f"{keys:,} keys" if keys else f"{four:,} + {six:,} ranges",
            said.source.licence,
            f"{said.source.name}{f'; {said.source.attribution}' if said.source.attribution else ''}",
        )
        for said, age, four, six, keys in listed
    ]
    head = f"{visible(snapshot.name)}: {plural(len(rows), 'table')}; sha256 {snapshot.digest}\n\n"
    titles = ("table", "id", "of", "age", "rows (IPv4 + IPv6)", "licence", "from")
    emit(head + columns([titles, *rows]), options.output)
    return codes.DONE


def _opened(path: Path | None) -> "Snapshot":
    """The snapshot of a file, or the one that comes along.

    Raises:
        UsageError: the file cannot be read, or is no snapshot that this version reads.
        KnowledgeError: the snapshot that comes along is not there, or none that this version reads.
    """
    from affidavit.evidence.networks import with_shipped  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.network.snapshot.view import opened_file  # noqa: PLC0415 - the same

    if path is None:
        if not (own := with_shipped(())):
            raise KnowledgeError("no snapshot of networks comes along", advice="make it with make build")
        return opened_file(own[0])
    try:
        return opened_file(path)
    except KnowledgeError as error:
        raise UsageError(f"{path}: {error}", advice=error.advice) from None
