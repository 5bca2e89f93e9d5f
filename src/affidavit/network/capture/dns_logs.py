"""Logs of name servers and filters: BIND's queries, dnsmasq and Pi-hole, AdGuard Home, Route 53, and tables in CSV.

Sources: BIND 9 Administrator Reference Manual, "Query Logging"; dnsmasq(8), ``--log-queries``; AdGuard Home's
``querylog.json``; Amazon Route 53, "Values that appear in Resolver query logs".
"""

import base64
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from affidavit.network.capture.csv_rows import names_of, rows
from affidavit.network.capture.events import Answer, Event, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import LONGEST_HOST, MOST_ANSWERS, address_of, seconds, whole, written
from affidavit.network.capture.source import Source
from affidavit.network.names import dns

_BIND: Final = re.compile(
    rb"(?:(\d\d-[A-Z][a-z]{2}-\d{4} [0-9:.]{8,15}|\d{4}-\d\d-\d\dT[0-9:.]+Z?) )?.{0,100}?client (?:@0x[0-9a-f]+ )?"
    rb"([0-9A-Fa-f.:]{2,45})#\d+.{0,600}?: query: (\S{1,1024}) [A-Z]+ ([A-Z0-9]+)"
)
_TITLES: Final = (
    {"domain", "query", "qname", "query_name", "name", "question", "hostname", "dns.question.name"},
    {"client_ip", "client", "srcaddr", "source", "src_ip", "client_address", "device_local_ip", "internal ip"},
    {"timestamp", "time", "ts", "date", "datetime", "query_timestamp", "@timestamp"},
    {"answer", "answers", "response", "rdata", "resolved_ip"},
)
"""What tables call the name, the client, the time and the answer."""
_KINDS: Final = {"type", "query_type", "qtype", "record_type", "query type", "dns.question.type"}
_MILLISECONDS: Final = 10**11
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def bind_form(head: bytes) -> str:
    """``bind-dns`` when one of the first lines is a query as BIND logs it."""
    return "bind-dns" if any(_BIND.match(line) for line in head.split(b"\n")[:20]) else ""


def json_form(head: bytes) -> str:
    """``adguard-dns`` or ``route53-dns`` when the first line is of such a log."""
    line = head.partition(b"\n")[0]
    if line[:1] == b"{" and b'"QH":' in line and b'"QT":' in line:
        return "adguard-dns"
    return "route53-dns" if line[:1] == b"{" and b'"query_name":' in line and b'"srcaddr":' in line else ""


def table_form(head: bytes) -> str:
    """``dns-csv`` when the names are those of a table of questions."""
    names = set(names_of(head))
    return "dns-csv" if names & _TITLES[0] and names & _TITLES[2] and names & (_KINDS | _TITLES[1]) else ""


def read_bind(source: Source) -> Iterator[Event]:
    """The questions in a log of BIND; lines about other things are passed over."""
    for at, line in source.lines():
        match = _BIND.match(line)
        if match is not None:
            moment, client, name, _ = ((group or b"").decode("ascii", "replace") for group in match.groups())
            yield Answer(Where(at, "line"), _moment(moment), address_of(client), name[:LONGEST_HOST])


def _moment(text: str) -> int:
    """A time without a zone is taken as UTC."""
    if "T" in text:
        return written(text)
    day, _, clock = text.partition(" ")
    date, _, year = day.rpartition("-")
    number, _, month = date.partition("-")
    return written(f"{year}-{_MONTHS.index(month) + 1:02}-{number}T{clock}") if month in _MONTHS else -1


def read_json(source: Source) -> Iterator[Event]:
    """Questions and answers, one in each line."""
    faults = Faults()
    for at, line in source.lines():
        try:
            row = msgspec.json.decode(line)
            yield _adguard(row, Where(at, "line")) if "QH" in row else _route53(row, Where(at, "line"))
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            faults.add("capture/damaged", "lines are no record of the log", at)
    yield from faults.unread()


def _adguard(row: dict[str, Any], where: Where) -> Answer:
    """The answer is a DNS message in base64."""
    host = row["QH"][:LONGEST_HOST]
    found = dns.message(base64.b64decode(row.get("Answer") or ""))
    records = found.records[:MOST_ANSWERS] if found is not None else ()
    chain = tuple((record.value, record.ttl) for record in records if record.kind == dns.CNAME)
    addresses = tuple((record.value, record.ttl) for record in records if record.kind in {dns.A, dns.AAAA})
    return Answer(where, written(row.get("T")), address_of(row.get("IP")), host, "", chain, addresses)


def _route53(row: dict[str, Any], where: Where) -> Answer:
    chain, addresses = [], []
    for answer in (row.get("answers") or [])[:MOST_ANSWERS]:
        value = answer["Rdata"]
        if answer["Type"] == "CNAME":
            chain.append((value[:LONGEST_HOST], -1))
        elif address := address_of(value):
            addresses.append((address, -1))
    name, at = row["query_name"][:LONGEST_HOST], written(row.get("query_timestamp"))
    return Answer(where, at, address_of(row.get("srcaddr")), name, "", tuple(chain), tuple(addresses))


def read_table(source: Source) -> Iterator[Event]:
    """Questions, with an answer where the table has one."""
    faults = Faults()
    for at, row in rows(source, faults):
        name, client, moment, answer = (next((row[key] for key in row if key in titles), "") for titles in _TITLES)
        if not name.strip():
            faults.add("capture/damaged", "rows name no host", at)
            continue
        found = [address for text in re.split(r"[\s;,|]+", answer)[:MOST_ANSWERS] if (address := address_of(text))]
        yield Answer(
            Where(at, "line"), _any(moment.strip()), address_of(client.strip()), name.strip()[:LONGEST_HOST],
            addresses=tuple((address, -1) for address in found),
        )  # fmt: skip
    yield from faults.unread()


def _any(text: str) -> int:
    """A time in seconds or milliseconds since 1970, or as ISO 8601 writes it."""
    if text.isdigit() and whole(text) > _MILLISECONDS:
        return whole(text) * 1_000
    return seconds(text) if text.replace(".", "", 1).isdigit() else written(text)
