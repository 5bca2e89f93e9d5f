"""Which declared component an intent arrives at.

Source: Android documentation, "Intents and Intent Filters": explicit intents; action, category and data tests. What is
not known of an intent passes every test.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import SplitResult, urlsplit

from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.intent_objects import Description

KINDS = {"activity": "activity", "service": "service", "bind": "service", "receiver": "receiver"}
"""What a launch addresses, by the word of its effect."""
DEFAULT = "android.intent.category.DEFAULT"
MAX_TARGETS = 50

_MAIN = "android.intent.action.MAIN"
_OWN_DATA = frozenset({"content", "file"})


def targets(sent: Description, word: str, declared: Sequence[Declared]) -> list[Declared]:
    """The components that an intent may arrive at, in the order of declaration.

    Args:
        sent: the intent.
        word: what is launched (`KINDS`).
        declared: everything that can be addressed.
    """
    kind = KINDS.get(word, word)
    able: Iterator[Declared] = (item for item in declared if item.enabled and item.kind == kind)
    if sent.names("class"):
        names = set(sent.of("class"))
        if "class" not in sent.open:
            able = (item for item in able if (item.name or item.component) in names)
    elif sent.complete or sent.said:
        able = (item for item in able if any(passes(sent, filter_, word) for filter_ in item.filters))
    return list(islice(able, MAX_TARGETS))


def passes(sent: Description, filter_: Filter, word: str) -> bool:
    """Whether an implicit intent passes a filter."""
    return _action(sent, filter_) and _categories(sent, filter_, word) and _data(sent, filter_)


def _action(sent: Description, filter_: Filter) -> bool:
    if "action" in sent.open or not (sent.complete or sent.of("action")):
        return bool(filter_.actions)
    known = sent.of("action")
    return any(action in filter_.actions for action in known) if known else bool(filter_.actions)


def _categories(sent: Description, filter_: Filter, word: str) -> bool:
    """Every category of the intent must be in the filter; sending to activities adds one."""
    known = set(sent.of("category"))
    if word == "activity" and _MAIN not in filter_.actions:
        known.add(DEFAULT)
    return known <= set(filter_.categories)


def _data(sent: Description, filter_: Filter) -> bool:
    """Address and type, as the documentation's four cases have it."""
    wanted = _wanted(filter_)
    types, addresses = wanted.get("mimeType", []), [key for key in wanted if key != "mimeType"]
    if "data" in sent.open or "type" in sent.open or not sent.complete:
        return True
    if not sent.names("data") and not sent.names("type"):
        return not types and not addresses
    kinds, uris = sent.of("type"), [split(text) for text in sent.of("data")]
    if not kinds:
        return not types and any(_address(uri, wanted) for uri in uris)
    if not any(_type(kind, one) for kind in kinds for one in types):
        return False
    if not uris:
        return not addresses
    return any(_address(uri, wanted) if addresses else uri.scheme in _OWN_DATA for uri in uris)


def split(text: str) -> SplitResult:
    """A URI in its parts; an empty one when it has none."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def _wanted(filter_: Filter) -> dict[str, list[str]]:
    """Attributes of all data elements of a filter."""
    found: dict[str, list[str]] = {}
    for line in filter_.data:
        for part in line.split(" "):
            key, sign, value = part.partition("=")
            if sign:
                found.setdefault(key, []).append(value)
    return found


def _address(uri: SplitResult, wanted: dict[str, list[str]]) -> bool:
    """Whether a URI is one that a filter's schemes, authorities and paths admit."""
    if uri.scheme not in wanted.get("scheme", []):
        return False
    hosts = wanted.get("host", [])
    host = uri.netloc.rpartition("@")[2].partition(":")[0]
    if hosts and not any(host == one or (one.startswith("*") and host.endswith(one[1:])) for one in hosts):
        return False
    return not hosts or _path(uri.path, wanted)


def _path(path: str, wanted: dict[str, list[str]]) -> bool:
    """Whether some path rule of a filter admits a path; a filter without any admits all."""
    rules = [(key, text) for key, texts in wanted.items() if key.startswith("path") for text in texts]
    return not rules or any(_admits(key, text, path) for key, text in rules)


def _admits(key: str, text: str, path: str) -> bool:
    if key == "path":
        return path == text
    if key == "pathPrefix":
        return path.startswith(text)
    if key == "pathSuffix":
        return path.endswith(text)
    # A pattern is only ".*", "x*" and "."; more is taken to fit.
    plain = re.split(r"\.\*", text)
    at = 0
    for piece in plain:
        if re.search(r"[.*\\\[\]{}+]", piece):
            return True
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _type(kind: str, wanted: str) -> bool:
    """Whether two media types fit, either with a star."""
    left, right = kind.split("/"), wanted.split("/")
    return len(left) == len(right) and all("*" in (a, b) or a == b for a, b in zip(left, right, strict=True))
