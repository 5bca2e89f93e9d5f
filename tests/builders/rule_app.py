"""Assembles the app that an example of a rule describes: facts, and a program read from a dex that is built for it.

    build_app({"permissions": ["android.permission.CAMERA"], "calls": ["android.hardware.Camera.open"]})

Keys: ``min``, ``target``, ``shared_user``, ``package`` (False: no manifest); ``permissions``, ``defines``,
``application``, ``components``, ``meta_data``, ``queries``, ``features``, ``network``, ``endpoints``, ``libraries``,
``natives``, ``entries``, ``notable``, ``signing``, ``signatures``, ``verdicts``, ``certificates``, ``known_signers``,
``frameworks``, ``packers``, ``flows``; for code ``calls``, ``strings``, ``fields``,
``types`` (each in a method of its own), ``methods`` (several in one method), and ``classes`` (``name``, ``extends``,
``implements``, ``overrides`` as ``name(java.types)``, whose bodies are empty but for ``calls`` and the rest).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.findings.names import member, type_descriptor
from affidavit.model.code import NotableCode
from affidavit.model.declared import Component, Feature, IntentFilter, MetaData, Permission, PermissionDefinition, Query
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact, Subject
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.identity import Application, Framework, NetworkSecurity, Package, Packer
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place
from affidavit.model.signing import (
    Certificate,
    Issue,
    KnownSigner,
    PlatformVerdict,
    Signature,
    Signer,
    SigningBlock,
)
from tests.builders.dex import DexBuilder, Method

Spec = Mapping[str, Any]
PACKAGE = "com.example.app"
_MANIFEST = Place("AndroidManifest.xml", 0)


@dataclass(frozen=True)
class App:
    """Facts and code."""

    facts: tuple[Fact, ...]
    program: Program | None


def build_app(spec: Spec) -> App:
    """The app of one example."""
    facts = [make_fact(what, place, "built/1") for what, place in _subjects(spec)]
    return App(tuple(facts), Program([read_dex("classes.dex", dex)]) if (dex := build_dex(spec)) else None)


def _subjects(spec: Spec) -> Iterable[tuple[Subject, Place]]:
    for what in (*_identity(spec), *_declared(spec)):
        yield what, _MANIFEST
    for item in spec.get("endpoints", ()):
        form = item.get("form", "url")
        yield Endpoint(form, item["value"], "", item.get("role", "endpoint"), item.get("source", "code")), Place("x", 1)
    for item in spec.get("libraries", ()):
        yield Library(marks=(), title=item["id"], **item), Place("classes.dex")
    for item in spec.get("natives", ()):
        name = item.get("name", "libx.so")
        yield NativeLibrary(name, "elf", "arm64-v8a", 64, notable_imports=tuple(item["imports"])), Place(f"lib/{name}")
    for name in spec.get("entries", ()):
        yield EntryFact(1, 1, 0, 0, "", "text"), Place(name)
    yield from _in_code(spec)
    for scheme in spec.get("signing", ()):
        yield SigningBlock(scheme, 1), Place("")
    for what in _signed(spec):
        yield what, Place("")
    for name in spec.get("frameworks", ()):
        yield Framework(name, "x"), Place("x")
    for name in spec.get("packers", ()):
        yield Packer(name, name, "entry:x"), Place("x")


def built_flow(category: str, sink_kind: str, **more: Any) -> Flow:
    """A flow with one step; what a rule does not ask for is of no consequence."""
    sink = Place("classes.dex", 9, "Lcom/x/N;", "n()V", 4)
    steps = (Step(Edge.SOURCE, Place("classes.dex", 1, "Lcom/x/N;", "n()V", 0), "result"),)
    texts = {"source": f"{category}/x", "source_api": "", "sink": f"{sink_kind}/x", "sink_api": "", "why": ""}
    return Flow(
        **{**texts, "verdict": "proved", **more}, category=category, sink_kind=sink_kind, sink_place=sink, steps=steps
    )


def _in_code(spec: Spec) -> Iterable[tuple[Subject, Place]]:
    """What was read in code."""
    place = Place("classes.dex", 1, "Lcom/x/N;", "n()V", 0)
    for item in spec.get("notable", ()):
        yield NotableCode(item["form"], item.get("text", "")), place
    for item in spec.get("flows", ()):
        yield built_flow(**item), place


def _signed(spec: Spec) -> Iterable[Subject]:
    """What came of checking the signatures."""
    for item in spec.get("signatures", ()):
        issues = tuple(Issue(word, "x.") for word in item.get("issues", ()))
        signers = (Signer("ab" * 32, tuple(item.get("algorithms", ()))),)
        yield Signature(item.get("scheme", "v2"), item.get("outcome", "verified"), signers, issues)
    for item in spec.get("verdicts", ()):
        issues = tuple(Issue(word, "x.") for word in item.get("issues", ()))
        yield PlatformVerdict(1, 99, item.get("outcome", "accepted"), item.get("scheme", "v2"), issues=issues)
    for item in spec.get("certificates", ()):
        subject = item.get("subject", "CN=x")
        where = (item.get("scheme", "v2"), subject, subject, "1", "", "", item.get("key", "RSA 2048"), "SHA256withRSA")
        yield Certificate(*where, "ab" * 32, "cd" * 20, verified=item.get("verified", True))
    for key in spec.get("known_signers", ()):
        yield KnownSigner("ab" * 32, "x", "x", key, "x", "M")


def _identity(spec: Spec) -> Iterable[Subject]:
    if spec.get("package", True):
        yield Package(
            PACKAGE,
            min_sdk=spec.get("min", 26),
            target_sdk=spec.get("target", 34),
            shared_user=spec.get("shared_user", ""),
        )
    if "application" in spec:
        yield Application(**{"cleartext": False, **spec["application"]})


def _declared(spec: Spec) -> Iterable[Subject]:
    yield from (Permission(name) for name in spec.get("permissions", ()))
    yield from (PermissionDefinition(**item) for item in spec.get("defines", ()))
    yield from (_component(item) for item in spec.get("components", ()))
    yield from (MetaData(**item) for item in spec.get("meta_data", ()))
    yield from (Query(**item) for item in spec.get("queries", ()))
    yield from (Feature(name) for name in spec.get("features", ()))
    for item in spec.get("network", ()):
        yield NetworkSecurity(**{name: tuple(v) if isinstance(v, list) else v for name, v in item.items()})


def _component(item: Spec) -> Component:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}
    parts = {name: values.pop(name, ()) for name in ("actions", "categories", "data")}
    verified = bool(values.pop("auto_verify", False))
    if any(parts.values()):
        values["filters"] = (IntentFilter(**parts, auto_verify=verified),)
    values = {"name": f"{PACKAGE}.Part", "exported": False, "exported_why": "stated", **values}
    return Component(**values)


def build_dex(spec: Spec) -> bytes | None:
    """The dex with the code of an example; None when it has none."""
    builder = DexBuilder()
    bodies: list[Spec] = [
        *({key: [item]} for key in ("calls", "strings", "fields", "types") for item in spec.get(key, ())),
        *spec.get("methods", ()),
    ]
    if bodies:
        methods = [Method(f"m{row}", "()V", [*code_of(body), ("return-void",)]) for row, body in enumerate(bodies)]
        builder.add_class(descriptor(f"{PACKAGE}.Main"), methods=methods)
    for row, item in enumerate(spec.get("classes", ())):
        add_class(builder, item, row)
    return builder.build() if builder.classes else None


def add_class(builder: DexBuilder, item: Spec, row: int) -> None:
    """One class of an example."""
    code = code_of(item)
    builder.add_class(
        descriptor(item.get("name", f"{PACKAGE}.C{row}")),
        descriptor(item.get("extends", "java.lang.Object")),
        interfaces=[descriptor(name) for name in item.get("implements", ())],
        methods=[_override(text, code) for text in item.get("overrides", ())]
        or [Method("own", "()V", [*code, ("return-void",)])],
    )


def _override(text: str, code: Sequence[Any]) -> Method:
    wanted = member(f"x.{text}")
    constant = wanted.name == "verify"
    ending = [("const/4", 0, 1), ("return", 0)] if constant else [("return-void",)]
    return Method(wanted.name, f"({wanted.params or ''}){'Z' if constant else 'V'}", [*code, *ending])


def code_of(body: Spec) -> list[Any]:
    """Instructions that call, load, read and name what a body lists."""
    code: list[Any] = [("const-string", 0, text) for text in body.get("strings", ())]
    for text in body.get("fields", ()):
        wanted = member(text)
        code.append(("sget-object", 0, f"{descriptor(wanted.owner)}->{wanted.name}:Ljava/lang/Object;"))
    code += [("const-class", 0, type_descriptor(name)) for name in body.get("types", ())]
    return code + [("invoke-static", [], smali(text)) for text in body.get("calls", ())]


def smali(text: str) -> str:
    """A method in Java form as a dex reference that returns nothing."""
    wanted = member(text)
    return f"{descriptor(wanted.owner)}->{wanted.name}({wanted.params or ''})V"
