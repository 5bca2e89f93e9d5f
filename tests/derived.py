"""Real apps, each derived once in a run of the tests: however many tests ask, and in whichever process they are."""

import fcntl
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec

from affidavit.evidence.derive import derive
from affidavit.model.bundle import Affidavit

AT_HAND = 4
"""Accounts that a process keeps in memory; one of a large app has some ten thousand steps of paths."""
Derived = Callable[[Path], Affidavit]


def deriver(folder: Path) -> Derived:
    """What derives an app, or gives the account of it that is in `folder` already; that several tests share it is why
    none may change it.

    Args:
        folder: shared by the processes of one run of the tests, and by no other run.
    """

    @lru_cache(maxsize=AT_HAND)
    def derived(path: Path) -> Affidavit:
        kept = folder / sha256(str(path.resolve()).encode()).hexdigest()
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another process that derives the same app is waited for
            if not kept.exists():
                kept.write_bytes(msgspec.json.encode(derive(path)))
        return msgspec.json.decode(kept.read_bytes(), type=Affidavit)

    return derived
