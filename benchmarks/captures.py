"""Packet captures: CPU seconds and memory of our reader and its peers on one file, and memory on 30 MB and on 3 GB.

`python -m benchmarks.captures [--large] [--dir DIR]`. The file is made of real captures (`../shared/data/net`) by
repetition; each repetition has addresses of its own, so that connections differ. Peers: tshark and ndpiReader of the
machine, dpkt and scapy in an environment of their own under `.cache/bench/captures` (made when it is missing).
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
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from affidavit.artefact.notes import Notes
from affidavit.network.capture import packets
from affidavit.network.capture.events import Flow
from affidavit.network.capture.records import Walk
from affidavit.network.capture.source import Source

ROOT = Path(__file__).parents[1]
NET = ROOT.parent / "shared" / "data" / "net"
PEERS = ROOT / ".cache" / "bench" / "captures"
FIELDS = ("tls.handshake.extensions_server_name", "dns.qry.name", "http.host")
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


class Measured(NamedTuple):
    """CPU seconds (user and system), the largest process in MiB, and the last line that was printed."""

    cpu: float
    peak: int
    said: str


def template(folder: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """All frames of Ethernet captures as records of one pcap; where bytes of addresses lie; how many frames."""
    parts: list[bytes] = []
    places: list[int] = []
    at = count = 0
    for path in sorted(folder.rglob("*.pcap*")):
        if "invalid" in path.name or path.suffix not in {".pcap", ".pcapng"}:
            continue
        handle = os.open(path, os.O_RDONLY)
        for batch in Walk(Source(handle, path.name, path.stat().st_size)).batches():
            for row in batch.frames[: batch.count].tolist():
                raw = bytes(batch.data[row[1] : row[1] + row[2]])
                if row[7] != 1 or len(raw) < 38 or raw[12:14] not in {b"\x08\x00", b"\x86\xdd"}:
                    continue
                head = struct.pack("<IIII", *divmod(row[4], 1_000_000), len(raw), row[3])
                start = at + 16 + 14
                places += [start + 13, start + 17] if raw[12:14] == b"\x08\x00" else [start + 10, start + 26]
                parts.append(head + raw)
                at += 16 + len(raw)
                count += 1
        os.close(handle)
    return np.frombuffer(b"".join(parts), np.uint8).copy(), np.array(places), count


def make(folder: Path, size: int, target: Path) -> int:
    """Write a capture of about `size` bytes; how many frames it has."""
    one, places, count = template(folder)
    times = max(size // len(one), 1)
    with target.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for step in range(times):
            again = one.copy()
            again[places] += np.uint8(step & 255)
            again[places + 1] ^= np.uint8(step >> 8)
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
    """Read a capture to its events and count them: what the process of ours runs."""
    handle = os.open(path, os.O_RDONLY)
    flows = events = 0
    names: set[str] = set()
    for event in packets.read(Source(handle, path.name, path.stat().st_size), Notes([])):
        events += 1
        if isinstance(event, Flow):
            flows += 1
            names.update(item.value for item in event.names)
    print(events, "events", flows, "flows", len(names), "names")


def peers(path: Path) -> dict[str, Callable[[], Measured]]:
    """The other readers, those that are there."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "scapy==2.8.*", "dpkt", "cryptography"], check=True)
    found: dict[str, Callable[[], Measured]] = {}
    if tshark := shutil.which("tshark"):
        fields = [part for field in FIELDS for part in ("-e", field)]
        found["tshark, the same fields"] = lambda: measured([tshark, "-r", str(path), "-T", "fields", *fields])
    if ndpi := shutil.which("ndpiReader"):
        found["ndpiReader"] = lambda: measured([ndpi, "-q", "-i", str(path)])
    found["dpkt"] = lambda: measured([str(python), "-c", DPKT, str(path)])
    found["scapy"] = lambda: measured([str(python), "-c", SCAPY, str(path)])
    return found


def main() -> None:
    """Make the files, run everything, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "affidavit-captures")
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--scapy-mb", type=int, default=10, help="scapy reads a part; its figure is scaled up")
    parser.add_argument("--large", action="store_true", help="memory on 30 MB and on 3 GB")
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        ours(options.ours)
        return
    options.dir.mkdir(parents=True, exist_ok=True)
    mine = [sys.executable, "-m", "benchmarks.captures", "--ours"]
    if options.large:
        for size in (30, 3_000):
            path = options.dir / f"{size}.pcap"
            make(NET, size * 1_000_000, path)
            print(f"{size} MB: {measured([*mine, str(path)], ROOT)}", flush=True)
            path.unlink()
        return
    path, part = options.dir / "large.pcap", options.dir / "part.pcap"
    frames = make(NET, options.mb * 1_000_000, path)
    make(NET, options.scapy_mb * 1_000_000, part)
    size = path.stat().st_size
    share = size / part.stat().st_size
    base = measured([*mine, str(path)], ROOT)
    print(f"{size / 1e6:.0f} MB, {frames} frames\n")
    print("| reader | CPU s | MB / CPU s | peak MiB | CPU / ours |\n|---|--:|--:|--:|--:|")
    print(f"| affidavit | {base.cpu:.2f} | {size / 1e6 / base.cpu:.0f} | {base.peak} | 1.0 |  {base.said}", flush=True)
    small = peers(part)["scapy"]
    for name, run in peers(path).items():
        found = small() if name == "scapy" else run()
        cpu = found.cpu * (share if name == "scapy" else 1)
        print(
            f"| {name} | {cpu:.2f} | {size / 1e6 / cpu:.1f} | {found.peak} | {cpu / base.cpu:.1f} |  {found.said}",
            flush=True,
        )


if __name__ == "__main__":
    main()
