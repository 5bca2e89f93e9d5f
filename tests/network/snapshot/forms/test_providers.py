"""Prefixes as providers publish them, and the table of several clouds."""

import gzip
import json
from contextlib import suppress

import msgspec
import pytest

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.forms import cloudip, providers
from affidavit.network.snapshot.found import LONGEST, Given

NET = "192.0.2.0/24"


def published(content: object, name: str = "x.json", mark: bytes = b""):
    given = Given(name, mark + json.dumps(content).encode())
    assert providers.is_published(given)
    (found,) = providers.published(given)
    return found


def rows(found):
    return [(span.value, span.title, span.region, span.bits) for span in (*found.spans4, *found.spans6)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"prefixes": [{"ip_prefix": NET}]}, ("aws", "", "", 24)),
        (
            {"ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "ip_prefix": "", "service": "AMAZON"}]},
            ("aws", "", "", 32),
        ),
        ({"prefixes": [{"ip_prefix": NET, "service": "EC2", "region": "r"}]}, ("aws", "EC2", "r", 24)),
        ({"prefixes": [{"ipv4Prefix": NET}]}, ("google", "", "", 24)),
        ({"prefixes": [{"ipv6Prefix": "2001:db8::/32", "scope": "eu"}]}, ("gcp", "", "eu", 32)),
        ({"prefixes": [{"ipv4Prefix": NET, "scope": "eu", "service": "GOOGLE_CLOUD"}]}, ("gcp", "", "eu", 24)),
        ({"values": [{"name": "Sql.WestUS", "properties": {"addressPrefixes": [NET]}}]}, ("azure", "Sql", "", 24)),
        ({"values": [{"properties": {"addressPrefixes": [NET], "region": "eastus"}}]}, ("azure", "", "eastus", 24)),
        ({"regions": [{"region": "r", "cidrs": [{"cidr": NET}]}]}, ("oracle", "", "r", 24)),
        ({"regions": [{"region": "r", "cidrs": [{"cidr": NET, "tags": ["OCI"]}]}]}, ("oracle", "", "r", 24)),
        ({"regions": [{"cidrs": [{"cidr": NET, "tags": ["OSN", "A"]}]}]}, ("oracle", "A OSN", "", 24)),
        ({"addresses": [], "ipv6_addresses": ["2001:db8::/32"]}, ("fastly", "", "", 32)),
        ({"result": {"ipv4_cidrs": [], "ipv6_cidrs": ["2001:db8::/32"]}}, ("cloudflare", "", "", 32)),
    ],
)
def test_each_provider_is_told_by_its_fields(content, expected):
    assert rows(published(content)) == [expected]
    assert rows(published(content, mark=b"\xef\xbb\xbf")) == [expected]


@pytest.mark.parametrize(
    ("said", "name", "day"),
    [
        ({"createDate": "2026-08-22-19-33-09"}, "x.json", "2026-08-22"),
        ({"creationTime": "2026-08-22T19:33:09.1"}, "x.json", "2026-08-22"),
        ({"last_updated_timestamp": "2026-08-22T19:33:09"}, "x.json", "2026-08-22"),
        ({}, "ServiceTags_Public_20260822.json", "2026-08-22"),
        ({"createDate": "soon"}, "x-2026-08-22.json", "2026-08-22"),
        ({"createDate": "2026-08-22"}, "x-2025-01-01.json", "2026-08-22"),
        ({}, "x.json", ""),
        ({}, "x-1999-08-22.json", ""),
    ],
)
def test_the_day_is_in_the_file_or_in_its_name(said, name, day):
    assert published(said | {"prefixes": [{"ip_prefix": NET}]}, name).date == day


def test_a_prefix_is_one_row_with_all_its_services_and_regions():
    listed = [{"ip_prefix": NET, "service": service, "region": region} for service in "YX" for region in "sr"]
    assert rows(published({"prefixes": [*listed, *listed]})) == [("aws", "X Y", "r s", 24)]
    many = [{"ip_prefix": NET, "service": f"service{number}"} for number in range(90)]
    assert len(published({"prefixes": many}).spans4[0].title) == LONGEST


@pytest.mark.parametrize("prefix", ["", "x", "0.0.0.0/0", "::/0", "192.0.2.0/33", "192.0.2.0/-1", "2001:db8::/129"])
def test_what_is_no_prefix_is_counted(prefix):
    found = published({"addresses": [NET, prefix], "ipv6_addresses": []})
    assert (len(rows(found)), found.left_out) == (1, 1)


@pytest.mark.parametrize("data", [b"[]", b"", b"{}", b'{"prefix": "192.0.2.0/24"}', b'"ip_prefix"', b"\0{ip_prefix"])
def test_other_json_is_none(data):
    assert not providers.is_published(Given("x.json", data))


def test_a_file_that_is_cut_anywhere_is_refused():
    data = json.dumps({"createDate": "2026-08-22", "prefixes": [{"ip_prefix": NET, "region": "r"}]}).encode()
    for cut in range(len(data)):
        with pytest.raises(UnreadableError):
            list(providers.published(Given("x.json", data[:cut])))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (f"{NET}\n", True),
        (f"# x\n\n  {NET}  \n2001:db8::/32\n", True),
        (f"{NET} # x\n", False),
        ("192.0.2.1\n", False),
        (f"{NET}\nword\n", False),
        ("# x\n", False),
        ("", False),
    ],
)
def test_a_list_of_prefixes_has_nothing_else(text, fits):
    assert providers.is_prefixes(Given("x", text.encode())) == fits


@pytest.mark.parametrize(
    ("name", "provider", "day"), [("a/Acme.v4.txt", "acme", ""), ("b 20260822.x", "b-20260822", "2026-08-22")]
)
def test_a_list_is_of_whom_it_is_called_after(name, provider, day):
    (found,) = providers.prefixes(Given(name, f"{NET}\n{NET} # twice\n0.0.0.0/0\n\n".encode()))
    assert (rows(found), found.left_out) == ([(provider, "", "", 24)], 1)
    assert (found.series, found.date) == (f"list {provider}", day)


def clouds(*ranges: dict, named: tuple[str, ...] = ("azure", "aws"), version: str = "2026-10-26"):
    said = {"version": version, "providers": named, "ranges": ranges}
    given = Given("cloudip.msgpack.gz", gzip.compress(msgspec.msgpack.encode(said), mtime=0))
    assert cloudip.fits(given)
    return list(cloudip.read(given))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"p": 1, "s": "EC2,S3", "r": "us-east-1"}, ("aws", "EC2 S3", "us-east-1", 24)),
        ({"p": 1}, ("aws", "", "", 24)),
        ({"p": 0, "s": "AZURECLOUD"}, ("azure", "", "", 24)),
        ({"p": 0, "s": "AZURECLOUD.EASTUS", "r": "eastus"}, ("azure", "", "eastus", 24)),
        ({"p": 0, "s": "AZURETRAFFICMANAGER"}, ("azure", "AzureTrafficManager", "", 24)),
        ({"p": 0, "s": "AZURESQL.EASTUS"}, None),
        ({"p": 2}, None),
        ({"p": -1}, None),
    ],
)
def test_a_range_of_a_cloud(item, expected):
    assert [row for found in clouds({"cidr": NET} | item) for row in rows(found)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("region", "country"), [("US-NJ", "US"), ("DE-1", "DE"), ("us-nj", ""), ("US-ABCD", ""), ("US", "")]
)
def test_regions_of_the_standard_have_their_country(region, country):
    keys = [key for found in clouds({"cidr": NET, "p": 1, "r": region}) for key in found.keys]
    assert [(key.key, key.value) for key in keys] == ([(f"aws {region}", country)] if country else [])


@pytest.mark.parametrize("version", ["", "26 October", "2026-10-26x", "20261026"])
def test_a_version_that_is_no_day_is_refused(version):
    with pytest.raises(UnreadableError, match="no day"):
        clouds({"cidr": NET, "p": 0}, version=version)


def test_a_table_of_clouds_that_is_cut_or_changed_anywhere_never_breaks():
    said = {"version": "2026-10-26", "providers": ["aws"], "ranges": [{"cidr": NET, "p": 0, "r": "US-NJ"}]}
    data = msgspec.msgpack.encode(said)
    for cut in range(len(data)):
        with pytest.raises(UnreadableError):
            list(cloudip.read(Given("x", gzip.compress(data[:cut], mtime=0))))
    packed = gzip.compress(data, mtime=0)
    for at in range(len(packed)):
        changed = packed[:at] + bytes([packed[at] ^ 0x41]) + packed[at + 1 :]
        if cloudip.fits(Given("x", changed)):
            with suppress(UnreadableError):
                list(cloudip.read(Given("x", changed)))
