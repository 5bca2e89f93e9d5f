"""A small register as files: two measures, one resting on the other, with one of everything; nothing wrong in it."""

from pathlib import Path
from typing import Any

import yaml

from affidavit.model.determination import Outcome

ORIGIN = {"source": "built for a test", "licence": "own work"}
CHILD = "measures/us/list.yaml"
PARENT = "measures/us/order.yaml"
WORDS = "law/vocabulary.yaml"
PLACES = "jurisdictions/known.yaml"
SHARED = "sources/shared.yaml"
APPS = "entities/apps.yaml"
ROLES = "roles/known.yaml"
CRITERIA = "criteria/order.yaml"

Files = dict[str, Any]
"""Path below the knowledge folder -> document, or the bytes of the file."""


class _Plain(yaml.SafeDumper):
    """Writes every part out, as a person would."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def write_register(folder: Path, files: Files) -> Path:
    """Write the files below a folder, and give the folder."""
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = document if isinstance(document, bytes) else yaml.dump(document, Dumper=_Plain, sort_keys=False).encode()
        path.write_bytes(text)
    return folder


def small_register() -> Files:
    """The files, made anew each time, so that a test may change them."""
    mark = {"value": "org.example.app", "source": "its store page", "confidence": "M"}
    return {
        PARENT: parent(),
        CHILD: child(),
        WORDS: vocabulary(),
        PLACES: {**ORIGIN, "jurisdictions": places()},
        SHARED: {**ORIGIN, "sources": {"ORDER": {"seen": "full", "cite": "the order"}, "MEM": {"seen": "memory"}}},
        APPS: {**ORIGIN, "apps": apps(), "organisations": makers(), "marks": {"chat": {"packages": [mark]}}},
        ROLES: {**ORIGIN, **roles()},
        CRITERIA: {**ORIGIN, "document": "ORDER", "items": [{"id": "CRIT-1", "about": "who has the data"}]},
    }


def places() -> dict[str, Any]:
    return {
        "US": {"name": "United States", "level": "national", "timezone": "America/New_York"},
        "US-MT": {"name": "Montana", "level": "subnational", "timezone": "America/Denver", "parent": "US"},
    }


def apps() -> dict[str, Any]:
    operators = [{"operator": "maker"}, {"operator": "maker", "from": "2022-01-01", "in": "US", "sources": ["ORDER"]}]
    return {
        "chat": {"names": ["Chat"], "operators": operators},
        "clip": {"names": ["Clip"], "operators": [{"operator": "maker"}]},
    }


def makers() -> dict[str, Any]:
    return {"maker": {"name": "Maker", "formed": "2001-05-01", "confidence": "M"}}


def roles() -> dict[str, Any]:
    """Who has to act in words of a measure's own, and the acts for which a role would look for an exception."""
    return {
        "holders": {"the agency": {"name": "The agency", "roles": ["any_person"]}},
        "acts": {"app_store": ["pay_wages"]},
    }


def vocabulary() -> dict[str, Any]:
    outcomes = [str(item) for item in Outcome]
    return {
        **ORIGIN,
        "transactions": {
            "app_store_update": {"title": "deliver updates", "meaning": "updates through a store"},
            "pay_wages": {"title": "pay wages", "meaning": "wages of staff"},
        },
        "actors": {
            "app_store": {"title": "app store", "party": "business", "within": ["any_person"]},
            "any_person": {"title": "any person"},
        },
        "instruments": ["executive_order", "agency_identification"],
        "event_types": ["issued", "identified", "injunction_granted", "set_aside", "revoked", "non_enforcement",
                        "deadline_extended", "deadline_met", "announcement", "correction"],
        "context": {"purpose": ["law_enforcement", "security_research"]},
        "precedence": outcomes,
        "outcomes": {name: {"title": name, "duty": "see it", "meaning": "what it says"} for name in outcomes},
    }  # fmt: skip


def parent() -> dict[str, Any]:
    """An order: a power, a deadline of 45 days that is extended, and its revocation."""
    return {
        **ORIGIN,
        "id": "us-order",
        "title": "An order",
        "jurisdiction": "US",
        "instrument": "executive_order",
        "authority": ["an act"],
        "recorded_at": "2026-11-21",
        "dates": {"signed": "2020-08-06"},
        "targets": {"apps": ["chat"], "operators": ["maker"]},
        "provisions": [
            fact("order/power", kind="enabling", summary="Lets it act.", transactions=["app_store_update"],
                 actors=["any_person"]),
            fact("order/list", kind="deadline", summary="Make a list.", duty_holder="the agency", due="2020-09-20",
                 computed_from={"base": "2020-08-06", "days": 45}),
        ],
        "events": [
            event("o-1", "issued", "2020-08-06", {"op": "schedule", "start": start("2020-08-06")}),
            event("o-2", "deadline_extended", "2020-09-01", {"op": "deadline", "due": "2020-10-01"}, ["order/list"]),
            event("o-3", "revoked", "2021-06-09", {"op": "end", "at": "2021-06-09", "reason": "REVOKED"}),
        ],
        "criteria": "order",
    }  # fmt: skip


def child() -> dict[str, Any]:
    """A list under the order: a bar that a court blocks and unblocks, not enforced for a time, and its parent's end."""
    court = {"op": "block", "from": "2020-09-27"}
    mercy = {"op": "forbear", "from": "2020-11-01", "until": "2020-12-01T23:59:00-05:00",
             "computed_from": {"base": "2020-11-01", "days": 30}}  # fmt: skip
    gone = {"op": "end", "at": "2021-06-09", "reason": "REVOKED", "via_parent": True}
    counted = {**start("2020-09-20"), "computed_from": {"base": "2020-08-06", "days": 45}}
    return {
        **ORIGIN,
        "id": "us-list",
        "title": "A list",
        "jurisdiction": "US",
        "instrument": "agency_identification",
        "authority": ["An order"],
        "recorded_at": "2026-11-21",
        "depends_on": ["us-order"],
        "dates": {"order_signed": "2020-08-06"},
        "targets": {"apps": ["chat"]},
        "provisions": [
            fact("list-1", kind="prohibition", summary="No updates.", transactions=["app_store_update"],
                 actors=["app_store"], sources=["DOCKET"]),
            fact("list-2", kind="duty", summary="Tell users.", due="promptly", unverified=["its wording"],
                 sources=["MEM"], confidence="M", weaker={"due": "L"}),
        ],
        "exceptions": [fact("list-x", summary="Wages.", transactions=["pay_wages"], provisions=["list-1"])],
        "conditions": [fact("list-c", summary="A sale.", test="event", due="2020-11-12")],
        "proceedings": [{"id": "court-1", "court": "A court", "case": "A v. B", "sources": ["DOCKET"]}],
        "events": [
            event("l-1", "identified", "2020-09-18", {"op": "schedule", "start": counted}),
            {**event("l-2", "injunction_granted", "2020-09-27", court, ["list-1"]), "proceeding": "court-1"},
            event("l-3", "set_aside", "2020-10-05", {"op": "unblock", "at": "2020-10-05", "of": ["l-2"]}, ["list-1"]),
            {**event("l-4", "non_enforcement", "2020-11-01", mercy, ["list-1"]), "apps": ["chat"]},
            {**event("l-5", "correction", "2020-11-02", mercy, ["list-1"]), "replaces": ["l-4"]},
            {**event("l-6", "revoked", "2021-06-09", gone), "by": "us-order"},
        ],
        "open_questions": [{"text": "Who is bound?", "provisions": ["list-1", "list-x"], "from": "2020-09-20"}],
        "sources": {"DOCKET": {"seen": "excerpt", "cite": "the docket"}},
    }  # fmt: skip


def fact(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "sources": ["ORDER"], "confidence": "H", **fields}


def start(day: str) -> dict[str, str]:
    return {"earliest": day, "latest": day}


def event(name: str, kind: str, public: str, effect: Any, about: Any = "all") -> dict[str, Any]:
    return {**fact(name), "type": kind, "applies_to": about, "public_at": public, "effect": effect}
