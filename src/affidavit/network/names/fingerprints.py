"""JA3 and JA4 of a TLS client's hello.

Sources: the description of JA3 by its authors (BSD licence), and that of JA4, the part for TLS clients, which alone of
its family is under a BSD licence. Values of GREASE (RFC 8701) count in neither.
"""

import hashlib
from collections.abc import Iterable

from affidavit.network.kernels import hello

_VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2"}
_SERVER_NAME, _ALPN = 0, 16
_NONE = "0" * 12


def without_grease(values: Iterable[int]) -> list[int]:
    """The values that mean something, in order."""
    return [value for value in values if not hello.is_grease(value)]


def ja3(version: int, ciphers: list[int], extensions: list[int], groups: list[int], formats: list[int]) -> str:
    """The MD5 of five lists of decimal numbers.

    Args:
        version: of the hello's own field.
        ciphers: in order, without GREASE.
        extensions: likewise.
        groups: likewise.
        formats: of points of elliptic curves.
    """
    lists = (ciphers, extensions, groups, formats)
    line = f"{version}," + ",".join(map(hello.decimals, lists))
    return hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()


def ja4(
    version: int,
    ciphers: list[int],
    extensions: list[int],
    algorithms: list[int],
    alpn: tuple[bytes, ...],
    *,
    quic: bool,
) -> str:
    """What is offered, in sorted order, so that clients that shuffle look the same.

    Args:
        version: the highest that is offered.
        ciphers: in order, without GREASE.
        extensions: likewise.
        algorithms: of signatures, in order.
        alpn: protocols in order.
        quic: whether the hello came in QUIC.
    """
    named = "d" if _SERVER_NAME in extensions else "i"
    head = (
        f"{'q' if quic else 't'}{_VERSIONS.get(version, '00')}{named}"
        f"{min(len(ciphers), 99):02d}{min(len(extensions), 99):02d}{_protocol(alpn)}"
    )
    told = hello.hexadecimals([value for value in sorted(extensions) if value not in (_SERVER_NAME, _ALPN)])
    if algorithms:
        told += "_" + hello.hexadecimals(algorithms)
    return f"{head}_{_short(hello.hexadecimals(sorted(ciphers)))}_{_short(told)}"


def _short(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:12] if line else _NONE


def _protocol(alpn: tuple[bytes, ...]) -> str:
    """First and last character of the first protocol; their hexadecimal digits when they are no ASCII letters."""
    first = alpn[0] if alpn else b""
    if not first:
        return "00"
    ends = first[:1] + first[-1:]
    return ends.decode() if ends.isalnum() else first[:1].hex()[0] + first[-1:].hex()[1]
