"""Packet captures: CPU seconds and memory of our reader and its peers on one file, and memory on 30 MB and on 3 GB.

`python -m benchmarks.captures [--large | --each] [--dir DIR]`. The file is made of real captures, those of
`../shared/data/net`, by repetition; each repetition is made another one, so that connections and messages differ.
Peers: tshark and ndpiReader of the machine, dpkt and scapy in an environment of their own under
`.cache/bench/captures`, which is made when it is missing.
"""

import argparse
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from affidavit.artefact.notes import Notes
from affidavit.network.capture import packets
from affidavit.network.capture.events import Flow
from affidavit.network.capture.records import Walk
from affidavit.network.capture.source import Source
from affidavit.sandbox.lifetime import expect_a_short_life

ROOT = Path(__file__).parents[1]
NET = ROOT.parent / "shared" / "data" / "net"
PEERS = ROOT / ".cache" / "bench" / "captures"
NAMES = ("tls.handshake.extensions_server_name", "dns.qry.name", "http.host")
READ = (
    *("frame.time_epoch", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"),
    *("tcp.len", "udp.length", *NAMES, "tls.handshake.ja3", "x509ce.dNSName", "dns.cname", "dns.a", "dns.aaaa"),
    *("dns.resp.ttl", "http.request.full_uri", "http.request.line", "http.response.code", "http.response.line"),
    "http.file_data",
)
"""What `ours` tells of a capture, as fields of tshark; JA4 and connections as such are not among those it has."""
SCAPY = """
import sys
from scapy.all import PcapReader, DNSQR, Raw, TCP
from scapy.layers.tls.all import TLS, TLS_Ext_ServerName, ServerName
from scapy.layers.http import HTTPRequest
names = set()
for packet in PcapReader(sys.argv[1]):
    if DNSQR in packet:
        names.add(packet[DNSQR].qname)
    if HTTPRequest in packet:
        names.add(packet[HTTPRequest].Host)
    if ServerName in packet:
        names.add(packet[ServerName].servername)
print(len(names))
"""
DPKT = """
import sys, socket, dpkt
flows, names = {}, set()
for time, raw in dpkt.pcap.Reader(open(sys.argv[1], "rb")):
    try:
        frame = dpkt.ethernet.Ethernet(raw)
        packet = frame.data
        segment = packet.data
        if not isinstance(segment, (dpkt.tcp.TCP, dpkt.udp.UDP)):
            continue
        key = (packet.src, segment.sport, packet.dst, segment.dport)
        flows[key] = flows.get(key, 0) + len(segment.data)
        data = bytes(segment.data)
        if isinstance(segment, dpkt.udp.UDP):
            if 53 in (segment.sport, segment.dport):
                names.update(question.name for question in dpkt.dns.DNS(data).qd)
        elif data[:1] == b"\\x16":
            for record in dpkt.ssl.tls_multi_factory(data)[0]:
                hello = dpkt.ssl.TLSHandshake(record.data).data
                names.update(value for kind, value in getattr(hello, "extensions", ()) if kind == 0)
        elif data[:4] in (b"GET ", b"POST"):
            names.add(dpkt.http.Request(data).headers.get("host"))
    except Exception:
        pass
print(len(flows), len(names))
"""


MINE = ["env", "OPENBLAS_NUM_THREADS=1", sys.executable, "-m", "benchmarks.captures", "--ours"]
SMALLEST = 30_000
"""Bytes of a capture that is worth repeating by itself."""


class Measured(NamedTuple):
    """CPU seconds (user and system), the largest process in MiB, and the last line that was printed."""

    cpu: float
    peak: int
    said: str


def content(raw: bytes) -> int:
    """Where the content of TCP or UDP begins in a frame of Ethernet; its end when there is none."""
    at, protocol = (14 + 4 * (raw[14] & 15), raw[23]) if raw[12:14] == b"\x08\x00" else (54, raw[20])
    if protocol == 17:
        return at + 8
    return at + (raw[at + 12] >> 4) * 4 if protocol == 6 and at + 13 <= len(raw) else len(raw)


def own(raw: bytes) -> Iterator[int]:
    """Places in a frame at which two bytes are another client's or another time's: addresses, numbers of DNS, random
    bytes of hellos.
    """
    yield from (27, 31) if raw[12:14] == b"\x08\x00" else (24, 40)
    at = content(raw)
    if b"\0\x35" in (raw[at - 8 : at - 6], raw[at - 6 : at - 4]) and len(raw) >= at + 12:
        yield at
    if raw[at : at + 2] == b"\x16\x03" and raw[at + 5 : at + 6] in (b"\1", b"\2") and len(raw) >= at + 43:
        yield at + 11


def lettered(raw: bytes) -> Iterator[int]:
    """Places of two letters in heads of HTTP that may be others."""
    for name in (b"\r\nUser-Agent: ", b"\r\nDate: "):
        found = raw.find(name)
        if found > 0 and len(raw) >= found + len(name) + 2:
            yield found + len(name)


def template(paths: list[Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """All frames of Ethernet captures as records of one pcap; each repetition's own; letters; how many frames."""
    parts: list[bytes] = []
    places: list[int] = []
    letters: list[int] = []
    at = count = 0
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        for batch in Walk(Source(handle, path.name, path.stat().st_size)).batches():
            for row in batch.frames[: batch.count].tolist():
                raw = bytes(batch.data[row[1] : row[1] + row[2]])
                if row[7] != 1 or len(raw) < 38 or raw[12:14] not in {b"\x08\x00", b"\x86\xdd"}:
                    continue
                parts.append(struct.pack("<IIII", *divmod(row[4], 1_000_000), len(raw), row[3]) + raw)
                places += [at + 16 + place for place in own(raw)]
                letters += [at + 16 + place for place in lettered(raw)]
                at += len(parts[-1])
                count += 1
        os.close(handle)
    return np.frombuffer(b"".join(parts), np.uint8).copy(), np.array(places), np.array(letters, np.intp), count


def captures(folder: Path) -> list[Path]:
    """The real captures that a file is made of."""
    return [path for path in sorted(folder.rglob("*.pcap*")) if path.suffix in {".pcap", ".pcapng"}]


def make(paths: list[Path], size: int, target: Path) -> int:
    """Write a capture of about `size` bytes; how many frames it has.

    Each repetition has its own addresses, numbers of DNS, random bytes of hellos and letters in heads of HTTP, so that
    nothing that was read before helps: certificates alone are the same again, as those of servers are.
    """
    one, places, letters, count = template(paths)
    times = max(size // len(one), 1)
    with target.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for step in range(times):
            again = one.copy()
            again[places] += np.uint8(step & 255)
            again[places + 1] ^= np.uint8(step >> 8 & 255)
            again[letters] = 65 + step % 26
            again[letters + 1] = 65 + step // 26 % 26
            file.write(again.tobytes())
    return count * times


def measured(command: list[str], where: Path | None = None) -> Measured:
    """Run a command and say what it took, with its children."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=where)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = ran.stdout.splitlines() or ran.stderr.splitlines() or [""]
        answer = f"{used.ru_utime + used.ru_stime} {used.ru_maxrss // 1024} {lines[-1][:200]}"
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        cpu, peak, *said = file.read().split(" ", 2)
    os.waitpid(child, 0)
    return Measured(float(cpu), int(peak), " ".join(said))


def ours(path: Path) -> None:
    """Read a capture to its events and count them: what the process of ours runs, set up as the product's worker is."""
    expect_a_short_life()
    handle = os.open(path, os.O_RDONLY)
    flows = events = 0
    names: set[str] = set()
    for event in packets.read(Source(handle, path.name, path.stat().st_size), Notes([])):
        events += 1
        if isinstance(event, Flow):
            flows += 1
            names.update(item.value for item in event.names)
    print(events, "events", flows, "flows", len(names), "names")


def asked(tshark: str, path: Path, fields: Iterable[str]) -> list[str]:
    """The command that has tshark tell some fields of every packet."""
    return [tshark, "-r", str(path), "-T", "fields", *(part for field in fields for part in ("-e", field))]


def peers(path: Path) -> dict[str, Callable[[], Measured]]:
    """The other readers, those that are there."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "scapy==2.8.*", "dpkt", "cryptography"], check=True)
    found: dict[str, Callable[[], Measured]] = {}
    if tshark := shutil.which("tshark"):
        found["tshark, names alone"] = lambda: measured(asked(tshark, path, NAMES))
        found["tshark, what we tell"] = lambda: measured(asked(tshark, path, READ))
    if ndpi := shutil.which("ndpiReader"):
        found["ndpiReader"] = lambda: measured([ndpi, "-q", "-i", str(path)])
    found["dpkt"] = lambda: measured([str(python), "-c", DPKT, str(path)])
    found["scapy"] = lambda: measured([str(python), "-c", SCAPY, str(path)])
    return found


def memory(folder: Path) -> None:
    """What the process of ours takes at most on 30 MB and on 3 GB."""
    for size in (30, 3_000):
        path = folder / f"{size}.pcap"
        make(captures(NET), size * 1_000_000, path)
        print(f"{size} MB: {measured([*MINE, str(path)], ROOT)}", flush=True)
        path.unlink()


def each(folder: Path, megabytes: int) -> None:
    """Every real capture by itself, repeated, against tshark: how much depends on what is in it."""
    print("| capture | bytes a connection | ours, MB / CPU s | tshark | CPU / ours |\n|---|--:|--:|--:|--:|")
    tshark = shutil.which("tshark") or "tshark"
    for capture in captures(NET):
        path = folder / "one.pcap"
        if capture.stat().st_size < SMALLEST:
            continue
        make([capture], megabytes * 1_000_000, path)
        size = path.stat().st_size
        base, theirs = measured([*MINE, str(path)], ROOT), measured(asked(tshark, path, NAMES))
        flows = int(base.said.split()[2])
        print(
            f"| {capture.name} | {size / flows:,.0f} | {size / 1e6 / base.cpu:.0f} | {size / 1e6 / theirs.cpu:.1f} "
            f"| {theirs.cpu / base.cpu:.1f} |",
            flush=True,
        )


def compare(folder: Path, megabytes: int, scapy: int) -> None:
    """All captures in one file, against all peers."""
    path, part = folder / "large.pcap", folder / "part.pcap"
    frames = make(captures(NET), megabytes * 1_000_000, path)
    make(captures(NET), scapy * 1_000_000, part)
    size = path.stat().st_size
    share = size / part.stat().st_size
    base = measured([*MINE, str(path)], ROOT)
    print(f"{size / 1e6:.0f} MB, {frames} frames\n")
    print("| reader | CPU s | MB / CPU s | peak MiB | CPU / ours |\n|---|--:|--:|--:|--:|")
    print(f"| affidavit | {base.cpu:.2f} | {size / 1e6 / base.cpu:.0f} | {base.peak} | 1.0 |  {base.said}", flush=True)
    small = peers(part)["scapy"]
    for name, run in peers(path).items():
        found = small() if name == "scapy" else run()
        cpu = found.cpu * (share if name == "scapy" else 1)
        print(
            f"| {name} | {cpu:.2f} | {size / 1e6 / cpu:.1f} | {found.peak} | {cpu / base.cpu:.1f} |  {found.said[:60]}",
            flush=True,
        )


def main() -> None:
    """Make the files, run everything, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "affidavit-captures")
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--scapy-mb", type=int, default=10, help="scapy reads a part; its figure is scaled up")
    parser.add_argument("--large", action="store_true", help="memory on 30 MB and on 3 GB")
    parser.add_argument("--each", action="store_true", help="every real capture by itself, against tshark")
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        ours(options.ours)
        return
    options.dir.mkdir(parents=True, exist_ok=True)
    if options.large:
        memory(options.dir)
    elif options.each:
        each(options.dir, options.mb)
    else:
        compare(options.dir, options.mb, options.scapy_mb)


if __name__ == "__main__":
    main()
