"""One row of a table, compared: what each column shows by its role and the kind of the table."""

import re
from typing import Final

from affidavit.model.network import Strength
from affidavit.model.screening import Tie
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.columns import kind_named, lacking, role_of
from affidavit.network.screen.days import UNDATED, Span, day_in
from affidavit.network.screen.names import fingerprint_of, number_of, package_of
from affidavit.network.screen.tables import Row

_PAGE: Final = 512
"""Characters of the address of a page that are looked at."""
_COLUMNS: Final = 500
"""Different columns that are kept in mind."""
ASKER: Final = "a request under this name came and nothing went back: whoever asks chooses the name"
_OTHER_SIGNER: Final = "the certificate in the record is none that the register has: another app may bear the name"
_ITS_SIGNER: Final = "the certificate in the record is one that the register has for the app"
_NO_NUMBER: Final = "what stands where an AS number is expected is none, and was not compared"
_ROUTE_SERVER: Final = "by a route server: that alone is no arrangement with the network on the other side"
VISITOR: Final = "a listed app's page is only where a visitor came from"
POINTS: Final = "somebody else's name points to the app's; nothing of the app is served under it"
_ORIGIN: Final = "the origin is a name of the app: content of the app is fetched from there to be delivered"
_TIES: Final[tuple[Tie, ...]] = ("serves", "customer", "peers", "pays", "has", "offers")
_BILATERAL: Final = ("bilateral", "direct", "private", "pni", "paid", "transit")
_SUBJECT: Final = re.compile(
    r"(?:^|[,/+])\s*(CN|O|commonName|organizationName)\s*=\s*(\"[^\"]*\"|(?:\\.|[^,/+])*)", re.IGNORECASE
)

ByRole = dict[str, list[tuple[str, str]]]


class Comparer:
    """Compares the rows of one table."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kind = kind_named(account.kind)
        self._roles: dict[str, str] = {}
        self._looks = [(tie, role) for tie in _TIES for role in getattr(self._kind, tie)]

    def row(self, row: Row) -> None:
        """Compare one row."""
        by_role = self._by_role(row)
        self._account.read += 1
        days = self._days(by_role)
        met = False
        for tie, role in self._looks:
            for column, value in by_role.get(role, ()):
                met |= self._value(tie, role, value, Seen(column, row.where, days=days), by_role)
        if not met:
            self._otherwise(row, by_role)

    def _days(self, by_role: ByRole) -> Span:
        """The day of a record that tells what happened; of another kind it is not asked."""
        if not self._kind.dated:
            return UNDATED
        found = (day_in(value) for role in self._kind.dated for _, value in by_role.get(role, ()))
        days = next((span for span in found if span != UNDATED), UNDATED)
        self._account.days.see(days)
        return days

    def close(self) -> None:
        """Say what the table had not."""
        why = lacking(self._kind, self._roles.values())
        if why:
            self._account.lacks.append(why)

    def _by_role(self, row: Row) -> ByRole:
        """Values by what their column is taken for."""
        found: ByRole = {}
        for column, value in row.fields:
            role = self._roles.get(column)
            if role is None:
                role = role_of(column)
                if len(self._roles) < _COLUMNS:
                    self._roles[column] = role
                    self._account.column(column, role)
            if role and value:
                found.setdefault(role, []).append((column, value))
        return found

    def _value(self, tie: Tie, role: str, value: str, seen: Seen, by_role: ByRole) -> bool:
        """Compare one value; whether it tells an app or an operator."""
        if role == "asn":
            return self._network(value, seen, by_role)
        if role in {"package", "bundle"}:
            return self._package(tie, value, seen, by_role)
        if role in {"descriptor", "merchant"}:
            return self._payment(value, seen)
        if role == "subject":
            return self._subject(tie, value, seen)
        if role == "origin":
            seen = seen._replace(caveats=(_ORIGIN,))
        met = self._names(tie, value, seen, by_role if self._account.kind == "access-log" else None)
        if tie == "customer" and not met and role != "domain":
            return self._organisation(tie, value, seen)
        return met

    def _names(self, tie: Tie, value: str, seen: Seen, by_role: ByRole | None = None) -> bool:
        """Hosts in a field; with `by_role` as those of a request, which may have been answered or not."""
        told = self._account.told(value)
        if told and by_role is not None:
            seen = _answered(seen, by_role)
        met = False
        for host, found in told:
            self._account.add(tie, found.selectors, host, seen)
            self._account.aside(found.why, host)
            met |= bool(found.selectors)
        return met

    def _organisation(self, tie: Tie, value: str, seen: Seen) -> bool:
        found = self._account.selectors.organisation(value)
        self._account.add(tie, found.selectors, value.strip(), seen)
        self._account.aside(found.why, value.strip())
        return bool(found.selectors)

    def _network(self, value: str, seen: Seen, by_role: ByRole) -> bool:
        """A session with a network, and how it was made as far as the record says."""
        how = " ".join(text.lower() for _, text in by_role.get("session", ()))
        server = "route" in how or how.strip() in {"rs", "multilateral", "mlp"}
        arranged = "route server" if server else "bilateral" if any(word in how for word in _BILATERAL) else ""
        number = number_of(value)
        if number < 0:
            self._account.aside(_NO_NUMBER, value.strip())
        found = self._account.selectors.network(number)
        said = (_ROUTE_SERVER,) if server else ()
        self._account.add("peers", found, value.strip(), seen._replace(arranged=arranged, caveats=said))
        return bool(found)

    def _package(self, tie: Tie, value: str, seen: Seen, by_role: ByRole) -> bool:
        """A package or bundle id, and what the certificate beside it says."""
        name = package_of(value)
        found = self._account.selectors.package(name)
        digests = [digest for _, text in by_role.get("signer", ()) if (digest := fingerprint_of(text))]
        for item in found.selectors:
            told = seen
            known = self._account.selectors.signers_of(item.app, name)
            if digests and known and not known.isdisjoint(digests):
                told = seen._replace(caveats=(_ITS_SIGNER,))
            elif digests and any(len(digest) == len(digests[0]) for digest in known):
                told = seen._replace(caveats=(_OTHER_SIGNER,), doubted=True)
            self._account.add(tie, (item,), name, told)
        self._account.aside(found.why, name)
        return bool(found.selectors)

    def _payment(self, value: str, seen: Seen) -> bool:
        """A description of a payment or the name of a merchant."""
        found = self._account.selectors.payment(value)
        if found:
            self._account.add("pays", found, value.strip(), seen)
            return True
        return self._organisation("pays-operator", value, seen)

    def _subject(self, tie: Tie, value: str, seen: Seen) -> bool:
        """The subject of a certificate: its common name, and who it says that it is."""
        parts = [(name.lower(), text.strip().strip('"')) for name, text in _SUBJECT.findall(value)]
        names = [text for name, text in parts if name in {"cn", "commonname"}] or ([] if parts else [value])
        met = False
        for text in names:
            met |= self._names(tie, text, seen)
        for text in (text for name, text in parts if name in {"o", "organizationname"}):
            met |= self._organisation("customer", text.replace("\\,", ","), seen)
        return met

    def _otherwise(self, row: Row, by_role: ByRole) -> None:
        """A row that tells no app by itself, though it may name one."""
        for role in self._kind.names:
            for column, value in by_role.get(role, ()):
                self._names("names", value, Seen(column, row.where, Strength.S0, caveats=(POINTS,)))
        for _, value in by_role.get("referer", ()):
            for host, found in self._account.told(value[:_PAGE]):
                self._account.aside(VISITOR if found.selectors else "", host)


def _answered(seen: Seen, by_role: ByRole) -> Seen:
    """A request: it shows service when content went back."""
    status = _number(by_role, "status")
    size = _number(by_role, "bytes")
    if (200 <= status < 400 or status < 0) and size != 0:
        return seen._replace(size=max(size, 0))
    return seen._replace(tier=Strength.S2, caveats=(ASKER,))


def _number(by_role: ByRole, role: str) -> int:
    """The number that a column begins with, 0 for a dash; -1 when there is none."""
    text = by_role.get(role, [("", "")])[0][1].strip()
    if text == "-":
        return 0
    text = text.partition(" ")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
