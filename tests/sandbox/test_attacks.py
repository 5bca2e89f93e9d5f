"""Code inside a worker tries what an attacker would: nothing succeeds behind the walls, whoever runs it.

Each attack is also tried without walls, where it has to succeed: an attack that never works proves nothing.
"""

import os
from collections.abc import Iterator

import pytest

from tests.sandbox.attacking import NOBODY, Victim, victim
from tests.sandbox.attacks import ATTACKS

USERS = [0, NOBODY] if os.geteuid() == 0 else [os.geteuid()]
KILLED = {"killed by signal 31", "killed by signal 24"}
"""For a system call (SIGSYS), or for CPU time (SIGXCPU)."""
NEEDS_ROOT = {"change-the-root", "load-a-kernel-program"}
"""Attacks that the kernel allows to root alone, walls or not."""
NEEDS_LUCK = {
    "type-into-the-terminal": "there is no terminal in a test",
    "use-numbers-of-another-interface": "few kernels have the x32 interface",
    "use-io-uring": "some kernels have it switched off",
    "load-a-library": "the library need not be installed",
    "load-a-kernel-program": "some kernels have it switched off",
    "raise-its-own-limits": "nothing limits a process that has no walls",
    "trace-another-process": "some kernels let nobody trace what is not a child",
    "read-the-memory-of-another": "the same",
}
"""Attacks that need not succeed without walls either, and why."""


@pytest.fixture(scope="module")
def target() -> Iterator[Victim]:
    with victim() as made:
        yield made


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_succeeds_behind_the_walls(target: Victim, name, user):
    target.put_back(user)
    before = target.state()
    outcome = target.attack(name, "seccomp", user)
    assert outcome.startswith("stopped") or outcome in KILLED, outcome
    assert target.state() == before


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - NEEDS_LUCK.keys()))
def test_every_attack_succeeds_without_walls(target: Victim, name):
    if name in NEEDS_ROOT and USERS[0]:
        pytest.skip("only root can do it even without walls")
    target.put_back(USERS[0])
    assert target.attack(name, "bare", USERS[0]).startswith("succeeded")


def test_there_are_attacks_of_every_sort():
    words = (
        "read",
        "write",
        "connect",
        "udp",
        "shell",
        "signal",
        "trace",
        "memory",
        "handles",
        "spin",
        "thread",
        "lock",
    )
    assert len(ATTACKS) >= 40
    for word in words:
        assert any(word in name for name in ATTACKS), word
