"""The snapshot that comes with the product, from the form in which it is kept to the form in which it is mapped.

`python -m affidavit.network.snapshot.unpack`, which `make build` runs before it packs the other knowledge.
"""

from pathlib import Path

from affidavit.knowledge import NETWORKS
from affidavit.knowledge.compile import SOURCE
from affidavit.knowledge.placing import place
from affidavit.network.snapshot.store import unpacked

KEPT = SOURCE / "snapshots" / "networks.nets"


def unpack(kept: Path = KEPT, target: Path = NETWORKS) -> None:
    """Write `target` from `kept`, whole or not at all; nothing when there is no snapshot.

    Raises:
        KnowledgeError: it is no snapshot that this version reads.
    """
    place(kept, target, unpacked)


if __name__ == "__main__":
    unpack()
