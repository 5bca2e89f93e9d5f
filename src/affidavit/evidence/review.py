"""A review as a Python value."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from msgspec import Struct

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import held_open
from affidavit.evidence import keys
from affidavit.evidence.bundle import members_of, write_bundle
from affidavit.evidence.confined import read_confined, review_confined
from affidavit.evidence.examined import Examined
from affidavit.evidence.indexes import chosen
from affidavit.evidence.networks import with_shipped
from affidavit.evidence.traffic import UNWATCHED, Watched, content, opened
from affidavit.evidence.walled import Sandbox
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import UsageError
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress, silent

_MAX_V4: Final = 64 << 20
"""Largest v4 signature file that is read: its tree takes a 127th of the app's size."""


_MAX_MAPPING: Final = 256 << 20
"""Largest mapping file that is read; those of the largest apps have half of it."""


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


def reviewed(
    path: Path,
    budget: Budget | None = None,
    progress: Progress = silent,
    *,
    sandbox: Sandbox = "auto",
    v4_signature: Path | None = None,
    libraries: Sequence[Path] | None = None,
    mapping: Path | None = None,
    watched: Watched = UNWATCHED,
    networks: Sequence[Path] | None = None,
) -> Affidavit:
    """Review one artefact, behind the walls that were asked for: the unsigned affidavit.

    Args:
        path: the artefact.
        budget: what the review may cost; the default is generous (see `Budget`).
        progress: called with stage, done and total.
        sandbox: which walls (see `walled.Sandbox`).
        v4_signature: the v4 signature file (``.idsig``) that came with it.
        libraries: indexes of known code to compare with; by default the one that comes along (see `indexes.chosen`).
        mapping: the mapping file that its compiler wrote: what is cited is named as in the source as well.
        watched: captures of what it sent, and what was given with them.
        networks: snapshots of tables of networks; by default the one that comes along.

    Raises:
        UnreadableError: it, or a capture, cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file, or the walls cannot be raised here.
        KnowledgeError: compiled knowledge is missing.
    """
    indexes = chosen(libraries)
    files = (v4_signature, mapping, watched)
    asked = with_shipped(networks)
    return _reviewed(path, indexes, sandbox, files, networks=asked, budget=budget or Budget(), progress=progress)


def _reviewed(
    path: Path,
    indexes: Sequence[Path],
    sandbox: Sandbox,
    beside: tuple[Path | None, Path | None, Watched],
    *,
    networks: Sequence[Path],
    budget: Budget,
    progress: Progress = silent,
) -> Affidavit:
    """Review with exactly these indexes and networks, and what was given beside: v4 signature, mapping, captures."""
    v4_signature, mapping, watched = beside
    companion = None if v4_signature is None else content(v4_signature, _MAX_V4, "an .idsig")
    names = None if mapping is None else content(mapping, _MAX_MAPPING, "a mapping file")
    with opened(watched) as traffic:
        if sandbox == "none":
            from affidavit.evidence.derive import derive  # noqa: PLC0415 - numpy and all readers: a worker has its own

            return derive(
                path, budget, progress, companion,
                libraries=indexes, mapping=names, traffic=traffic, networks=networks,
            )  # fmt: skip
        return review_confined(
            path, budget, progress, sandbox, companion,
            libraries=indexes, mapping=names, traffic=traffic, networks=networks,
        )  # fmt: skip


def observed(watched: Watched, budget: Budget, progress: Progress = silent, *, sandbox: Sandbox = "auto") -> Examined:
    """Read captures without an app: the arguments are those of `reviewed`.

    Raises:
        UnreadableError: a file is no capture.
        UsageError: there is no such file, or the walls cannot be raised here.
        KnowledgeError: compiled knowledge is missing.
    """
    if not watched.captures:
        raise UsageError("no capture was given", advice="give files of captured traffic")
    with opened(watched) as traffic:
        if sandbox != "none":
            return read_confined(
                watched.captures[0], budget, progress, sandbox, only="captures", traffic=traffic
            )[0]  # fmt: skip
        from affidavit.evidence.captures import captures_of  # noqa: PLC0415 - as above

        return captures_of(traffic, budget, progress)


def signatures(path: Path, budget: Budget, *, sandbox: Sandbox = "auto", v4_signature: Path | None = None) -> Examined:
    """Read the signatures of one artefact and nothing else of it: the arguments are those of `reviewed`.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file, or the walls cannot be raised here.
        KnowledgeError: compiled knowledge is missing.
    """
    companion = None if v4_signature is None else content(v4_signature, _MAX_V4, "an .idsig")
    if sandbox != "none":
        return read_confined(path, budget, silent, sandbox, companion, only="signatures")[0]
    from affidavit.evidence.signing_of import signing_of  # noqa: PLC0415 - as above

    with held_open(path) as file:
        return signing_of(file, budget, silent, v4_signature=companion)


def identified(
    path: Path,
    budget: Budget,
    progress: Progress,
    *,
    sandbox: Sandbox = "auto",
    libraries: Sequence[Path] | None = None,
    mapping: Path | None = None,
    beside: Sequence[Path] = (),
    family: str = "",
) -> Examined:
    """Compare the code of one artefact with known code and read nothing else of it: the arguments are as of `reviewed`.

    `mapping` is the mapping file that the app's compiler wrote. Pairs of classes are laid `beside` these files of
    libraries, those of one `family` or of all.

    Raises:
        AffidavitError: as `reviewed`.
    """
    names = None if mapping is None else content(mapping, _MAX_MAPPING, "a mapping file")
    if sandbox != "none":
        return read_confined(
            path, budget, progress, sandbox, only="identity", libraries=chosen(libraries), mapping=names,
            beside=beside, family=family,
        )[0]  # fmt: skip
    from affidavit.evidence.derive import known_here  # noqa: PLC0415 - as above
    from affidavit.evidence.identity_of import identity_of  # noqa: PLC0415 - as above

    with ExitStack() as held:
        known = known_here(chosen(libraries))
        files = [held.enter_context(held_open(each)) for each in (path, *beside)]
        return identity_of(files[0], budget, progress, known=known, mapping=names, beside=files[1:], family=family)


def own_compared(
    path: Path,
    other: Path,
    budget: Budget,
    progress: Progress = silent,
    *,
    sandbox: Sandbox = "auto",
    libraries: Sequence[Path] | None = None,
) -> Examined:
    """Pair the classes of one app's own code with those of another's: further arguments as of `reviewed`.

    Raises:
        AffidavitError: as `reviewed`.
    """
    if sandbox != "none":
        return read_confined(
            path, budget, progress, sandbox, only="own", libraries=chosen(libraries), beside=[other]
        )[0]  # fmt: skip
    from affidavit.evidence.derive import known_here  # noqa: PLC0415 - as above
    from affidavit.evidence.own_beside import own_beside  # noqa: PLC0415 - as above

    with held_open(path) as one, held_open(other) as two:
        return own_beside(one, two, budget, progress, known=known_here(chosen(libraries)))


def checked_paths(path: Path, claims: tuple[Fact, ...], *, sandbox: Sandbox = "auto") -> Examined:
    """Check paths that are claimed of the artefact at `path` (see `flows_checked.check_claims`).

    Raises:
        AffidavitError: as `reviewed`.
    """
    if sandbox != "none":
        return read_confined(path, Budget(), silent, sandbox, claims=claims)[0]
    from affidavit.evidence.flows_checked import check_claims  # noqa: PLC0415 - as above

    with held_open(path) as file:
        return check_claims(file, Budget(), silent, claims)


def derived_members(
    path: Path,
    indexes: Sequence[Path],
    *,
    sandbox: Sandbox = "auto",
    v4_signature: Path | None = None,
    mapping: Path | None = None,
    watched: Watched = UNWATCHED,
    networks: Sequence[Path] = (),
) -> dict[str, bytes]:
    """The members that a bundle about the artefact at `path` has to hold, when its code was compared with `indexes`
    and the snapshots in `networks` were asked who serves hosts.

    Raises:
        AffidavitError: as `reviewed`.
    """
    return members_of(
        _reviewed(path, indexes, sandbox, (v4_signature, mapping, watched), networks=networks, budget=Budget())
    )
