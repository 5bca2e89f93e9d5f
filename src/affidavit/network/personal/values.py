"""How one value may be written in traffic: each form as bytes, and the decoding that it stands for."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from affidavit.network.personal.profile import Value, bare

HASHES = ("md5", "sha1", "sha256", "sha512")
_SHORT = 6
"""Bytes of a form that may not be looked for: it turns up by chance."""
_WHOLE = 40
"""Characters from which a form cannot be part of a longer word by chance."""


class Form(NamedTuple):
    """One way to write a value.

    Attributes:
        data: the bytes; lower case when case does not count. caseless: whether case counts.
        steps: the decodings that it stands for, which end a path (``base64``, ``sha256``).
        word: whether letters and digits beside it make it part of something else.
        degrees: for the first digits of a coordinate, how many decimals they are shifted by; else -1.
    """

    data: bytes
    caseless: bool
    steps: tuple[str, ...]
    word: bool = False
    degrees: int = -1


def forms(value: Value) -> list[Form]:
    """Every form of a value, distinct, those with the fewest steps first."""
    found = _degrees(value) if value.kind == "degrees" else _of_text(value)
    distinct: dict[tuple[bytes, bool, int], Form] = {}
    for form in found:
        if len(form.data) >= (3 if form.degrees >= 0 else _SHORT):
            key = (form.data, form.caseless, form.degrees)
            if key not in distinct or len(distinct[key].steps) > len(form.steps):
                distinct[key] = form
    return sorted(distinct.values(), key=lambda form: (len(form.steps), form.data, form.caseless))


def texts(value: Value) -> list[str]:
    """The usual spellings of a value: what SDKs send as it stands, and hash."""
    text = value.text
    plain = {
        "uuid": _uuid,
        "id": _separated,
        "imei": lambda text: [bare(text)],
        "mac": _mac,
        "phone": _phone,
        "email": lambda text: [text.strip().lower()],
        "url": _url,
    }.get(value.kind, lambda _: [])(text)
    spelt = [text, *plain]
    return list(dict.fromkeys([*spelt, *(item.lower() for item in spelt), *(item.upper() for item in spelt)]))


def _uuid(text: str) -> list[str]:
    digits = bare(text)
    dashed = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return [digits, dashed] if len(digits) == 32 else [digits]


def _separated(text: str) -> list[str]:
    digits = bare(text)
    if re.fullmatch("[0-9a-f]{16}", digits) and not digits.isdigit():
        return [digits, str(int(digits, 16))]
    return [digits]


def _mac(text: str) -> list[str]:
    digits = bare(text)
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return [digits, ":".join(pairs), "-".join(pairs)]


def _phone(text: str) -> list[str]:
    digits = "".join(character for character in text if character.isdigit())
    digits = digits.removeprefix("00")
    return [f"+{digits}", digits, f"00{digits}"]


def _url(text: str) -> list[str]:
    rest = re.sub("^[a-z]+://", "", text, flags=re.IGNORECASE)
    cut = rest.rstrip("/")
    return [text.rstrip("/"), *(item for item in (rest, cut) if "/" in item)]


def _of_text(value: Value) -> Iterator[Form]:
    written = texts(value)
    yield from _plain(value, written)
    for text in written:
        yield from _encoded(text)
        yield from _hashed(text)
    digits = bare(value.text)
    if value.kind in {"uuid", "id", "mac"} and re.fullmatch("([0-9a-f]{2}){6,}", digits):
        raw = bytes.fromhex(digits)
        both = (raw, raw[::-1], raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:])
        for data in both[: 3 if len(raw) == 16 else 2]:
            yield Form(data, caseless=False, steps=("bytes",))
            yield from _base64(data, ("base64", "bytes"))


def _plain(value: Value, written: list[str]) -> Iterator[Form]:
    word = len(bare(value.text)) < _WHOLE
    for text in written:
        data = text.encode()
        yield Form(data.lower(), caseless=True, steps=(), word=word)
        for quoted in (quote(text, safe=""), quote_plus(text), quote(text)):
            if quoted != text:
                yield Form(quoted.lower().encode(), caseless=True, steps=("url",), word=word)
        for code in ("utf-16-le", "utf-16-be"):
            yield Form(text.encode(code), caseless=False, steps=(code,))


def _encoded(text: str) -> Iterator[Form]:
    data = text.encode()
    yield from _base64(data, ("base64",))
    yield Form(data.hex().encode(), caseless=True, steps=("hex",))


def _hashed(text: str) -> Iterator[Form]:
    for name in HASHES:
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield Form(digest.hex().encode(), caseless=True, steps=(name,))
        yield Form(digest, caseless=False, steps=(name,))
        for alphabet in (None, b"-_"):
            encoded = base64.b64encode(digest, alphabet).rstrip(b"=")
            yield Form(encoded, caseless=False, steps=("base64", name))


def _base64(data: bytes, steps: tuple[str, ...]) -> Iterator[Form]:
    """What is in base64 of any longer text that holds the bytes, at each of its three offsets."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data)
        first = (8 * before + 5) // 6
        inside = whole[first : (8 * (before + len(data))) // 6]
        for found in {inside, inside.replace(b"+", b"-").replace(b"/", b"_")}:
            yield Form(found, caseless=False, steps=steps)


def _degrees(value: Value) -> Iterator[Form]:
    """The first digits of a coordinate, cut and rounded to two decimals, or as an integer of 10^-6 or 10^-7 degrees."""
    number = abs(float(value.text))
    cut = int(number * 100)
    for hundredths in sorted({cut, round(number * 100)}):
        text = f"{hundredths // 100}.{hundredths % 100:02}".removesuffix("0")  # as numbers are written
        yield Form(text.encode(), caseless=False, steps=(), word=True, degrees=0)
    fine = int(number * 10_000)
    for ten_thousandths in (fine, fine + 1):
        for places in (6, 7):
            yield Form(str(ten_thousandths).encode(), caseless=False, steps=(f"e{places}",), word=True, degrees=places)
