"""Files of captured traffic, made in memory."""

import json
import os
from typing import Any

from affidavit.artefact.notes import Notes
from affidavit.network.capture.events import Event
from affidavit.network.capture.opening import opened
from affidavit.network.capture.source import Source


def source_of(data: bytes, name: str = "made") -> Source:
    """The bytes as an open file without a name; the descriptor lives as long as the process."""
    handle = os.memfd_create(name, os.MFD_CLOEXEC)
    with open(handle, "wb", closefd=False) as file:
        file.write(data)
    return Source(handle, name, len(data))


def events_of(data: bytes) -> list[Event]:
    """What the reader of its format tells of a file."""
    source = source_of(data)
    _, read = opened(source)
    return list(read(source, Notes([])))


def form_of(data: bytes) -> str:
    """What a file is taken for."""
    return opened(source_of(data))[0]


def entry(url: str = "https://example.org/", method: str = "GET", **more: Any) -> dict[str, Any]:
    """One entry of an HTTP archive; `request` and `response` in `more` add to what is there."""
    request = {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], **more.pop("request", {})}
    response = {"status": 200, "httpVersion": "HTTP/1.1", "headers": [], **more.pop("response", {})}
    made = {"startedDateTime": "2026-01-02T03:04:05.678901Z", "request": request, "response": response}
    return made | {"serverIPAddress": "192.0.2.7"} | more


def har(*entries: Any, **log: Any) -> bytes:
    """An HTTP archive (HAR 1.2)."""
    creator = {"name": "made", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries, **log}}).encode()


def tnet(value: Any) -> bytes:
    """A tagged netstring; text has the type of text, bytes that of bytes."""
    if isinstance(value, bool):
        content, kind = (b"true" if value else b"false"), b"!"
    elif isinstance(value, int | float):
        content, kind = str(value).encode(), b"#" if isinstance(value, int) else b"^"
    elif isinstance(value, str | bytes):
        content, kind = (value.encode(), b";") if isinstance(value, str) else (value, b",")
    elif isinstance(value, dict):
        content, kind = b"".join(tnet(one) for pair in value.items() for one in pair), b"}"
    else:
        content, kind = (b"", b"~") if value is None else (b"".join(map(tnet, value)), b"]")
    return b"%d:%s%s" % (len(content), content, kind)


def mitm_flow(request: dict | None = None, response: dict | None = None, server: dict | None = None, **more) -> bytes:
    """An exchange as mitmproxy 10 dumps it; arguments add to what is there."""
    asked = {"path": b"/a?b=c", "authority": b"", "scheme": b"https", "method": b"GET", "port": 443}
    asked |= {"host": "example.org", "timestamp_start": 1_700_000_000.5, "content": b"", "http_version": b"HTTP/1.1"}
    asked |= {"headers": [[b"Host", b"example.org"]]}
    told = {"status_code": 200, "headers": [[b"Content-Type", b"text/plain"]], "content": b"ok", "reason": b"OK"}
    peer = {"id": "s1", "peername": ["192.0.2.7", 443], "address": ["example.org", 443], "sni": "example.org"}
    peer |= {"tls": True, "transport_protocol": "tcp", "timestamp_start": 1_700_000_000.25, "timestamp_end": None}
    flow = {
        "type": "http",
        "version": 20,
        "id": "f1",
        "client_conn": {"peername": ["::ffff:198.51.100.3", 50_000], "sni": "example.org"},
        "server_conn": peer | (server or {}),
        "request": asked | (request or {}),
        "response": told | (response or {}),
    }
    return tnet(flow | more)


ZEEK = [
    (
        b"#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\tqtype_name\t"
        b"answers\tTTLs\n1700000000.5\t10.0.0.2\t5\t192.0.2.53\t53\ta.example\tA\tb.example,192.0.2.7\t3.0,4.0\n"
    ),
    (
        b'{"ts":1.5,"id.orig_h":"10.0.0.2","id.orig_p":5,"id.resp_h":"192.0.2.7","id.resp_p":443,"proto":"tcp",'
        b'"service":"ssl","duration":1.0,"orig_bytes":5,"resp_bytes":6,"conn_state":"SF"}\n'
    ),
    b'{"ts":1.5,"id.orig_h":"10.0.0.2","id.resp_h":"::1","id.resp_p":80,"method":"GET","host":"a","uri":"/\\\\x41"}\n',
]
"""Logs of Zeek in both forms."""
FLOWS = [
    b"2 123456789012 eni-0a1b2c 10.0.0.5 192.0.2.7 50000 443 6 10 1000 1700000000 1700000060 ACCEPT OK\n",
    b"srcaddr dstaddr srcport dstport protocol bytes tcp-flags\n10.0.0.5 ::1 5 443 6 7 2\n10.0.0.5 192.0.2.7 5 4 6 7 2",
    (
        b'{"jsonPayload":{"connection":{"src_ip":"10.0.0.5","src_port":5,"dest_ip":"192.0.2.7","dest_port":443,'
        b'"protocol":6},"bytes_sent":"7","start_time":"2026-01-01T00:00:00Z"}}\n'
    ),
    (
        b'{"records":[{"flowRecords":{"flows":[{"flowGroups":[{"flowTuples":["1663146003599,10.0.0.6,192.0.2.8,5,443,6,'
        b'O,E,NX,3,767,2,1580"]}]}]}}]}'
    ),
    b"ts,te,td,sa,da,sp,dp,pr,ibyt\n2026-01-01 10:00:00,2026-01-01 10:00:05,5.0,10.0.0.5,192.0.2.7,5,443,TCP,7\n",
    (
        b"IPProto,SrcIP,SrcPort,DstIP,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,FirstSeen,LastSeen\n"
        b"6,10.0.0.5,5,192.0.2.7,443,1,Shop,TLS,Closed,a.example,1,2,1700000000123,1700000000124\n"
    ),
]
"""Flow logs of each kind."""
QUERIES = [
    b"18-Mar-2026 10:00:00.123 client @0x7f 192.0.2.1#53 (a.example): query: a.example IN A +E(0)K (::1)\n",
    (
        b"Mar 18 10:00:00 dnsmasq[3]: query[A] a.example from 10.0.0.5\nMar 18 10:00:00 dnsmasq[3]: reply a.example is "
        b"<CNAME>\nMar 18 10:00:00 dnsmasq[3]: reply b.example is 192.0.2.7\n"
    ),
    b'{"T":"2026-03-18T10:00:00Z","QH":"a.example","QT":"A","IP":"10.0.0.5","Answer":"AAeBgAABAAAAAAAAAWEAAAEAAQ"}\n',
    (
        b'{"query_timestamp":"2026-03-18T10:00:00Z","query_name":"a.","srcaddr":"10.0.0.5","answers":[{"Rdata":"b","Type":'
        b'"CNAME"}]}\n'
    ),
    b'timestamp,domain,query_type,client_ip,answer\n1700000000,a.example,A,10.0.0.5,"192.0.2.7; ::1"\n',
]
"""Logs of name servers of each kind."""
