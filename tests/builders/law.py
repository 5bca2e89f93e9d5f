"""Small measures, and registers of them with the real words and places."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from affidavit.law.register import Register, register
from affidavit.model.entity import App
from affidavit.model.measure import Measure

APP, OTHER = "alpha", "beta"
"""Two listed apps; both have the operator `acme` unless a test says otherwise."""

UPDATE = "app_store_update"


def schedule(earliest: str, latest: str = "") -> dict[str, Any]:
    """The effect that sets a start, imprecise when `latest` is given."""
    return {"op": "schedule", "start": {"earliest": earliest, "latest": latest or earliest}}


def block(since: str, until: str | None = None) -> dict[str, Any]:
    """The effect of a court order."""
    return {"op": "block", "from": since, "until": until}


def unblock(at: str, *events: str) -> dict[str, Any]:
    """The effect that ends blocks."""
    return {"op": "unblock", "at": at, "of": list(events)}


def forbear(since: str, until: str | None = None) -> dict[str, Any]:
    """The effect of an undertaking not to enforce."""
    return {"op": "forbear", "from": since, "until": until}


def end(at: str, reason: str = "REVOKED", *, via_parent: bool = False) -> dict[str, Any]:
    """The effect that ends a provision."""
    return {"op": "end", "at": at, "reason": reason, "via_parent": via_parent}


INFORM: Mapping[str, Any] = {"op": "inform"}


def event(name: str, public_at: str, effect: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An event about all provisions, unless `more` says otherwise."""
    return {
        "id": name,
        "type": "announcement",
        "applies_to": "all",
        "public_at": public_at,
        "effect": effect,
        "sources": [],
        "confidence": "H",
    } | more


def provision(name: str = "p", kind: str = "prohibition", **more: Any) -> dict[str, Any]:
    """A bar on app stores to deliver updates, unless `more` says otherwise."""
    return {
        "id": name,
        "kind": kind,
        "summary": f"provision {name}",
        "transactions": [UPDATE],
        "actors": ["app_store"],
        "sources": [],
        "confidence": "H",
    } | more


def exemption(name: str, **more: Any) -> dict[str, Any]:
    """An exception; `more` says what it frees."""
    return {"id": name, "summary": f"exception {name}", "sources": [], "confidence": "H"} | more


def measure(name: str, events: Iterable[Mapping[str, Any]], **more: Any) -> Measure:
    """A measure of the US about `alpha` with one provision `p`, unless `more` says otherwise."""
    document = {
        "source": "test",
        "licence": "test",
        "id": name,
        "title": f"measure {name}",
        "jurisdiction": "US",
        "instrument": "statute",
        "authority": [],
        "recorded_at": "2000-01-01",
        "targets": {"apps": [APP], "operators": ["acme"]},
        "provisions": [provision()],
        "events": list(events),
    }
    return msgspec.convert(document | more, Measure)


def app(*operators: Mapping[str, Any]) -> App:
    """A listed app; without operators it is run by `acme` for ever."""
    return msgspec.convert({"names": ["Alpha"], "operators": operators or [{"operator": "acme"}]}, App)


def register_of(*measures: Measure, apps: Mapping[str, App] | None = None) -> Register:
    """A register of some measures, with the real vocabulary and jurisdictions."""
    return with_measures(measures, apps or {APP: app(), OTHER: app()})


def with_measures(measures: Iterable[Measure], apps: Mapping[str, App] | None = None) -> Register:
    """The real register with other measures in it, and other apps when they are given."""
    real = whole()
    return Register(
        measures,
        vocabulary=real.vocabulary,
        jurisdictions=real.jurisdictions,
        apps=real.apps if apps is None else apps,
        organisations=real.organisations,
        sources=real.sources,
    )


@cache
def whole() -> Register:
    """The real register."""
    return register()
