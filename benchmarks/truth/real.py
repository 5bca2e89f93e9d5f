"""Real apps that nobody obfuscated, obfuscated here: whose a class is, its name says.

Their code comes back to class files through dex2jar, so it is code as people write it, called as people call it. What
the manifest and the layouts name keeps its name, as a build of the app itself would keep it.
"""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from affidavit.artefact.axml import parse_axml
from affidavit.identity.library_index import library_index
from benchmarks.truth import dexes
from benchmarks.truth.apps import Jars, all_builds
from benchmarks.truth.builds import Subject
from benchmarks.truth.given import save_meta
from benchmarks.truth.toolbox import Toolbox

APP = "app"
OTHER = "other:"
VERSION = "unknown"


def build(source: Path, name: str, jars: Jars, tools: Toolbox, target: Path, *, wanted: Sequence[str]) -> None:
    """Make builds of a real app.

    Args:
        source: the app as it was published.
        name: that it gets among the labelled apps.
        jars: the libraries whose classes are looked for by name.
        tools: of this run.
        target: the folder of labelled apps.
        wanted: names of the builds.
    """
    with tempfile.TemporaryDirectory(dir=target / ".cache") as folder:
        scratch = Path(folder)
        jar, whole = scratch / "app.jar", scratch / "whole.jar"
        tools.run("dex2jar", source, jar)
        tools.run("merge", "keep", whole, jar)
        present = dexes.in_jar(whole)
        families = jars.families()
        whose = {found: owner(found, families) for found in sorted(present)}
        with zipfile.ZipFile(source) as archive:
            manifest = archive.read("AndroidManifest.xml")
            kept = tuple(sorted(named(archive, present)))
        subject = Subject(name, len(present), whole, kept, whose, manifest)
        done = all_builds(tools, subject, target / "apps" / name, scratch, wanted)
    libraries = sorted(item for item in set(whose.values()) if "__" in item)
    said = {"kind": "real", "libs": libraries, "background": [], "source": source.name}
    save_meta(target / "apps" / name, {**said, "builds": done})


def owner(descriptor: str, families: Mapping[str, str]) -> str:
    """Whose a class is: of a family that is there with the same class, of a known package, or the app's own."""
    family = families.get(descriptor)
    if family is not None:
        return f"{family}__{VERSION}"
    found = library_index().attribute(descriptor)
    return APP if found is None else f"{OTHER}{found}"


def named(archive: zipfile.ZipFile, present: frozenset[str]) -> Iterator[str]:
    """The classes that the manifest or a layout names."""
    for entry in archive.namelist():
        if entry == "AndroidManifest.xml" or (entry.startswith("res/") and entry.endswith(".xml")):
            yield from (name for name in _words(archive.read(entry)) if f"L{name.replace('.', '/')};" in present)


def _words(data: bytes) -> Iterator[str]:
    document = parse_axml(data)
    root = document.root
    package = root.plain("package") if root is not None else None
    home = package.text() if package is not None else ""
    for element in document.walk():
        yield element.name
        for attribute in element.attributes:
            text = attribute.text()
            yield text
            yield f"{home}{text}" if text.startswith(".") else f"{home}.{text}"
