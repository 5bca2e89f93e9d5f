"""What values of a form look like: enough to say that a field which is called so holds one."""

import ipaddress
import re
from collections.abc import Callable

from affidavit.network.personal.known import telling
from affidavit.network.personal.profile import bare, meaningless

_UUID = re.compile(r"[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")
_ID = re.compile(r"[\w.:+=/|{}~-]{6,512}", re.ASCII)
_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_PHONE = re.compile(r"(?!\d{4}[./-]\d\d?[./-]\d\d?$)(?:\+|00)?[1-9](?:[ ()./-]{0,3}\d){6,14}")
_DEGREES = re.compile(r"[-+]?\d{1,3}\.\d{2,15}")
_FINE = re.compile(r"[-+]?\d{6,10}")
_HASH = re.compile(r"(?:[0-9A-Fa-f]{8}){4,16}|[A-Za-z0-9+/_-]{22,88}={0,2}")


def holds(form: str, text: str) -> bool:
    """Whether a text can be a value of the form, and tells anything.

    Args:
        form: as `Property.form`; an identifier of any kind when it is empty.
        text: the value, without blanks around it.
    """
    return not meaningless(text) and _FORMS.get(form, _identifier)(text)


def _identifier(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and (any(character.isdigit() for character in text) or len(text) >= 16)


def _advertising(text: str) -> bool:
    return bool(_UUID.fullmatch(text)) or (len(text) >= 16 and _identifier(text))


def imei(text: str) -> bool:
    """Whether digits are an IMEI: given out by a known body, with Luhn's check digit (GSMA TS.06)."""
    if not re.fullmatch(r"\d{15}", text) or text[:2] not in telling().imei_bodies:
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(text))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def mac(text: str, *, by_maker: bool = False) -> bool:
    """Whether digits are the address of one machine; `by_maker` asks that its maker gave it (IEEE 802, bit two)."""
    if not _MAC.fullmatch(text):
        return False
    first = int(bare(text)[:2], 16)
    return not first & 1 and not (by_maker and first & 2)


def _coordinate(limit: int) -> Callable[[str], bool]:
    def inside(text: str) -> bool:
        if _DEGREES.fullmatch(text):
            return 0 < abs(float(text)) <= limit
        return bool(_FINE.fullmatch(text)) and abs(int(text)) <= limit * 10**7

    return inside


def _address(text: str) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or found.is_multicast)


def _words(text: str) -> bool:
    return 2 <= len(text) <= 500 and any(character.isalpha() for character in text) and text.lower() not in _NOTHING


_NOTHING = {"null", "none", "undefined", "true", "false", "n/a", "nan", "unknown"}
_FORMS: dict[str, Callable[[str], bool]] = {
    "uuid": _advertising,
    "imei": imei,
    "mac": mac,
    "phone": lambda text: bool(_PHONE.fullmatch(text)),
    "email": lambda text: bool(_EMAIL.fullmatch(text)),
    "latitude": _coordinate(90),
    "longitude": _coordinate(180),
    "ip": _address,
    "url": lambda text: "." in text and "/" in text and " " not in text,
    "text": _words,
    "hash": lambda text: bool(_HASH.fullmatch(text)),
}
