"""Which listed apps an artefact is tied to: facts compared with the marks of the register's apps.

Names decide here (packages, hosts, the names that libraries kept), and code that was recognised without its names. To
speak of a listed app, by its package name or a scheme of addresses, is another relation than to contain its code.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from affidavit.knowledge import load
from affidavit.model.apple import AppleBundle
from affidavit.model.binding import Binding, MarkKind, Relation
from affidavit.model.code_identity import CodeIdentity, CodeSearch, NativeIdentity
from affidavit.model.endpoint import Endpoint
from affidavit.model.entity import Entities, Mark, Marks
from affidavit.model.fact import Fact
from affidavit.model.finding import Grade
from affidavit.model.identity import AppMention, Package
from affidavit.model.library import Library
from affidavit.model.signing import Certificate
from affidavit.wording import plural

_HUNDREDTHS = 100
FACTS = 20
"""Fact ids that one binding lists; the others are counted."""

_ATTRIBUTE = re.compile(r"(?:^|[,+])\s*[A-Za-z0-9.]+=((?:\\.|[^,+\\])*)")
_ESCAPED = re.compile(r"\\(.)")

_SHOWS: dict[MarkKind, tuple[Relation, Grade, str]] = {
    "package": ("is", Grade.DECLARED, "the app gives itself this name"),
    "signer": ("is", Grade.PRESENT, "the certificate is in the file; that it signs the file was not verified"),
    "developer": ("is", Grade.DECLARED, "the signer writes this of himself"),
    "library": ("contains", Grade.PRESENT, "recognised by the names of its packages, components or files"),
    "code": ("contains", Grade.PRESENT, "recognised by its code, whatever its names"),
    "domain": ("contacts", Grade.PRESENT, "the host is named in the file; that it is contacted is not shown"),
    "name": ("talks-to", Grade.PRESENT, "code names the app's package; no code of the app is shown by that"),
    "scheme": (
        "talks-to",
        Grade.PRESENT,
        "code names addresses that the app answers to; no code of it is shown by that",
    ),
}
"""What a mark of each kind shows, how strong that is, and what a reader must know."""

_ASKED = "the manifest asks to see whether the app is installed"
_VERIFIED = "verified: the signature by this certificate's key holds for the file"
_OTHER_NAME = "under a package name that the register does not have for the app"
_COPIED = f"{_OTHER_NAME}; a certificate can be copied into any file"
_STAMPS = "source-stamp"
"""Scheme of certificates that say who handed an app on, not who made it."""
_OWN_NAME = "the code lies under the app's own package name, so that its name is the app's own statement"


@dataclass(frozen=True, slots=True)
class Values:
    """What an artefact says or holds that a mark can equal: value -> ids of its facts.

    Attributes:
        certificates: by their SHA-256. fingerprints: by their SHA-256 and by their MD5. subjects: by names in them.
        verified: fingerprints of those whose signature holds.
        recognised: by which of its names each library was.
        families: of known code, told without names, each with what speaks for it.
        doubted: families that something else could explain, or for which too little speaks to call them a constituent.
        natives: native files of known families.
        mentioned: other apps that are named. asked: those of them that the manifest alone names.
        compared: how many families the code was compared with, for each index.
    """

    packages: dict[str, list[str]] = field(default_factory=dict)
    certificates: dict[str, list[str]] = field(default_factory=dict)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    libraries: dict[str, list[str]] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    recognised: dict[str, set[str]] = field(default_factory=dict)
    fingerprints: dict[str, list[str]] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    families: dict[str, tuple[str, CodeIdentity]] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    natives: dict[str, list[tuple[str, NativeIdentity]]] = field(default_factory=dict)
    mentioned: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    compared: list[int] = field(default_factory=list)


def known_marks() -> dict[str, Marks]:
    """The marks of every listed app that has some, by app id.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return {app: marks for file in load("entities", Entities).values() for app, marks in file.marks.items()}


def values_of(facts: Iterable[Fact]) -> Values:
    """The values of an artefact's facts that marks are compared with.

    Not compared: certificates that came along in a chain, hosts that their role sets aside, and those of mail addresses
    and of links that the app answers to, which nothing contacts.
    """
    made = Values()
    for fact in facts:
        read = _READ.get(type(fact.what))
        if read is not None:
            read(made, fact.what, fact.id)
    return made


def bind(values: Values, marks: Mapping[str, Marks]) -> tuple[Binding, ...]:
    """Every mark that is found, sorted by app, relation, kind and mark.

    A mark that other apps bear too (a shared certificate, a developer's name) counts only next to the package name.
    """
    domains = _by_domain(values.hosts, {mark.value for item in marks.values() for mark in item.domains})
    found = [binding for app in sorted(marks) for binding in _of_app(app, marks[app], values, domains)]
    return tuple(sorted(found, key=lambda item: (item.app, item.relation, item.by, item.mark)))


def searched(values: Values, marks: Mapping[str, Marks]) -> str:
    """What was compared, as a sentence with counts."""
    every = marks.values()
    ours = (
        plural(sum(len(item.packages) for item in every), "package name"),
        plural(sum(len(item.signers) for item in every), "certificate"),
        plural(sum(len(item.libraries) for item in every), "library", "libraries"),
        plural(sum(len(item.domains) for item in every), "domain"),
    )
    theirs: tuple[str, ...] = (
        plural(len(values.packages), "package name"),
        plural(len(values.certificates), "certificate"),
        plural(len(values.libraries), "known library", "known libraries"),
        plural(len(values.hosts), "host"),
    )
    apps = plural(len(marks), "listed app")
    if values.compared:
        theirs = (*theirs, f"code, with {plural(max(values.compared), 'family', 'families')} of known code")
    return f"marks of {apps} ({', '.join(ours)}) were compared with what was read here: {', '.join(theirs)}"


def _of_app(app: str, marks: Marks, values: Values, domains: Mapping[str, Sequence[str]]) -> Iterator[Binding]:
    """The bindings to one listed app."""
    named = [mark for mark in marks.packages if mark.value in values.packages]
    for mark in named:
        note = _signer_note(mark.value, marks, values)
        yield _binding(app, "package", mark, values.packages[mark.value], note)
    signers = [mark for mark in marks.signers if mark.value in values.fingerprints]
    signers = [mark for mark in signers if not mark.shared or _signs(mark, named)]
    for mark in signers:
        yield _signer_binding(app, mark, values, named=bool(named))
    for mark in marks.developers:
        if named and mark.value in values.subjects:
            yield _binding(app, "developer", mark, values.subjects[mark.value])
    for mark in marks.libraries:
        if mark.value in values.libraries:
            own = not signers and _under_own_name(mark.value, values)
            made = _binding(app, "library", mark, values.libraries[mark.value], _OWN_NAME if own else "")
            yield replace(made, grade=Grade.DECLARED) if own else made
    yield from _by_code(app, marks, values)
    for mark in marks.domains:
        if mark.value in domains:
            yield _binding(app, "domain", mark, domains[mark.value])
    if not named:
        yield from _spoken_to(app, marks, values)


def _by_code(app: str, marks: Marks, values: Values) -> Iterator[Binding]:
    """Code of the app, recognised without its names: only where nothing else explains it."""
    for mark in marks.libraries:
        if mark.value in values.families and mark.value not in values.doubted:
            fact, what = values.families[mark.value]
            made = _binding(app, "code", mark, [fact], code_in_words(what))
            yield replace(made, grade=what.grade)
        if natives := values.natives.get(mark.value):
            yield _binding(
                app, "code", mark, [fact for fact, _ in natives], natives_in_words([one for _, one in natives])
            )


def natives_in_words(found: Sequence[NativeIdentity]) -> str:
    """How many native files there are, and how like the known ones the likest is."""
    best = max(found, key=lambda item: (item.relation == "is", item.inside + item.around, item.file))
    said = "is" if best.relation == "is" else "holds"
    return (
        f"{plural(len(found), 'native file')}; the likest {said} {best.file}: {best.inside / 10:.0f} % of it is in "
        f"that file, {best.around / 10:.0f} % of that file in it"
    )


def code_in_words(what: CodeIdentity) -> str:
    """How much of a family's code there is, how sure that is, and which other explanations were tried."""
    share = f" of the library's {what.of:,} ({what.share / 10:.0f} %)" if what.of else ""
    tried = ", ".join(f"{item.hypothesis} {'excluded' if item.excluded else 'not excluded'}" for item in what.tried)
    return (
        f"{plural(what.classes, 'class', 'classes')}{share}, {plural(what.units, 'code unit')}, probability "
        f"{what.probability / 1_000_000:.4f}; other explanations tried: {tried or 'none'}"
    )


def _spoken_to(app: str, marks: Marks, values: Values) -> Iterator[Binding]:
    """The app spoken of by its package name or its scheme."""
    for by, mark in [("name", mark) for mark in marks.packages] + [("scheme", mark) for mark in marks.schemes]:
        if mark.value in values.mentioned:
            made = _binding(app, by, mark, values.mentioned[mark.value])  # type: ignore[arg-type]
            asked = mark.value in values.asked
            yield (
                replace(made, grade=Grade.DECLARED, note=made.note.replace(_SHOWS["name"][2], _ASKED))
                if asked
                else made
            )


def _signer_binding(app: str, mark: Mark, values: Values, *, named: bool) -> Binding:
    """The binding by a certificate: who merely copied it has no key, so that only a verified one says who signed."""
    verified = mark.value in values.verified
    more = "" if named else _OTHER_NAME if verified else _COPIED
    made = _binding(app, "signer", mark, values.fingerprints[mark.value], more)
    return replace(made, note=made.note.replace(_SHOWS["signer"][2], _VERIFIED, 1)) if verified else made


def _binding(app: str, by: MarkKind, mark: Mark, facts: Sequence[str], more: str = "") -> Binding:
    relation, grade, note = _SHOWS[by]
    notes = "; ".join(part for part in (note, more, mark.note) if part)
    shown = tuple(facts[:FACTS])
    return Binding(app, relation, by, mark.value, grade, shown, len(facts), mark.confidence, mark.source, notes)


def _under_own_name(library: str, values: Values) -> bool:
    """Whether a library was recognised only by packages within which the app's own name lies."""
    names = [name.partition(":") for name in values.recognised[library]]
    return bool(names) and all(
        kind == "package" and any(f"{own}.".startswith(f"{prefix}.") for own in values.packages)
        for kind, _, prefix in names
    )


def _signs(mark: Mark, named: Iterable[Mark]) -> bool:
    """Whether a certificate is that of one of the packages found."""
    return any(not mark.of or package.value in mark.of for package in named)


def _signer_note(package: str, marks: Marks, values: Values) -> str:
    """How the certificates compare with those that the register has for a package name."""
    known = [mark.value for mark in marks.signers if not mark.of or package in mark.of]
    if not known:
        return "the register has no certificate to compare with"
    if not values.certificates:
        return "no certificate was read here to compare with the one that the register has"
    if values.fingerprints.keys().isdisjoint(known):
        return "signed by another certificate than the one that the register has"
    return ""


def _by_domain(hosts: Mapping[str, Sequence[str]], domains: set[str]) -> dict[str, list[str]]:
    """Domain -> ids of the facts about its hosts: the domain itself and what lies below it."""
    found: dict[str, list[str]] = {}
    longest = max((domain.count(".") + 1 for domain in domains), default=0)
    for host, facts in hosts.items():
        labels = host.rsplit(".", longest)[-longest:]
        for start in range(len(labels)):
            domain = ".".join(labels[start:])
            if domain in domains:
                found.setdefault(domain, []).extend(facts)
    return found


def _names(subject: str) -> list[str]:
    """The values of an RFC 4514 name, without escapes."""
    return [_ESCAPED.sub(r"\1", value) for value in _ATTRIBUTE.findall(subject)]


def _add_package(made: Values, what: Package, fact: str) -> None:
    _add(made.packages, what.name, fact)


def _add_bundle(made: Values, what: AppleBundle, fact: str) -> None:
    if what.form == "app":  # several listed apps have the same name on both systems
        _add(made.packages, what.name, fact)


def _add_library(made: Values, what: Library, fact: str) -> None:
    _add(made.libraries, what.id, fact)
    made.recognised.setdefault(what.id, set()).update(what.marks)


def _add_endpoint(made: Values, what: Endpoint, fact: str) -> None:
    if what.role == "endpoint" and what.form in {"url", "host"} and what.host:
        _add(made.hosts, what.host.rstrip("."), fact)


def _add_search(made: Values, what: CodeSearch, _: str) -> None:
    made.compared.append(what.families)


def _add_mention(made: Values, what: AppMention, fact: str) -> None:
    if what.form == "query" and what.value not in made.mentioned:
        made.asked.add(what.value)
    elif what.form != "query":
        made.asked.discard(what.value)
    _add(made.mentioned, what.value, fact)


def _add_certificate(made: Values, what: Certificate, fact: str) -> None:
    """A signer's own certificate."""
    if what.chain or what.scheme == _STAMPS:
        return
    _add(made.certificates, what.sha256, fact)
    for fingerprint in filter(None, (what.sha256, what.md5)):
        _add(made.fingerprints, fingerprint, fact)
        if what.verified:
            made.verified.add(fingerprint)
    for name in _names(what.subject):
        _add(made.subjects, name, fact)


def _add_family(made: Values, what: CodeIdentity, fact: str) -> None:
    """A family that was found; what of it is in doubt is kept apart."""
    if what.decision == "found":
        made.families.setdefault(what.family, (fact, what))
        if what.log_ratio < _HUNDREDTHS * least() or not all(item.excluded for item in what.tried):
            made.doubted.add(what.family)


class _Decision(Struct, frozen=True):
    """Shape of ``knowledge/constituents/decision``; see there."""

    least: float


@cache
def least() -> float:
    """Nats from which on code of a listed app is called a constituent of another.

    Raises:
        KnowledgeError: compiled knowledge is missing.
    """
    return load("constituents", _Decision)["decision"].least


def _add_native(made: Values, what: NativeIdentity, fact: str) -> None:
    made.natives.setdefault(what.family, []).append((fact, what))


def _add(index: dict[str, list[str]], value: str, fact: str) -> None:
    index.setdefault(value, []).append(fact)


_READ: Mapping[type, Callable[[Values, Any, str], None]] = {
    AppleBundle: _add_bundle,
    AppMention: _add_mention,
    CodeIdentity: _add_family,
    CodeSearch: _add_search,
    NativeIdentity: _add_native,
    Package: _add_package,
    Certificate: _add_certificate,
    Library: _add_library,
    Endpoint: _add_endpoint,
}
