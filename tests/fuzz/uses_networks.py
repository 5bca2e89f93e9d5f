"""As `uses`, for snapshots of networks and the files that they are made of."""

import gzip
import hashlib
import json

import msgspec
import numpy as np

from affidavit.network.snapshot.build import Part, built
from affidavit.network.snapshot.found import V4_END, V6_END, Given
from affidavit.network.snapshot.reading import READERS
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.table import Input
from affidavit.network.snapshot.view import Shelf, Snapshot
from tests.builders.mmdb import mmdb
from tests.builders.mrt import dump
from tests.builders.networks import part

ASKED = ("192.0.2.1", "2001:db8::1", "255.255.255.255", "::")


def snapshot(data: bytes) -> None:
    """Open a snapshot whose digest is right, and ask it."""
    view = Shelf([Snapshot(data + hashlib.sha256(data).digest())]).as_of(None)
    for address in ASKED:
        for hit in view.at(address):
            assert hit.by
    view.suffixes("a.example.com")
    view.public_suffix("a.example.com")
    for rows in view.batch(np.array([0, 1 << 31, (1 << 32) - 1], np.uint32)).values():
        assert rows.min() >= -1
    for rows in view.batch_text([*ASKED, *data[:512].decode("latin-1").split(" ")]).values():
        assert rows.min() >= -1


def networks(data: bytes) -> None:
    """Read a file of networks, whatever it is, and make a snapshot of it."""
    given = Given("asn-country.csv", data, "country-geo")
    for reader in READERS:
        if not reader.fits(given):
            continue
        for found in reader.read(given):
            for spans, end in ((found.spans4, V4_END), (found.spans6, V6_END)):
                assert all(0 <= span.first <= span.last < end for span in spans)
            made = Part(found, Input("x", "0" * 64, len(data)), "x", "2026-01-01", "", "")
            Snapshot(written(built([made], "x"), packed=True))


def seeds() -> dict[str, list[bytes]]:
    """Snapshots without their digests, and a file of each form."""
    parts = [
        part("asn", ("192.0.2.0/24", "64500", "Example"), ("2001:db8::/32", "64501")),
        part("prefix", ("192.0.2.0/24", "aws", "EC2", "us-east-1"), ("192.0.2.0/28", "aws", "S3", "us-east-1")),
        part("suffix-owner", ("example.com", "example")),
        part("public-suffix", ("com", "icann"), ("*.ck", "private")),
    ]
    cloud = {"version": "2026-10-26", "providers": ["aws"], "ranges": [{"cidr": "192.0.2.0/24", "p": 0, "r": "US-NJ"}]}
    files = [
        mmdb([("192.0.2.0/24", {"country_code": "SG"}), ("2001:db8::/32", {"country": {"iso_code": "FR"}})]),
        mmdb([("192.0.2.0/24", {"asn": "AS64500", "name": "x"})], version=4, size=28),
        dump([("192.0.2.0/24", [(1, 2)]), ("2001:db8::/32", [(1, frozenset({3}), 4)])]),
        gzip.compress(dump([("192.0.2.0/24", [(1, 2)])], added=True), mtime=0),
        gzip.compress(msgspec.msgpack.encode(cloud), mtime=0),
        json.dumps({"createDate": "2026-08-22", "prefixes": [{"ip_prefix": "192.0.2.0/24"}]}).encode(),
        json.dumps({"values": [{"name": "A.x", "properties": {"addressPrefixes": ["192.0.2.0/24"]}}]}).encode(),
        json.dumps([{"name": "A", "domains": ["*.a.com"]}]).encode(),
        b"2|apnic|20260617|1|19830613|20260616|+1000\napnic|CN|ipv4|192.0.2.0|768|20110414|allocated|A1\n",
        b"1.0.0.0,1.0.0.255,13335,X\n2001:db8::,2001:db8::ff,5,Y\n",
        b"# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n# IPFire\n16777216,16777471,AU\n",
        b"192.0.2.0/24,US,US-NJ,Town,\n",
        b"192.0.2.0/24\n2001:db8::/32\n",
        b"AS64500 # x\n",
        b"example.com @cn\nfull:a.example.net\n",
        b"// VERSION: 2026-10-22_0\n// ===BEGIN ICANN DOMAINS===\ncom\n*.ck\n!www.ck\n// ===END ICANN DOMAINS===\n",
    ]
    return {"snapshot": [written(built(parts, "x"), packed=form)[:-32] for form in (True, False)], "networks": files}
