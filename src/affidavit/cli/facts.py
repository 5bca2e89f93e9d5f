"""``affidavit facts``: what was read, one line for each fact."""

import argparse
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_output, add_review, apply_settings
from affidavit.cli.output import columns, emit
from affidavit.cli.source import affidavit_of
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.model.fact import Fact

EXAMPLES = """\
examples:
  affidavit facts app.apk --kind permission --kind component
  affidavit facts app.apk.affidavit --format jsonl -o facts.jsonl
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, help="an app, or an .affidavit bundle")
    parser.add_argument("--kind", action="append", metavar="KIND", help="only this kind (repeatable), e.g. endpoint")
    add_output(parser, ("text", "jsonl", "json"), "text")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """List the facts."""
    wanted = set(options.kind or ())
    refuse_unknown("--kind", wanted, kinds())
    facts = [fact for fact in affidavit_of(options).facts if not wanted or kind(fact) in wanted]
    emit(text(facts) if options.format == "text" else encoded(facts, options.format), options.output)
    return codes.DONE


def kinds() -> frozenset[str]:
    """Every kind that a fact can have."""
    from typing import get_args  # noqa: PLC0415 - only when kinds are asked for

    from affidavit.model.fact import Subject  # noqa: PLC0415 - costs time that --help should not pay

    return frozenset(str(form.__struct_config__.tag) for form in get_args(Subject))


def refuse_unknown(flag: str, wanted: set[str], known: Collection[str]) -> None:
    """Refuse a word that can match nothing: an empty list would read as "there is none".

    Raises:
        UsageError: a word is unknown.
    """
    for word in sorted(wanted - set(known)):
        raise UsageError(f"{flag} {word!r} is not known", advice=f"known are {', '.join(sorted(known))}")


def kind(fact: "Fact") -> str:
    """What a fact is about, as its tag says."""
    return str(fact.what.__struct_config__.tag)


def encoded(items: Sequence[object], form: str) -> bytes:
    """Items as one JSON array (``json``) or one object on each line (``jsonl``), keys sorted."""
    from affidavit.report.json import as_json, as_lines  # noqa: PLC0415 - only when asked for

    return as_json(items) if form == "json" else as_lines(items)


def text(facts: Iterable["Fact"]) -> str:
    """Id, kind, place and content."""
    return columns(_rows(facts))


def _rows(facts: Iterable["Fact"]) -> Iterator[tuple[str, ...]]:
    """One row for each fact; what a fact says is shown as its fields."""
    import msgspec  # noqa: PLC0415 - only when asked for

    for fact in facts:
        said = msgspec.to_builtins(fact.what)
        said.pop("kind")
        content = ", ".join(f"{name}={value}" for name, value in said.items())
        at = f"@{fact.place.offset}" if fact.place.offset >= 0 else ""
        yield fact.id, kind(fact), f"{fact.place.entry}{at}", content
