"""A device's profile: the values that a person says are on it, so that they can be looked for in messages.

The file is YAML or JSON (``docs/reference/profile.md``). It is read, never stored: a bundle has the SHA-256 of values
and what `redact` leaves of them.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

import msgspec
import yaml
from msgspec import Struct

from affidavit.knowledge.shape import shape_problem
from affidavit.model.errors import UsageError
from affidavit.network.personal.known import telling

LARGEST = 1 << 20
MOST = 2_000
"""Values of one profile."""
LONGEST = 2_048
"""Characters of one value."""
_ADVICE = "docs/reference/profile.md has an example"
Texts = str | list[str]


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """A place where the device was, in degrees."""

    lat: str
    lon: str


class Contact(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody in the device's address book."""

    name: str = ""
    phone: Texts = ""
    email: Texts = ""


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as people write it."""

    identifiers: dict[str, Texts] = {}
    phone: Texts = ""
    email: Texts = ""
    names: Texts = ""
    location: Point | list[Point] = []
    contacts: list[Contact] = []
    typed: Texts = ""
    visited: Texts = ""
    other: dict[str, Texts] = {}


class Value(Struct, frozen=True, order=True):
    """One value that is looked for.

    Attributes:
        property: id. kind: how it may be written (``uuid``, ``phone`` ...). text: as the profile has it.
        pair: for a coordinate, which point it belongs to; -1 for everything else.
    """

    property: str
    kind: str
    text: str
    pair: int = -1


class Profile(Struct, frozen=True):
    """The values of one device, in the order of the file."""

    values: tuple[Value, ...] = ()


def read_profile(data: bytes, name: str = "profile") -> Profile:
    """The values of a profile file.

    Args:
        data: YAML or JSON.
        name: of the file, for messages.

    Raises:
        UsageError: it is no profile, or a value in it would turn up everywhere; the message names every such value's
            place and never the value.
    """
    written = _written(data, name)
    values, wrong = [], []
    for where, value in _values(written):
        values.append(value)
        if problem := _problem(value):
            wrong.append(f"{where} {problem}")
    if wrong:
        raise UsageError(f"{name}: " + "; ".join(wrong[:20]), advice="leave the values out or replace them")
    if not values or len(values) > MOST:
        raise UsageError(f"{name}: holds {len(values):,} values; 1 to {MOST:,} can be looked for", advice=_ADVICE)
    return Profile(tuple(dict.fromkeys(values)))


def _written(data: bytes, name: str) -> Written:
    if len(data) > LARGEST:
        raise UsageError(f"{name}: has {len(data):,} bytes; a profile has {LARGEST:,} at most", advice=_ADVICE)
    try:
        if wrong := shape_problem(data, most=4 * MOST):
            raise UsageError(f"{name}: {wrong[1]}", advice=_ADVICE)
        tree = yaml.load(data, Loader=_Text)  # noqa: S506 - a safe loader
        return msgspec.convert(tree, Written)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # What a parser says may quote the file, and the file is personal.
        place = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        line = f", line {place.line + 1}" if place else ""
        said = str(error) if isinstance(error, msgspec.ValidationError) else "is no YAML or JSON"
        raise UsageError(f"{name}{line}: {said}", advice=_ADVICE) from None


class _Text(yaml.CSafeLoader):
    """Reads digits as the text that they are: an IMEI is no number, and a serial number may begin with zero."""


_Text.yaml_implicit_resolvers = {}


def _texts(written: Texts) -> Iterator[str]:
    for text in written if isinstance(written, list) else [written]:
        if stripped := text.strip():
            yield stripped


def _values(written: Written) -> Iterator[tuple[str, Value]]:
    """Every value with the place in the file that names it."""
    known = telling().identifiers
    for field, texts in written.identifiers.items():
        if field not in known:
            raise UsageError(
                f"identifiers.{field[:60]} is not known", advice=f"known are {', '.join(known)}; else `other`"
            )
        property_, kind = known[field]
        yield from ((f"identifiers.{field}", Value(property_, kind, text)) for text in _texts(texts))
    for place, property_, kind in _PLAIN:
        for text in _texts(getattr(written, place)):
            yield place, Value(property_, kind, text)
    points = written.location if isinstance(written.location, list) else [written.location]
    for number, point in enumerate(points):
        yield "location", Value("latitude", "degrees", point.lat, number)
        yield "location", Value("longitude", "degrees", point.lon, number)
    for number, contact in enumerate(written.contacts):
        for field, property_, kind in _OF_CONTACT:
            for text in _texts(getattr(contact, field)):
                yield f"contacts[{number}].{field}", Value(property_, kind, text)
    for property_, texts in written.other.items():
        yield from ((f"other.{property_[:60]}", Value(property_[:60], "other", text)) for text in _texts(texts))


_PLAIN = (
    ("phone", "phoneNumber", "phone"),
    ("email", "email", "email"),
    ("names", "name", "name"),
    ("typed", "typedText", "text"),
    ("visited", "visitedUrl", "url"),
)
_OF_CONTACT = (
    ("name", "contactName", "name"),
    ("phone", "contactPhone", "phone"),
    ("email", "contactEmail", "email"),
)


def bare(text: str) -> str:
    """Lower case, letters and digits alone."""
    return "".join(character for character in text.lower() if character.isalnum())


def bits(text: str) -> float:
    """Shannon's bits of a text: of its characters as it uses them, times their number."""
    counts = Counter(text).values()
    return -sum(count * math.log2(count / len(text)) for count in counts)


def meaningless(text: str) -> bool:
    """Whether many devices have the value, so that it names none: zeros, constants, test values."""
    plain = bare(text)
    return len(set(plain)) < 2 or plain in telling().common


def _problem(value: Value) -> str:
    """Why a value may not be looked for, and what to do; empty when it may."""
    if value.kind == "degrees":
        return _wrong_degrees(value)
    if len(value.text) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    if meaningless(value.text):
        return "is a value that many devices have: it tells nothing"
    kind = telling().kinds[value.kind]
    plain = value.text if value.kind in _WORDS else bare(value.text)
    if len(plain) < kind.characters or bits(plain.lower()) < kind.bits:
        return f"is too short or too plain to be telling: {kind.advice}"
    return ""


_WORDS = {"name", "text", "ssid", "url", "other", "email"}


def _wrong_degrees(value: Value) -> str:
    limit = 90 if value.property == "latitude" else 180
    if not re.fullmatch(r"[-+]?\d{1,3}\.\d{1,15}", value.text):
        return "is no number of degrees with decimals"
    if abs(float(value.text)) > limit:
        return f"lies outside of {limit} degrees"
    short = len(value.text.partition(".")[2]) < 4
    return "needs four decimals or more (a place of about ten metres)" if short else ""
