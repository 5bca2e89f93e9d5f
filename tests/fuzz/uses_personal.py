"""What is done with a message in which personal data is looked for, and with a profile."""

from functools import cache

from affidavit.network.capture.events import Message, Where
from affidavit.network.personal.decode import DEPTH, MOST, ROOM, Decoded
from affidavit.network.personal.profile import read_profile
from affidavit.network.personal.roots import roots
from affidavit.network.personal.seek import Seeker
from affidavit.network.personal.values import forms
from tests.builders.planted import CODES, PLACES, coded

PROFILE = b"""
identifiers: {advertising-id: 1209d0b9-b959-42e6-b921-aa5d9d08c1af, android-id: 8d2c41f09ab37e65}
phone: "+49 151 23456789"
location: {lat: 52.520008, lon: 13.404954}
"""
KINDS = ("", "application/x-www-form-urlencoded", "multipart/form-data; boundary=zz", "application/json")
CODINGS = ("", "gzip", "br", "zstd", "deflate")


@cache
def _seeker() -> Seeker:
    return Seeker(read_profile(PROFILE))


def message(data: bytes) -> None:
    """The body of a request; its first byte says which kind and coding its headers declare."""
    first, body = data[:1] or b"\0", data[1:]
    kind, coding = KINDS[first[0] % len(KINDS)], CODINGS[first[0] // 16 % len(CODINGS)]
    url = f"https://api2.branch.io/{body[:40].decode('latin-1')}?{body[40:90].decode('latin-1')}"
    headers = (("Content-Type", kind), ("Content-Encoding", coding), ("Cookie", body[:200].decode("latin-1")))
    made = Message(Where(-1, "entries/0"), -1, "api2.branch.io", "", 443, "POST", url, request=headers, sent=body)
    decoded = Decoded(roots(made, sent=True))
    if len(decoded.nodes) > MOST or max(node.depth for node in decoded.nodes) > DEPTH:
        raise AssertionError("more was decoded than is allowed")
    if sum(len(node.data) for node in decoded.nodes) > ROOM:
        raise AssertionError("more bytes came out than are allowed")
    for _ in _seeker().seek(made):
        pass


def profile(data: bytes) -> None:
    """A profile, and all forms of its values."""
    for value in read_profile(data).values:
        forms(value)


def made() -> list[bytes]:
    """A body for each code and place."""
    value = b"1209d0b9-b959-42e6-b921-aa5d9d08c1af"
    bodies = [PLACES[place](value).sent for place in PLACES] + [coded(value, name, "gzip") for name in CODES]
    bodies += [coded(value, name) for name in CODES]
    return [bytes([first]) + body for body in bodies if body for first in (3, 1, 16 + 2)]
