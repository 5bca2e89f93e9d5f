"""By what listed apps and their operators are told in records: marks of the register and more, ready to look up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from affidavit.knowledge import load
from affidavit.model.entity import Entities, Mark, Marks
from affidavit.model.screening import SelectorKind, Tie
from affidavit.network.screen import knowledge
from affidavit.network.screen.groups import UNVERIFIED, Groups, Selector, groups_of
from affidavit.network.screen.names import company, words_of
from affidavit.network.snapshot.suffixes import walk
from affidavit.wording import plural

_NAME_ALONE = "a name alone: others may bear it, and which of its apps or services is meant is not shown"
_APP_NAME = "the name of the app as somebody's name: others may bear it"
_LABEL = "told by a label that a customer's name left inside a provider's own name"
_DASHED = "told by a domain that is written with dashes inside a provider's own name, as some providers do"
_ANYONE = "whoever opens an account there may choose this label"
_PAID = "a payment to or from the operator is not a payment through the app"


class Found(NamedTuple):
    """What a value of a record tells: selectors that it meets, or why it is set aside (both may be empty)."""

    selectors: tuple[Selector, ...] = ()
    why: str = ""


NOTHING = Found()


class Selectors:
    """Everything that records are compared with; asked by kind of value."""

    def __init__(
        self, marks: Mapping[str, Marks], names: Iterable[Selector], extra: knowledge.Extra, groups: Groups
    ) -> None:
        """Make tables.

        Args:
            marks: of listed apps, by app id.
            names: of organisations and apps.
            extra: the selectors besides those.
            groups: domains, networks and given names of the groups that run listed apps.
        """
        self._domains: dict[str, list[Selector]] = defaultdict(list)
        self._packages: dict[str, list[Selector]] = defaultdict(list)
        self._signers: dict[tuple[str, str], frozenset[str]] = {}
        self._companies: dict[tuple[str, ...], list[Selector]] = defaultdict(list)
        self._paid: dict[tuple[str, ...], list[Selector]] = defaultdict(list)
        self._forms = extra.legal_forms
        self._zones = groups.zones
        self._others = {**groups.others} | {item.value: item.why for item in extra.others}
        self._other_packages = {item.value: item.why for item in extra.other_packages}
        self._other_companies = {company(item.value, self._forms): item.why for item in extra.other_names}
        self.apps = len(marks)
        for app, known in sorted(marks.items()):
            self._add_marks(app, known)
        for domain in groups.domains:
            if domain.app not in {item.app for item in self._domains[domain.value]}:
                self._domains[domain.value].append(domain)
        self._networks = groups.networks
        for item in names:
            self._companies[company(item.value, self._forms)].append(item)
        self._add_extra(extra)
        self._dashed = {domain.replace(".", "-"): domain for domain in sorted(self._domains)}

    def _add_marks(self, app: str, marks: Marks) -> None:
        """The register's own marks."""
        for mark in marks.domains:
            self._domains[mark.value].append(_of_mark(app, "domain", mark))
        for mark in marks.packages:
            self._packages[mark.value].append(_of_mark(app, "package", mark))
        for mark in marks.signers:
            for package in mark.of or ("",):
                known = self._signers.get((app, package), frozenset())
                self._signers[app, package] = known | {mark.value}

    def _add_extra(self, extra: knowledge.Extra) -> None:
        """Bundle ids, names of companies and descriptions of payments."""
        for told in extra.bundles:
            self._packages[told.value].append(
                Selector(told.app, "", "package", told.value, told.confidence, extra.source)
            )
        for told in extra.names:
            made = Selector(
                told.app, told.operator, "operator", told.value, told.confidence, extra.source, (_NAME_ALONE,)
            )
            self._companies[company(told.value, self._forms)].append(made)
        for paid in extra.descriptors:
            tie: Tie = "pays" if paid.through else "pays-operator"
            said = () if paid.through else (_PAID,)
            made = Selector(paid.app, "", "descriptor", paid.value, paid.confidence, extra.source, said, tie)
            self._paid[words_of(paid.value)].append(made)

    def host(self, host: str) -> Found:
        """What a host tells, by its longest listed end of whole labels; each app is told once.

        A service of the same group that is listed as something else and is named more closely sets the host aside. A
        domain inside a provider's own name tells its app as well, more weakly.
        """
        met: dict[str, Selector] = {}
        for end in walk(host):
            for item in self._domains.get(end, ()):
                met.setdefault(item.app, item)
            if end in self._others:
                return Found(tuple(met.values())) if met else Found(why=self._others[end])
            if end in self._zones and not met:
                return self._inside(host[: -len(end) - 1], self._zones[end]) if len(host) > len(end) else NOTHING
        return Found(tuple(met.values())) if met else NOTHING

    def _inside(self, rest: str, labels: str) -> Found:
        """What a label inside a provider's name tells; `labels`: who chose it."""
        if labels == "code":
            return NOTHING
        met: dict[str, Selector] = {}
        for end in walk(rest):
            for item in self._domains.get(end, ()):
                made = item._replace(by="label", caveats=(*item.caveats, _LABEL))
                met.setdefault(item.app, _weaker(made))
        last = rest.rpartition(".")[2]
        for dashed, domain in self._dashed.items():
            if last == dashed or last.endswith(f"-{dashed}"):
                for item in self._domains[domain]:
                    said = (*item.caveats, _DASHED)
                    met.setdefault(item.app, item._replace(by="label", caveats=said, confidence="L"))
        if labels == "anyone":
            met = {app: item._replace(confidence="L", caveats=(*item.caveats, _ANYONE)) for app, item in met.items()}
        return Found(tuple(met.values()))

    def package(self, name: str) -> Found:
        """What a package or bundle id tells: letter by letter, as Android and iOS compare them."""
        if name in self._packages:
            return Found(tuple(self._packages[name]))
        return Found(why=self._other_packages.get(name, ""))

    def signers_of(self, app: str, package: str) -> frozenset[str]:
        """Digests of the certificates that the register has for an app under a package name."""
        return self._signers.get((app, package), frozenset()) | self._signers.get((app, ""), frozenset())

    def organisation(self, name: str) -> Found:
        """What the name of a company tells: the whole name, but for its legal form."""
        words = company(name, self._forms)
        if words in self._companies:
            return Found(_surest(self._companies[words]))
        return Found(why=self._other_companies.get(words, ""))

    def network(self, number: int) -> tuple[Selector, ...]:
        """Whose network an AS number is."""
        return self._networks.get(number, ())

    def payment(self, text: str) -> tuple[Selector, ...]:
        """What the description of a payment tells, by its longest listed beginning of whole words."""
        words = words_of(text)
        for end in range(min(len(words), 4), 0, -1):
            if words[:end] in self._paid:
                return tuple(self._paid[words[:end]])
        return ()

    def counted(self) -> str:
        """What there is to compare with, in words."""
        return ", ".join(
            (
                plural(len(self._domains), "domain"),
                plural(len(self._packages), "package or bundle id", "package and bundle ids"),
                plural(len(frozenset().union(*self._signers.values())), "certificate"),
                plural(len(self._companies), "name"),
                plural(len(self._networks), "network"),
                plural(len(self._paid), "description of payments", "descriptions of payments"),
            )
        )


def _of_mark(app: str, by: SelectorKind, mark: Mark) -> Selector:
    said = (mark.note,) if mark.note else ()
    doubt = (UNVERIFIED,) if "unverified" in mark.source else ()
    return Selector(app, "", by, mark.value, mark.confidence, mark.source, (*said, *doubt))


def _surest(found: Iterable[Selector]) -> tuple[Selector, ...]:
    """One selector for each app; what tells the operator as well goes before what tells the app alone."""
    best: dict[str, Selector] = {}
    for item in sorted(found, key=lambda item: (not item.operator, item.confidence)):
        best.setdefault(item.app, item)
    return tuple(best.values())


def _weaker(item: Selector) -> Selector:
    return item._replace(confidence="M") if item.confidence == "H" else item


def known_selectors() -> Selectors:
    """Those of the compiled knowledge.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    files = [file for _, file in sorted(load("entities", Entities).items())]
    marks = {app: item for file in files for app, item in file.marks.items()}
    running = {one.operator for file in files for app in file.apps.values() for one in app.operators} - {"unknown"}
    source = "names in knowledge/entities/organisations.yaml and apps.yaml"
    names = [
        Selector("", key, "operator", body.name, "M", source, (_NAME_ALONE,))
        for file in files
        for key, body in file.organisations.items()
        if key in running
    ]
    names += [
        Selector(key, "", "name", name, "L", source, (_APP_NAME,))
        for file in files
        for key, app in file.apps.items()
        for name in app.names
    ]
    return Selectors(marks, names, knowledge.extra(), groups_of(knowledge.extra().entities, running))
