"""Everything that a manifest declares, in one call."""

from collections.abc import Iterator

from affidavit.artefact.arsc import ResourceTable
from affidavit.artefact.xmltree import Document
from affidavit.facts import components, manifest, network_security, permissions, requirements
from affidavit.facts.manifest_reading import ReadEntry, read_manifest
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation

NAME = "declared"
VERSION = 1


def extract(  # noqa: PLR0917 - the order in which the pipeline has them
    document: Document,
    table: ResourceTable | None,
    entry: str,
    limitations: list[Limitation],
    read_entry: ReadEntry,
    base: Document | None = None,
) -> Iterator[Fact]:
    """Run every extractor that reads the manifest.

    Args:
        document: the manifest.
        table: the resources of the same part (or the base's).
        entry: entry path of the manifest (``base.apk!/AndroidManifest.xml``).
        limitations: grows; what `document` itself could not read is in `document.limitations` and not repeated here.
        read_entry: gives an entry's bytes by its full path.
        base: the base's manifest when this is a split's: package and API levels are the base's then.
    """
    reading = read_manifest(document, table, entry, limitations, base)
    yield from manifest.extract(reading)
    yield from permissions.extract(reading)
    yield from components.extract(reading)
    yield from requirements.extract(reading)
    yield from network_security.extract(reading, read_entry)
