"""Looks features up that facts answer: what the manifest says, what was found in entries, signatures and libraries."""

import operator
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from affidavit.findings import stated_signing
from affidavit.findings.features import SHOWN, Feature, Hits, Mask
from affidavit.findings.globs import fits, literal_start
from affidavit.findings.schema import (
    ApplicationQuery,
    ComponentQuery,
    Definition,
    EndpointQuery,
    FlowQuery,
    LibraryQuery,
    MetaQuery,
    NetworkQuery,
    NotableQuery,
    PackageQuery,
    QueryQuery,
    SdkQuery,
)
from affidavit.model.code import NotableCode
from affidavit.model.declared import Component, MetaData, Permission, PermissionDefinition, Query
from affidavit.model.declared import Feature as UsesFeature
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow
from affidavit.model.identity import Application, Framework, NetworkSecurity, Package, Packer
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place
from affidavit.model.signing import SigningBlock

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
COMPARISON = re.compile(r"(<=|>=|==|<|>)(\d{1,3})")
"""A comparison with an API level."""

_LAUNCHER = "android.intent.category.LAUNCHER"


class FactIndex:
    """The facts of a review by their type, and where rules ask for a name or an entry, by that."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_type: dict[type, list[Fact]] = {}
        self._by_name: dict[str, dict[str, list[Fact]]] = {}
        for fact in facts:
            self._by_type.setdefault(type(fact.what), []).append(fact)

    def of(self, kind: type) -> Sequence[Fact]:
        """Facts about one type of subject, in the order given."""
        return self._by_type.get(kind, ())

    def hits(self, feature: Feature) -> Hits:
        """Everything that answers one feature of facts."""
        if feature.kind == "entry":
            return _hits(self._entries(str(feature.arg)))
        if feature.kind in _NAMES:
            return _hits(self._named(feature.kind).get(str(feature.arg), []))
        kind, test = _FINDERS[feature.kind]
        return _hits([fact for fact in self.of(kind) if test(fact, feature.arg)])

    def _named(self, feature: str) -> dict[str, list[Fact]]:
        """Facts by each name that a feature of this kind asks for."""
        if feature not in self._by_name:
            kind, names = _NAMES[feature]
            found = self._by_name[feature] = {}
            for fact in self.of(kind):
                for name in dict.fromkeys(names(fact.what)):
                    found.setdefault(name, []).append(fact)
        return self._by_name[feature]

    def _entries(self, pattern: str) -> list[Fact]:
        """Entries whose name, inside their own container, fits a glob: only those that begin as it does are tried."""
        names, numbers = self._entry_names
        start = literal_start(pattern)
        found = []
        for at in range(bisect_left(names, start), len(names)):
            if not names[at].startswith(start):
                break
            if fits(names[at], pattern):
                found.append(numbers[at])
        facts = self.of(EntryFact)
        return [facts[number] for number in sorted(found)]

    @cached_property
    def _entry_names(self) -> tuple[list[str], list[int]]:
        """Names of entries inside their own container, sorted, and the number of each one's fact."""
        names = [fact.place.entry.rpartition("!/")[2] for fact in self.of(EntryFact)]
        order = sorted(range(len(names)), key=names.__getitem__)
        return [names[number] for number in order], order


def _hits(facts: list[Fact]) -> Hits:
    """Hits of facts; a fact about code carries its further places."""
    if not facts:
        return Hits()

    def places(_within: Mask | None) -> tuple[Place, ...]:
        found = (place for fact in facts for place in (fact.place, *_further(fact)))
        return tuple(place for place, _ in zip(dict.fromkeys(found), range(SHOWN), strict=False))

    def classes(_within: Mask | None) -> Mapping[str, int]:
        return Counter(name for fact in facts for name in _class_names(fact))

    return Hits(len(facts), tuple(fact.id for fact in facts[:SHOWN]), None, places, classes)


def _further(fact: Fact) -> tuple[Place, ...]:
    return fact.what.used_by if isinstance(fact.what, Endpoint) else ()


def _class_names(fact: Fact) -> Iterable[str]:
    """Descriptors of the classes that a fact is about, for attribution."""
    what = fact.what
    if isinstance(what, Component):
        return (f"L{(what.target or what.name).replace('.', '/')};",)
    if isinstance(what, Endpoint):
        return tuple(place.class_ for place in what.used_by if place.class_)
    return (fact.place.class_,) if fact.place.class_ else ()


def _agrees(asked: bool | None, is_so: bool) -> bool:
    """Whether a condition that may be absent holds."""
    return asked is None or asked == is_so


def _component(fact: Fact, ask: ComponentQuery) -> bool:
    what: Component = fact.what  # type: ignore[assignment]
    return (
        ask.form in ("", what.form)
        and _agrees(ask.exported, what.exported)
        and _agrees(ask.enabled, what.enabled)
        and _agrees(ask.grants, what.grant_uri_permissions or bool(what.grants))
        and (not ask.foreground or ask.foreground in what.foreground_types)
        and _needs(what, ask)
        and _filters(what, ask)
    )


def _needs(what: Component, ask: ComponentQuery) -> bool:
    """Whether the permissions that callers of a component need are as asked."""
    needs = {what.permission, what.read_permission, what.write_permission} - {""}
    return _agrees(ask.guarded, bool(needs)) and (not ask.permission or ask.permission in needs)


def _filters(what: Component, ask: ComponentQuery) -> bool:
    """Whether some intent filters of a component are as asked."""
    filters = what.filters
    return (
        (not ask.action or any(ask.action in item.actions for item in filters))
        and (not ask.category or any(ask.category in item.categories for item in filters))
        and (ask.launcher is None or ask.launcher == any(_LAUNCHER in item.categories for item in filters))
        and (ask.verified is None or ask.verified == any(item.auto_verify for item in filters))
        and (not ask.scheme or any(data.startswith(ask.scheme) for item in filters for data in item.data))
    )


def _application(fact: Fact, ask: ApplicationQuery) -> bool:
    what: Application = fact.what  # type: ignore[assignment]
    return (
        _agrees(ask.debuggable, what.debuggable)
        and _agrees(ask.test_only, what.test_only)
        and _agrees(ask.allow_backup, what.allow_backup)
        and _agrees(ask.cleartext, what.cleartext)
        and _agrees(ask.legacy_storage, what.legacy_storage)
        and _agrees(ask.configured, bool(what.network_security_config))
        and _agrees(ask.scoped_backup, bool(what.full_backup_content or what.data_extraction_rules))
        and (not ask.stated or ask.stated in what.stated)
    )


def _network(fact: Fact, ask: NetworkQuery) -> bool:
    what: NetworkSecurity = fact.what  # type: ignore[assignment]
    return (
        ask.scope in ("", what.scope)
        and _agrees(ask.cleartext, what.cleartext)
        and (not ask.trusts or ask.trusts in what.trusts)
        and _agrees(ask.pinned, bool(what.pins))
        and _agrees(ask.expires, bool(what.pin_expiration))
    )


def _endpoint(fact: Fact, ask: EndpointQuery) -> bool:
    what: Endpoint = fact.what  # type: ignore[assignment]
    return (
        ask.form in ("", what.form)
        and ask.role in ("", what.role)
        and ask.source in ("", what.source)
        and what.value.lower().startswith(ask.prefix)
    )


def _library(fact: Fact, ask: LibraryQuery) -> bool:
    what: Library = fact.what  # type: ignore[assignment]
    return ask.id in ("", what.id) and ask.purpose in ("", what.purpose) and _agrees(ask.tracker, what.tracker)


def _meta(fact: Fact, ask: str | MetaQuery) -> bool:
    what: MetaData = fact.what  # type: ignore[assignment]
    if isinstance(ask, str):
        return what.name == ask
    return what.name == ask.name and ask.value in ("", what.value)


def _sdk(fact: Fact, ask: SdkQuery) -> bool:
    """Comparisons under Android's defaults: no minimum means 1, no target means the minimum."""
    what: Package = fact.what  # type: ignore[assignment]
    least = max(what.min_sdk, 1)
    target = what.target_sdk if what.target_sdk > 0 else least
    return _compares(least, ask.min) and _compares(target, ask.target)


def _compares(level: int, comparison: str) -> bool:
    found = COMPARISON.fullmatch(comparison)
    return not comparison or (found is not None and _COMPARE[found[1]](level, int(found[2])))


def _query(fact: Fact, ask: QueryQuery) -> bool:
    what: Query = fact.what  # type: ignore[assignment]
    return ask.form in ("", what.form) and ask.contains in what.value


def _notable(fact: Fact, ask: NotableQuery) -> bool:
    what: NotableCode = fact.what  # type: ignore[assignment]
    return ask.form == what.form and ask.contains in what.text


def _defines(fact: Fact, ask: Definition) -> bool:
    what: PermissionDefinition = fact.what  # type: ignore[assignment]
    return (what.protection or "normal").startswith(ask.protection)


def _package(fact: Fact, ask: PackageQuery) -> bool:
    what: Package = fact.what  # type: ignore[assignment]
    return bool(what.shared_user) == ask.shared_user


def _flow(fact: Fact, ask: FlowQuery) -> bool:
    what: Flow = fact.what  # type: ignore[assignment]
    return (
        not what.implicit
        and what.verdict != "refuted"
        and ask.category == what.category
        and (not ask.sinks or what.sink_kind in ask.sinks)
        and ask.source in ("", what.source)
    )


_FINDERS: dict[str, tuple[type, Callable[..., bool]]] = {
    "defines_permission": (PermissionDefinition, _defines),
    "component": (Component, _component),
    "meta_data": (MetaData, _meta),
    "query": (Query, _query),
    "application": (Application, _application),
    "package": (Package, _package),
    "network_security": (NetworkSecurity, _network),
    "endpoint": (Endpoint, _endpoint),
    "library": (Library, _library),
    "notable": (NotableCode, _notable),
    "sdk": (Package, _sdk),
    "flow": (Flow, _flow),
    **stated_signing.FINDERS,
}

_NAMES: dict[str, tuple[type, Callable[[Any], Iterable[str]]]] = {
    "permission": (Permission, lambda what: (what.name,)),
    "intent_action": (Component, lambda what: (action for item in what.filters for action in item.actions)),
    "uses_feature": (UsesFeature, lambda what: (what.name,)),
    "native_import": (NativeLibrary, lambda what: what.notable_imports),
    "signing": (SigningBlock, lambda what: (what.scheme,)),
    "framework": (Framework, lambda what: (what.name,)),
    "packer": (Packer, lambda what: ("any", what.name)),
}
"""Features that ask for a name: which facts carry names, and which names one carries."""
