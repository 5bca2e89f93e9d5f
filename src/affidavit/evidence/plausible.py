"""Whether what a worker says can be an account at all: hostile bytes may have taken it over.

Such a worker can lie about the app, and nobody can tell. What it cannot do is exhaust this process, invent questions or
answers that no rule gives, or make an account that contradicts itself.
"""

from collections.abc import Collection, Iterator
from itertools import chain
from typing import Final

import msgspec

from affidavit.evidence.examined import Examined
from affidavit.evidence.proofs import broken
from affidavit.evidence.request import STAGES
from affidavit.evidence.traffic import KIND
from affidavit.findings import load
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import SCHEMA, Affidavit, Manifest, Tool
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from affidavit.model.code_identity import CodeIdentity
from affidavit.model.finding import Finding, Proof
from affidavit.model.flow import Flow, Reached

KINDS: Final = frozenset({"aar", "apk", KIND, "dex", "ipa", "jar", "splits"})
"""The kinds of artefacts that there are (see `Artefact.kind`)."""
VALUES: Final = 12_000_000
"""Most values in an answer, counted by the marks between them; each may become an object of some eighty bytes. An app
of 182,000 classes and 113 MB has 525,000, in 14 MB."""
DEPTH: Final = 64
"""Deepest proof; that of the deepest rule has 7 levels."""
PATHS: Final = 50_000
"""Most facts with a path."""
STEPS: Final = 1_024
"""Most steps of a path, and links of a chain: as many as the checker reads."""
LISTED: Final = 256
"""Most names, links of a chain or steps of decoding in one fact about traffic; readers keep 32 at most."""
_MARKS: Final = (b",", b"[", b"{")
_LARGEST: Final = 1 << 64
_OF_RULES: Final = (
    "version", "title", "category", "severity", "masvs", "maswe", "permission_groups", "references",
)  # fmt: skip
"""What a finding takes from its rule."""
_KIND: Final = 80


class ImplausibleError(ValueError):
    """No worker says this unless something is wrong with it; the text is for those who look for what it is."""


def read(body: bytes, captures: Collection[str] = ()) -> Examined:
    """The account in an answer.

    Args:
        body: the answer.
        captures: SHA-256 of those that were handed over.

    Raises:
        ImplausibleError: it is none, is larger than any, or contradicts itself or the rules.
        KnowledgeError: compiled knowledge is missing.
    """
    if sum(map(body.count, _MARKS)) > VALUES:
        raise ImplausibleError(f"more than {VALUES} values")
    try:
        examined = msgspec.json.decode(body, type=Examined)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError) as error:
        raise ImplausibleError(type(error).__name__) from error
    for fault in chain(_faults(examined), _traffic_faults(examined, captures)):
        raise ImplausibleError(fault)
    return examined


def _faults(examined: Examined) -> Iterator[str]:
    """What is wrong with it; what costs more to see comes later."""
    if examined.artefact.kind not in KINDS:
        yield "there is no such kind of artefact"
    order = [STAGES.index(item.name) if item.name in STAGES else -1 for item in examined.coverage.stages]
    if -1 in order or order != sorted(set(order)):
        yield "there are no such stages, or not in this order"
    for item in examined.limitations:
        if not _is_kind(item.kind) or not 0 < item.count < _LARGEST:
            yield "a limitation of no kind, or of no number"
    rules = {rule.id: rule for rule in load.rules()}
    if examined.findings and [finding.rule for finding in examined.findings] != list(rules):
        yield "not one finding for each rule"
    for finding in examined.findings:
        if any(getattr(finding, name) != getattr(rules[finding.rule], name) for name in _OF_RULES):
            yield f"{finding.rule} is another rule"
        if _deep(finding):
            yield f"the proof of {finding.rule} is too deep"
    yield from _paths_faults(examined)
    yield from broken(_as_affidavit(examined))


def _paths_faults(examined: Examined) -> Iterator[str]:
    """What is wrong with paths: more of them, or longer ones, than the checker reads."""
    paths = [fact.what for fact in examined.facts if isinstance(fact.what, Flow | Reached | CodeIdentity)]
    if len(paths) > PATHS:
        yield f"more than {PATHS} paths"
    if any(len(what.chain) > STEPS or (isinstance(what, Flow) and len(what.steps) > STEPS) for what in paths):
        yield f"a path of more than {STEPS} steps"


def _traffic_faults(examined: Examined, captures: Collection[str]) -> Iterator[str]:
    """What is wrong with what captures are said to show: others than were handed over, or lists without end."""
    if examined.artefact.kind == KIND and not captures:
        yield "captures are said to be read, and none were handed over"
    places = {f"capture/{digest[:16]}" for digest in captures}
    for fact in examined.facts:
        what = fact.what
        if not isinstance(what, Capture | Contact | Disclosure | Lookup | Undecoded):
            continue
        if fact.place.entry.partition("!/")[0] not in places:
            yield f"fact {fact.id[:40]!r} is of a capture that was not handed over"
        if isinstance(what, Capture) and what.sha256 not in captures:
            yield f"fact {fact.id[:40]!r} is about a capture that was not handed over"
        lists = (
            getattr(what, name, ()) for name in ("names", "chain", "ja3", "ja4", "certificates", "addresses", "path")
        )
        if any(len(each) > LISTED for each in lists):
            yield f"fact {fact.id[:40]!r} lists more than {LISTED}"


def _is_kind(kind: str) -> bool:
    """Whether a limitation's kind has the form of one: two words with a slash between."""
    area, slash, cause = kind.partition("/")
    return bool(slash) and len(kind) <= _KIND and all(map(_is_word, (area, cause)))


def _is_word(word: str) -> bool:
    """Whether it is of lower-case letters, digits and hyphens."""
    return bool(word) and word.isascii() and word == word.lower() and word.replace("-", "").isalnum()


def _deep(finding: Finding) -> bool:
    """Whether a proof has more levels than `DEPTH`."""
    level: tuple[Proof, ...] = (finding.proof,)
    for _ in range(DEPTH):
        level = tuple(child for proof in level for child in proof.children)
        if not level:
            return False
    return True


def _as_affidavit(examined: Examined) -> Affidavit:
    """What was said, in the form in which `broken` looks at it."""
    nothing = Manifest(SCHEMA, Artefact("", "", 0, ""), Tool("", "", ""), "", partial=False, protection="", members=())
    return Affidavit(
        nothing,
        examined.facts,
        examined.findings,
        examined.limitations,
        examined.excerpts,
        coverage=examined.coverage,
    )
