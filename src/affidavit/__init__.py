"""Evidence-based review of mobile apps: every statement traceable to bytes, signed, and checkable by anyone.

    import affidavit

    review = affidavit.review("app.apk")
    review.findings, review.facts, review.limitations
    review.write("app.affidavit")
    affidavit.verify("app.affidavit", artefact="app.apk").passed
    affidavit.ask("wechat", "app_store_update", "app_store", on="2020-09-21", known="2020-09-18").determination.headline

The names in `__all__` are the public API. Exceptions are part of it: every one raised on purpose is an
`AffidavitError` and carries `.advice`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.model.errors import (
    AffidavitError,
    BudgetError,
    KnowledgeError,
    UnreadableError,
    UsageError,
    VerificationError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affidavit.artefact.budget import Budget
    from affidavit.evidence.review import Review
    from affidavit.evidence.verify import Verification
    from affidavit.evidence.walled import Sandbox
    from affidavit.model.brief import Brief
    from affidavit.model.bundle import Affidavit
    from affidavit.model.progress import Progress

__all__ = [
    "AffidavitError",
    "BudgetError",
    "KnowledgeError",
    "UnreadableError",
    "UsageError",
    "VerificationError",
    "__version__",
    "ask",
    "read",
    "review",
    "verify",
]

__version__ = "0.1.0"


def review(
    path: "str | Path",
    *,
    budget: "Budget | None" = None,
    progress: "Progress | None" = None,
    sandbox: "Sandbox" = "auto",
    v4_signature: "str | Path | None" = None,
    libraries: "Sequence[Path] | None" = None,
    mapping: "str | Path | None" = None,
    captures: "Sequence[str | Path]" = (),
    keys: "str | Path | None" = None,
    profile: "str | Path | None" = None,
    show_values: bool = False,
    networks: "Sequence[Path] | None" = None,
) -> "Review":
    """Review one artefact: an APK, an XAPK/APKS/APKM of splits, an AAR, a JAR, a dex file or an IPA.

    Args:
        path: the artefact.
        budget: what the review may cost; past it, the remaining stages are limitations of a partial affidavit.
        progress: called as ``progress(stage, done, total)``.
        sandbox: ``auto`` reads it in a process behind walls, ``bubblewrap`` insists on that program, ``none`` reads it
            in this process; the bundle says which walls stood.
        v4_signature: the v4 signature file (``.idsig``) that came with it.
        libraries: indexes of known code to compare with, together with the one that comes along.
        mapping: the mapping file that R8 or ProGuard wrote: what is cited is named as in the source as well.
        captures: traffic that was captured while the app ran: pcap, pcapng, HAR, mitmproxy dumps, logs.
        keys: a key log (SSLKEYLOGFILE) that opens what is encrypted in them.
        profile: values of the device to look for in what was sent (``docs/reference/profile.md``).
        show_values: put values that are found into facts as they are, not redacted.
        networks: snapshots of tables of networks to ask who serves hosts, together with the one that comes along.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file, or the walls cannot be raised here.
    """
    from affidavit.evidence.review import Review, reviewed  # noqa: PLC0415 - `affidavit --help` must not pay
    from affidavit.evidence.traffic import Watched  # noqa: PLC0415 - the same
    from affidavit.model.progress import silent  # noqa: PLC0415 - the same

    companion, names = (None if given is None else Path(given) for given in (v4_signature, mapping))
    watched = Watched(*_paths(captures, keys, profile), show_values)
    made = reviewed(
        Path(path),
        budget,
        progress or silent,
        sandbox=sandbox,
        v4_signature=companion,
        libraries=libraries,
        mapping=names,
        watched=watched,
        networks=networks,
    )
    return Review(made)


def _paths(
    captures: "Sequence[str | Path]", keys: "str | Path | None", profile: "str | Path | None"
) -> "tuple[tuple[Path, ...], Path | None, Path | None]":
    """The same as paths."""
    opening, values = (None if given is None else Path(given) for given in (keys, profile))
    return tuple(map(Path, captures)), opening, values


def read(bundle: "str | Path") -> "Affidavit":
    """Read a bundle back, without checking more than that it is well formed.

    Raises:
        VerificationError: it is not a bundle.
        UsageError: there is no such file.
    """
    from affidavit.evidence.bundle import read_bundle  # noqa: PLC0415 - see `review`

    return read_bundle(Path(bundle))


def verify(
    bundle: "str | Path",
    artefact: "str | Path | None" = None,
    key: "str | None" = None,
    *,
    sandbox: "Sandbox" = "auto",
    v4_signature: "str | Path | None" = None,
    libraries: "Sequence[Path] | None" = None,
    mapping: "str | Path | None" = None,
    captures: "Sequence[str | Path]" = (),
    keys: "str | Path | None" = None,
    profile: "str | Path | None" = None,
    networks: "Sequence[Path] | None" = None,
) -> "Verification":
    """Check a bundle in numbered steps; with the artefact, review it again and compare byte for byte.

    Args:
        bundle: the bundle.
        artefact: the artefact that it is about, if you hold it.
        key: the signer's public key that you expect: the line that `affidavit key show` prints, or a file with it.
        sandbox: as in `review`.
        v4_signature: as in `review`: the artefact's v4 signature file, if the review was given one.
        libraries: as in `review`: indexes of known code; of these and the one that comes along, those are compared with
            that the review used.
        mapping: as in `review`: the artefact's mapping file, if the review was given one.
        captures: as in `review`; whatever they are called now, their SHA-256 tells which they are.
        keys: as in `review`.
        profile: as in `review`.
        networks: as in `review`; of these and the one that comes along, those are asked that the review asked.

    Raises:
        UsageError: a file that was named is not there, or the key is no public key.
    """
    from affidavit.evidence.indexes import chosen  # noqa: PLC0415 - see `review`
    from affidavit.evidence.keys import expected_key  # noqa: PLC0415 - see `review`
    from affidavit.evidence.networks import with_shipped  # noqa: PLC0415
    from affidavit.evidence.review import checked_paths, derived_members  # noqa: PLC0415
    from affidavit.evidence.traffic import Watched  # noqa: PLC0415
    from affidavit.evidence.verify import verify as check  # noqa: PLC0415

    trusted = expected_key(key) if key is not None else None
    companion, names = (None if given is None else Path(given) for given in (v4_signature, mapping))
    return check(
        Path(bundle),
        Path(artefact) if artefact is not None else None,
        trusted,
        lambda path, indexes, watched, asked: derived_members(
            path, indexes, sandbox=sandbox, v4_signature=companion, mapping=names, watched=watched, networks=asked
        ),
        companion,
        check=lambda path, claims: checked_paths(path, claims, sandbox=sandbox),
        libraries=chosen(libraries),
        mapping=names,
        watched=Watched(*_paths(captures, keys, profile)),
        networks=with_shipped(networks),
    )


def ask(
    app: str,
    transaction: str,
    actor: str,
    *,
    on: str,
    known: str = "",
    jurisdiction: str = "US",
    context: "dict[str, str] | None" = None,
) -> "Brief":
    """Ask the register whether an actor may do something with an app, on a date, as known on a date.

    Args:
        app: id of a listed app (``affidavit knowledge show apps``).
        transaction: the act (``affidavit knowledge show transactions``).
        actor: the role (``affidavit knowledge show actors``).
        on: the date asked about: a day, meaning its noon, or an instant with its offset.
        known: what was public by the end of then counts; empty means all that is recorded.
        jurisdiction: code; measures of the jurisdictions around it count too.
        context: circumstances that an exception may ask for, such as ``purpose``.

    Returns:
        The determination with everything that it cites; its headline is nothing without its list of standings.

    Raises:
        UsageError: a name is unknown, or a date is none; the advice has the nearest names.
    """
    from affidavit.law.ask import Resolver  # noqa: PLC0415 - see `review`
    from affidavit.law.brief import brief  # noqa: PLC0415
    from affidavit.law.register import register  # noqa: PLC0415
    from affidavit.model.determination import Question  # noqa: PLC0415

    return brief(Resolver(register()), Question(app, transaction, actor, on, known, jurisdiction, "", context or {}))
