"""The floor for reading code: open the zip and inflate its dex entries with libdeflate, and nothing else."""

import mmap
import sys
import zipfile
from pathlib import Path

import deflate

total = 0
with Path(sys.argv[1]).open("rb") as stream, zipfile.ZipFile(stream) as archive:
    view = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    for info in archive.infolist():
        if info.filename.endswith(".dex"):
            head = info.header_offset
            start = head + 30 + int.from_bytes(view[head + 26 : head + 28], "little")
            start += int.from_bytes(view[head + 28 : head + 30], "little")
            stored = view[start : start + info.compress_size]
            total += len(deflate.deflate_decompress(stored, info.file_size) if info.compress_type else bytes(stored))
print(total)
