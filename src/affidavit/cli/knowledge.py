"""``affidavit knowledge``: the rules, measures and lists that answers rest on."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes, known_code, networks
from affidavit.cli.options import add_output, paper
from affidavit.cli.output import columns, emit, note
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.cli.catalogue import Thing

DESCRIPTION = """\
What reviews and answers rest on is data, in files that anyone can read, check and add to: rules for apps, and legal
measures with their provisions, events and sources. Fingerprints of known code are made from files of libraries: they
are hashes of what classes contain, and names of classes, never code. Snapshots of networks are made from files that
registries, route collectors, providers and lists publish; old ones stay usable for what was observed in their time.
"""

EXAMPLES = """\
examples:
  affidavit knowledge show                        what there is, by kind
  affidavit knowledge show measures               the list of one kind
  affidavit knowledge show us-doc-wechat-2020     one measure, to read
  affidavit knowledge show app_store_update       one word of the register, with what it means
  affidavit knowledge show location/last-known    one rule for apps
  affidavit knowledge show wx-e2 --format json    one event, with every field
  affidavit knowledge lint                        what is wrong in knowledge/, and what to do about it
  affidavit knowledge lint --unverified           what somebody still has to look up
  affidavit knowledge schema -o measure.schema.json
  affidavit knowledge show libraries              the families of code that apps are compared with
  affidavit knowledge show libraries okhttp       the versions of one of them
  affidavit knowledge build libraries my-sdk-1.2.aar -o my.idx
                                                  fingerprints of code of your own, for --libraries my.idx
  affidavit knowledge show networks               which tables of networks there are, how old, under which licence
  affidavit knowledge build networks ip-ranges.json delegated-apnic-latest -o my.nets
                                                  a snapshot of networks of your own

A new order is one new file, knowledge/measures/<jurisdiction>/<name>.yaml: write it, run lint, do what it says.
Step by step: docs/how-to/add-an-order.md
"""
_SHOWN = 1_000
"""Characters of one line of a thing that is printed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    parser.add_argument(
        "action",
        choices=("lint", "show", "schema", "build"),
        help="lint: check the sources; show: list or print what is known; schema: print the form of a measure's file; "
        "build: make fingerprints, or a snapshot of networks",
    )
    parser.add_argument(
        "what",
        nargs="?",
        help="lint: the folder (default: knowledge); show: a kind (measures) or an id (wx-e2); "
        "build: libraries or networks",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="build: libraries and folders of them (dex, jar, aar, apk, zip, native so or a), named "
        "name-1.2.jar or name__1.2.jar; or files of networks; show libraries: a family",
    )  # fmt: skip
    known_code.configure(parser)
    networks.configure(parser)
    parser.add_argument(
        "--unverified",
        action="store_true",
        help="lint: list what is marked unverified, from memory or less certain, instead of checking; exits with 0",
    )
    add_output(parser, ("text", "json"), "text")


def run(options: argparse.Namespace) -> int:
    """Lint, show, print the schema, or build."""
    known_code.check(options)
    networks.check(options)
    if options.what == "networks" and options.action in {"build", "show"}:
        return networks.build(options) if options.action == "build" else networks.show(options)
    if options.action == "build":
        return known_code.build(options)
    if options.action == "show" and options.what == "libraries":
        return known_code.show(options)
    if options.unverified and options.action != "lint":
        raise UsageError("--unverified belongs to lint", advice="affidavit knowledge lint --unverified")
    if options.action == "lint":
        return _lint(Path(options.what or "knowledge"), options)
    if options.action == "schema":
        return _schema(options)
    return _show(options)


def _lint(folder: Path, options: argparse.Namespace) -> int:
    """Print every problem; 1 when there is one."""
    from affidavit.case import lint as claims  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.findings import lint as rules  # noqa: PLC0415 - the same
    from affidavit.law import lint as law  # noqa: PLC0415 - the same

    _check_folder(folder, {*rules.SECTIONS, *rules.ELSEWHERE})
    if options.unverified:
        found = law.unverified(folder)
    else:
        of_law = law.lint(folder)
        found = sorted(rules.lint(folder) + of_law + ([] if of_law else claims.lint(folder)))
        if of_law:
            note("claims and resolutions were not checked: they are compared with the register, so mend that first")
    if options.format == "json":
        emit(_encoded(found), options.output)
    else:
        from affidavit.report.text import visible  # noqa: PLC0415 - only when there is something to show

        nothing = "nothing is marked unverified\n" if options.unverified else "no problem found\n"
        emit("".join(f"{visible(str(item), _SHOWN)}\n" for item in found) or nothing, options.output)
    return codes.FAILED if found and not options.unverified else codes.DONE


def _check_folder(folder: Path, sections: set[str]) -> None:
    """Refuse what is no folder of knowledge, in which nothing would be wrong as nothing would be looked at.

    Raises:
        UsageError: there is no such folder, or it has none of the sections.
    """
    try:
        inside = {item.name for item in folder.iterdir()}
    except NotADirectoryError:
        raise UsageError(f"{folder}: not a folder", advice="name the folder that holds measures/") from None
    except OSError as error:
        advice = "run it in the repository, or name the folder"
        raise UsageError(f"{folder}: {error.strerror}", advice=advice) from None
    if inside.isdisjoint(sections):
        raise UsageError(
            f"{folder}: has none of {', '.join(sorted(sections))}",
            advice="name the folder that holds them: affidavit knowledge lint knowledge",
        )


def _schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a measure's file, which is JSON in every format."""
    from affidavit.law.schema import schema_document  # noqa: PLC0415 - costs time that --help should not pay

    if options.what is not None:
        raise UsageError(f"schema takes no {options.what!r}", advice="affidavit knowledge schema")
    emit(schema_document(), options.output)
    return codes.DONE


def _show(options: argparse.Namespace) -> int:
    """Say what there is, list a kind, or print what has an id."""
    from affidavit.cli.catalogue import KINDS, called, things  # noqa: PLC0415 - costs time that --help should not pay

    what = options.what
    if what is None:
        counts = {kind: len(things(kind)) for kind in KINDS}
        text = columns((kind, str(count)) for kind, count in counts.items())
        hint = "\naffidavit knowledge show KIND lists one of these; affidavit knowledge show ID prints one thing.\n"
        emit(_encoded(counts) if options.format == "json" else text + hint, options.output)
    elif what in KINDS:
        listed = things(what)
        rows = columns((item.id, item.within, item.title) for item in listed)
        emit(_as_json(listed) if options.format == "json" else rows, options.output)
    else:
        found = called(what)
        if not found:
            raise _unknown(what)
        emit(
            _as_json(found) if options.format == "json" else "\n".join(_page(item, options) for item in found),
            options.output,
        )
    return codes.DONE


def _unknown(what: str) -> UsageError:
    """The error for an id that nothing has."""
    from affidavit.cli.catalogue import KINDS, things  # noqa: PLC0415 - only when something went wrong
    from affidavit.wording import unknown  # noqa: PLC0415 - the same

    known = {*KINDS, *(item.id for kind in KINDS for item in things(kind))}
    return unknown("kind or id", what, known, "see what there is with affidavit knowledge show")


def _page(thing: "Thing", options: argparse.Namespace) -> str:
    """One thing to read: a measure as a page, anything else field by field."""
    import msgspec  # noqa: PLC0415 - costs time that --help should not pay
    import yaml  # noqa: PLC0415 - the same

    from affidavit.report.text import visible  # noqa: PLC0415 - the same

    if thing.kind == "measures":
        from affidavit.cli.measure_page import measure_page  # noqa: PLC0415 - only a measure needs it
        from affidavit.law.register import register  # noqa: PLC0415 - the same

        width, colour = paper(options)
        return measure_page(thing.value, register(), width=width, colour=colour)
    kind = thing.kind if thing.kind == "criteria" else thing.kind.removesuffix("s")
    within = f", of {thing.within}" if thing.within else ""
    body = yaml.safe_dump(msgspec.to_builtins(thing.value), sort_keys=False, allow_unicode=True, width=100)
    lines = (f"{kind} {thing.id}{within}", *(f"  {line}" for line in body.splitlines()))
    return "".join(f"{visible(line, _SHOWN)}\n" for line in lines)


def _as_json(listed: "list[Thing]") -> bytes:
    """Things as a list of objects, with every field that is not empty."""
    return _encoded([{"kind": item.kind, "id": item.id, "within": item.within, "value": item.value} for item in listed])


def _encoded(value: object) -> bytes:
    from affidavit.report.json import as_json  # noqa: PLC0415 - costs time that --help should not pay

    return as_json(value)
