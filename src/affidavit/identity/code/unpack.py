"""The index that comes with the product, from the form in which it is kept to the form in which it is mapped.

`python -m affidavit.identity.code.unpack`, which `make build` runs before it packs the other knowledge.
"""

from pathlib import Path

from affidavit.identity.code.store import opened, written
from affidavit.knowledge import FINGERPRINTS
from affidavit.knowledge.compile import SOURCE
from affidavit.knowledge.placing import place

KEPT = SOURCE / "fingerprints" / "libraries.idx"


def unpack(kept: Path = KEPT, target: Path = FINGERPRINTS) -> None:
    """Write `target` from `kept`, whole or not at all; nothing when there is no index.

    Raises:
        KnowledgeError: it is no index that this version reads.
    """
    place(kept, target, _mapped)


def _mapped(data: bytes) -> bytes:
    index, source = opened(data)
    return written(index, source.name, packed=False)


if __name__ == "__main__":
    unpack()
