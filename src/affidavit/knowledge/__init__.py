"""Compiled knowledge: the repository's `knowledge/` tree, packed by the build, read by the package that owns a section.

`knowledge/<section>/**/*.yaml` becomes `compiled/<section>.json`: one object, path below the section (without
``.yaml``) -> document. `affidavit.knowledge.compile` makes them; the digest over all sections goes into every bundle.
"""

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from affidavit.model.errors import KnowledgeError

T = TypeVar("T")

_COMPILED = Path(__file__).parent / "compiled"
FINGERPRINTS = Path(__file__).parent / "fingerprints" / "libraries.idx"
"""The index of known code that comes with the product (``affidavit knowledge build libraries``)."""
NETWORKS = Path(__file__).parent / "snapshots" / "networks.nets"
"""The snapshot of networks that comes with the product (``affidavit knowledge build networks``)."""


_held: dict[str, bytes] = {}


def hold() -> None:
    """Read the bytes of every section now, for a process that will not be able to open files later.

    Raises:
        KnowledgeError: knowledge was not compiled.
    """
    _held.update((path.stem, path.read_bytes()) for path in _COMPILED.glob("*.json"))
    digest()


def load(section: str, document: type[T]) -> dict[str, T]:
    """Read one section: path -> document, each validated as `document`.

    Raises:
        KnowledgeError: the section was not compiled, or a document breaks its schema.
    """
    path = _COMPILED / f"{section}.json"
    try:
        return msgspec.json.decode(_held.get(section) or path.read_bytes(), type=dict[str, document])  # type: ignore[valid-type]
    except FileNotFoundError:
        raise KnowledgeError(f"compiled knowledge {section!r} is missing", advice="run `make build`") from None
    except msgspec.ValidationError as error:
        raise KnowledgeError(
            f"knowledge section {section!r}: {error}", advice="run `affidavit knowledge lint`"
        ) from error


@cache
def digest() -> str:
    """SHA-256 (hex) over the names and bytes of all compiled sections, of known code and of networks.

    Raises:
        KnowledgeError: knowledge was not compiled.
    """
    try:
        return (_COMPILED / "DIGEST").read_text("ascii").strip()
    except FileNotFoundError:
        raise KnowledgeError("compiled knowledge is missing", advice="run `make build`") from None
