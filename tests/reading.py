"""An app as far as a test or a measurement needs it read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.facts.extract import Extraction, stages
from affidavit.model.progress import silent


@contextmanager
def read(path: Path, needed: frozenset[str] | None = None) -> Iterator[Extraction]:
    """An app after some stages; it is closed at the end of the block.

    Args:
        path: of the file.
        needed: names of the stages; None for all.
    """
    file, budget = given(path), Budget()
    try:
        with open_artefact(file, budget, "") as opened, Spool() as kept:
            state = Extraction(opened, budget, kept)
            for name, stage in stages(state, silent):
                if needed is None or name in needed:
                    stage()
            yield state
    finally:
        os.close(file.handle)
