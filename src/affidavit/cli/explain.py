"""``affidavit explain``: one finding or fact with its proof and the bytes behind it.

Each text is made visible where it is taken up, so that it is cut there, and each line once more where it is printed.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_review, apply_settings
from affidavit.cli.output import emit
from affidavit.cli.source import affidavit_of
from affidavit.model.errors import UsageError
from affidavit.report.text import visible

if TYPE_CHECKING:
    from affidavit.model.bundle import Affidavit
    from affidavit.model.fact import Fact
    from affidavit.model.finding import Finding
    from affidavit.model.flow import Call, Entry
    from affidavit.model.place import Place
    from affidavit.report.flows import Walked
    from affidavit.report.source_names import SourceNames

EXAMPLES = """\
examples:
  affidavit explain app.apk.affidavit location/last-known
  affidavit explain app.apk.affidavit f0123456789abcdef
"""

_PLACES = 20
_LINE = 2_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, help="an .affidavit bundle, or an app")
    parser.add_argument("id", help="a rule id or a fact id")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Explain."""
    said = text(affidavit_of(options), options.id)
    if not said:
        raise UsageError(
            f"{options.path} has no finding or fact {options.id!r}",
            advice="list them with affidavit findings, or facts",
        )
    emit(said)
    return codes.DONE


def text(account: "Affidavit", name: str) -> str:
    """All that is known of the finding of rule `name`, or of the fact with the id `name`; empty if there is neither."""
    lines: list[str] = []
    for finding in account.findings:
        if finding.rule == name:
            lines += [*_finding(finding, account), ""]
    for fact in account.facts:
        if fact.id == name:
            lines += [*_fact(fact, account), ""]
    return "\n".join(visible(line, _LINE) for line in lines)


def _finding(finding: "Finding", account: "Affidavit") -> Iterator[str]:
    """A finding: the statement, its strength and limits, the proof tree, the places."""
    from affidavit.report.answers import cited_places, names_of_code  # noqa: PLC0415 - costs time
    from affidavit.report.evidence import proof_lines  # noqa: PLC0415 - the same

    names = names_of_code(account.facts)
    yield visible(finding.title)
    yield f"  rule      {visible(finding.rule)} version {finding.version}"
    yield f"  answer    {finding.answer}" + (f", {finding.grade}" if finding.grade else "")
    if finding.why_not_higher:
        yield f"  not more  {visible(finding.why_not_higher)}"
    yield f"  searched  {visible(finding.searched)}"
    for item in finding.who:
        yield f"  code of   {visible(names.get(item.who, item.who))} ({item.places})"
    for kind in finding.limitations:
        yield f"  limit     {visible(kind)}"
    yield "proof"
    for line in proof_lines(finding.proof):
        mark = "found    " if line.matched else "not found"
        times = f" ({line.count:,} times)" if line.count > 1 else ""
        yield f"  {mark} {'  ' * min(line.depth, 20)}{visible(line.words or line.feature)}{times}"
    yield from _paths(finding, account)
    places = cited_places(finding, {fact.id: fact for fact in account.facts})
    for place in places[:_PLACES]:
        yield from _place(place, account)
    if len(places) > _PLACES:
        yield f"and {len(places) - _PLACES} further places"


def _fact(fact: "Fact", account: "Affidavit") -> Iterator[str]:
    """A fact: what it says, who read it, where."""
    import msgspec  # noqa: PLC0415 - costs time that --help should not pay

    from affidavit.model.flow import Flow, Reached  # noqa: PLC0415 - the same

    if isinstance(fact.what, Flow):
        yield from _flow(fact, account)
        return
    if isinstance(fact.what, Reached):
        yield from _chain(fact.what.entry, fact.what.chain, account)
    for name, value in msgspec.to_builtins(fact.what).items():
        yield f"  {name:<10} {visible(str(value))}"
    yield f"  read by    {visible(fact.extractor)}"
    yield from _place(fact.place, account)


def _paths(finding: "Finding", account: "Affidavit") -> Iterator[str]:
    """How an entry point leads to a finding's code, and where the data goes from there."""
    from affidavit.report.flows import SHOWN, flows_of  # noqa: PLC0415 - costs time that --help should not pay

    if finding.entry is not None:
        yield from _chain(finding.entry, finding.chain, account)
    found = flows_of(finding, {fact.id: fact for fact in account.facts})
    for fact in found[:SHOWN]:
        yield from _flow(fact, account)
    for fact in found[SHOWN:]:
        yield f"another flow: affidavit explain ... {fact.id}"


def _chain(entry: "Entry", chain: "Sequence[Call]", account: "Affidavit") -> Iterator[str]:
    """A chain from an entry point, link by link."""
    from affidavit.report.flows import chain_points, entry_words  # noqa: PLC0415 - the same

    names = _source(account)
    yield f"reached from {entry_words(entry)}{names.beside(entry.component, entry.method)}"
    yield from _points(chain_points(chain, account.excerpts), names)


def _flow(fact: "Fact", account: "Affidavit") -> Iterator[str]:
    """A flow with its verdict and every step."""
    from affidavit.report.answers import names_of_code  # noqa: PLC0415 - the same
    from affidavit.report.flows import path  # noqa: PLC0415 - the same

    found = path(fact, account.excerpts, names_of_code(account.facts))
    yield f"flow {fact.id}: {found.title}"
    yield f"  verdict   {found.verdict}. {found.flow.why}"
    yield f"  code of   {found.who} reads, {found.sink_who} sends"
    if found.flow.value:
        yield f"  target    {found.flow.value}"
    if found.flow.entry is not None:
        yield from _chain(found.flow.entry, found.flow.chain, account)
    yield from _points(found.steps, _source(account))


def _source(account: "Affidavit") -> "SourceNames":
    """Names of the source, by the mapping file that the review was given."""
    from affidavit.report.source_names import SourceNames  # noqa: PLC0415 - costs time that --help should not pay

    return SourceNames(account.facts)


def _points(points: "Iterable[Walked]", names: "SourceNames") -> Iterator[str]:
    """Points of a path: what happens, where, and the instruction."""
    for number, point in enumerate(points, 1):
        role = f" [{point.role}]" if point.role else ""
        yield f"  {number:>3} {point.words}{role}"
        at = f" +{point.place.pc:#06x}" if point.place.pc >= 0 else ""
        yield f"      {point.place.class_}->{point.place.method}{at}{names.at(point.place)}"
        if point.line:
            yield f"      > {point.line}"


def _place(place: "Place", account: "Affidavit") -> Iterator[str]:
    """A place and the bytes there, the cited line marked."""
    at = f" at byte {place.offset}" if place.offset >= 0 else ""
    yield f"{visible(place.entry) or 'the file itself'}{at}"
    if place.class_:
        pc = f" +{place.pc:#06x}" if place.pc >= 0 else ""
        yield f"  {visible(place.class_)}->{visible(place.method)}{pc}{visible(_source(account).at(place))}"
    excerpt = account.excerpts.get(f"{place.entry}@{place.offset}")
    for index, line in enumerate(excerpt.lines if excerpt else ()):
        mark = ">" if excerpt and index == excerpt.cited else " "
        yield f"  {mark} {visible(line)}"
    if excerpt and excerpt.data:
        yield f"    bytes {visible(excerpt.data)}"
