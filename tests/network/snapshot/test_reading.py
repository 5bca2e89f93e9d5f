"""Files of other people: told by what is in them, dated, and refused with advice when they cannot be."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from affidavit.model.errors import UnreadableError, UsageError
from affidavit.network.snapshot import pins
from affidavit.network.snapshot.reading import Wanted, checked, parts

AWS = {
    "createDate": "2026-08-22-19-33-09",
    "prefixes": [
        {"ip_prefix": "192.0.2.0/24", "region": "us-east-1", "service": "AMAZON"},
        {"ip_prefix": "192.0.2.0/24", "region": "us-east-1", "service": "S3"},
        {"ip_prefix": "192.0.2.0/24", "region": "us-east-1", "service": "EC2"},
        {"ip_prefix": "nonsense", "region": "us-east-1", "service": "EC2"},
        {"ip_prefix": "0.0.0.0/0", "region": "us-east-1", "service": "EC2"},
    ],
    "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "region": "GLOBAL", "service": "CLOUDFRONT"}],
}
GCP = {
    "creationTime": "2026-08-01T12:00:00",
    "prefixes": [{"ipv4Prefix": "192.0.2.0/24", "service": "Google Cloud", "scope": "asia-east1"}],
}
AZURE = {
    "changeNumber": 1,
    "values": [
        {"name": "AzureCloud.eastus", "properties": {"region": "eastus", "addressPrefixes": ["192.0.2.0/24"]}},
        {"name": "AzureFrontDoor.Frontend", "properties": {"region": "", "addressPrefixes": ["192.0.2.0/28"]}},
    ],
}
ORACLE = {
    "last_updated_timestamp": "2026-07-01T00:00:00",
    "regions": [{"region": "us-phoenix-1", "cidrs": [{"cidr": "192.0.2.0/24", "tags": ["OCI", "OSN"]}]}],
}
CLOUDIP = {
    "version": "2026-10-26",
    "build_time": 1,
    "providers": ["azure", "digitalocean"],
    "ranges": [
        {"cidr": "192.0.2.0/24", "p": 0, "r": "eastus", "s": "AZURECLOUD.EASTUS"},
        {"cidr": "192.0.2.0/28", "p": 0, "s": "AZUREFRONTDOOR.FRONTEND"},
        {"cidr": "192.0.2.0/30", "p": 0, "s": "AZURESQL"},
        {"cidr": "198.51.100.0/24", "p": 1, "r": "US-NJ", "s": None},
    ],
}
ROWS4 = '1.0.0.0,1.0.0.255,13335,"Example, Inc."\n1.0.1.0,1.0.0.255,5,wrong way round\n1.0.4.0,1.0.7.255,0,none\n'
PSL = "// VERSION: 2026-10-22_08\n// ===BEGIN ICANN DOMAINS===\ncom\n*.ck\n!www.ck\n中国\n// ===END ICANN DOMAINS===\n"
DELEGATED = (
    "2|apnic|20260617|5|19830613|20260616|+1000\napnic|*|ipv4|*|3|summary\n"
    "apnic|CN|ipv4|192.0.2.0|768|20110414|allocated|A1\napnic|JP|ipv6|2001:db8::|32|20110414|assigned|A2\n"
    "apnic|AU|asn|64500|1|20110414|allocated|A3\napnic||ipv4|198.51.100.0|256||available\n"
    "apnic|XX|ipv4|255.255.255.0|512|20110414|allocated|A4\n"
)


def one(tmp_path: Path, name: str, content: str | bytes | dict, **wanted: str):
    """What a file gives, as (table, series, date, rows)."""
    path = tmp_path / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [
        (
            part.found.table,
            part.found.series,
            part.date,
            [(span.value, span.title, span.region, span.bits) for span in (*part.found.spans4, *part.found.spans6)]
            or [tuple(key) for key in part.found.keys],
        )
        for part in parts([path], Wanted(**wanted))
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "ip-ranges.json",
            AWS,
            ("prefix", "aws", "2026-08-22", [("aws", "EC2 S3", "us-east-1", 24), ("aws", "CLOUDFRONT", "GLOBAL", 32)]),
        ),
        ("cloud.json", GCP, ("prefix", "gcp", "2026-08-01", [("gcp", "", "asia-east1", 24)])),
        (
            "goog.json",
            {"creationTime": "2026-08-01", "prefixes": [{"ipv6Prefix": "2001:db8::/32"}]},
            ("prefix", "google", "2026-08-01", [("google", "", "", 32)]),
        ),
        (
            "ServiceTags_Public_20260817.json",
            AZURE,
            ("prefix", "azure", "2026-08-17", [("azure", "", "eastus", 24), ("azure", "AzureFrontDoor", "", 28)]),
        ),
        ("oracle.json", ORACLE, ("prefix", "oracle", "2026-07-01", [("oracle", "OSN", "us-phoenix-1", 24)])),
        (
            "fastly-2026-05-04.json",
            {"addresses": ["192.0.2.0/24"], "ipv6_addresses": []},
            ("prefix", "fastly", "2026-05-04", [("fastly", "", "", 24)]),
        ),
        (
            "ips-2026-05-04.json",
            {"result": {"ipv4_cidrs": ["192.0.2.0/24"], "ipv6_cidrs": []}},
            ("prefix", "cloudflare", "2026-05-04", [("cloudflare", "", "", 24)]),
        ),
        (
            "delegated-apnic-latest",
            DELEGATED,
            ("country-registration", "delegated apnic", "2026-06-16", [("CN", "", "", 0), ("JP", "", "", 0)]),
        ),
        (
            "list.dat",
            PSL,
            (
                "public-suffix",
                "public suffix list",
                "2026-10-22",
                [
                    ("com", "icann", "", ""),
                    ("*.ck", "icann", "", ""),
                    ("!www.ck", "icann", "", ""),
                    ("xn--fiqs8s", "icann", "", ""),
                ],
            ),
        ),
    ],
)
def test_files_that_say_their_day(tmp_path, name, content, expected):
    assert one(tmp_path, name, content) == [expected]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("asn-ipv4.csv", ROWS4, ("asn", "ip-location-db asn", [("13335", "Example, Inc.", "", 0)])),
        ("asn-num.csv", "16777216,16777471,13335,X\n", ("asn", "ip-location-db asn", [("13335", "X", "", 0)])),
        ("iptoasn.tsv", "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUD\n", ("asn", "iptoasn asn", [("13335", "CLOUD", "", 0)])),
        (
            "asn-country-ipv6.csv",
            "2001:db8::,2001:db8::ff,AU\n",
            ("country-registration", "ip-location-db asn-country", [("AU", "", "", 0)]),
        ),
        (
            "entities.json",
            '[{"name": "A & B", "domains": ["*.a.com", "1.2.3.4"]}]',
            ("suffix-owner", "third-party-web", [("a.com", "a-b", "A & B", "")]),
        ),
        (
            "acme.txt",
            "# x\nacme.com @cn\nfull:cdn.acme.net\nkeyword:acme\ninclude:other\n",
            ("suffix-owner", "list acme", [("acme.com", "acme", "acme", "@cn"), ("=cdn.acme.net", "acme", "acme", "")]),
        ),
        (
            "hosts.txt",
            "# x\nAS64500 # Example\n64501\n",
            ("hosting-as", "list hosts.txt", [("AS64500", "AS64500", "Example", ""), ("AS64501", "AS64501", "", "")]),
        ),
        (
            "acme.list",
            "192.0.2.0/24\n2001:db8::/32\n",
            ("prefix", "list acme", [("acme", "", "", 24), ("acme", "", "", 32)]),
        ),
    ],
)
def test_files_that_do_not_say_their_day_take_that_of_the_person(tmp_path, name, content, expected):
    table, series, rows = expected
    assert one(tmp_path, name, content, date="2026-01-02") == [(table, series, "2026-01-02", rows)]
    with pytest.raises(UsageError, match="does not say of which day") as refused:
        one(tmp_path, name, content)
    assert "--date" in refused.value.advice


def test_a_geofeed_gives_prefixes_and_the_countries_of_its_regions(tmp_path):
    text = "# geofeed\n192.0.2.0/24,US,US-NJ,Cedar Knolls,\n198.51.100.0/24,sg,,,\n203.0.113.0/24,,,,\n"
    prefixes, regions = one(tmp_path, "linode-geofeed.csv", text, date="2026-01-02")
    assert prefixes[3] == [("linode", "", "US-NJ", 24), ("linode", "", "SG", 24), ("linode", "", "", 24)]
    assert regions[0] == "region"
    assert regions[3] == [("linode US-NJ", "US", "Cedar Knolls", ""), ("linode SG", "SG", "", "")]


def test_a_geofeed_of_addresses_in_germany_is_no_table_of_ranges_though_its_country_is_hexadecimal(tmp_path):
    prefixes, regions = one(tmp_path, "acme.csv", "192.0.2.5,DE,DE-BE,,\n", date="2026-01-02")
    assert prefixes[3] == [("acme", "", "DE-BE", 32)]
    assert regions[3] == [("acme DE-BE", "DE", "", "")]


def test_the_table_of_several_clouds_gives_one_table_each(tmp_path):
    data = gzip.compress(msgspec.msgpack.encode(CLOUDIP))
    azure, ocean, regions = one(tmp_path, "cloudip.msgpack.gz", data)
    assert azure == (
        "prefix", "azure", "2026-10-26", [("azure", "", "eastus", 24), ("azure", "AzureFrontDoor", "", 28)]
    )  # fmt: skip
    assert ocean[3] == [("digitalocean", "", "US-NJ", 24)]
    assert regions[3] == [("digitalocean US-NJ", "US", "", "")]


def test_the_table_of_several_clouds_is_refused_where_a_text_in_it_is_none(tmp_path):
    data = gzip.compress(msgspec.msgpack.encode(CLOUDIP).replace(b"eastus", b"\xffastus"), mtime=0)
    with pytest.raises(UnreadableError, match="utf-8"):
        one(tmp_path, "cloudip.msgpack.gz", data)


def test_countries_whose_kind_nobody_tells_are_refused(tmp_path):
    with pytest.raises(UnreadableError, match="not what they are taken from") as refused:
        one(tmp_path, "x.csv", "1.0.0.0,1.0.0.255,AU\n", date="2026-01-02")
    assert "--table" in refused.value.advice
    ((table, _, _, _),) = one(tmp_path, "x.csv", "1.0.0.0,1.0.0.255,AU\n", date="2026-01-02", table="country-geo")
    assert table == "country-geo"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "none of the forms"),
        (b"\xff\xfe hello", "none of the forms"),
        (b"hello world\n", "none of the forms"),
        (b'{"prefixes": [{"ip_prefix": 5}]}', "ip_prefix"),
        (b'{"ip_prefix": 1', "truncated|ended"),
        (b'{"prefixes": [{"ip_prefix": "x"}]}', "nothing that could be used"),
        (b'[{"name": "A", "domains": 5}]', "domains"),
        (b"1.0.0.0,1.0.0.255,AU\n\xff\n", "not text"),
        (gzip.compress(b"\x84\xa7version\xa1x", mtime=0), "day|missing|Object|truncated"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(tmp_path, content, message):
    with pytest.raises(UnreadableError, match=message) as refused:
        one(tmp_path, "asn-country-x.csv", content, date="2026-01-02")
    assert refused.value.advice


def test_folders_are_read_in_order_and_paths_that_lead_nowhere_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "cloud.json").write_text(json.dumps(GCP))
    (tmp_path / "a" / "b.json").write_text(json.dumps(AWS))
    assert [part.input.name for part in parts([tmp_path], Wanted())] == ["a/b.json", "a/cloud.json"]
    with pytest.raises(UsageError, match="no such file"):
        list(parts([tmp_path / "missing"], Wanted()))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no file"):
        list(parts([tmp_path / "empty"], Wanted()))


def test_a_pinned_file_is_known_by_its_digest(tmp_path, monkeypatch):
    path = tmp_path / "renamed"
    path.write_text("1.0.0.0,1.0.0.255,AU\n")
    from hashlib import sha256

    known = pins.Known("npm x 1", "2026-06-17", "CC0", "by x", "country-as")
    monkeypatch.setattr(pins, "by_digest", lambda: {sha256(path.read_bytes()).hexdigest(): known})
    (part,) = parts([path], Wanted(date="2020-01-01"))
    assert (part.name, part.date, part.licence, part.attribution, part.found.table) == (
        "npm x 1", "2026-06-17", "CC0", "by x", "country-as"
    )  # fmt: skip


def test_what_a_person_says_must_make_sense():
    for wanted in (Wanted(table="nonsense"), Wanted(date="17 June")):
        with pytest.raises(UsageError):
            checked(wanted)


def test_every_pin_says_enough():
    assert list(pins.problems({"all": pins.PackageDocument("x", "x", pins.packages())})) == []
    assert {package.name for package in pins.packages() if package.ship} >= {"tor-geoipdb", "publicsuffixlist"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ips-20261939.json", {"result": {"ipv4_cidrs": ["192.0.2.0/24"]}}),
        ("x.json", GCP | {"creationTime": "2026-02-30"}),
        ("list.dat", PSL.replace("2026-10-22", "2026-13-01")),
        ("delegated", DELEGATED.replace("20260616", "20260631")),
    ],
)
def test_a_day_that_no_calendar_has_is_none(tmp_path, name, content):
    with pytest.raises(UsageError, match="does not say of which day"):
        one(tmp_path, name, content)
    ((_, _, day, _),) = one(tmp_path, name, content, date="2026-01-02")
    assert day == "2026-01-02"


@pytest.mark.parametrize("text", ["2026-06-17", "20260617", "2026-W25-3"])
def test_a_day_is_held_in_the_one_form_in_which_days_compare(text):
    assert checked(Wanted(date=text)).date == "2026-06-17"
