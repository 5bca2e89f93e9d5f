"""Texts by line and by bytes that mean something to a reader: JAR manifests, signature files, XML, notes."""

from random import Random

from tests.mutation.fields import TIMES

_BREAKS = (b"\n", b"\r\n", b"\r")
_ODD = (
    b"\0",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    b":",
    b" ",
    b"=",
    b"&x;",
    b"&#0;",
    b"<!--",
    b"]]>",
    b"<a>" * 500,
    b"A" * 70_000,
    b"../../",
    b"Name: ",
)
_LINES = (
    b"Name: classes.dex",
    b"Name: AndroidManifest.xml",
    b"SHA-256-Digest: AAAA",
    b"SHA1-Digest: " + b"A" * 28,
    b"SHA-512-Digest-Manifest: " + b"=" * 8,
    b"X-Android-APK-Signed: 2, 3",
    b"X-Android-APK-Signed: 99999999999999999999",
    b"Name: " + b"x" * 600,
    b" continued",
    b": no name",
    b"no colon",
    b"Magic: MD5",
    b"",
)


def rewrite(draw: Random, data: bytes) -> bytes:
    """A few lines of a text dropped, repeated, swapped, added, joined or spoilt; now and then other line breaks."""
    lines = data.splitlines()
    for _ in range(draw.choice(TIMES)):
        _change(draw, lines)
    broken = draw.choice(_BREAKS) if draw.random() < 0.3 else (b"\r\n" if b"\r\n" in data else b"\n")
    end = draw.choice((b"", broken, broken, broken * 2))
    return broken.join(lines) + end


def _change(draw: Random, lines: list[bytes]) -> None:
    at = draw.randrange(len(lines)) if lines else 0
    kind = draw.randrange(7)
    if not lines or kind == 0:
        lines.insert(at, draw.choice(_LINES))
    elif kind == 1:
        del lines[at]
    elif kind == 2:
        lines[at:at] = [lines[at]] * draw.choice((1, 2, 200))
    elif kind == 3:
        other = draw.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 4:
        lines[at : at + 2] = [b"".join(lines[at : at + 2])]
    else:
        cut = draw.randrange(len(lines[at]) + 1)
        skip = draw.choice((0, 0, 1, 4))
        lines[at] = lines[at][:cut] + draw.choice(_ODD) + lines[at][cut + skip :]
