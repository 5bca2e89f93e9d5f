"""One page: a self-contained offline HTML file that a lawyer can read and an engineer can drill into.

Every value that a template prints passes `_shown` (hidden characters become escapes, length is bounded) and then HTML
escaping; both are the environment's, not the template author's. No value from the bundle is ever put into an attribute.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from affidavit.model.bundle import Affidavit, Excerpt
from affidavit.model.code import CodeUnit, DuplicateClass, FrameworkCall, NotableCode
from affidavit.model.code_identity import CodeSearch
from affidavit.model.declared import Component, DeepLink, Feature, MetaData, Permission, PermissionDefinition, Query
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import GRADES, Answer
from affidavit.model.identity import Application, BuildTool, Framework, NetworkSecurity
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library
from affidavit.model.limitation import Limitation
from affidavit.model.measure import CONFIDENCE
from affidavit.model.native import NativeLibrary
from affidavit.model.signing import SigningBlock
from affidavit.model.source_name import SourceName
from affidavit.report import apple, coverage, evidence, identity, law, natives, network, signed, verdicts
from affidavit.report.answers import statements
from affidavit.report.chart_scene import pixels
from affidavit.report.endpoints import aside_by_role, by_host
from affidavit.report.network_picture import picture
from affidavit.report.overview import METHOD_LIMITS, Facts, code_in_words, file_names, folded, size_in_words
from affidavit.report.paths import word
from affidavit.report.source_names import SourceNames, mapping_in_words
from affidavit.report.template_cache import TemplateCache
from affidavit.report.text import visible
from affidavit.wording import plural

ROWS = 200
"""Longest table on the page; a line under it says how many rows there are in all and where."""

_GRADES = {
    "alleged": "Somebody says so.",
    "declared": "The app says so itself.",
    "present": "The code or data is in it.",
    "reachable": "A path leads to it from a start.",
    "flows": "The data arrives, path shown.",
    "observed": "Seen in a capture.",
}
_WHY_EXPORTED = {
    "stated": "as stated",
    "intent-filter": "since it has an intent filter",
    "default": "by default",
    "provider-before-17": "by the default before API 17",
}
_ASIDE = {"schema": "names of schemas and licences", "documentation": "documentation", "placeholder": "placeholders"}
_NOTABLE = {
    "reflection": "Calls chosen by name while running (reflection)",
    "dynamic-loading": "Loads further code while running",
    "native-loading": "Loads native libraries",
    "webview-bridge": "Opens the app's objects to web pages",
    "native-method": "Methods written in native code",
    "crypto-constant": "Constants of cryptography",
}

_TEMPLATES = Path(__file__).parent / "templates"
_TEXT = 2_000


def render_html(affidavit: Affidavit) -> str:
    """The page. Its time grows with the findings and with at most `ROWS` rows of each table, not with the app."""
    return environment().get_template("page.html").render(_context(affidavit))


@cache
def environment() -> Environment:
    """Templates that escape everything and fail on a name that does not exist."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, keep_trailing_newline=True,
        bytecode_cache=TemplateCache(_TEMPLATES),
    )  # fmt: skip
    made.filters |= {
        "plural": plural, "source": _source, "size": size_in_words, "first": _first, "dotted": _dotted,
        "sentence": _sentence, "px": pixels,
    }  # fmt: skip
    return made


def _shown(value: Any) -> Any:
    """What every expression of a template passes before it is escaped."""
    return visible(value, _TEXT) if type(value) is str else value


def _dotted(name: str) -> Markup:
    """A name that may be broken after a dot or a slash, and is copied without anything added."""
    text = str(escape(visible(name, _TEXT)))
    return Markup(text.replace(".", ".<wbr>").replace("/", "/<wbr>"))  # noqa: S704 - escaped in the line above


@pass_context
def _source(context: Context, class_: str, method: str = "") -> str:
    """What a class or a method was called in the source; empty when no mapping file says."""
    names = context.get("source_names")
    return names.of(class_, method) if isinstance(names, SourceNames) else ""


def _sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _first(rows: list[Any], count: int = ROWS) -> list[Any]:
    """The first rows of a table."""
    return rows[:count]


def _context(affidavit: Affidavit) -> dict[str, Any]:
    """Everything that the templates name."""
    facts = Facts(affidavit.facts)
    asked = statements(affidavit)
    bundle, _ = file_names(affidavit)
    reached = {item.grade for item in asked if item.grade}
    return {
        "affidavit": affidavit, "manifest": affidavit.manifest, "artefact": affidavit.manifest.artefact,
        "package": facts.package(), "contains": code_in_words(facts), "bundle": bundle,
        "examined": coverage.examined(affidavit), "container_heads": coverage.CONTAINER_HEADS,
        "container_rows": coverage.container_rows(affidavit.coverage), "code_heads": coverage.CODE_HEADS,
        "code_rows": coverage.code_rows(affidavit.coverage),
        "limits": folded(affidavit.limitations), "method_limits": METHOD_LIMITS, "rows": ROWS,
        "asked": evidence.questions(asked, affidavit),
        "answers": Answer, "grades": _GRADES, "exported_why": _WHY_EXPORTED, "aside_words": _ASIDE,
        "notable_words": _NOTABLE, "quoted": lambda name: escape(word(name)),
        "ladder": [(grade, grade in reached) for grade in GRADES],
        **_declared(facts, affidavit.limitations), **_code(facts), **_rows(facts), **_law(affidavit),
        **identity_context(facts, affidavit.excerpts), "in_bundle": True, "beside_numbers": {},
        "network": affidavit.network, "traffic": network.tables(affidavit.network, facts, affidavit.categories),
        "picture": picture(affidavit.network, _named(affidavit, facts)),
        "one_country": network.NO_ONE_COUNTRY, "undecoded": network.undecoded_in_words(facts),
        "mapping": mapping_in_words(affidavit.facts, affidavit.manifest.artefact.mapping),
    }  # fmt: skip


def _named(affidavit: Affidavit, facts: Facts) -> str:
    """What to call the app."""
    package = facts.package()
    return package.name if package else affidavit.manifest.artefact.name


def identity_context(facts: Facts, excerpts: Mapping[str, Excerpt]) -> dict[str, Any]:
    """Whose code is in it, as the template of that name takes it."""
    return {
        "families": identity.families(facts, excerpts), "identity_heads": identity.HEADS,
        "natives": natives.rows(facts), "native_heads": natives.HEADS, "natives_searched": natives.searched(facts),
        "source_names": SourceNames(facts.facts(SourceName)),
        "compared": identity.compared(facts.about(CodeSearch)),
    }  # fmt: skip


def _law(affidavit: Affidavit) -> dict[str, Any]:
    """What ties the file to listed apps, and the provisions about them."""
    return {
        "law": affidavit.law, "bound": law.by_app(affidavit.law), "ask_command": escape(law.how_to_ask(affidavit)),
        "kind_in_words": law.kind_in_words, "sure": CONFIDENCE,
        "nothing_bound": law.NOTHING_BOUND, "names_decide": law.NAMES_DECIDE,
    }  # fmt: skip


def _declared(facts: Facts, limitations: Sequence[Limitation]) -> dict[str, Any]:
    """What the app says of itself, and who signed."""
    components = sorted(facts.about(Component), key=lambda item: (item.form, item.name))
    applications = facts.about(Application)
    return {
        "application": applications[0] if applications else None,
        "network_security": facts.about(NetworkSecurity),
        "permissions": sorted(facts.about(Permission), key=_dangerous_first),
        "apple_rows": apple.declared_rows(facts),
        "defined": facts.about(PermissionDefinition),
        "exported": [item for item in components if item.exported],
        "internal": [item for item in components if not item.exported],
        "links": facts.about(DeepLink), "features": facts.about(Feature), "queries": facts.about(Query),
        "meta": facts.about(MetaData), "blocks": facts.about(SigningBlock),
        "certificates": signed.certificates_first(facts), "signed_by": signed.signed_by(facts, limitations),
        "accepted": verdicts.accepted(facts),
    }  # fmt: skip


def _code(facts: Facts) -> dict[str, Any]:
    """What the bytes hold."""
    endpoints = facts.about(Endpoint)
    entries = facts.facts(EntryFact)
    return {
        "hosts": by_host(endpoints), "aside": aside_by_role(endpoints),
        "library_sources": sorted({(item.source, item.licence) for item in facts.about(Library) if item.source}),
        "libraries": sorted(facts.about(Library), key=lambda item: (-item.classes, item.title, item.id)),
        "natives": facts.facts(NativeLibrary), "units": facts.facts(CodeUnit),
        "duplicates": facts.about(DuplicateClass), "notable": evidence.notable(facts.facts(NotableCode)),
        "calls": len(facts.about(FrameworkCall)), "frameworks": facts.about(Framework),
        "build_tools": facts.about(BuildTool), "entries": len(entries),
        "odd": [entry for entry in facts.about(EntryFact) if entry.oddities],
    }  # fmt: skip


def _rows(facts: Facts) -> dict[str, Sequence[tuple[object, ...]]]:
    """Tables whose cells need no markup of their own; at most one row more than the page shows is worded."""
    return {
        "block_rows": [(b.scheme, f"{b.size:,}", _signers(b)) for b in facts.about(SigningBlock)],
        "platform_rows": verdicts.platform_rows(facts), "signature_rows": signed.signature_rows(facts),
        "lineage_rows": signed.lineage_rows(facts),
        "unit_rows": [
            (
                fact.place.entry or "loose class files",
                f"{unit.form} {unit.version}{', which only code of the app could load' if unit.apart else ''}",
                *_counts(unit.classes, unit.methods, unit.strings, unit.instructions, unit.undecoded),
            )
            for fact, unit in facts.pairs(CodeUnit)
        ],
        "native_rows": [
            (fact.place.entry, lib.abi, ", ".join(lib.hardening), *_counts(lib.imports, lib.exports, lib.jni_count))
            for fact, lib in facts.pairs(NativeLibrary)
        ],
        "duplicate_rows": [(item.name, item.used, item.ignored) for item in facts.about(DuplicateClass)],
        "odd_rows": [
            (fact.place.entry, ", ".join(entry.oddities)) for fact, entry in facts.pairs(EntryFact) if entry.oddities
        ],
        "feature_rows": [(item.name, "yes" if item.required else "no") for item in facts.about(Feature)],
        "query_rows": [(item.value, item.form) for item in facts.about(Query)],
        "meta_rows": [(item.name, item.value, item.component) for item in facts.about(MetaData)],
    }  # fmt: skip


def _counts(*numbers: int) -> Iterable[str]:
    """Numbers with separators."""
    return (f"{number:,}" for number in numbers)


def _signers(block: SigningBlock) -> str:
    """How many signers a scheme lists; nothing for a block that is no signature."""
    if block.signers >= 0:
        return str(block.signers)
    return "not read" if block.scheme.startswith("v") else ""


def _dangerous_first(item: Permission) -> tuple[int, str]:
    """Permissions that the user is asked for come first, then those unknown to the platform, then the rest."""
    level = item.protection.split("|")[0]
    return {"dangerous": 0, "": 1}.get(level, 2), item.name
