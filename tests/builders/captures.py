"""Files of captured traffic, made in memory."""

import os

from affidavit.network.capture.source import Source


def source_of(data: bytes, name: str = "made") -> Source:
    """The bytes as an open file without a name; the descriptor lives as long as the process."""
    handle = os.memfd_create(name, os.MFD_CLOEXEC)
    with open(handle, "wb", closefd=False) as file:
        file.write(data)
    return Source(handle, name, len(data))
