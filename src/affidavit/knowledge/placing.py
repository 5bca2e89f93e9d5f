"""Files that come with the product, from the form in which they are kept to the form in which they are mapped."""

from collections.abc import Callable
from pathlib import Path


def place(kept: Path, target: Path, ready: Callable[[bytes], bytes]) -> None:
    """Write `target` from `kept`, whole or not at all; nothing when there is no such file.

    Args:
        kept: as the repository has it.
        target: as the product maps it.
        ready: makes the one of the other.

    Raises:
        KnowledgeError: it is no file that this version reads.
    """
    if not kept.is_file():
        return
    data = ready(kept.read_bytes())
    target.parent.mkdir(exist_ok=True)
    made = target.with_suffix(".new")
    made.write_bytes(data)
    made.replace(target)
