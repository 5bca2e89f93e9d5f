"""Verification as an explicit, numbered argument: what was checked, what was not and why, and what failed.

    (1) the file is a bundle in the one form that a bundle has
    (2) its manifest is of a schema that this version knows
    (3) every member is there, none is extra, each has the digest and size that the manifest lists
    (4) the signed statement is about this manifest and this artefact
    (5) the signature is that of the key in the bundle
    (6) that key is the one that you expect
    (7) the proofs hold together: facts, excerpts and limitations that findings rest on are there, and unedited
    (8) the artefact that you hold is the one that was reviewed
    (9) reviewing it again gives the same content, byte for byte
    (10) the paths that it states are in that artefact: each step and link is read again by a checker that finds none

Steps 1 to 7 need the bundle alone. Without step 6 anyone could have made the bundle; without step 9 the signer is taken
at their word. All steps run as far as they can, whatever failed before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from msgspec import Struct

from affidavit.evidence import bundle, dsse, layout, statement
from affidavit.evidence.companions import (
    TRAFFIC,
    Companions,
    Need,
    at_hand,
    compared_with,
    file_sha256,
    needs,
    sentences,
    the_rest,
)
from affidavit.evidence.comparison import differences
from affidavit.evidence.examined import Examined
from affidavit.evidence.keys import public_line
from affidavit.evidence.proofs import broken
from affidavit.evidence.quoting import plain
from affidavit.evidence.tool import this_tool
from affidavit.evidence.traffic import UNWATCHED, Watched
from affidavit.knowledge import digest
from affidavit.model.bundle import Manifest
from affidavit.model.errors import AffidavitError, KnowledgeError, UsageError, VerificationError
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow, Reached

Check = Callable[[Path, tuple[Fact, ...]], Examined]
"""Checks the paths that facts claim of an artefact; what does not hold is a limitation (see `flows_checked`)."""

Derive = Callable[[Path, tuple[Path, ...], Watched, tuple[Path, ...]], Mapping[str, bytes]]
"""Reviews an artefact again: its path, indexes of known code, captures and snapshots of networks, to the content
members (see `content_members`).
"""

_COMPARED_WITH_NONE = "; the review compared the code with no index of known code, and so does this check"

_NAMED = 5
"""How many faults of one step are named; the rest are counted."""

_LONGEST = 2_000
"""Characters of one step's detail."""


class Step(Struct, frozen=True):
    """One step of the argument.

    Attributes:
        number: from 1. name: what is checked, as a statement that holds when it passed.
        passed: None when it was not checked; `detail` then says why.
        detail: what was compared, or what is wrong and where.
    """

    number: int
    name: str
    passed: bool | None
    detail: str


class Verification(Struct, frozen=True):
    """The whole argument.

    Attributes:
        passed: no step failed. Steps that were not checked do not count: read them.
        key_id: SHA-256 (hex) of the key whose signature holds; empty when none does.
        needs: files that the review was given beside the artefact and this check was not, if it was given the artefact.
    """

    steps: tuple[Step, ...]
    passed: bool
    key_id: str
    needs: tuple[Need, ...] = ()


Outcome = tuple[bool | None, str]
"""`passed` and `detail` of a step."""


@dataclass(slots=True)
class _Evidence:
    """What the steps have read so far; a part that could not be read stays None."""

    faults: tuple[str, ...]
    named: dict[str, bytes]
    manifest: Manifest | None = None
    stated: statement.Statement | None = None
    payload: bytes = b""
    signature: dsse.Signature | None = None
    signer: bytes = b""
    same_artefact: bool = False
    needs: tuple[Need, ...] = ()


def verify(
    bundle_path: Path,
    artefact_path: Path | None = None,
    trusted_key: bytes | None = None,
    derive: Derive | None = None,
    v4_signature: Path | None = None,
    *,
    check: Check | None = None,
    libraries: Iterable[Path] = (),
    mapping: Path | None = None,
    watched: Watched = UNWATCHED,
    networks: Iterable[Path] = (),
) -> Verification:
    """Check a bundle, in the steps that the module's docstring lists.

    Args:
        bundle_path: the bundle.
        artefact_path: the artefact that the bundle is about, if you hold it.
        trusted_key: raw public key (32 bytes) of the signer that you expect, learned elsewhere
            (see `keys.expected_key`).
        derive: reviews the artefact again, for step 9.
        v4_signature: the v4 signature file that `derive` is given beside it.
        check: checks paths against the artefact, for step 10.
        libraries: the indexes of known code that are here; `derive` is given those that the review compared with.
        mapping: the mapping file that `derive` is given beside it.
        watched: captures of what it sent; `derive` is given those that the review was given, if all are there.
        networks: the snapshots of networks that are here; `derive` is given those that the review asked.

    Raises:
        UsageError: a file that was named is not there.
    """
    evidence = _open(bundle_path)
    here = at_hand(v4_signature, mapping, libraries, watched, networks)
    checks: tuple[tuple[str, Callable[[], Outcome]], ...] = (
        ("the file is a bundle in its one form", lambda: _container(evidence)),
        ("the manifest is of a known schema", lambda: _schema(evidence)),
        ("every member is there, as the manifest lists it", lambda: _members(evidence)),
        ("the signed statement is about this manifest and artefact", lambda: _binding(evidence)),
        ("the signature is that of the key in the bundle", lambda: _signature(evidence)),
        ("that key is the one that is expected", lambda: _expected(evidence, trusted_key)),
        ("the proofs hold together", lambda: _proofs(evidence)),
        ("the artefact is the one that was reviewed", lambda: _artefact(evidence, artefact_path)),
        (
            "reviewing the artefact again gives the same",
            lambda: _derivation(evidence, artefact_path, derive, here),
        ),
        ("every path that is stated is there in the artefact", lambda: _paths(evidence, artefact_path, check)),
    )
    steps = tuple(Step(number, name, *_run(asked)) for number, (name, asked) in enumerate(checks, 1))
    holds = steps[4].passed is True
    return Verification(
        steps=steps,
        passed=all(step.passed is not False for step in steps),
        key_id=dsse.key_id(evidence.signer) if holds else "",
        needs=evidence.needs,
    )


def _run(check: Callable[[], Outcome]) -> Outcome:
    """The outcome of one check; a part that cannot be read fails it."""
    try:
        passed, detail = check()
    except VerificationError as error:
        passed, detail = False, str(error)
    return passed, plain(detail, _LONGEST)


def _open(path: Path) -> _Evidence:
    """Read the container, whatever is wrong with it."""
    try:
        unpacked = layout.unpack(bundle.read_file(path))
    except VerificationError as error:
        return _Evidence((str(error),), {})
    named: dict[str, bytes] = {}
    for name, data in unpacked.members:
        named.setdefault(name, data)
    return _Evidence(unpacked.faults, named)


def _container(evidence: _Evidence) -> Outcome:
    """Step 1."""
    size = sum(map(len, evidence.named.values()))
    return _verdict(iter(evidence.faults), f"{len(evidence.named)} members, {size:,} bytes")


def _schema(evidence: _Evidence) -> Outcome:
    """Step 2."""
    evidence.manifest = bundle.read_manifest(_member(evidence, bundle.MANIFEST))
    return True, evidence.manifest.schema


def _members(evidence: _Evidence) -> Outcome:
    """Step 3."""
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    content = {name: data for name, data in evidence.named.items() if name not in {bundle.MANIFEST, bundle.STATEMENT}}
    faults = bundle.differing_members(evidence.manifest, content)
    return _verdict(iter(faults), f"{len(content)} members, each with its SHA-256 and size")


def _binding(evidence: _Evidence) -> Outcome:
    """Step 4."""
    name = bundle.STATEMENT
    evidence.payload, evidence.signature = dsse.read_envelope(_member(evidence, name), name)
    evidence.stated = statement.read_statement(evidence.payload, name)
    evidence.signer = statement.public_key(evidence.stated, name)
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    other = statement.unbound(evidence.stated, evidence.manifest, evidence.named[bundle.MANIFEST])
    artefact = evidence.manifest.artefact
    return _verdict(
        (f"{name} and {bundle.MANIFEST} differ: {part}" for part in other),
        f"manifest {evidence.stated.predicate.manifest_sha256}, artefact {artefact.name[:160]!r} {artefact.sha256}",
    )


def _signature(evidence: _Evidence) -> Outcome:
    """Step 5."""
    if evidence.signature is None or not evidence.signer:
        return None, "the signed statement cannot be read"
    dsse.check_signature(evidence.payload, evidence.signature, evidence.signer, bundle.STATEMENT)
    return True, f"Ed25519, key id {evidence.signature.keyid}"


def _expected(evidence: _Evidence, trusted_key: bytes | None) -> Outcome:
    """Step 6."""
    if not evidence.signer:
        return None, "the bundle's key cannot be read"
    if trusted_key is None:
        return None, f"no key was given to compare with; the bundle says {public_line(evidence.signer)}"
    if trusted_key != evidence.signer:
        return False, f"the bundle has key {dsse.key_id(evidence.signer)}, expected is {dsse.key_id(trusted_key)}"
    return True, f"key id {dsse.key_id(trusted_key)}"


def _proofs(evidence: _Evidence) -> Outcome:
    """Step 7."""
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    affidavit = bundle.read_content(evidence.manifest, evidence.named)
    faults = list(islice(broken(affidavit), 1_000))
    if evidence.stated is not None and evidence.stated.predicate.counts != statement.count(affidavit):
        faults.append(f"{bundle.STATEMENT} counts other numbers of facts, findings or limitations")
    return _verdict(
        iter(faults),
        f"{len(affidavit.findings):,} findings, {len(affidavit.facts):,} facts, {len(affidavit.excerpts):,} excerpts",
    )


def _artefact(evidence: _Evidence, path: Path | None) -> Outcome:
    """Step 8."""
    if path is None:
        return None, "no artefact was given"
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    wanted = evidence.manifest.artefact.sha256
    found = file_sha256(path)
    if found != wanted:
        return False, f"{path.name[:160]!r} has SHA-256 {found}, reviewed was {wanted}"
    evidence.same_artefact = True
    return True, f"SHA-256 {found}"


def _derivation(evidence: _Evidence, path: Path | None, derive: Derive | None, here: Companions) -> Outcome:
    """Step 9."""
    if path is None or derive is None:
        return None, "no artefact was given" if path is None else "no review was asked for"
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    if not evidence.same_artefact:
        return None, "the artefact is another one"
    return _derived_again(evidence, evidence.manifest, here, lambda *given: derive(path, *given))


def _derived_again(
    evidence: _Evidence,
    manifest: Manifest,
    here: Companions,
    derive: Callable[[tuple[Path, ...], Watched, tuple[Path, ...]], Mapping[str, bytes]],
) -> Outcome:
    """Compare with what `derive` gives, as far as there is all that it takes."""
    facts = bundle.read_content(manifest, evidence.named).facts
    compared = compared_with(facts)
    evidence.needs = missing = needs(manifest.artefact, compared, manifest.networks, here)
    if any(item.what == "v4-signature" for item in missing):
        return None, sentences(missing, here)
    try:
        unwatched = any(item.what in TRAFFIC for item in missing)
        derived = derive(
            tuple(here.indexes[index] for index in compared if index in here.indexes),
            UNWATCHED if unwatched else here.watched_as(manifest.artefact),
            tuple(here.networks[one] for one in manifest.networks if one in here.networks),
        )
    except (UsageError, KnowledgeError) as error:
        return None, f"no review can be made here: {error}; {error.advice}"
    except AffidavitError as error:
        return False, f"the artefact could not be reviewed again: {error}"
    if missing:
        found, said = the_rest(missing, evidence.named, facts, derived)
        passed, detail = _judge(found, manifest)
        same = "and are the same" if passed else f"and differ: {detail}"
        return False if passed is False else None, f"{sentences(missing, here)}; {said}, {same}"
    passed, detail = _judge(list(differences(evidence.named, derived)), manifest)
    return passed, detail + (_COMPARED_WITH_NONE if passed and here.indexes and not compared else "")


def _paths(evidence: _Evidence, path: Path | None, check: Check | None) -> Outcome:
    """Step 10."""
    if path is None or check is None:
        return None, "no artefact was given" if path is None else "no check was asked for"
    if evidence.manifest is None:
        return None, "the manifest cannot be read"
    if not evidence.same_artefact:
        return None, "the artefact is another one"
    content = bundle.read_content(evidence.manifest, evidence.named)
    claims = tuple(fact for fact in content.facts if isinstance(fact.what, Flow | Reached))
    if not claims:
        return True, "none is stated"
    try:
        found = check(path, claims)
    except AffidavitError as error:
        return None, f"the artefact could not be read: {error}"
    return _accepted(claims, found)


def _accepted(claims: tuple[Fact, ...], found: Examined) -> Outcome:
    """What the check of paths means: nothing, when it did not look at each."""
    if [item.outcome for item in found.coverage.stages] != ["done"]:
        return None, "; ".join(item.detail for item in found.limitations[:_NAMED]) or "the check gave no answer"
    flows = [fact.what for fact in claims if isinstance(fact.what, Flow)]
    steps = sum(len(flow.steps) for flow in flows)
    refused = (item.detail for item in found.limitations if item.kind == "flows/refused")
    said = f"{steps:,} steps of {len(flows):,} flows, and {len(claims) - len(flows):,} chains, accepted"
    return _verdict(refused, said)


def _judge(found: list[str], manifest: Manifest) -> Outcome:
    """What differences of a re-derivation mean: they accuse the bundle only if nothing else can explain them."""
    here = this_tool()
    other = manifest.tool != here or manifest.knowledge_sha256 != digest()
    version = (
        f"{manifest.tool.version} (code {manifest.tool.code_sha256[:16]}, knowledge {manifest.knowledge_sha256[:16]})"
    )
    ours = f"{here.version} (code {here.code_sha256[:16]}, knowledge {digest()[:16]})"
    if not found:
        by = f", though by another version: {ours} instead of {version}" if other else ""
        return True, f"{len(bundle.CONTENT)} members, byte for byte{by}"
    if other:
        return None, f"made by {version}, but this is {ours}, which may be why: {found[0]}"
    if manifest.partial:
        return None, f"the review was cut short by its budget, which may be why: {found[0]}"
    return _verdict(iter(found), "")


def _verdict(faults: Iterator[str], detail: str) -> Outcome:
    """Failed with the first faults named, or passed with `detail`."""
    named = list(islice(faults, _NAMED))
    more = sum(1 for _ in faults)
    if not named:
        return True, detail
    return False, "; ".join(named) + (f"; and {more:,} more" if more else "")


def _member(evidence: _Evidence, name: str) -> bytes:
    """The bytes of a member that has to be there."""
    if name not in evidence.named:
        raise VerificationError(f"{name} is missing", advice="this is no whole bundle; ask for it again")
    return evidence.named[name]
