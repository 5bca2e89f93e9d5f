"""Endpoints as people look at them: by host, the ones taken for real first."""

from collections.abc import Iterable

from msgspec import Struct

from affidavit.model.endpoint import Endpoint
from affidavit.model.place import Place

_EXAMPLES = 5
_NOT_A_HOST = {"email": "e-mail addresses", "deep-link-host": "links that open the app"}


class Host(Struct, frozen=True):
    """One host with what names it.

    Attributes:
        name: the host; for an e-mail address or a value without host, the value.
        values: the first distinct values in canonical order; `total` counts all of them.
        sources: where they were read (``code``, ``asset`` ...), sorted.
        used_by: the first place in code that loads one of them, if the code shows it.
        cleartext: whether one of the values is an unencrypted ``http:`` or ``ws:`` URL.
    """

    name: str
    values: tuple[str, ...]
    total: int
    sources: tuple[str, ...]
    used_by: Place | None
    cleartext: bool


def by_host(endpoints: Iterable[Endpoint], role: str = "endpoint") -> list[Host]:
    """Endpoints of one role by host, sorted from the domain downwards so that one owner's hosts stand together.

    The host of an e-mail address or of a link that opens the app is no address to connect to: see `role_of`.
    """
    groups: dict[str, list[Endpoint]] = {}
    for item in endpoints:
        if role_of(item) == role:
            groups.setdefault(item.host or item.value, []).append(item)
    return [_host(name, groups[name]) for name in sorted(groups, key=lambda name: (name.split(".")[::-1], name))]


def aside_by_role(endpoints: Iterable[Endpoint]) -> list[tuple[str, list[Host]]]:
    """What was set aside, by the reason why."""
    known = list(endpoints)
    return [(role, by_host(known, role)) for role in sorted({role_of(item) for item in known} - {"endpoint"})]


def role_of(item: Endpoint) -> str:
    """Its role; for what is taken for real but names nothing to connect to, what it is instead."""
    return _NOT_A_HOST.get(item.form, item.role) if item.role == "endpoint" else item.role


def _host(name: str, items: list[Endpoint]) -> Host:
    """Fold the endpoints of one host."""
    values = sorted({item.value for item in items})
    places = sorted(place for item in items for place in item.used_by)
    return Host(
        name=name,
        values=tuple(values[:_EXAMPLES]),
        total=len(values),
        sources=tuple(sorted({item.source for item in items})),
        used_by=places[0] if places else None,
        cleartext=any(value.lower().startswith(("http://", "ws://")) for value in values),
    )
