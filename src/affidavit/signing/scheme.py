"""What schemes v2, v3 and v3.1 have in common: a list of signers, each of which promises a digest of the contents."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from affidavit.model.errors import BudgetError
from affidavit.model.signing import ANY_LEVEL, Issue
from affidavit.signing.contents import Contents, MisalignedError
from affidavit.signing.fields import BoundError, BrokenFieldError, Fields
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.outcome import Node, SchemeResult, SignerResult
from affidavit.signing.signer import FaultError, Signer, read_signer
from affidavit.signing.signer_check import Checked, Held, issue_of

MAX_SIGNERS: Final = 16
"""Signers that are read. Android takes at most ten of v2, and of v3 and v3.1 one for each of its versions."""


class Listed(Struct, frozen=True):
    """The signers of a block, and what is wrong with the list: `fault`, or `more` than is read here."""

    signers: tuple[Signer, ...] = ()
    fault: FaultError | None = None
    more: str = ""


class Weighed(Struct, frozen=True):
    """A signer with everything about it checked; `covers` is empty unless the contents are those that it signed."""

    result: SignerResult
    undetermined: str = ""
    covers: str = ""


def list_signers(block: Fields, *, levels: bool) -> Listed:
    """The signers of a block's value; `levels` for v3 and v3.1. One that passes the end is the last, and broken."""
    found: list[Signer] = []
    try:
        inner = block.again().inner()
    except BrokenFieldError as error:
        return Listed(fault=FaultError("malformed-signers", str(error)))
    try:
        found.extend(read_signer(item, levels=levels) for item in inner.items(MAX_SIGNERS, "signers"))
    except BrokenFieldError as error:
        found.append(Signer(inner, 1, ANY_LEVEL, inner, str(error)))
    except BoundError as error:
        return Listed(tuple(found), more=str(error))
    return Listed(tuple(found), None if found else FaultError("no-signers", "the block lists no signer"))


def weigh(
    checked: Checked,
    contents: Contents,
    prefix: str,
    attributes: Callable[[Held, list[Issue]], tuple[Node, ...]],
    levels: tuple[int, int] = (1, ANY_LEVEL),
) -> Weighed:
    """A signer with its attributes and the contents checked.

    Args:
        checked: from `check_signer`.
        contents: of the container.
        prefix: of the issues' words.
        attributes: gives the lineage and adds issues; may raise as `check_lineage` does.
        levels: that the signer stands for.
    """
    issues, undetermined, covers = list(checked.issues), checked.undetermined, ""
    lineage: tuple[Node, ...] = ()
    try:
        if checked.held:
            lineage = attributes(checked.held, issues)
            covers = _check_contents(checked.held, contents)
    except FaultError as fault:
        issues.append(issue_of(fault, prefix))
    except (BoundError, UnsupportedKeyError, BudgetError) as error:
        undetermined = str(error)
    titles = (checked.held.algorithm.title,) if checked.held else ()
    result = SignerResult(checked.certificates, titles, *levels, lineage, tuple(issues))
    return Weighed(result, undetermined, covers)


def fold(scheme: str, weighed: Sequence[Weighed], issues: Sequence[Issue], undetermined: str = "") -> SchemeResult:
    """The scheme's result from those of its signers."""
    return SchemeResult(
        scheme,
        tuple(item.result for item in weighed),
        tuple(issues),
        next((item.covers for item in weighed if item.covers), ""),
        next((item.undetermined for item in weighed if item.undetermined), undetermined),
    )


def _check_contents(held: Held, contents: Contents) -> str:
    """Whether the contents are those that were signed; which bytes that covers."""
    kind = held.algorithm.content
    try:
        found = contents.digest(kind)
    except MisalignedError as error:
        raise FaultError("verity-not-aligned", str(error)) from error
    if found != held.digest:
        detail = f"the contents have the digest {found.hex()}, signed is {held.digest[:64].hex()} ({kind})"
        raise FaultError("apk-digest-did-not-verify", detail)
    return contents.covers(kind)
