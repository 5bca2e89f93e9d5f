"""What the program does with a packet capture, in full."""

import os

from affidavit.artefact.notes import Notes
from affidavit.network.capture import packets, records
from affidavit.network.capture.events import Answer, Flow, Message, Unread
from affidavit.network.capture.source import Source
from tests.oracles import packets as slow


def capture(data: bytes) -> None:
    """A file of packets: every event; frames are counted as the slow reader finds them."""
    if not records.form(data):
        return
    handle = os.memfd_create("capture", os.MFD_CLOEXEC)
    try:
        with open(handle, "wb", closefd=False) as file:
            file.write(data)
        counted = 0
        for event in packets.read(Source(handle, "capture", len(data)), Notes([])):
            assert isinstance(event, Flow | Answer | Message | Unread)
            assert event.where.offset < len(data)
            if isinstance(event, Flow):
                counted += event.records
                assert min(event.up, event.down) >= 0
                assert all(len(name.value) <= 255 for name in event.names)
        assert counted <= len(slow.frames(data))
    finally:
        os.close(handle)
