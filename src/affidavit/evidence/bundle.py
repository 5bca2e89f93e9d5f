"""Writing and reading the bundle: one file that holds an affidavit, the same bytes for the same content and key."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from affidavit.evidence import dsse, layout, statement
from affidavit.evidence.canonical import decode_strict, encode
from affidavit.evidence.quoting import plain
from affidavit.evidence.writing import write_atomically
from affidavit.model.artefact import Artefact
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import SCHEMA, Affidavit, Category, Excerpt, Manifest, Member, Tool
from affidavit.model.coverage import Coverage
from affidavit.model.errors import BudgetError, UsageError, VerificationError
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord
from affidavit.model.place import Place

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST = layout.FIRST
"""The member that lists the members of content (`Manifest`)."""

STATEMENT = "statement.dsse.json"
"""The member that is signed: an in-toto Statement in a DSSE envelope."""

CATEGORIES, COVERAGE, EXCERPTS, FACTS = "categories.json", "coverage.json", "excerpts.json", "facts.json"
FINDINGS, LAW, LIMITATIONS, NETWORK = "findings.json", "law.json", "limitations.json", "network.json"
CONTENT = (CATEGORIES, COVERAGE, EXCERPTS, FACTS, FINDINGS, LAW, LIMITATIONS, NETWORK)
"""The members that the manifest lists, in its order. The manifest itself is bound by the statement."""

MEDIA = "application/json"
"""Media type of every member of content."""

NO_EXCERPT = frozenset({"budget/excerpts", "tool/no-excerpt", "tool/stage-failed", "tool/worker-died"})
"""Kinds of limitations that excuse cited places without an excerpt: the budget ended first, bytes could not be read
again, or the stage broke off or was left out."""

EXCERPTS_PER_FINDING = 12
"""How many cited places of one finding, in the order of its proof, have an excerpt; the others have their place."""

PATHS_SHOWN, STEPS_SHOWN = 400, 40
"""How many facts with a path have excerpts, in the order of the facts, and of how many steps and links of each."""

PAIRS_SHOWN, PAIRS_OF_FAMILY, TOKENS_SHOWN = 400, 10, 3
"""How many pairs of classes have excerpts, in the order of the facts; of one family; and of how many tokens of each."""

NO_LAW = LawRecord()
"""The record of a review that compared nothing with the register."""

NO_COVERAGE = Coverage()
"""The record of a review that read nothing."""

NO_NETWORK = NetworkRecord()
"""The record of a review that asked nothing of hosts."""

_ENCODED = "encoded"
_ADVICE = "run `affidavit verify` on it, which names what changed"


def excerpt_key(place: Place) -> str:
    """The key of a place's excerpt: ``<entry>@<offset>``."""
    return f"{place.entry}@{place.offset}"


def content_members(
    facts: Sequence[Fact],
    findings: Sequence[Finding],
    limitations: Sequence[Limitation],
    excerpts: Mapping[str, Excerpt],
    categories: Sequence[Category] = (),
    *,
    law: LawRecord = NO_LAW,
    coverage: Coverage = NO_COVERAGE,
    network: NetworkRecord = NO_NETWORK,
) -> dict[str, bytes]:
    """The canonical bytes of each member of content, by name.

    Lists keep the order that they are given in. Excerpts become a list of [key, excerpt] pairs sorted by key: keys hold
    entry names, which need not be ASCII (see `canonical`).
    """
    return {
        CATEGORIES: encode(categories),
        COVERAGE: encode(coverage),
        EXCERPTS: encode(sorted(excerpts.items())),
        FACTS: encode(facts),
        FINDINGS: encode(findings),
        LAW: encode(law),
        LIMITATIONS: encode(limitations),
        NETWORK: encode(network),
    }


def assemble(
    artefact: Artefact,
    tool: Tool,
    knowledge_sha256: str,
    *,
    facts: Sequence[Fact],
    findings: Sequence[Finding],
    limitations: Sequence[Limitation],
    excerpts: Mapping[str, Excerpt],
    categories: Sequence[Category] = (),
    law: LawRecord = NO_LAW,
    coverage: Coverage = NO_COVERAGE,
    network: NetworkRecord = NO_NETWORK,
    networks: tuple[str, ...] = (),
    partial: bool = False,
    protection: str = "none",
) -> Affidavit:
    """An unsigned affidavit: the content with the manifest that lists its digests."""
    content = content_members(
        facts, findings, limitations, excerpts, categories, law=law, coverage=coverage, network=network
    )
    described = describe(content)
    made = Affidavit(
        manifest=Manifest(SCHEMA, artefact, tool, knowledge_sha256, partial, protection, described, networks),
        facts=tuple(facts),
        findings=tuple(findings),
        limitations=tuple(limitations),
        excerpts=dict(excerpts),
        categories=tuple(categories),
        law=law,
        coverage=coverage,
        network=network,
    )
    vars(made)[_ENCODED] = content, described
    return made


def members_of(affidavit: Affidavit) -> dict[str, bytes]:
    """The canonical bytes of each member of content of an affidavit, by name."""
    return dict(_encoded(affidavit)[0])


def _encoded(affidavit: Affidavit) -> tuple[dict[str, bytes], tuple[Member, ...]]:
    """The members of content and the manifest's lines for them: those that `assemble` made, until they are written."""
    if _ENCODED in vars(affidavit):
        return vars(affidavit)[_ENCODED]  # type: ignore[no-any-return]
    content = content_members(
        affidavit.facts,
        affidavit.findings,
        affidavit.limitations,
        affidavit.excerpts,
        affidavit.categories,
        law=affidavit.law,
        coverage=affidavit.coverage,
        network=affidavit.network,
    )
    return content, describe(content)


def describe(content: Mapping[str, bytes]) -> tuple[Member, ...]:
    """The manifest's lines for members of content, sorted by path."""
    return tuple(
        Member(name, hashlib.sha256(data).hexdigest(), len(data), MEDIA) for name, data in sorted(content.items())
    )


def bundle_bytes(affidavit: Affidavit, key: "Ed25519PrivateKey") -> bytes:
    """The signed bundle as bytes.

    Raises:
        BudgetError: it would be larger than a reader accepts.
        UsageError: the manifest does not describe the content (it was changed after `assemble`).
    """
    return layout.pack(_signed(affidavit, key))


def _signed(affidavit: Affidavit, key: "Ed25519PrivateKey") -> list[layout.Member]:
    """Every member of the signed bundle, in the order of the container; raises as `bundle_bytes`."""
    content, described = _encoded(affidavit)
    if described != affidavit.manifest.members:
        raise UsageError("the manifest does not describe the content", advice="make the affidavit with `assemble`")
    if sum(map(len, content.values())) > layout.FILE_LIMIT - (1 << 20):
        raise BudgetError("the bundle would pass 256 MiB", advice="review the parts of the artefact one by one")
    payload = statement.make_statement(affidavit, key.public_key().public_bytes_raw())
    named = {MANIFEST: encode(affidavit.manifest), **content, STATEMENT: dsse.seal(payload, key)}
    return [(name, named[name]) for name in layout.in_order(named)]


def write_bundle(path: Path, affidavit: Affidavit, key: "Ed25519PrivateKey") -> Affidavit:
    """Sign and write a bundle, whole or not at all; gives the affidavit with its key id.

    Raises:
        BudgetError: it would be larger than a reader accepts.
        UsageError: the manifest does not describe the content, or the file cannot be written there.
    """
    write_atomically(path, layout.pieces(_signed(affidavit, key)))
    vars(affidavit).pop(_ENCODED, None)
    return replace(affidavit, key_id=dsse.key_id(key.public_key().public_bytes_raw()))


def read_file(path: Path) -> bytes:
    """The bytes of a bundle.

    Raises:
        UsageError: there is no such file.
        VerificationError: it is larger than any bundle.
    """
    try:
        with path.open("rb") as file:
            data = file.read(layout.FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice="give the path of an .affidavit file") from error
    if len(data) > layout.FILE_LIMIT:
        raise VerificationError(f"{path}: larger than 256 MiB, so not a bundle", advice="check what you were sent")
    return data


def members(path: Path) -> dict[str, bytes]:
    """The members of a bundle by name, in file order.

    Raises:
        UsageError: there is no such file.
        VerificationError: the container departs from the one form that a bundle has.
    """
    unpacked = layout.unpack(read_file(path))
    if unpacked.faults:
        raise VerificationError(f"{path}: {unpacked.faults[0]}", advice=_ADVICE)
    return dict(unpacked.members)


def read_manifest(data: bytes) -> Manifest:
    """Read ``manifest.json``.

    Raises:
        VerificationError: not a manifest of the schema that this version knows.
    """
    manifest = decode_strict(data, Manifest, MANIFEST)
    if manifest.schema != SCHEMA:
        raise VerificationError(
            f"{MANIFEST}: schema {manifest.schema[:80]!r} where {SCHEMA!r} is expected",
            advice="read it with the version of affidavit that its tool line names",
        )
    return manifest


def read_content(manifest: Manifest, named: Mapping[str, bytes]) -> Affidavit:
    """The affidavit that members hold, unsigned; digests are not checked here.

    Raises:
        VerificationError: a member is missing or is not in canonical form.
    """
    missing = [name for name in CONTENT if name not in named]
    if missing:
        raise VerificationError(f"{missing[0]} is missing", advice=_ADVICE)
    pairs = decode_strict(named[EXCERPTS], tuple[tuple[str, Excerpt], ...], EXCERPTS)
    keys = [key for key, _ in pairs]
    if keys != sorted(set(keys)):
        raise VerificationError(f"{EXCERPTS}: keys are not sorted and distinct", advice=_ADVICE)
    return Affidavit(
        manifest=manifest,
        facts=decode_strict(named[FACTS], tuple[Fact, ...], FACTS),
        findings=decode_strict(named[FINDINGS], tuple[Finding, ...], FINDINGS),
        limitations=decode_strict(named[LIMITATIONS], tuple[Limitation, ...], LIMITATIONS),
        excerpts=dict(pairs),
        categories=decode_strict(named[CATEGORIES], tuple[Category, ...], CATEGORIES),
        law=decode_strict(named[LAW], LawRecord, LAW),
        coverage=decode_strict(named[COVERAGE], Coverage, COVERAGE),
        network=decode_strict(named[NETWORK], NetworkRecord, NETWORK),
    )


def read_bundle(path: Path) -> Affidavit:
    """Read a bundle whose container, digests and signature all hold.

    That the signature holds says nothing about whose key it is: `verify` compares it with the one that you expect.

    Raises:
        UsageError: there is no such file.
        VerificationError: something does not hold; `verify` says all that it is.
    """
    named = members(path)
    for name in (MANIFEST, STATEMENT):
        if name not in named:
            raise VerificationError(f"{path}: {name} is missing", advice=_ADVICE)
    manifest = read_manifest(named[MANIFEST])
    content = {name: data for name, data in named.items() if name not in {MANIFEST, STATEMENT}}
    for wrong in differing_members(manifest, content):
        raise VerificationError(f"{path}: {wrong}", advice=_ADVICE)
    payload, signature = dsse.read_envelope(named[STATEMENT], STATEMENT)
    stated = statement.read_statement(payload, STATEMENT)
    dsse.check_signature(payload, signature, statement.public_key(stated, STATEMENT), STATEMENT)
    for wrong in statement.unbound(stated, manifest, named[MANIFEST]):
        raise VerificationError(f"{path}: the signed statement is about another {wrong}", advice=_ADVICE)
    return replace(read_content(manifest, content), key_id=signature.keyid)


def differing_members(manifest: Manifest, content: Mapping[str, bytes]) -> list[str]:
    """What differs between the manifest's list of members and the members that are there, one sentence each."""
    wrong = []
    listed = {member.path: member for member in manifest.members}
    if [member.path for member in manifest.members] != sorted(CONTENT):
        wrong.append(f"{MANIFEST} does not list exactly {', '.join(CONTENT)}, in that order")
    for name in sorted(listed.keys() | content.keys()):
        if name not in content:
            wrong.append(f"{plain(name)} is missing")
        elif name not in listed:
            wrong.append(f"{plain(name)} is extra: the manifest does not list it")
        else:
            wrong.extend(_differing(listed[name], content[name]))
    return wrong


def _differing(listed: Member, data: bytes) -> list[str]:
    """What differs between one line of the manifest and the bytes of its member."""
    if listed.size != len(data):
        return [f"{listed.path} has {len(data):,} bytes where the manifest lists {listed.size:,}"]
    found = hashlib.sha256(data).hexdigest()
    if listed.sha256 != found:
        return [f"{listed.path} has SHA-256 {found} where the manifest lists {plain(listed.sha256, 64)}"]
    if listed.media != MEDIA:
        return [f"{listed.path} is listed as {listed.media[:40]!r} where {MEDIA!r} is expected"]
    return []
