"""What captures show and who serves an app, made by hand: facts and a record, some of them with hostile text."""

from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.model.network import Attributed, Claimed, NetworkRecord, Recipient, Source, Strength

HOSTILE = "<script>alert('x')</script> \u202egnp.exe & \"quoted\" | a,b"

TRAFFIC = (
    Capture(
        "phone.pcap", "ab" * 32, 4_096, "pcap", 12, 1, "2021-06-09T10:00:00.000000Z", "2021-06-09T10:01:00.000000Z"
    ),
    Capture("old.pcap", "cd" * 32, 99, "pcap", 3, clock="it begins in 1970"),
    Contact("vcs-va.tiktokv.com", "tls-sni", "92.122.95.99", 443, "tcp", "tls", names=(Named("tls-sni", HOSTILE),)),
    Lookup(HOSTILE, 2, chain=("a.edgekey.net",), addresses=("92.122.95.99",), ttl=20),
    Disclosure(
        "vcs-va.tiktokv.com", "location", "latitude", "known-value", ("body", "gzip", "json:$.lat"), "ef" * 32, "52.…",
        count=3,
    ),
    Disclosure(
        "logs.example.org", "network", HOSTILE, "pattern", ("query", "key:id"), "01" * 32, HOSTILE, key="id", sent=False
    ),
    Undecoded("vcs-va.tiktokv.com", "opaque", 2, 5_000),
    Undecoded("", "encrypted", 1, 700, "10.0.0.1"),
)  # fmt: skip
"""One fact or two of each kind."""


def claim(value: str, kind: str, **more: object) -> Claimed:
    """A vote on a country."""
    return Claimed(
        "country", value, kind=kind, by="92.122.95.0/24", source="abc", date="2026-06-17", gap=-1_834, **more
    )


def network_record() -> NetworkRecord:
    """Three endpoints: one whose sources disagree, one that is determined, one that only code names."""
    votes = (
        claim("NL", "as", counts=False, why_not="a network's home is no place of a machine"),
        claim("EU", "geo"),
        Claimed("owner", "bytedance", by="tiktokv.com", source="own"),
    )
    return NetworkRecord(
        (Source("abc", "asn", "npm example 1.0", "2026-06-17", "CC BY 4.0", "by somebody"),),
        (("akamai", "Akamai"), ("bytedance", "ByteDance Ltd."), ("amazon", HOSTILE)),
        (
            Attributed(
                "vcs-va.tiktokv.com", "92.122.95.99", "both", asked_on="2021-06-09", claims=votes, owner="bytedance",
                operator="akamai", parent="akamai-parent", seat="US", service="cdn", why_no_place="sources disagree",
                strength=Strength.S2, missing="S3 takes an address in a published range",
            ),
            Attributed(
                "a.example.com", "3.4.5.6", "observed", claims=(claim("US", "region"), claim("US", "geo")),
                operator="amazon", customer="bytedance", place="US", strength=Strength.S3, served=True,
            ),
            Attributed(HOSTILE, "", "declared"),
        ),
        (
            Recipient(
                "location", "vcs-va.tiktokv.com", "observed", "bytedance", "akamai", seat="US",
                methods=("known-value",), count=3,
            ),
            Recipient("network", "a.example.com", "flows", place="US"),
        ),
        "2 hosts in code, 2 in traffic",
        ("capture/truncated",),
    )  # fmt: skip
