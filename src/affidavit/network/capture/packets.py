"""Packet captures as events: connections with what names them, answers of DNS, requests in clear."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from affidavit.artefact.notes import Notes
from affidavit.network.capture.events import Event, Unread, Where
from affidavit.network.capture.flows import Flows
from affidavit.network.capture.records import Batch, Walk
from affidavit.network.capture.source import Source

_LEFT_OUT: Final = (
    (0, "capture/unsupported", "frames of a kind of link that is not read"),
    (2, "capture/damaged", "packets with a head that cannot be"),
    (3, "capture/truncated", "packets of which the capture kept less than their heads"),
    (4, "capture/unsupported", "later fragments of packets, which are not put together"),
    (6, "capture/unsupported", "packets that carry neither TCP nor UDP"),
    (7, "capture/not-decrypted", "frames that a radio network has encrypted"),
)
"""What became of frames, by its place in the counts. No IP (1) and ICMP (5) name nobody."""


def read(source: Source, notes: Notes) -> Iterator[Event]:  # noqa: ARG001 - every reader has the same arguments
    """Everything that a packet capture shows, in the order of the file; a connection is told when it is over.

    Args:
        source: a pcap or pcapng file.
        notes: not used: what cannot be read comes as `Unread`.
    """
    walk = Walk(source)
    flows = Flows(walk.apps)
    first: dict[int, Where] = {}
    flows.keys.add(source.keys)
    given = 0
    for batch in walk.batches():
        for log in walk.secrets[given:]:
            flows.keys.add(log)
        given = len(walk.secrets)
        yield from flows.take(batch)
        _remember(batch, flows, first)
    yield from flows.end()
    yield from walk.unread
    if flows.talks.given_up:
        detail = "connections were not read to their end: too many were open, or too much of them waited"
        yield Unread("capture/too-large", detail, Where(-1, "connections"), flows.talks.given_up)
    if flows.left:
        detail = "packets that were not looked at: their connections had too many before them"
        yield Unread("capture/too-large", detail, Where(-1, "frames"), flows.left)
    if walk.left_out:
        detail = "packets of an interface that was not described, or with lengths that cannot be"
        yield Unread("capture/damaged", detail, Where(-1, "frames"), walk.left_out)
    for at, kind, detail in _LEFT_OUT:
        if flows.counts[at]:
            yield Unread(kind, detail, first[at], int(flows.counts[at]))


def _remember(batch: Batch, flows: Flows, first: dict[int, Where]) -> None:
    """Where each thing that stands in the way was met first."""
    for at, _, _ in _LEFT_OUT:
        if flows.counts[at] and at not in first:
            row = int(np.argmax(batch.frames["seen"][: batch.count] == at + 1))
            first[at] = Where(int(batch.frames["at"][row]), f"frame {batch.first + row + 1}")
