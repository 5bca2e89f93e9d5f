"""The account as Markdown, for an issue, a wiki or a letter. No text of the app becomes a link, an image or HTML."""

import re
from collections.abc import Iterable, Iterator, Sequence

from affidavit.model.bundle import Affidavit
from affidavit.model.code_identity import CodeSearch
from affidavit.model.declared import Component, Permission
from affidavit.model.finding import Answer, Finding
from affidavit.model.library import Library
from affidavit.model.place import Place
from affidavit.report import identity, natives, network, pairs
from affidavit.report.answers import cited_places, has_more_places, names_of_code, statements
from affidavit.report.apple import declared_rows
from affidavit.report.coverage import examined
from affidavit.report.law import NAMES_DECIDE, NOTHING_BOUND, AppLaw, by_app, how_to_ask, in_words, kind_in_words
from affidavit.report.overview import METHOD_LIMITS, Facts, code_in_words, file_names, hosts, size_in_words
from affidavit.report.paths import how_to_check
from affidavit.report.source_names import SourceNames, mapping_in_words
from affidavit.report.terminal import signers
from affidavit.report.text import visible
from affidavit.report.version import version_in_words
from affidavit.wording import plural

ROWS = 100
"""Longest list; what is left out is counted, and the JSON form has it."""

_PLACES = 5
_FAMILIES = 20
_COMMAND = 10_000
_AT = re.compile("@+")
_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?\[\\\]^_`{|}~])")


def code(text: str, limit: int = 400) -> str:
    """Untrusted text as a code span: no markup, entity, mention or automatic link is read inside one.

    The fence is one backtick longer than any run inside. A pipe would still end a table's cell, so it is an escape.
    """
    shown = visible(text, limit).replace("|", "\\u007c") or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or shown.startswith(" ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def escape(text: str) -> str:
    """Our own sentences as plain text: ASCII punctuation escaped, ``@`` fenced so that it mentions nobody."""
    return _AT.sub(r"`\g<0>`", _PUNCTUATION.sub(r"\\\1", visible(text, 2_000)))


def render_markdown(affidavit: Affidavit) -> str:
    """The whole account, limits first."""
    facts = Facts(affidavit.facts)
    parts = (_head(affidavit, facts), _limits(affidavit), _answers(affidavit), _evidence(affidavit), _law(affidavit),
             _identity(facts), _network(affidavit, facts), _tables(facts), _check(affidavit))  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of at most `ROWS` rows whose cells are already escaped, and a line that counts the rest."""
    listed = list(rows)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in listed[:ROWS]:
        yield "| " + " | ".join(row) + " |"
    if len(listed) > ROWS:
        yield f"\nThe first {ROWS} of {len(listed):,}; all of them are in the JSON form."
    yield ""


def _head(affidavit: Affidavit, facts: Facts) -> Iterator[str]:
    """What was reviewed."""
    artefact, package = affidavit.manifest.artefact, facts.package()
    yield f"# Affidavit on {code(package.name if package else artefact.name)}\n"
    if package:
        version = version_in_words(package)
        yield f"- Label {code(package.label)}{f', version {code(version)}' if version else ''}"
    yield f"- File {code(artefact.name)}, {escape(artefact.kind)}, {size_in_words(artefact.size)}"
    yield f"- SHA-256 {code(artefact.sha256)}"
    yield f"- Contains {escape(code_in_words(facts) or 'nothing that could be read')}"
    yield f"- Signed by {code(signers(facts, affidavit.limitations))}"
    yield f"- Examined: {escape(examined(affidavit))}\n"


def _limits(affidavit: Affidavit) -> Iterator[str]:
    """What could not be examined, ahead of every answer."""
    yield "## Not examined\n"
    if affidavit.manifest.partial:
        yield "**The budget ran out: this affidavit is partial.**\n"
    for sentence in METHOD_LIMITS:
        yield f"- {escape(sentence)}"
    yield ""
    if affidavit.limitations:
        rows = (
            (code(item.kind), escape(item.detail), _where(item.place, SourceNames()), f"{item.count:,}")
            for item in affidavit.limitations
        )
        yield from _table(("Kind", "What is therefore unknown", "Place", "Times"), rows)


def _where(place: Place | None, names: SourceNames) -> str:
    """A place in one code span, with what the source called it."""
    if place is None:
        return ""
    at = f" @ {place.offset}" if place.offset >= 0 else ""
    member = f" {place.class_}->{place.method}" if place.class_ else ""
    pc = f" +{place.pc:#06x}" if place.pc >= 0 else ""
    return code(f"{place.entry}{at}{member}{pc}{names.at(place)}")


def _answers(affidavit: Affidavit) -> Iterator[str]:
    """One row for each question."""
    yield "## Answers\n"
    rows = []
    for item in statements(affidavit):
        places = plural(item.places, "place") + (" or more" if item.more else "") if item.answer == Answer.SHOWN else ""
        who = ", ".join(code(name, 60) for name in item.who[:5])
        question = escape(item.category.question or item.label)
        rows.append((question, f"**{item.answer}**", item.grade or "", places, who))
    yield from _table(("Question", "Answer", "Grade", "Places", "Whose code"), rows)


def _evidence(affidavit: Affidavit) -> Iterator[str]:
    """Each finding that is shown or undetermined, with the first of its places."""
    facts = {fact.id: fact for fact in affidavit.facts}
    names, source = names_of_code(affidavit.facts), SourceNames(affidavit.facts)
    yield "## Findings\n"
    for item in statements(affidavit):
        for finding in item.findings:
            if finding.answer != Answer.NOT_SHOWN:
                yield from _finding(finding, cited_places(finding, facts), names, source)
    absent = [finding for finding in affidavit.findings if finding.answer == Answer.NOT_SHOWN]
    if absent:
        yield "### Not shown\n"
        yield from _table(
            ("Rule", "Statement", "Searched"), ((code(f.rule), escape(f.title), escape(f.searched)) for f in absent)
        )


def _finding(finding: Finding, places: Sequence[Place], names: dict[str, str], source: SourceNames) -> Iterator[str]:
    """One finding."""
    grade = f", {finding.grade}" if finding.grade else ""
    yield f"### {escape(finding.title)}\n"
    yield f"- {code(finding.rule)} version {finding.version}: **{finding.answer}**{grade}"
    if finding.why_not_higher:
        yield f"- Not graded higher: {escape(finding.why_not_higher)}"
    yield f"- Searched: {escape(finding.searched)}"
    for item in finding.who:
        yield f"- Code of {code(names.get(item.who, item.who), 80)}: {plural(item.places, 'place')}"
    for kind in finding.limitations:
        yield f"- Limited by {code(kind)}"
    for place in places[:_PLACES]:
        yield f"- At {_where(place, source)}"
    if len(places) > _PLACES or has_more_places(finding):
        yield "- Further places are in the bundle"
    yield ""


def _law(affidavit: Affidavit) -> Iterator[str]:
    """What ties the file to listed apps, and the provisions about them."""
    law = affidavit.law
    if not law.searched:
        return
    yield "## The law\n"
    bound = by_app(law)
    for app in bound:
        yield from _listed_app(app, law.updated)
    yield f"{escape(NOTHING_BOUND)}\n" if not bound else f"- Register's last record: {escape(law.updated)}"
    if bound:
        yield f"- Ask about a date: {code(how_to_ask(affidavit), _COMMAND)}"
    yield f"- Searched: {escape(law.searched)}"
    for kind in law.limitations:
        yield f"- Limited by {code(kind)}"
    yield f"- {escape(NAMES_DECIDE)}\n"


def _listed_app(app: AppLaw, updated: str) -> Iterator[str]:
    """One listed app: how it is tied, the marks, the provisions as they stand and stood."""
    yield f"### {escape(app.name)}\n"
    for tie in app.ties:
        yield f"- This file {escape(tie.title)} {code(app.name)}, **{tie.grade}**: {escape(tie.meaning)}"
        if tie.open_question:
            yield f"- Open: {escape(tie.open_question)}"
    yield ""
    rows = (
        (code(item.mark), escape(kind_in_words(item.by)), item.grade, escape(item.note), escape(item.source))
        for item in app.bindings
    )
    yield from _table(("Mark", "Kind", "Grade", "What to know", "Source of the mark"), rows)
    provisions = (
        (
            escape(row.track.summary),
            escape(f"{row.track.title}, {row.track.jurisdiction}"),
            escape(row.standing),
            escape(" ".join(row.caveats)),
            escape(in_words(row.stretches)),
        )
        for row in app.rows
    )
    recorded = f"As recorded on {escape(updated)}"
    yield from _table(("Provision", "Measure", recorded, "What to know", "How it stood"), provisions)


def _identity(facts: Facts) -> Iterator[str]:
    """Known code by its code: five columns a family, and the first pairs of classes of each."""
    yield "## Whose code is in it\n"
    yield f"- {escape(identity.compared(facts.about(CodeSearch)))}"
    if searched := natives.searched(facts):
        yield f"- {escape(searched)}"
    yield ""
    if stated := natives.rows(facts):
        yield from _table(natives.HEADS, (map(code, row) for row in stated))
    found = identity.families(facts, {})
    if not found:
        return
    yield from _table(identity.HEADS, (map(code, item.columns) for item in found))
    for item in found[:_FAMILIES]:
        yield f"### Pairs of classes: {code(item.what.title or item.what.family)}\n"
        for name, outcome, said in item.tried:
            yield f"- {escape(name)}: **{outcome}**, {escape(said)}"
        yield ""
        yield from _table(pairs.HEADS, (map(code, row) for row in pairs.rows(item.pairs)))


def _network(affidavit: Affidavit, facts: Facts) -> Iterator[str]:
    """Who serves the app, and who gets which data."""
    found = network.tables(affidavit.network, facts, affidavit.categories)
    if not found:
        return
    yield "## Who serves it\n"
    yield f"- {escape(network.NO_ONE_COUNTRY)}"
    if said := network.undecoded_in_words(facts):
        yield f"- {escape(said)}"
    if affidavit.network.searched:
        yield f"- Searched: {escape(affidavit.network.searched)}"
    yield ""
    for table in found:
        yield f"### {escape(table.caption)}\n"
        yield from _table(table.heads, ([code(cell) if cell else "" for cell in row] for row in table.rows))


def _tables(facts: Facts) -> Iterator[str]:
    """Permissions, open components, libraries and hosts."""
    permissions = sorted(facts.about(Permission), key=lambda item: item.name)
    exported = sorted((c for c in facts.about(Component) if c.exported), key=lambda item: (item.form, item.name))
    libraries = sorted(facts.about(Library), key=lambda item: item.id)
    names, aside = hosts(facts)
    if declared := declared_rows(facts):
        yield "## What the iOS app declares\n"
        yield from _table(("Kind", "Name", "What it says"), ((escape(a), code(b), code(c)) for a, b, c in declared))
    if permissions:
        yield "## Permissions\n"
        yield from _table(
            ("Name", "Protection"), ((code(p.name), code(p.protection) if p.protection else "") for p in permissions)
        )
    if exported:
        yield "## Components open to other apps\n"
        rows = (
            (code(c.form), code(c.name), code(c.exported_why), code(c.permission) if c.permission else "none")
            for c in exported
        )
        yield from _table(("Kind", "Class", "Why", "Permission needed"), rows)
    if libraries:
        yield "## Libraries recognised by name\n"
        yield from _table(
            ("Library", "Purpose", "Classes"),
            ((code(x.title or x.id), escape(x.purpose), f"{x.classes:,}") for x in libraries),
        )
    if names:
        yield "## Hosts named in the bytes\n"
        yield f"{plural(aside, 'further string')} set aside as schema, documentation or placeholder.\n"
        yield from _table(("Host",), ((code(name),) for name in names))


def _check(affidavit: Affidavit) -> Iterator[str]:
    """How a reader checks all this."""
    manifest = affidavit.manifest
    bundle, _ = file_names(affidavit)
    yield "## Inputs and how to check\n"
    yield f"- Tool {code(manifest.tool.name)} {code(manifest.tool.version)}, code {code(manifest.tool.code_sha256)}"
    if said := mapping_in_words(affidavit.facts, manifest.artefact.mapping):
        yield f"- Mapping file {code(said)}"
    yield f"- Knowledge {code(manifest.knowledge_sha256)}"
    yield f"- Signing key {code(affidavit.key_id)}" if affidavit.key_id else "- This affidavit is not signed"
    yield f"- {code(how_to_check(bundle, manifest.artefact.name), _COMMAND)}"
