"""Members of an internet exchange in the IX-F Member Export Schema: who has a port, and whether by a route server."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from affidavit.network.screen.account import Account
from affidavit.network.screen.tables import Row

_MOST: Final = 1_000


def is_exchange(found: Any) -> bool:
    """Whether a document is such an export."""
    return isinstance(found, dict) and isinstance(found.get("member_list"), list)


def member_rows(found: Mapping[str, Any], account: Account) -> Iterator[Row]:
    """One row for each member."""
    for number, member in enumerate(found["member_list"]):
        if isinstance(member, dict):
            fields = [("asnum", str(member.get("asnum", ""))), ("name", str(member.get("name", "")))]
            yield Row(f"member_list[{number}]", [*fields, ("session", _session(member))])
        else:
            account.unread("damaged", "a member of the exchange is no object", f"member_list[{number}]")


def _session(member: Mapping[str, Any]) -> str:
    """How the member's addresses are reached: a route server makes no arrangement between two members."""
    served = [
        bool(family.get("routeserver"))
        for connection in _dicts(member.get("connection_list"))
        for network in _dicts(connection.get("vlan_list"))
        for family in (network.get("ipv4"), network.get("ipv6"))
        if isinstance(family, dict)
    ]
    return "route server" if any(served) else "port"


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value[:_MOST] if isinstance(item, dict)] if isinstance(value, list) else []
