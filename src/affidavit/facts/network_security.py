"""The network security configuration, after Android's defaults and inheritance.

Rules of the platform's ``XmlConfigSource``: without a file, cleartext is what the manifest says; with one, the
manifest's flag has no effect. Cleartext is refused by default from target 28; certificate authorities that the user
added are trusted by default up to target 23. A domain takes what it does not state from the domain around it, then the
base, then the platform. Anchors for debugging count in debuggable builds only. Android reads the file from level 24.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.xmltree import Attribute, Document, Element
from affidavit.facts.manifest_reading import ReadEntry, Reading
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.fact import Fact
from affidavit.model.identity import NetworkSecurity
from affidavit.model.place import Place

NAME = "network-security"
VERSION = 1

_TRUE = frozenset({"1", "true", "TRUE"})


class _State(msgspec.Struct, frozen=True):
    """Settings in effect."""

    cleartext: bool
    trusts: tuple[str, ...]
    pins: tuple[str, ...] = ()
    expiration: str = ""


class _File(msgspec.Struct):
    """The configuration file being read."""

    reading: Reading
    document: Document
    entry: str
    seen: set[str] = set()

    def fact(self, element: Element, scope: str, state: _State, domains: tuple[str, ...] = ()) -> Fact:
        """A fact at an element of the file."""
        what = _described(scope, state, domains)
        return make_fact(what, Place(self.entry, element.offset), f"{NAME}/{VERSION}")

    def refuse(self, element: Element, detail: str) -> None:
        """State what the platform's parser would fail on."""
        text = f"{detail}; Android fails when the app first uses the configuration"
        self.reading.gaps.add("manifest/bad-network-security", text, Place(self.entry, element.offset))


def extract(reading: Reading, read_entry: ReadEntry) -> Iterator[Fact]:
    """One fact per configuration in effect: the base first, then debug, then each domain in document order.

    A split has none of its own, and a library without a file leaves it to the app that includes it.
    """
    application = reading.application
    if application is None or reading.is_split:
        return
    user = ("user",) if reading.target_sdk <= 23 else ()
    default = _State(cleartext=reading.target_sdk < 28, trusts=("system", *user))
    if not reading.has(application, "networkSecurityConfig"):
        if not reading.document.binary:
            return
        cleartext = reading.boolean(application, "usesCleartextTraffic", default=default.cleartext)
        what = _described("base", replace(default, cleartext=cleartext), ())
        yield make_fact(what, reading.place(application), f"{NAME}/{VERSION}")
        return
    file = _open(reading, application, read_entry)
    if file is not None and file.document.root is not None:
        yield from _configurations(file, file.document.root, default)


def _described(scope: str, state: _State, domains: tuple[str, ...]) -> NetworkSecurity:
    return NetworkSecurity(scope, domains, state.cleartext, state.trusts, state.pins, state.expiration)


def _open(reading: Reading, application: Element, read_entry: ReadEntry) -> _File | None:
    """The file that the manifest names; None, and a limitation, when it cannot be read."""
    path = reading.text(application, "networkSecurityConfig")
    entry = reading.prefix + path
    data = read_entry(entry) if path and not path.startswith("@") else None
    if data is None:
        detail = (
            f"the network security configuration {bounded(path, 200)} is not in the artefact; its content is unknown"
        )
        reading.limit("manifest/network-security-missing", detail, application)
        return None
    document = parse_axml(data, None, entry)
    reading.limitations.extend(document.limitations)
    file = _File(reading, document, entry)
    if document.root is not None and document.root.name != "network-security-config":
        file.refuse(document.root, f"the root element is <{bounded(document.root.name, 80)}>")
        return None
    return file


def _configurations(file: _File, root: Element, default: _State) -> Iterator[Fact]:
    """Everything in the file."""
    bases, debugs = list(root.all("base-config")), list(root.all("debug-overrides"))
    for extra in bases[1:] + debugs[1:]:
        file.refuse(extra, f"<{extra.name}> occurs more than once")
    base = _effective(file, bases[0], default, domain=False) if bases else default
    yield file.fact(bases[0] if bases else root, "base", base)
    if debugs:
        own = _anchors(file, debugs[0])
        yield file.fact(debugs[0], "debug", _State(base.cleartext, own if own is not None else base.trusts))
    for element in root.all("domain-config"):
        yield from _domain(file, element, base)


def _domain(file: _File, top: Element, base: _State) -> Iterator[Fact]:
    """A domain configuration and those nested in it, outer first (the tree's depth is bounded by its reader)."""
    stack = [(top, base)]
    while stack:
        element, outer = stack.pop()
        state = _effective(file, element, outer, domain=True)
        domains = tuple(sorted(_domains(file, element)))
        if not domains:
            file.refuse(element, "a <domain-config> names no domain")
        yield file.fact(element, "domain", state, domains)
        stack += [(child, state) for child in reversed(list(element.all("domain-config")))]


def _domains(file: _File, element: Element) -> Iterator[str]:
    """Names in lower case, those with subdomains prefixed ``*.``."""
    for child in element.all("domain"):
        name = bounded(child.text.strip().lower(), 300)
        if not name or name in file.seen:
            file.refuse(child, f"the domain {name!r} is empty or named before")
        file.seen.add(name)
        yield f"*.{name}" if _flag(child.plain("includeSubdomains"), default=False) else name


def _effective(file: _File, element: Element, outer: _State, *, domain: bool) -> _State:
    """An element's own settings over those around it."""
    own = _anchors(file, element)
    state = replace(outer, trusts=own if own is not None else outer.trusts)
    state = replace(state, cleartext=_flag(element.plain("cleartextTrafficPermitted"), default=outer.cleartext))
    pins = element.first("pin-set") if domain else None
    if pins is None:
        return state
    expiration = pins.plain("expiration")
    return replace(state, pins=_pins(pins), expiration=bounded(expiration.text(), 80) if expiration else "")


def _pins(element: Element) -> tuple[str, ...]:
    """Pinned digests, sorted."""
    found = set()
    for child in element.all("pin"):
        digest = child.plain("digest")
        name = (digest.text() if digest else "").lower().replace("sha-", "sha")
        found.add(f"{bounded(name, 40)}/{bounded(child.text.strip(), 200)}")
    return tuple(sorted(found))


def _anchors(file: _File, element: Element) -> tuple[str, ...] | None:
    """Trust anchors that an element states itself, sorted; None when it leaves them to what is around it."""
    anchors = element.first("trust-anchors")
    if anchors is None:
        return None
    sources = (child.plain("src") for child in anchors.all("certificates"))
    return tuple(sorted({_source(file, item) for item in sources if item is not None}))


def _source(file: _File, item: Attribute) -> str:
    """``system``, ``user``, or the path of a certificate in the resources."""
    table = file.reading.table
    found = table.resolve(item.data) if item.is_reference and table is not None else None
    return bounded(found.value.text if found and found.value.text else item.text())


def _flag(item: Attribute | None, *, default: bool) -> bool:
    """A boolean attribute without namespace."""
    return default if item is None else item.text() in _TRUE
