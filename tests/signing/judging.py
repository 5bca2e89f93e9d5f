"""How the tests of platforms' verdicts open an APK: its schemes, and what its manifest says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given, open_artefact
from affidavit.artefact.part import Part
from affidavit.facts.signing_terms import declared_of
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.jar import JarScheme
from affidavit.signing.platform import Declared


@contextmanager
def opened(path: Path) -> Iterator[tuple[Part, Declared]]:
    """The main part of an APK and what its manifest says."""
    budget = Budget()
    with open_artefact(given(path), budget) as artefact:
        part = artefact.parts[0]
        entry = part.find("AndroidManifest.xml")
        data = part.read(entry) if entry else None
        document = parse_axml(data, budget, "AndroidManifest.xml") if data else None
        yield part, declared_of(document, None)


@contextmanager
def schemes(path: Path) -> Iterator[tuple[JarScheme, BlockSchemes, Declared]]:
    """The schemes of an APK."""
    with opened(path) as (part, declared):
        budget = Budget()
        yield JarScheme(part, budget), BlockSchemes(part.view, budget, part.prefix), declared


def file(tmp_path: Path, data: bytes, name: str = "app.apk") -> Path:
    """A file with these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    return path
