"""Heads of HTTP/1 messages: who is asked for what, and what came back.

Sources: RFC 9112 (messages), RFC 9110 (CONNECT, methods), RFC 9113, section 11.6 (PRI is no method). What is read is
what stands there: a head that is cut has the lines that are whole.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from affidavit.network.kernels import heads
from affidavit.network.names import hosts

MAX_HEAD = 64 << 10
"""Bytes of a head that are read."""
TOLD = 24
"""Bytes after which it is known whether a message may begin with them: a method, a space and a letter."""
SAME = 256
"""Heads whose reading is remembered: the same one is looked at for its names, and for its message."""
MAX_HEADERS = 256
"""Lines of a head that are read."""
_METHOD = rb"(?!PRI )[A-Z][A-Z-]{1,19}"
_REQUEST = re.compile(rb"(" + _METHOD + rb") ([^\s\x00-\x1f]{1,60000}) HTTP/1\.([0-9])\r?\n").match
_STARTS = re.compile(rb"(?:" + _METHOD + rb" [^\s\x00-\x1f]|HTTP/1\.[0-9] [0-9])").match
_RESPONSE = re.compile(rb"HTTP/1\.([0-9]) ([1-5][0-9]{2})(?: ([^\r\n]*))?\r?\n").match
Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """The head of a request.

    Attributes:
        method, target, version: of its first line; the version is that behind ``1.``.
        headers: in order, names as sent. size: bytes of the head. whole: whether its empty line was there.
        host, port: whom it asks for, by an absolute target or the Host header; empty and -1 without.
    """

    method: str
    target: str
    version: int
    headers: Headers
    size: int
    whole: bool
    host: str = ""
    port: int = -1

    def header(self, name: str) -> str:
        """The first header of a name in lower case; empty without."""
        return _header(self.headers, name)


class Response(NamedTuple):
    """The head of a response, as `Request` has it."""

    status: int
    version: int
    headers: Headers
    size: int
    whole: bool

    def header(self, name: str) -> str:
        """The first header of a name in lower case; empty without."""
        return _header(self.headers, name)


def starts(data: bytes) -> bool:
    """Whether bytes may be the start of a message whose first line is not whole yet."""
    return bool(_STARTS(bytes(data[:128])))


@lru_cache(SAME)
def request(data: bytes) -> Request | None:
    """The head of the request at the start of some bytes; None when there is none with a whole first line."""
    raw = data[:MAX_HEAD]
    line = _REQUEST(raw)
    if line is None:
        return None
    method, target = line[1].decode("ascii"), line[2].decode("latin-1")
    headers, size, whole = heads.headers(raw, line.end(), MAX_HEADERS)
    authority = target if method == "CONNECT" else _absolute(target) or _header(headers, "host")
    host, port = hosts.split(authority.strip())
    return Request(method, target, int(line[3]), headers, size, whole, hosts.text(host.encode("latin-1")), port)


@lru_cache(SAME)
def response(data: bytes) -> Response | None:
    """The head of the response at the start of some bytes; None as for `request`."""
    raw = data[:MAX_HEAD]
    line = _RESPONSE(raw)
    if line is None:
        return None
    headers, size, whole = heads.headers(raw, line.end(), MAX_HEADERS)
    return Response(int(line[2]), int(line[1]), headers, size, whole)


def url(found: Request, scheme: str = "http", port: int = 80) -> str:
    """The absolute address that a request is for; its target alone when it names no host."""
    if found.method == "CONNECT" or not found.host or not found.target.startswith(("/", "*")):
        return found.target
    host = f"[{found.host}]" if ":" in found.host else found.host
    if found.port >= 0:
        port = found.port
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{host}{'' if port == usual else f':{port}'}{found.target if found.target != '*' else ''}"


def _absolute(target: str) -> str:
    """The authority of an absolute target, which counts more than the Host header (RFC 9112, section 3.2.2)."""
    if "://" not in target[:16]:
        return ""
    try:
        return urlsplit(target).netloc
    except ValueError:
        return ""


def _header(headers: Headers, name: str) -> str:
    for key, value in headers:
        if key.lower() == name:
            return value
    return ""
