"""Tables of networks with a few rows of real shape, and questions to them."""

from datetime import date
from hashlib import sha256

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.snapshot.build import Part, built
from affidavit.network.snapshot.found import Found, Key
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.table import Input
from affidavit.network.snapshot.view import Shelf, Snapshot

DAY = date(2026, 6, 9)
RULES = (
    ("com", "icann"), ("net", "icann"), ("io", "icann"), ("example", "icann"), ("uk", "icann"), ("co.uk", "icann"),
    ("akamaized.net", "private"), ("github.io", "private"), ("shop.example", "private"),
)  # fmt: skip


def part(table, *rows, date):
    """One table: rows are (prefix or key, value, title, region)."""
    found = Found(table, "made")
    for row in rows:
        if table.startswith(("suffix", "public")):
            found.keys.append(Key(*row))
        else:
            found.add_text(*row)
    return Part(found, Input("made.txt", sha256(repr((rows, date)).encode()).hexdigest(), 1), "made", date, "made", "")


def snapshot(tables):
    """A snapshot of some tables."""
    return Snapshot(written(built(tables, "made"), packed=False))


def parts(day="2026-06-01"):
    """One table of each kind that tells something of an address or a name."""
    return [
        part("asn", ("92.122.92.0/22", "20940", "Akamai International B.V."), ("43.156.0.0/16", "132203", "Tencent"),
             ("52.95.0.0/16", "16509", "Amazon.com, Inc."), ("104.16.0.0/13", "13335", "Cloudflare, Inc."),
             ("61.0.0.0/8", "4837", "CHINA UNICOM"), ("5.9.9.0/24", "64501", "Somebody"), date=day),
        part("country-geo", ("92.122.92.0/22", "EU"), ("43.156.0.0/16", "SG"), ("52.95.0.0/16", "IE"),
             ("104.16.0.0/13", "US"), ("61.0.0.0/8", "CN"), ("28.0.0.0/7", "US"),
             ("30.0.0.0/8", "US"), ("5.9.9.0/24", "CH"), date=day),
        part("country-registration", ("92.0.0.0/8", "NL"), ("43.156.0.0/16", "CN"), ("52.95.0.0/16", "US"),
             ("5.9.9.0/24", "US"), date=day),
        part("country-as", ("92.122.92.0/22", "NL"), ("5.9.9.0/24", "US"), date=day),
        part("prefix", ("52.95.1.0/24", "aws", "EC2", "eu-west-1"), ("52.95.2.0/24", "aws", "EC2", "us-east-1"),
             ("52.95.3.0/24", "aws", "CLOUDFRONT", "GLOBAL"), ("52.95.4.0/24", "aws", "EC2", "moon-1"),
             ("52.95.5.0/24", "aws", "EC2 S3", "eu-west-1 us-east-1"),
             ("52.95.6.0/24", "aws", "CLOUDFRONT EC2", "eu-west-1"),
             ("52.95.7.0/24", "aws", "EC2", "eu-west-1 GLOBAL"),
             ("5.9.9.0/25", "smallhost", "Small Host", "CH-ZH"), date=day),
        part("suffix-owner", ("tracker.example", "tracker", "Tracker Inc."), ("shop.example", "shop", "Shop Inc."),
             ("facebook.example", "facebook", "Facebook"), date=day),
        part("public-suffix", *RULES, date=day),
    ]  # fmt: skip


def shelf(*days):
    """Snapshots of the tables, one for each day (one of 2026-06-01 without)."""
    return Shelf([snapshot(parts(day)) for day in days or ("2026-06-01",)])


def ask(host, address="", tables=None, **more):
    """The answer to one question."""
    return attribute([Asked(host, address, **more)], tables or shelf()).hosts[0]


def met(host, address="", day=DAY, **more):
    """The answer about a connection that a capture shows."""
    return ask(host, address, day=day, seen="observed", contacted=True, **more)


def values(answer, about, **more):
    """Values of the claims about something, those that count first."""
    found = (item for item in answer.claims if item.about == about)
    return [item.value for item in found if all(getattr(item, key) == value for key, value in more.items())]
