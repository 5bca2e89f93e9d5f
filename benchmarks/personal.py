"""Personal data in messages: `python -m benchmarks.personal [FIELDS.csv] [HAR ...]`: what is found, and how fast.

FIELDS is the published table of places where recipients have data sent (TrackHAR, ``tracking_request_fields.csv``:
recipient, property, context, path). It names no values, so a request is made up for each row that holds personal data:
a value of the property at the row's path, among fields that say nothing. Each is asked for without a profile (by place,
by the field's name, by the value's form) and with one (by value), and so is its twin, in which a word stands instead.

The speeds are of CPU seconds of one process: of the search for literals alone on bytes as they are, of all that is done
with a message, and of `re` with the same literals, as one alternative and one by one.
"""

import argparse
import csv
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

from affidavit.model.capture import Disclosure
from affidavit.network.capture.events import Message, Where
from affidavit.network.personal.known import category, properties
from affidavit.network.personal.literals import Literals
from affidavit.network.personal.profile import Profile, Value
from affidavit.network.personal.seek import Seeker
from affidavit.network.personal.values import forms

HOSTS = {"adjust": "app.adjust.com", "branch-io": "api2.branch.io", "smartbear": "notify.bugsnag.com"}
"""Hosts of three recipients; the others have one that the table does not say and nobody knows."""
STRANGER = "collect.example.net"
SAMPLES = {
    "uuid": "5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92",
    "imei": "356938035643809",
    "mac": "3c:5a:b4:71:62:e3",
    "email": "jane.planted@example.org",
    "latitude": "52.520008",
    "longitude": "13.404954",
    "ip": "10.20.30.40",
    "text": "Jane's very own device",
    "": "c1d5e8f2a9b04736",
}
KINDS = {"uuid": "uuid", "imei": "imei", "mac": "mac", "email": "email", "latitude": "degrees", "longitude": "degrees"}
_FILLER = "abcdefghijklmnopqrstuvwxyz"


class Row(NamedTuple):
    """One place of the table."""

    recipient: str
    property: str
    context: str
    path: str


def rows(table: Path) -> list[Row]:
    """The places of the table that hold personal data and can be made up."""
    with table.open(encoding="utf-8", newline="") as file:
        found = [Row(row["recipient"], row["property"], row["context"], row["path"]) for row in csv.DictReader(file)]
    places = {"query", "body", "header", "cookie"}
    return [row for row in found if category(row.property) and row.context in places and "$" not in row.path[:1]]


def sample(row: Row) -> str:
    """A value of its property."""
    return SAMPLES.get(properties()[row.property].form, SAMPLES[""])


def request(row: Row, value: str, host: str) -> Message:
    """A request with the value at the place."""
    draw = random.Random(f"{row}")  # noqa: S311 - the same fillers in every run
    filler = {
        "".join(draw.choices(_FILLER, k=5)): "".join(draw.choices(_FILLER, k=draw.randint(3, 30))) for _ in range(6)
    }
    made = Message(Where(-1, "entries/0"), -1, host, "", 443, "POST", f"https://{host}/v1/collect")
    names = row.path.split(".")
    if row.context == "query":
        made.url += "?" + "&".join(f"{name}={quote_plus(text)}" for name, text in {**filler, row.path: value}.items())
    elif row.context == "header":
        made.request = ((row.path, value),)
    elif row.context == "cookie":
        made.request = (("Cookie", "; ".join(f"{name}={text}" for name, text in {**filler, names[-1]: value}.items())),)
    elif any(name.isdigit() for name in names):
        made.sent = wire([int(name) for name in names if name.isdigit()], value.encode())
    else:
        tree: object = value
        for name in reversed(names):
            tree = [tree] if name == "*" else {**filler, name: tree}
        made.sent = json.dumps(tree).encode()
    return made


def wire(numbers: list[int], data: bytes) -> bytes:
    """A protocol buffer with the bytes at the path."""
    for number in reversed(numbers):
        size, tag, out = len(data), number << 3 | 2, bytearray()
        for item in (tag, size):
            left = item
            while left > 0x7F:
                out.append(left & 0x7F | 0x80)
                left >>= 7
            out.append(left)
        data = bytes(out) + data
    return data


def recall(table: Path) -> None:
    """What is found of each property, and what is found where nothing is."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: Counter[str] = Counter()
    nobody = Seeker()
    for row in rows(table):
        value = sample(row)
        kind = KINDS.get(properties()[row.property].form, "other")
        owner = Seeker(Profile((Value(row.property, kind, value),)))
        counts = found[row.property]
        counts["rows"] += 1
        for name, seeker, methods, host in (
            ("place", nobody, {"adapter"}, HOSTS.get(row.recipient, host_of(row.recipient))),
            ("name", nobody, {"key"}, STRANGER),
            ("form", nobody, {"pattern"}, STRANGER),
            ("value", owner, {"known-value"}, STRANGER),
        ):
            properties_told = told(seeker, request(row, value, host), methods)
            counts[name] += bool(properties_told) if name == "form" else row.property in properties_told
            wrong[name] += bool(told(seeker, request(row, "harbour", host), methods))
    total: Counter[str] = Counter()
    print(f"{'property':24}{'rows':>6}{'place':>7}{'name':>7}{'form':>7}{'value':>7}")
    for name, counts in sorted(found.items()):
        total.update(counts)
        print(f"{name:24}" + "".join(f"{counts[key]:{6 if key == 'rows' else 7}}" for key in COLUMNS))
    print(f"{'all':24}" + "".join(f"{total[key]:{6 if key == 'rows' else 7}}" for key in COLUMNS))
    print(f"{'share':30}" + "".join(f"{total[key] / total['rows']:7.1%}" for key in COLUMNS[1:]))
    print(f"{'found in the twins':30}" + "".join(f"{wrong[key]:7}" for key in COLUMNS[1:]))


COLUMNS = ("rows", "place", "name", "form", "value")


def host_of(recipient: str) -> str:
    """A host of a recipient of the knowledge, or nobody's."""
    from affidavit.knowledge import load
    from affidavit.network.personal.known import Adapters

    known = load("personal_adapters", Adapters)["recipients"].recipients.get(recipient)
    return f"api.{known.hosts[0]}" if known else STRANGER


def told(seeker: Seeker, message: Message, methods: set[str]) -> set[str]:
    """Properties that are told by one of the methods."""
    facts = (item.fact for item in seeker.seek(message))
    return {
        fact.property for fact in facts if isinstance(fact, Disclosure) and fact.method in methods and fact.category
    }


def owner() -> Profile:
    """A device with one value of each kind."""
    values = [
        Value("advertisingId", "uuid", "1209d0b9-b959-42e6-b921-aa5d9d08c1af"),
        Value("androidId", "id", "8d2c41f09ab37e65"),
        Value("idfv", "uuid", "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"),
        Value("imei", "imei", "356938035643809"),
        Value("macAddress", "mac", "3c:5a:b4:71:62:e3"),
        Value("phoneNumber", "phone", "+49 151 23456789"),
        Value("email", "email", "jane.planted@example.org"),
        Value("name", "name", "Jane Planted"),
        Value("contactName", "name", "Orla Quinlivan"),
        Value("typedText", "text", "zebra crossing with tea"),
        Value("visitedUrl", "url", "https://news.example.org/2026/some-page"),
        Value("latitude", "degrees", "52.520008", 0),
        Value("longitude", "degrees", "13.404954", 0),
    ]
    return Profile(tuple(values))


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of three runs."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def speed(archives: list[Path]) -> None:
    """Bytes a second of each way."""
    from affidavit.network.capture.har import read
    from affidavit.network.capture.source import Source

    messages: list[Message] = []
    for path in archives:
        with path.open("rb") as file:
            source = Source(file.fileno(), path.name, path.stat().st_size)
            messages += [event for event in read(source) if isinstance(event, Message)]
    sent = b"\n".join(message.url.encode() + b"\n" + (message.sent or b"") for message in messages)
    both = b"\n".join([sent, *(message.received or b"" for message in messages)])
    wanted = [form for value in owner().values for form in forms(value)]
    large = both * max(1, (64 << 20) // len(both))
    small = both * max(1, (1 << 20) // len(both))
    literals = Literals([(form.data, form.caseless) for form in wanted])
    plain = Literals([])
    plain.wanted = literals.wanted
    patterns = [re.compile(re.escape(form.data), re.IGNORECASE if form.caseless else 0) for form in wanted]
    one = re.compile(b"|".join(re.escape(form.data) for form in wanted), re.IGNORECASE)
    owned, nobody = Seeker(owner()), Seeker()
    print(f"\n{len(messages)} messages, {len(sent):,} bytes sent, {len(both):,} with answers; {len(wanted):,} literals")
    for name, data, work in (
        ("literals (Hyperscan)", large, lambda: literals.find(large)),
        ("literals (bytes.find)", small, lambda: plain.find(small)),
        ("re, one by one", small, lambda: [pattern.findall(small) for pattern in patterns]),
        ("re, one alternative", small[: 1 << 18], lambda: one.findall(small[: 1 << 18])),
        ("messages, with a profile", both, lambda: seek(owned, messages)),
        ("messages, without one", sent, lambda: seek(nobody, messages)),
    ):
        print(f"{name:28}{len(data) / seconds(work) / 1e6:10.2f} MB/s")


def seek(seeker: Seeker, messages: list[Message]) -> int:
    """How much is found."""
    return sum(1 for message in messages for _ in seeker.seek(message))


def large_bodies() -> Iterator[tuple[str, Message]]:
    """Bodies of one kind each, of a megabyte."""
    draw = random.Random(5)  # noqa: S311 - the same bytes in every run
    words = " ".join("".join(draw.choices(_FILLER, k=draw.randint(2, 9))) for _ in range(160_000)).encode()
    records = [{"id": number, "name": words[9 * number : 9 * number + 20].decode()} for number in range(20_000)]
    for name, body in (
        ("text", words),
        (
            "JSON, long texts",
            json.dumps([words[at : at + 4_000].decode() for at in range(0, len(words), 4_000)]).encode(),
        ),
        ("JSON, records", json.dumps(records).encode()),
        ("noise", draw.randbytes(1 << 20)),
    ):
        yield name, Message(Where(-1, "entries/0"), -1, STRANGER, "", 443, "POST", "https://x/", sent=body)


def main() -> None:
    """Print what is found, then the speeds."""
    data = Path(__file__).parents[2] / "shared" / "data" / "net"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.personal", description=__doc__)
    parser.add_argument("fields", nargs="?", type=Path, default=data / "tracking_request_fields.csv")
    parser.add_argument("archives", nargs="*", type=Path, default=sorted((data / "reporthar").glob("*.har")))
    options = parser.parse_args()
    recall(options.fields)
    speed(options.archives)
    owned = Seeker(owner())
    for name, message in large_bodies():
        spent = seconds(partial(seek, owned, [message]))
        print(f"{name:28}{len(message.sent or b'') / spent / 1e6:10.2f} MB/s")


if __name__ == "__main__":
    main()
