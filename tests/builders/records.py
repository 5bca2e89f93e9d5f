"""Records of providers and enterprises as files, and what is found in them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from affidavit.model.screening import Match, Records
from affidavit.network.capture.source import Source
from affidavit.network.screen.opening import compared
from affidavit.network.screen.selectors import Selectors, known_selectors
from tests.builders import signing


@cache
def selectors() -> Selectors:
    return known_selectors()


@contextmanager
def source(data: bytes, name: str = "records") -> Iterator[Source]:
    """A file of these bytes, open for reading."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        handle = os.open(path, os.O_RDONLY)
        try:
            yield Source(handle, name, len(data))
        finally:
            os.close(handle)


def screened(
    text: str | bytes, name: str = "records", kind: str = "", day: date | None = None
) -> tuple[Records, list[Match]]:
    """What is found in a file of records."""
    with source(text.encode() if isinstance(text, str) else text, name) as opened:
        return compared(opened, selectors(), kind=kind, day=day)


def told(matches: list[Match]) -> list[str]:
    """Matches in short: ``tiktok serves S4``."""
    return sorted(f"{item.app or item.operator} {item.tie} {item.tier}" for item in matches)


ZONE = """\
$ORIGIN akamaized.net.
$TTL 300
@ IN SOA ns1 hostmaster ( 2020091801 ; serial
    3600 600 604800 300 )
tiktokcdn.com        IN CNAME a1.b.akamai.net.
p16.tiktokcdn.com 60 IN CNAME a2.b.akamai.net.
                     IN TXT   "edge"
www.shop.example.    IN CNAME v16.tiktokcdn.com.
tiktokcdn.com.evil.example. IN A 192.0.2.1
verified             IN TXT   "v=spf1 include:tiktok.com ~all"
"""
LOG = """\
v16.tiktokcdn.com:443 192.0.2.7 - - [20/Sep/2020:10:00:00 +0000] "GET /a HTTP/1.1" 200 1234 "-" "agent"
v16.tiktokcdn.com:443 192.0.2.8 - - [20/Sep/2020:10:00:01 +0000] "GET /b HTTP/1.1" 206 66 "-" "agent"
v16.tiktokcdn.com:443 192.0.2.9 - - [20/Sep/2020:10:00:02 +0000] "GET /c HTTP/1.1" 404 12 "-" "agent"
shop.example:443 192.0.2.9 - - [20/Sep/2020:10:00:03 +0000] "GET /d HTTP/1.1" 200 12 "https://www.tiktok.com/@a" "agent"
tiktok.com.evil.example:443 192.0.2.9 - - [20/Sep/2020:10:00:04 +0000] "GET /e HTTP/1.1" 200 12 "-" "agent"
"""
CUSTOMERS = """\
Account ID;Company;Domain;Country
1001;ByteDance Ltd.;bytedance.com;KY
1002;TikTok Fan Club;tiktokfans.example;US
1003;Tencent Cloud;myqcloud.com;CN
1004;Noodle House;weixin.qq.com, noodles.example;US
"""
MEMBERS = """\
{"version": "1.0", "member_list": [
  {"asnum": 138699, "name": "T", "connection_list": [
    {"vlan_list": [{"ipv4": {"address": "192.0.2.1", "routeserver": true}}]}]},
  {"asnum": 64500, "name": "Somebody", "connection_list": []}
]}
"""
SESSIONS = "peer_asn,name,session_type\n138699,T,bilateral\nAS45090,Cloud,route server\n64500,x,bilateral\n"
LISTINGS = """\
package_name,status
com.tencent.mm,published
com.zhiliaoapp.musically,published
com.tencent.mm.lookalike,published
com.tencent.wework,published
"""
PAYMENTS = """\
merchant_name,mcc,amount
WeChat Pay*Noodles,5812,3.20
TikTok Ads,7311,100.00
Tiktoker Fashion,5651,10.00
Alipayment Services,6012,1.00
"""
DEVICES = """\
Bundle ID,Version,Device Group,Certificate SHA256
com.tencent.mm,8.0,sales,0fe4ff85c215918396dadc7cd8ce6963339af33d37751a56e54c7206b63a3c7c
com.tencent.mm,8.0,field,1111111111111111111111111111111111111111111111111111111111111111
com.zhiliaoapp.musically,17,field,
com.tencent.mmm,1,field,
"""


def certificate_pem(*names: str, organisation: str = "Example") -> bytes:
    """A self-signed certificate for names, as text."""
    subject = signing.name(O=organisation, CN=names[0])
    private = signing.key()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    builder = builder.serial_number(7).not_valid_before(signing.START).not_valid_after(signing.START.replace(year=2045))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    return builder.sign(private, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(serialization.Encoding.PEM)
