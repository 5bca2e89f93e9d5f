"""Endpoints in one string, found letter by letter: the slow twin of `affidavit.facts.endpoint_text.find_marks`."""

import re

from affidavit.facts.endpoint_text import Mark, decode, trim

LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LOWER = b"abcdefghijklmnopqrstuvwxyz0123456789.-"
STOPS = b"\"'<>\\^`|\x7f"
HOST = re.compile(rb"[a-z0-9.-]*\.([a-z]{2,24}|xn--[a-z0-9-]{2,59}|[0-9]{1,3})(:[0-9]{1,5})?")
SIX = re.compile(rb"[0-9a-fA-F:.]*:[0-9A-Fa-f]{1,4}")


def marks_of(string: bytes, schemes: frozenset[str]) -> set[Mark]:
    """All marks of one whole string, offsets from its start."""
    return {
        *urls(string, schemes, b"://", escaped=False),
        *urls(string, schemes, b":\\/\\/", escaped=True),
        *emails(string),
        *wholes(string),
    }


def urls(string: bytes, schemes: frozenset[str], sign: bytes, *, escaped: bool) -> list[Mark]:
    found = []
    for at in range(len(string)):
        if string[at : at + len(sign)] != sign or any(
            string[at - back : at - back + len(sign)] == sign for back in range(1, len(sign))
        ):
            continue
        start = at
        while start > max(0, at - 12) and string[start - 1 : start] in tuple(bytes([x]) for x in LETTERS + b"+-."):
            start -= 1
        name = string[start:at].decode().lower()
        scheme = name if name in schemes else next((x for x in ("https", "http") if name.endswith(x)), "")
        if scheme:
            rest = tail(string, at + len(sign), escaped=escaped)
            found.append(Mark("url", at - len(scheme), f"{scheme}://{trim(decode(rest))}"))
    return found


def tail(string: bytes, at: int, *, escaped: bool) -> bytes:
    out = b""
    for _ in range(2048):
        if escaped and string[at : at + 2] == b"\\/":
            out += b"/"
            at += 2
        elif at < len(string) and string[at] > 0x20 and string[at] not in STOPS:
            out += string[at : at + 1]
            at += 1
        else:
            break
    return out


def emails(string: bytes) -> list[Mark]:
    found = []
    taken = 0
    for at in range(len(string)):
        if string[at] != ord("@") or at < taken or at + 1 >= len(string) or string[at + 1] not in LETTERS:
            continue
        start = at
        while start > max(0, at - 65) and string[start - 1] in LETTERS + b"._%+-":
            start -= 1
        end = at + 1
        while end < len(string) and end < at + 254 and string[end] in LETTERS + b".-":
            end += 1
        if end - at < 4:
            continue
        taken = end
        domain = string[at + 1 : end].rstrip(b".-")
        edge = string[start - 1 : start] if start > max(0, at - 65) else b""
        after = string[at + 1 + len(domain) : at + 2 + len(domain)]
        if 0 < at - start <= 64 and edge not in (b"/", b":", b"@") and after != b":":
            found.append(Mark("email", start, f"{string[start:at].decode()}@{domain.decode()}"))
    return found


def wholes(string: bytes) -> list[Mark]:
    found = []
    match = HOST.fullmatch(string)
    if match and match.end(1) <= 260:
        found.append(Mark("ip" if match[1].isdigit() else "host", 0, string.decode()))
    if SIX.fullmatch(string) and len(string) <= 260:
        found.append(Mark("ip", 0, string.decode()))
    return found
