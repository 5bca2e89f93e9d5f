"""Landlock: the kernel's own access rules that any process can put on itself (Linux 5.13 and later).

Source: Linux, include/uapi/linux/landlock.h and Documentation/userspace-api/landlock.rst. The ruleset here grants
nothing: no file can be opened, made or removed, no TCP port used, no abstract socket reached and no other process
signalled. What is already open stays open.
"""

import ctypes
import os
from typing import Final

from affidavit.sandbox.kernel import system_call

# The three calls have the same numbers on every architecture.
_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1
"""Flag of the first call that asks for the version instead."""
_FILES: Final = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many kinds of file access the versions know, by the version that raised it: the lowest so many bits."""
_NETWORK_SINCE: Final = 4
_NETWORK: Final = 0b11
_SCOPES_SINCE: Final = 6
_SCOPES: Final = 0b11


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def version() -> int:
    """The version of Landlock that the kernel offers; 0 when it has none or it is switched off."""
    try:
        return system_call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def restrict() -> int:
    """Deny everything that the kernel's version can deny to this thread and its children; give that version.

    Raises:
        OSError: the kernel has no Landlock, or `no_new_privs` is not set.
    """
    offered = version()
    known = max((bits for since, bits in _FILES.items() if since <= offered), default=0)
    rules = _Ruleset(
        (1 << known) - 1,
        _NETWORK if offered >= _NETWORK_SINCE else 0,
        _SCOPES if offered >= _SCOPES_SINCE else 0,
    )
    size = 24 if offered >= _SCOPES_SINCE else 16 if offered >= _NETWORK_SINCE else 8
    handle = system_call(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        system_call(_RESTRICT_SELF, ctypes.c_int(handle), ctypes.c_uint32(0))
    finally:
        os.close(handle)
    return offered
