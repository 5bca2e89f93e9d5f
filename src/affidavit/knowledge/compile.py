"""Pack `knowledge/` into the JSON that the running product reads: `python -m affidavit.knowledge.compile`."""

import hashlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import yaml

from affidavit.knowledge import FINGERPRINTS, NETWORKS
from affidavit.model.errors import KnowledgeError

SOURCE = Path(__file__).parents[3] / "knowledge"
TARGET = Path(__file__).parent / "compiled"


def read_document(path: Path) -> Any:
    """Parse one YAML file with the safe loader.

    Raises:
        KnowledgeError: it is not valid YAML.
    """
    try:
        return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path}: {error}", advice="mend the YAML at the place named") from error


def read_section(folder: Path) -> dict[str, Any]:
    """All documents of one section, by path below it without the suffix."""
    files = sorted(folder.rglob("*.yaml"))
    return {file.relative_to(folder).with_suffix("").as_posix(): read_document(file) for file in files}


def compile_all(source: Path = SOURCE, target: Path = TARGET) -> str:
    """Make `target` anew with every section and the digest; give the digest (hex SHA-256).

    The folder takes its name only when it is complete. If a document cannot be read, the one before it stays.

    Raises:
        KnowledgeError: a document is not valid YAML.
    """
    with TemporaryDirectory(prefix=f"{target.name}-", dir=target.parent) as work:
        made = Path(work) / "new"
        made.mkdir()
        digest = _write(source, made)
        if target.exists():
            target.rename(Path(work) / "old")
        made.rename(target)
    return digest


def _write(source: Path, target: Path) -> str:
    """Write every section into an empty folder, and the digest over them, known code and networks."""
    whole = hashlib.sha256()
    for folder in sorted(path for path in source.iterdir() if next(path.rglob("*.yaml"), None)):
        packed = msgspec.json.encode(read_section(folder), order="sorted")
        (target / f"{folder.name}.json").write_bytes(packed)
        whole.update(f"{folder.name}\0{len(packed)}\0".encode() + packed)
    for path in (FINGERPRINTS, NETWORKS):
        if path.is_file():
            data = path.read_bytes()
            whole.update(f"{path.name}\0{len(data)}\0".encode() + data)
    (target / "DIGEST").write_text(whole.hexdigest() + "\n", "ascii")
    return whole.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(compile_all() + "\n")
