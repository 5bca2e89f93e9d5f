"""Flow logs of VPCs the obvious way: a row at a time by `csv`, and a sum for each port of a server."""

import csv
from collections import defaultdict


def totals(text: str) -> dict[tuple[str, int], tuple[int, int, int]]:
    """(bytes up, bytes down, records) by server and port."""
    found: dict[tuple[str, int], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for row in csv.DictReader(text.splitlines(), delimiter=" "):
        size, ports = int(row["bytes"]), (int(row["srcport"]), int(row["dstport"]))
        if ports[1] <= ports[0]:
            up, down, records = found[row["dstaddr"], ports[1]]
            found[row["dstaddr"], ports[1]] = (up + size, down, records + 1)
        else:
            up, down, records = found[row["srcaddr"], ports[0]]
            found[row["srcaddr"], ports[0]] = (up, down + size, records + 1)
    return dict(found)
