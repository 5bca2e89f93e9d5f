"""Configurations of resources (``ResTable_config``) as qualifiers, as resource folders are named (``fr-rCA-v21``).

Layout: androidfw's resource types header, struct ``ResTable_config``: size u32, mcc u16, mnc u16, language and country
of 2 bytes each, orientation u8, touch screen u8, density u16, input 4 bytes, screen width and height u16, SDK version
u16, and more that is only compared here.
"""

import struct

_HEAD = struct.Struct("<IHH2s2sBBH4sHHHH")
_DENSITIES = {120: "ldpi", 160: "mdpi", 213: "tvdpi", 240: "hdpi", 320: "xhdpi", 480: "xxhdpi", 640: "xxxhdpi"}
_ORIENTATIONS = {1: "port", 2: "land", 3: "square"}


def qualifiers(data: bytes) -> str:
    """Qualifiers of a configuration, joined by ``-``; empty for the default one.

    Fields without a name here are shown together as ``x`` and their hex, so that two configurations never look alike.
    """
    size = int.from_bytes(data[:4], "little")
    data = data[4 : min(max(size, 4), len(data))]
    if not any(data):
        return ""
    padded = b"\0\0\0\0" + data.ljust(_HEAD.size - 4, b"\0")
    _, mcc, mnc, language, country, orientation, _, density, _, width, height, sdk, _ = _HEAD.unpack_from(padded)
    parts = [f"mcc{mcc}" if mcc else "", f"mnc{mnc}" if mnc else "", _locale(language, country)]
    parts.append(_ORIENTATIONS.get(orientation, f"o{orientation}" if orientation else ""))
    parts.append(_density(density))
    parts.append(f"{height}x{width}" if width or height else "")
    parts.append(_rest(padded))
    parts.append(f"v{sdk}" if sdk else "")
    return "-".join(part for part in parts if part) or "x"


def _locale(language: bytes, country: bytes) -> str:
    """Language and region; codes of three letters are packed in 5 bits each with the top bit set."""
    text = _letters(language, ord("a"))
    region = _letters(country, ord("0"))
    return f"{text}-r{region}" if region else text


def _letters(code: bytes, base: int) -> str:
    if not any(code):
        return ""
    if code[0] & 0x80:
        packed = code[1] | code[0] << 8
        return "".join(chr((packed >> shift & 0x1F) + base) for shift in (0, 5, 10))
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 0x80 else f"{byte:02x}" for byte in code)


def _density(density: int) -> str:
    if not density:
        return ""
    special = {0xFFFE: "anydpi", 0xFFFF: "nodpi"}
    return special.get(density) or _DENSITIES.get(density, f"{density}dpi")


def _rest(padded: bytes) -> str:
    """The fields not named above: touch screen, input, minor version, and everything after the version."""
    rest = padded[13:14] + padded[16:20] + padded[26:]
    return "x" + rest.rstrip(b"\0").hex() if any(rest) else ""
