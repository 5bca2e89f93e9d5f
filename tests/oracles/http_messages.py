"""Messages of HTTP/1 out of a whole side of a connection, the slow way: cut the front off again and again."""

from collections.abc import Sequence

Row = tuple[str, bytes]
"""The first line's word that tells the message (target, or status), and its body."""


def requests(data: bytes) -> list[Row]:
    """Well-formed requests, with bodies of known length or in chunks."""
    found = []
    while data:
        lines, data = _head(data)
        body, data = _body(lines[1:], data, until_end=False)
        found.append((lines[0].split(" ")[1], body))
    return found


def responses(data: bytes, methods: Sequence[str]) -> list[Row]:
    """Well-formed responses to requests of these methods, in order."""
    found, waiting = [], list(methods)
    while data:
        lines, data = _head(data)
        status = lines[0].split(" ")[1]
        if status.startswith("1"):
            found.append((status, b""))
            continue
        method = waiting.pop(0)
        body = b""
        if method != "HEAD" and status not in {"204", "304"}:
            body, data = _body(lines[1:], data, until_end=True)
        found.append((status, body))
    return found


def _head(data: bytes) -> tuple[list[str], bytes]:
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _body(lines: list[str], data: bytes, *, until_end: bool) -> tuple[bytes, bytes]:
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while True:
            line, _, data = data.partition(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            body, data = body + data[:size], data[size:]
            if not size:
                while not data.startswith(b"\r\n"):
                    data = data.partition(b"\r\n")[2]
                return body, data[2:]
            data = data[2:]
    if "content-length" in headers:
        size = int(headers["content-length"])
        return data[:size], data[size:]
    return (data, b"") if until_end else (b"", data)
