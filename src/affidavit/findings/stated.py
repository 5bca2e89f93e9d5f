"""Looks features up that facts answer: what the manifest says, what was found in entries, signatures and libraries."""

import fnmatch
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from affidavit.findings.features import SHOWN, Feature, Hits, Mask
from affidavit.findings.schema import (
    ApplicationQuery,
    ComponentQuery,
    Definition,
    EndpointQuery,
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
from affidavit.model.identity import Application, Framework, NetworkSecurity, Package
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
    """The facts of a review by their type, and permissions by name."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_type: dict[type, list[Fact]] = {}
        for fact in facts:
            self._by_type.setdefault(type(fact.what), []).append(fact)

    def of(self, kind: type) -> Sequence[Fact]:
        """Facts about one type of subject, in the order given."""
        return self._by_type.get(kind, ())

    def hits(self, feature: Feature) -> Hits:
        """Everything that answers one feature of facts."""
        kind, test = _FINDERS[feature.kind]
        return _hits([fact for fact in self.of(kind) if test(fact, feature.arg)])


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
    needs = {what.permission, what.read_permission, what.write_permission} - {""}
    return (
        ask.form in ("", what.form)
        and _agrees(ask.exported, what.exported)
        and _agrees(ask.enabled, what.enabled)
        and _agrees(ask.guarded, bool(needs))
        and (not ask.permission or ask.permission in needs)
        and _agrees(ask.grants, what.grant_uri_permissions or bool(what.grants))
        and (not ask.foreground or ask.foreground in what.foreground_types)
        and _filters(what, ask)
    )


def _filters(what: Component, ask: ComponentQuery) -> bool:
    """Whether some intent filters of a component are as asked."""
    filters = what.filters
    return (
        (not ask.action or any(ask.action in item.actions for item in filters))
        and (not ask.category or any(ask.category in item.categories for item in filters))
        and _agrees(ask.launcher, any(_LAUNCHER in item.categories for item in filters))
        and _agrees(ask.verified, any(item.auto_verify for item in filters))
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


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


def _entry(fact: Fact, pattern: str) -> bool:
    """Whether the name of an entry, inside its own container, fits a glob."""
    return _glob(pattern).match(fact.place.entry.rpartition("!/")[2]) is not None


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


def _intent_action(fact: Fact, action: str) -> bool:
    what: Component = fact.what  # type: ignore[assignment]
    return any(action in item.actions for item in what.filters)


def _attribute(name: str) -> Callable[[Fact, str], bool]:
    """A test that one attribute of the subject equals the argument, or holds it."""

    def test(fact: Fact, arg: str) -> bool:
        value = getattr(fact.what, name)
        return arg in value if isinstance(value, tuple) else bool(arg == value)

    return test


_FINDERS: dict[str, tuple[type, Callable[..., bool]]] = {
    "permission": (Permission, _attribute("name")),
    "defines_permission": (PermissionDefinition, _defines),
    "component": (Component, _component),
    "intent_action": (Component, _intent_action),
    "meta_data": (MetaData, _meta),
    "query": (Query, _query),
    "uses_feature": (UsesFeature, _attribute("name")),
    "application": (Application, _application),
    "package": (Package, _package),
    "network_security": (NetworkSecurity, _network),
    "endpoint": (Endpoint, _endpoint),
    "library": (Library, _library),
    "native_import": (NativeLibrary, _attribute("notable_imports")),
    "entry": (EntryFact, _entry),
    "notable": (NotableCode, _notable),
    "signing": (SigningBlock, _attribute("scheme")),
    "sdk": (Package, _sdk),
    "framework": (Framework, _attribute("name")),
}
