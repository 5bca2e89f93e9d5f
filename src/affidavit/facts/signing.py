"""Signatures of a container: what is there, certificate by certificate, and what came of checking it.

What lies in the file is listed here whether it holds or not; `signing_checked` says what holds.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from affidavit.artefact.budget import Budget
from affidavit.artefact.part import Entry, Part
from affidavit.facts.reading import bounded, make_fact
from affidavit.facts.signing_checked import Checked, CheckedFact, Terms, check
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import Certificate, SigningBlock
from affidavit.signing.block import Block, find_blocks, read_signers
from affidavit.signing.certificate import UnreadableCertificateError, parse_certificate, parse_signed_data

NAME = "signing"
VERSION = 2

_BLOCK_FILE = re.compile(r"META-INF/([^/]{1,255})\.(RSA|DSA|EC|SF)", re.IGNORECASE)
_MAX_BLOCK_FILE = 128 << 10
_MAX_BLOCK_FILES = 16
_MAX_CERTIFICATES = 256


class _Found(NamedTuple):
    """A certificate's bytes, as an argument of `_certificate`."""

    scheme: str
    der: bytes
    place: Place
    chain: bool


def extract(part: Part, budget: Budget, terms: Terms, limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts about the signatures of one container.

    Args:
        part: an APK, split or jar.
        budget: bounds the checking.
        terms: what the signatures are judged by.
        limitations: grows by what cannot be read.

    Yields:
        `SigningBlock` and `Certificate` facts, none when the container carries no signature (``META-INF`` was searched
        for v1, the bytes before the central directory for all others); then those of `signing_checked.Checked`.

    Raises:
        BudgetError: time or memory ran out.
    """
    count = 0
    certificates: list[_Found] = []
    for item in chain(_v1(part, limitations), _block(part, limitations)):
        if isinstance(item, Fact):
            yield item
            continue
        count += 1
        if count <= _MAX_CERTIFICATES:
            certificates.append(item)
    if count > _MAX_CERTIFICATES:
        detail = f"the signatures carry {count} certificates; the first {_MAX_CERTIFICATES} were read"
        limitations.append(Limitation("signing/many-certificates", detail, Place(part.prefix.removesuffix("!/"))))
    checked = check(part, budget, terms, limitations)
    for found in certificates:
        yield from _certificate(found, checked, limitations)
    yield from (_fact(what, Place(part.prefix.removesuffix("!/"))) for what in checked.facts)


def _v1(part: Part, limitations: list[Limitation]) -> Iterator[Fact | _Found]:
    """JAR signing: signature block files in META-INF, each with a signature file of the same stem."""
    found = [(entry, match) for entry in part.entries if (match := _BLOCK_FILE.fullmatch(entry.name))]
    statements = {match[1].upper() for _, match in found if match[2].upper() == "SF"}
    blocks = [(entry, match[1].upper()) for entry, match in found if match[2].upper() != "SF"]
    if len(blocks) > _MAX_BLOCK_FILES:
        detail = f"{len(blocks)} v1 signature block files; the first {_MAX_BLOCK_FILES} were read"
        limitations.append(Limitation("signing/many-blocks", detail, Place(part.prefix.removesuffix("!/"))))
    for entry, stem in blocks[:_MAX_BLOCK_FILES]:
        if stem not in statements:
            detail = "a v1 signature block file has no signature file (.SF) beside it, so that it signs nothing"
            limitations.append(Limitation("signing/unpaired", detail, Place(entry.path)))
        yield from _v1_block(part, entry, limitations)
    for stem in sorted(statements - {stem for _, stem in blocks}):
        detail = f"META-INF/{bounded(stem, 64)}.SF has no signature block file beside it: its signer is unknown"
        limitations.append(Limitation("signing/unpaired", detail, Place(part.prefix.removesuffix("!/"))))


def _v1_block(part: Part, entry: Entry, limitations: list[Limitation]) -> Iterator[Fact | _Found]:
    data = part.read(entry) if entry.size <= _MAX_BLOCK_FILE else None
    place = Place(entry.path)
    if data is None:
        detail = f"a v1 signature block file of {entry.size} bytes was not read: its signers are unknown"
        limitations.append(Limitation("signing/unread-block", detail, place))
        yield _fact(SigningBlock("v1", entry.size), place)
        return
    try:
        signed = parse_signed_data(data)
    except UnreadableCertificateError as error:
        detail = f"a v1 signature block file is no PKCS#7 signed data ({error}): its signers are unknown"
        limitations.append(Limitation("signing/unreadable", detail, place))
        yield _fact(SigningBlock("v1", len(data)), place)
        return
    yield _fact(SigningBlock("v1", len(data), signers=signed.signers), place)
    for der, own in signed.certificates:
        yield _Found("v1", der, Place(entry.path, data.find(der)), not own)


def _block(part: Part, limitations: list[Limitation]) -> Iterator[Fact | _Found]:
    """The APK Signing Block and the certificates of its signers."""
    entry = part.prefix.removesuffix("!/")
    blocks, fault = find_blocks(part.view)
    if fault:
        limitations.append(Limitation("signing/malformed-block", f"APK Signing Block: {fault}", Place(entry)))
    for block in blocks:
        yield from _pair(part, entry, block, limitations)


def _pair(part: Part, entry: str, block: Block, limitations: list[Limitation]) -> Iterator[Fact | _Found]:
    """One id-value pair."""
    place = Place(entry, block.offset)
    signers = read_signers(part.view, block)
    if signers.fault:
        detail = f"{block.scheme} block: {signers.fault}; later signers and certificates are unknown"
        limitations.append(Limitation("signing/malformed-block", detail, place))
    yield _fact(SigningBlock(block.scheme, block.size, f"{block.block_id:#010x}", signers.count), place)
    for item in signers.certificates:
        scheme = f"{block.scheme}-lineage" if item.lineage else block.scheme
        yield _Found(scheme, item.der, Place(entry, item.offset), item.lineage or item.position > 0)


def _certificate(found: _Found, checked: Checked, limitations: list[Limitation]) -> Iterator[Fact]:
    """The fact about one certificate."""
    try:
        parsed = parse_certificate(found.der)
    except UnreadableCertificateError as error:
        detail = f"a certificate of the {found.scheme} signature cannot be read ({error})"
        limitations.append(Limitation("signing/unreadable-certificate", detail, found.place))
        return
    own = not found.chain or found.scheme == "v1"  # where a name tells the signer, which can be written in two ways
    verified = own and (found.scheme, parsed.sha256) in checked.signers
    what = Certificate(
        scheme=found.scheme,
        subject=bounded(parsed.subject),
        issuer=bounded(parsed.issuer),
        serial=bounded(parsed.serial, 128),
        not_before=parsed.not_before,
        not_after=parsed.not_after,
        key=parsed.key,
        signature_algorithm=parsed.signature_algorithm,
        sha256=parsed.sha256,
        sha1=parsed.sha1,
        md5=parsed.md5,
        chain=found.chain and not verified,
        verified=verified,
    )
    yield _fact(what, found.place)


def _fact(what: Certificate | SigningBlock | CheckedFact, place: Place) -> Fact:
    return make_fact(what, place, f"{NAME}/{VERSION}")
