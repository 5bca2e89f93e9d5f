"""Records of providers, read as `affidavit screen` reads them."""

import tempfile

import msgspec

from affidavit.model.screening import Match, Records
from affidavit.network.capture.source import Source
from affidavit.network.screen.opening import compared
from tests.builders import records


def read(data: bytes, kind: str = "") -> None:
    """Read the bytes to their end; what is found survives its way out of a process."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        found, matches = compared(Source(file.fileno(), "records", len(data)), records.selectors(), kind=kind)
    assert found.read >= 0 <= found.unread
    assert all(match.count and match.tier for match in matches)
    message = msgspec.json.encode((found, matches))
    assert msgspec.json.decode(message, type=tuple[Records, list[Match]]) == (found, matches)
    assert len(message) < 100 * len(data) + (1 << 20)


def zone(data: bytes) -> None:
    """The same of what is said to be a zone."""
    read(data, "zone")


def made() -> dict[str, list[bytes]]:
    """A file of each kind."""
    tables = (
        records.LOG, records.CUSTOMERS, records.MEMBERS, records.SESSIONS, records.LISTINGS, records.PAYMENTS,
        records.DEVICES, records.ZONE,
    )  # fmt: skip
    more = (
        records.certificate_pem("*.tiktokcdn.com"),
        b"#Fields: date cs-host sc-status sc-bytes\nd v.tiktokv.com 200 5\n",
        b'{"host": "v.tiktokv.com", "status": 200, "bytes": 5}\n{"host": "a.example", "status": 404}\n',
    )
    return {"records": [*(text.encode() for text in tables), *more], "zone": [records.ZONE.encode()]}
