"""A review as a Python value."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from affidavit.evidence import keys
from affidavit.evidence.bundle import members_of, write_bundle
from affidavit.evidence.derive import derive
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation


def _unheard(line: str) -> None:
    """The announcement that nobody asked for."""


class Review(Struct, frozen=True):
    """What one artefact was found to be; `affidavit` is what reports are made from."""

    affidavit: Affidavit

    @property
    def artefact(self) -> Artefact:
        """What was reviewed."""
        return self.affidavit.manifest.artefact

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact, in the order of the bytes."""
        return self.affidavit.facts

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding per rule, by rule id."""
        return self.affidavit.findings

    @property
    def limitations(self) -> tuple[Limitation, ...]:
        """What could not be examined, sorted."""
        return self.affidavit.limitations

    def write(
        self, path: str | Path, *, key: str | Path | None = None, announce: Callable[[str], None] = _unheard
    ) -> Affidavit:
        """Sign and write the bundle, whole or not at all.

        Args:
            path: where to.
            key: private key file; by default the user's own (see `affidavit key`), made on first use.
            announce: told in one line when a key was made.

        Raises:
            UsageError: the key or the place is unusable.
        """
        signer = keys.load(Path(key)) if key else keys.load_or_create(keys.default_path(), announce)
        return write_bundle(Path(path), self.affidavit, signer)


def derived_members(path: Path) -> dict[str, bytes]:
    """The members that a bundle about the artefact at `path` has to hold: what `verify` compares.

    Raises:
        AffidavitError: as `derive`.
    """
    return members_of(derive(path))
