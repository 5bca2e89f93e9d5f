"""Entitlements: the rights that a signature claims, as a property list and, since iOS 15, also in DER.

Source of the DER form: Apple's CoreEntitlements (libCoreEntitlements, open source): ``[APPLICATION 16] { INTEGER 1,
[CONTEXT 16] { SEQUENCE { UTF8String key, value } ... } }``; earlier writers used a SET of such pairs.
"""

from affidavit.artefact.plist import FEW_VALUES, Value, read_plist
from affidavit.signing.apple.blobs import MalformedError

_MAX_BYTES = 1 << 20
_MAX_DEPTH = 32
_BOOLEAN, _INTEGER, _STRING, _OCTETS, _SEQUENCE, _SET, _OUTER, _MAP = 0x01, 0x02, 0x0C, 0x04, 0x30, 0x31, 0x70, 0xB0


def read_xml(content: bytes) -> dict[str, Value]:
    """Entitlements in a property list.

    Raises:
        MalformedError: it is no dictionary.
        PlistError: it is no property list.
    """
    value = read_plist(content, FEW_VALUES) if content.strip() else {}
    if not isinstance(value, dict):
        raise MalformedError("the entitlements are no dictionary")
    return value


def read_der(content: bytes) -> dict[str, Value]:
    """Entitlements in DER.

    Raises:
        MalformedError: it is not of the form above.
    """
    if len(content) > _MAX_BYTES:
        raise MalformedError(f"the entitlements have {len(content)} bytes, more than the {_MAX_BYTES} that are read")
    items = _items(content)
    if len(items) == 1 and items[0][0] == _OUTER:
        items = _items(items[0][1])[1:]
    value = _value(*items[0], 0) if len(items) == 1 else None
    if not isinstance(value, dict):
        raise MalformedError("the entitlements in DER are no dictionary")
    return value


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents of the values end to end in `data`."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise MalformedError("a value in DER has no length")
        tag, size = data[at], data[at + 1]
        at += 2
        if size >= 0x80:
            width = size & 0x7F
            if not 1 <= width <= 4:
                raise MalformedError("a value in DER has a length that is not read")
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        if at + size > len(data):
            raise MalformedError("a value in DER passes the end of what holds it")
        found.append((tag, data[at : at + size]))
        at += size
    return found


def _value(tag: int, content: bytes, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise MalformedError(f"values in DER are nested deeper than {_MAX_DEPTH}")
    if tag in (_MAP, _SET):
        return dict(_pair(kind, raw, depth) for kind, raw in _items(content))
    if tag == _SEQUENCE:
        return [_value(kind, raw, depth + 1) for kind, raw in _items(content)]
    if tag == _BOOLEAN:
        return content != b"\0"
    if tag == _INTEGER and len(content) <= 16:
        return int.from_bytes(content, "big", signed=True)
    if tag == _STRING:
        return content.decode("utf-8", "backslashreplace")
    if tag == _OCTETS:
        return content
    raise MalformedError(f"a value in DER has the unknown tag {tag:#x}")


def _pair(tag: int, content: bytes, depth: int) -> tuple[str, Value]:
    items = _items(content)
    if tag != _SEQUENCE or len(items) != 2 or items[0][0] != _STRING:
        raise MalformedError("an entitlement in DER is no pair of key and value")
    return items[0][1].decode("utf-8", "backslashreplace"), _value(*items[1], depth + 1)
