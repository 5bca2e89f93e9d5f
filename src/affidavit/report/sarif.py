"""SARIF 2.1.0, which code hosts and editors read (OASIS, Static Analysis Results Interchange Format).

How the three answers map, and why:

* *shown* with a severity above ``info`` is kind ``fail`` (SARIF's word for "the condition that the rule describes is
  there") with the level that the severity has; with severity ``info`` it is kind ``informational``, level ``none``;
* *undetermined* is kind ``open``, level ``none``: the standard's own word for "not enough information";
* *not shown* is **not** a result. Kind ``pass`` would say more than is known, and the largest consumer shows every
  result as an alert whatever its kind. What was searched in vain is listed in the run's properties.

Limitations are tool execution notifications. Places are byte offsets in entries nested in the artefact. Every result
has a physical location (consumers refuse a whole file for one that has none); class and method are logical locations.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from affidavit.model.bundle import Affidavit
from affidavit.model.finding import Answer, Finding
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.report.answers import cited_places, names_of_code
from affidavit.report.flows import SHOWN, Path, Walked, chain_points, flows_of, path
from affidavit.report.json import as_json
from affidavit.report.source_names import SourceNames
from affidavit.report.text import visible

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LOCATIONS = 100
"""Places of one result that consumers show."""

_LEVELS = {"low": "note", "medium": "warning", "high": "error"}
_TEXT = 1_000
_PATH = 1_000
_LONGEST = 12_000
_DOTS = re.compile(r"(?<![^/])\.{1,2}(?![^/])")

Object = dict[str, Any]


def render_sarif(affidavit: Affidavit) -> bytes:
    """One run with rules, results, artifacts and notifications; keys sorted, two spaces of indentation."""
    run = _Run(affidavit)
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_shown(run.document())]}
    return as_json(log)


def _shown(value: Any) -> Any:
    """The same structure with hidden characters in every text as escapes: viewers put these texts on screens."""
    if isinstance(value, str):
        return visible(value, _LONGEST)
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def uri(path: str) -> str:
    """An entry's path as a relative URI reference (RFC 3986): percent-encoded, no scheme, no leading slash.

    Segments that mean a folder above or the same one become ``__`` and ``_``: a viewer would leave its own folder.
    """
    return _DOTS.sub(_underscores, quote(visible(path.lstrip("/"), _PATH), safe="/!~-._"))


def _underscores(match: re.Match[str]) -> str:
    """As many underscores as there are dots."""
    return "_" * len(match.group())


def message(text: str) -> Object:
    r"""A text as a message. Nothing in it is a placeholder or a link (section 3.11: ``{0}``, ``[text](target)``).

    Braces are doubled, as the standard asks. ``](`` is taken apart by backslashes: viewers differ in how they read an
    escaped bracket, and none takes ``\]\(`` for a link.
    """
    shown = visible(text, 3 * _TEXT).replace("{", "{{").replace("}", "}}")
    return {"text": shown.replace("](", "\\]\\(")}


class _Run:
    """Builds one run; artifacts are numbered as places first name them."""

    def __init__(self, affidavit: Affidavit) -> None:
        self.affidavit = affidavit
        self.root = affidavit.manifest.artefact
        self.facts = {fact.id: fact for fact in affidavit.facts}
        self.names = names_of_code(affidavit.facts)
        self.source = SourceNames(affidavit.facts)
        self.rules = sorted({finding.rule: finding for finding in affidavit.findings}.items())
        self.rule_index = {rule: index for index, (rule, _) in enumerate(self.rules)}
        self.artifacts: dict[str, int] = {"": 0}

    def document(self) -> Object:
        """The run."""
        manifest = self.affidavit.manifest
        told = [finding for finding in self.affidavit.findings if finding.answer != Answer.NOT_SHOWN]
        results = [self._result(finding) for finding in told]
        notifications = [self._notification(item) for item in self.affidavit.limitations]
        driver = {
            "name": manifest.tool.name, "version": manifest.tool.version, "semanticVersion": manifest.tool.version,
            "rules": [_rule(finding) for _, finding in self.rules],
            "properties": {"codeSha256": manifest.tool.code_sha256, "knowledgeSha256": manifest.knowledge_sha256},
        }  # fmt: skip
        return {
            "tool": {"driver": driver},
            "invocations": [{"executionSuccessful": not manifest.partial, "toolExecutionNotifications": notifications}],
            "artifacts": self._artifacts(),
            "results": results,
            "columnKind": "utf16CodeUnits",
            "automationDetails": {"id": f"affidavit/{self.root.sha256}/"},
            "properties": {"notShown": [_absent(f) for f in self.affidavit.findings if f.answer == Answer.NOT_SHOWN]},
        }

    def _result(self, finding: Finding) -> Object:
        """One shown or undetermined finding. The fingerprint leaves out offsets, which move with every build."""
        places = cited_places(finding, self.facts)[:LOCATIONS] or (Place(entry=""),)
        kind, level = _kind(finding)
        paths = self._code_flows(finding)
        who = [{"who": self.names.get(item.who, item.who), "places": item.places} for item in finding.who]
        return {
            "ruleId": finding.rule,
            "ruleIndex": self.rule_index[finding.rule],
            "kind": kind,
            "level": level,
            "message": message(_sentence(finding)),
            "locations": [self._location(places[0])],
            "relatedLocations": [{"id": i, **self._location(p)} for i, p in enumerate(places[1:], 1)],
            "partialFingerprints": {"affidavit/1": _fingerprint(finding, places[0])},
            **({"codeFlows": paths} if paths else {}),
            "properties": {
                "answer": finding.answer, "grade": finding.grade or "", "severity": finding.severity, "who": who,
                "searched": visible(finding.searched, _TEXT), "limitations": finding.limitations,
            },
        }  # fmt: skip

    def _code_flows(self, finding: Finding) -> list[Object]:
        """Paths: the chain from an entry point, and each flow (section 3.36)."""
        chain = tuple(chain_points(finding.chain, self.affidavit.excerpts))
        made = [self._code_flow("a shortest way from an entry point", chain)] if chain else []
        for fact in flows_of(finding, self.facts)[:SHOWN]:
            found = path(fact, self.affidavit.excerpts, self.names)
            made.append(self._code_flow(_path_sentence(found), (*found.chain, *found.steps)))
        return made

    def _code_flow(self, said: str, points: Sequence[Walked]) -> Object:
        """One path; each point says what happens there."""
        locations = []
        for point in points:
            words = f"{point.words} [{point.role}]" if point.role else point.words
            text = f"{words}: {point.line}" if point.line else words
            locations.append({"location": {**self._location(point.place), "message": message(text[:_TEXT])}})
        return {"message": message(said), "threadFlows": [{"locations": locations}]}

    def _location(self, place: Place) -> Object:
        """A place as physical location and, for code, logical location."""
        physical: Object = {"artifactLocation": {"uri": self._uri(place.entry), "index": self._index(place.entry)}}
        if place.offset >= 0:
            physical["region"] = {"byteOffset": place.offset}
        if not place.class_:
            return {"physicalLocation": physical}
        name = f"{place.class_}->{place.method}" if place.method else place.class_
        kind = "function" if place.method else "type"
        logical: Object = {"fullyQualifiedName": visible(name, _TEXT), "kind": kind}
        properties: Object = {"pc": place.pc} if place.pc >= 0 else {}
        if was := self.source.of(place.class_, place.method):
            properties["nameInSource"] = visible(was, _TEXT)
        if properties:
            logical["properties"] = properties
        return {"physicalLocation": physical, "logicalLocations": [logical]}

    def _uri(self, entry: str) -> str:
        """Where the entry lies: inside the artefact, or the artefact itself."""
        return uri(entry) or uri(self.root.name) or "artefact"

    def _index(self, entry: str) -> int:
        """Number of the entry in ``artifacts``."""
        return self.artifacts.setdefault(entry, len(self.artifacts))

    def _artifacts(self) -> list[Object]:
        """The artefact with its digest, and every entry that a place names, nested in it."""
        root = {
            "location": {"uri": self._uri("")}, "length": self.root.size, "hashes": {"sha-256": self.root.sha256},
        }  # fmt: skip
        nested = ({"location": {"uri": self._uri(entry)}, "parentIndex": 0} for entry in self.artifacts if entry)
        return [root, *nested]

    def _notification(self, item: Limitation) -> Object:
        """A limitation."""
        made: Object = {
            "descriptor": {"id": item.kind}, "level": "warning",
            "message": message(item.detail or item.kind), "properties": {"count": item.count},
        }  # fmt: skip
        return made | ({"locations": [self._location(item.place)]} if item.place else {})


def _path_sentence(found: Path) -> str:
    """What a path shows, and how sure that is."""
    return f"{found.title}; {found.verdict}. {found.flow.why}"


def _kind(finding: Finding) -> tuple[str, str]:
    """SARIF kind and level; the level is ``none`` unless the kind is ``fail`` (section 3.27.10)."""
    if finding.answer == Answer.UNDETERMINED:
        return "open", "none"
    level = _LEVELS.get(finding.severity)
    return ("fail", level) if level else ("informational", "none")


def _sentence(finding: Finding) -> str:
    """The statement with its strength, and what was searched."""
    grade = f" ({finding.answer}, {finding.grade})" if finding.grade else f" ({finding.answer})"
    return f"{visible(_title(finding), _TEXT)}{grade}. Searched: {visible(finding.searched, _TEXT)}"


def _title(finding: Finding) -> str:
    """The statement; never empty, as no message may be."""
    return finding.title or finding.rule


def _rule(finding: Finding) -> Object:
    """A rule's description, from a finding of it."""
    tags: Iterable[str] = (finding.category, *finding.masvs, *finding.maswe)
    made: Object = {
        "id": finding.rule,
        "shortDescription": message(_title(finding)),
        "fullDescription": message(_title(finding)),
        "defaultConfiguration": {"level": _LEVELS.get(finding.severity, "none")},
        "properties": {"tags": _distinct(tags)[:10], "version": finding.version},
    }
    references = "; ".join(visible(item, _TEXT) for item in finding.references)
    return made | ({"help": message(references)} if references else {})


def _distinct(tags: Iterable[str]) -> Sequence[str]:
    """Tags without repeats, in their order (section 3.8.2: the array is a set)."""
    return list(dict.fromkeys(visible(tag, 200) for tag in tags))


def _absent(finding: Finding) -> Object:
    """A rule that matched nothing, with what was searched."""
    return {"ruleId": finding.rule, "searched": visible(finding.searched, _TEXT), "limitations": finding.limitations}


def _fingerprint(finding: Finding, place: Place) -> str:
    """Stable over builds of the same app: rule, entry, class and method of the first place."""
    parts = f"{finding.rule}\0{place.entry}\0{place.class_}\0{place.method}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
