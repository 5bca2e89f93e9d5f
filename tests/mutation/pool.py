"""The apps that are changed: made ones, the pinned samples, and the real ones of ../shared/data where it exists."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests import samples
from tests.conftest import CORPUS
from tests.mutation.apps import MADE
from tests.mutation.fields import dice

_SUFFIXES = frozenset({".apk", ".aar", ".jar", ".dex", ".xapk", ".apks", ".ipa"})
LARGEST = 30 << 20
"""Bytes of the largest app that is taken."""
_USUAL = 200 << 10
"""Bytes from which an app is taken less often, so that a case costs about a tenth of a second."""
_FOLDERS = {
    "realapps": 4.0,
    "malformed": 2.0,
    "signing": 3.0,
    "bundles": 1.0,
    "vulnerable": 1.0,
    "constituent": 1.0,
    "packers": 0.5,
    "taint": 0.5,
    "ios": 1.0,
}
"""Folders of the corpus, and how often an app is taken of each."""
_OWN = {"builder": 2.0, "sample": 1.5}


@cache
def read(name: str) -> bytes:
    """The bytes of an app by its name in the pool.

    Raises:
        SampleError: a sample cannot be had.
    """
    kind, _, rest = name.partition(":")
    if kind == "builder":
        return MADE[rest]()
    return (samples.fetch(rest) if kind == "sample" else CORPUS / rest).read_bytes()


def suffix(name: str) -> str:
    """The suffix of an app's file name."""
    kind, _, rest = name.partition(":")
    return Path(samples.pins()[rest].member if kind == "sample" else rest).suffix


def own_names() -> dict[str, dict[str, int]]:
    """Groups of the apps that need no corpus: names and sizes."""
    found = {name: pin.size for name, pin in samples.pins().items() if _is_there(name)}
    return {
        "builder": {f"builder:{name}": 1 for name in MADE},
        "sample": {f"sample:{name}": size for name, size in found.items() if size <= LARGEST},
    }


def _is_there(name: str) -> bool:
    try:
        return samples.fetch(name).is_file()
    except samples.SampleError:
        return False


def corpus_names() -> dict[str, dict[str, int]]:
    """Groups of the apps of the corpus; none where it is absent."""
    return {folder: dict(_of_folder(folder)) for folder in _FOLDERS if (CORPUS / folder).is_dir()}


def _of_folder(folder: str) -> Iterator[tuple[str, int]]:
    for path in sorted((CORPUS / folder).rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file() and 0 < path.stat().st_size <= LARGEST:
            yield f"corpus:{path.relative_to(CORPUS).as_posix()}", path.stat().st_size


class Pool:
    """Groups of apps, of which a seed takes one: small ones more often than large ones."""

    def __init__(self, groups: dict[str, dict[str, int]], largest: int = LARGEST) -> None:
        kept = {name: {app: size for app, size in sizes.items() if size <= largest} for name, sizes in groups.items()}
        self._groups = {name: sizes for name, sizes in kept.items() if sizes}

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def name(self, seed: int, use: str = "app") -> str:
        """The name of the app of a seed; `use` tells the app itself from the one it is spliced with."""
        draw = dice(f"{use} {seed}")
        weights = {**_OWN, **_FOLDERS}
        [group] = draw.choices(list(self._groups), [weights[name] for name in self._groups])
        sizes = self._groups[group]
        [name] = draw.choices(list(sizes), [1 / (1 + size / _USUAL) for size in sizes.values()])
        return name
