"""What tshark reads in captures: the fields of each packet, and a mark for tests that need it."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

NEEDED = pytest.mark.skipif(shutil.which("tshark") is None, reason="needs Debian's tshark")
Packet = dict[str, list[str]]
"""Values by field; none for a field that the packet has not."""
_LAYERS = "frame.protocols"


@cache
def dissected(path: Path, fields: tuple[str, ...]) -> tuple[Packet, ...]:
    """Fields of each packet; those of packets that ICMP quotes are no packets of their own.

    Args:
        path: of the capture.
        fields: which, as tshark names them; `frame.protocols` (the layers, one a value) is always there.
    """
    names = (_LAYERS, *fields)
    command = ["tshark", "-r", str(path), "-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"]
    for name in names:
        command += ["-e", name]
    out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    rows = [
        dict(zip(names, ([part for part in item.split("|") if part] for item in line.split("\t")), strict=True))
        for line in out.split("\n")
        if line
    ]
    rows = [row | {_LAYERS: [layer for layers in row[_LAYERS] for layer in layers.split(":")]} for row in rows]
    return tuple(row for row in rows if not {"icmp", "icmpv6"} & set(row[_LAYERS]))
