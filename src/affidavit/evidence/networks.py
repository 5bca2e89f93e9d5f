"""Tables of networks for a review: which are there, and what they say of the hosts that facts name."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from affidavit.findings import load
from affidavit.findings.limits import hides
from affidavit.knowledge import NETWORKS
from affidavit.model.capture import Contact, Lookup
from affidavit.model.endpoint import Endpoint
from affidavit.model.errors import AffidavitError
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord

_NAMING: Final = (Contact, Endpoint, Lookup)
"""Facts that name hosts."""


def with_shipped(added: Sequence[Path] | None) -> tuple[Path, ...]:
    """The snapshots to ask: the one that comes along, if there is one, and those that a person adds."""
    return ((NETWORKS,) if NETWORKS.is_file() else ()) + tuple(added or ())


def snapshots(paths: Iterable[Path]) -> dict[str, Path]:
    """A file for each digest of a snapshot.

    Raises:
        UsageError: there is no such file.
        KnowledgeError: one is no snapshot.
    """
    from affidavit.network.snapshot.view import opened_file  # noqa: PLC0415 - numpy, which reviews without hosts spare

    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(opened_file(path).digest, path)
    return found


def network_of(
    facts: Sequence[Fact], limitations: list[Limitation], paths: Sequence[Path]
) -> tuple[NetworkRecord, tuple[str, ...]]:
    """Who serves the hosts that facts name, and the digests of the snapshots that were asked, sorted.

    Args:
        facts: of the app and of captures.
        limitations: all that are known; grows when this fails.
        paths: snapshots.

    Raises:
        UsageError: there is no such file.
        KnowledgeError: one is no snapshot, or compiled knowledge is missing.
    """
    if not any(isinstance(fact.what, _NAMING) for fact in facts):
        return NetworkRecord(), ()
    from affidavit.network.attribute.recording import record  # noqa: PLC0415 - as above
    from affidavit.network.snapshot.view import shelf  # noqa: PLC0415 - as above

    asked = shelf(paths)
    digests = tuple(sorted({snapshot.digest for snapshot in asked.snapshots}))
    table = load.hidings()
    kinds = {
        item.kind for item in limitations if item.kind.startswith("capture/") or item.kind == "budget/captures"
    } | {item.kind for item in limitations if "text" in hides(item, table)}
    try:
        return record(facts, asked, kinds), digests
    except AffidavitError:
        raise
    except Exception as error:
        if os.environ.get("AFFIDAVIT_DEBUG"):
            raise
        detail = f"stage 'network' broke off with {type(error).__name__}; what it would have found is unknown"
        limitations.append(Limitation("tool/stage-failed", detail))
        return NetworkRecord(), digests
