"""The hash tree of fs-verity and of incremental file systems: SHA-256 over blocks of 4,096 bytes, level over level.

Sources: Linux, ``Documentation/filesystems/fsverity.rst`` ("Merkle tree"); AOSP apksig, ``VerityTreeBuilder``. As
apksig has it, a file of one block has a tree of one level too, and there is no salt.
"""

import hashlib
from typing import Final

from affidavit.artefact.budget import Budget

BLOCK: Final = 4096
_CHECKED: Final = 1 << 14
"""Blocks between two looks at the budget: 64 MiB."""


def hash_tree(data: memoryview, budget: Budget) -> bytes:
    """The whole tree, its top level first, each level filled with zeros to whole blocks.

    Args:
        data: what is hashed; its last block is filled with zeros.
        budget: looked at every 64 MiB.

    Raises:
        BudgetError: time or memory ran out.
    """
    levels = [_level(data, budget)]
    while len(levels[-1]) > BLOCK:
        levels.append(_level(memoryview(levels[-1]), budget))
    return b"".join(reversed(levels))


def root_of(tree: bytes) -> bytes:
    """The root: the digest of the tree's first block."""
    return hashlib.sha256(tree[:BLOCK]).digest()


def _level(data: memoryview, budget: Budget) -> bytes:
    """The digests of all blocks, filled with zeros to whole blocks."""
    level = bytearray()
    for number, start in enumerate(range(0, len(data), BLOCK)):
        if number % _CHECKED == 0:
            budget.check()
        digest = hashlib.sha256(data[start : start + BLOCK])
        if start + BLOCK > len(data):
            digest.update(bytes(start + BLOCK - len(data)))
        level += digest.digest()
    return bytes(level) + bytes(-len(level) % BLOCK)
