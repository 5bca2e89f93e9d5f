"""As `uses`, for files of captured traffic: whatever they say, events are of known kinds, bounded and in the file."""

import os

from affidavit.artefact.notes import Notes
from affidavit.model.errors import UnreadableError
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread
from affidavit.network.capture.opening import opened
from tests.builders import captures
from tests.builders.captures import source_of

_HOST = 255


def capture(data: bytes) -> None:
    """A file of any format that tells itself."""
    source = source_of(data)
    try:
        form, read = opened(source)
        assert form
        for event in read(source, Notes([])):
            _sound(event)
    except UnreadableError:
        return
    finally:
        os.close(source.handle)


def _sound(event: Event) -> None:
    """What must hold of an event."""
    event.where.name.encode()
    if isinstance(event, Unread):
        assert event.kind.startswith("capture/")
        assert event.records > 0
    elif isinstance(event, Message):
        event.url.encode()
        assert len(event.host) <= _HOST
        assert 0 <= event.port < 1 << 16
        assert 0 <= event.status < 1_000
        assert event.at >= -1
    elif isinstance(event, Answer):
        assert event.name
        assert event.at >= -1
    else:
        assert isinstance(event, Flow)
        assert 0 <= event.port < 1 << 16
        assert min(event.begun, event.ended, event.up, event.down) >= -1


def made() -> dict[str, list[bytes]]:
    """A small file of each format."""
    sockets = [{"type": "send", "time": 1.5, "opcode": 2, "data": "AAE="}]
    message = [[1, True, b"up", 1.0, False]]
    answers = [
        {"name": "a", "type": 5, "ttl": 3, "data": b"\1b\0"},
        {"name": "b", "type": 1, "ttl": 3, "data": b"abcd"},
    ]
    dns = {"request": {"timestamp": 1.0, "questions": [{"name": "a"}]}, "response": {"answers": answers}, "type": "dns"}
    return {
        "har": [
            captures.har(captures.entry()),
            captures.har(
                captures.entry(_webSocketMessages=sockets, response={"content": {"size": 1, "text": "\udc80"}})
            ),
        ],
        "mitmproxy": [
            captures.mitm_flow(),
            captures.mitm_flow(websocket={"messages": message}) * 2,
            captures.mitm_flow(type="tcp", messages=[[True, b"x", 1.0]]),
            captures.tnet(dns),
        ],
        "zeek": captures.ZEEK,
        "flow-logs": captures.FLOWS,
        "dns-logs": captures.QUERIES,
    }
