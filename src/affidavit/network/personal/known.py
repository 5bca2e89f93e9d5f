"""What is known of personal data in requests: properties, names of fields, recipients' places, values that tell."""

from fnmatch import fnmatchcase
from functools import cache

from msgspec import Struct

from affidavit.knowledge import load


class Property(Struct, frozen=True):
    """One property that a request may hold.

    Attributes:
        title: as people call it. category: the question that it answers; empty when it answers none alone.
        form: of its values under a known name (`forms`). keys: names of fields, lower case, letters and digits alone.
    """

    title: str
    category: str = ""
    form: str = ""
    keys: tuple[str, ...] = ()


class Vocabulary(Struct, frozen=True):
    """The properties by id."""

    source: str
    licence: str
    properties: dict[str, Property]


class Recipient(Struct, frozen=True):
    """Where one recipient has data sent: for each place, path -> properties.

    Attributes:
        hosts: names under which it takes requests, with all below them.
    """

    hosts: tuple[str, ...]
    query: dict[str, tuple[str, ...]] = {}
    header: dict[str, tuple[str, ...]] = {}
    cookie: dict[str, tuple[str, ...]] = {}
    body: dict[str, tuple[str, ...]] = {}


class Places:
    """Where one recipient has data sent, ready to be asked."""

    def __init__(self, known: Recipient) -> None:
        self._paths = {"query": known.query, "header": known.header, "cookie": known.cookie, "body": known.body}
        self._globs = {place: [path for path in paths if "*" in path] for place, paths in self._paths.items()}
        self._names = {
            place: {name for path in paths for name in (path, *path.rsplit(".", 2)[-2:])}
            for place, paths in self._paths.items()
        }

    def may_have(self, place: str, name: str) -> bool:
        """Whether a field that is called so can lie at a path of a place."""
        return not name or bool(self._globs[place]) or name in self._names[place]

    def at(self, place: str, path: str) -> tuple[str, ...]:
        """The properties that lie at a path of a place."""
        paths = self._paths[place]
        if path in paths:
            return paths[path]
        return next((paths[glob] for glob in self._globs[place] if fnmatchcase(path, glob)), ())


class Adapters(Struct, frozen=True):
    """The recipients by id."""

    source: str
    licence: str
    recipients: dict[str, Recipient]


class Kind(Struct, frozen=True):
    """How long and how varied a value of a kind must be, and what to do about one that is not."""

    characters: int
    bits: int
    advice: str


class Telling(Struct, frozen=True):
    """Which values of a profile may be looked for.

    Attributes:
        kinds: by id. common: values of many devices, lower case, letters and digits alone. imei_bodies: first digits.
        identifiers: field of a profile -> property, kind.
    """

    source: str
    licence: str
    kinds: dict[str, Kind]
    common: frozenset[str]
    imei_bodies: frozenset[str]
    identifiers: dict[str, tuple[str, str]]


@cache
def properties() -> dict[str, Property]:
    """Every property by id."""
    return load("personal_keys", Vocabulary)["properties"].properties


@cache
def names_of_fields() -> dict[str, str]:
    """Name of a field, lower case, letters and digits alone -> property."""
    return {key: name for name, known in properties().items() for key in known.keys}


@cache
def telling() -> Telling:
    """Which values may be looked for."""
    return load("personal_values", Telling)["telling"]


@cache
def _hosts() -> dict[str, Places]:
    found = load("personal_adapters", Adapters)["recipients"].recipients
    return {host: places for known in found.values() for places in (Places(known),) for host in known.hosts}


def recipient(host: str) -> Places | None:
    """Whoever takes requests under a name: the longest listed one that its labels end with."""
    hosts = _hosts()
    labels = host.split(".")
    names = (".".join(labels[first:]) for first in range(len(labels)))
    return next((hosts[name] for name in names if name in hosts), None)


def category(name: str) -> str:
    """The question that a property answers; empty when it answers none alone."""
    known = properties().get(name)
    return known.category if known else ""
