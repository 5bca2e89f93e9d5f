"""The process that reads hostile bytes: it loads all it needs, raises the walls, reads, answers once and ends.

It is started by `evidence.process` with a `Request` on its standard input. After the walls it can open no file, start
no process and reach no network; what it says is checked by the parent like any other untrusted input.
"""

import os
import time
from contextlib import suppress
from importlib import import_module
from typing import Final

import msgspec

from affidavit import knowledge
from affidavit.artefact.budget import open_meter
from affidavit.artefact.opening import Given
from affidavit.artefact.spool import Spool
from affidavit.dalvik import jvm, opcodes
from affidavit.evidence.answering import answer_once
from affidavit.evidence.examine import examine
from affidavit.evidence.examined import Examined
from affidavit.evidence.flows_checked import check_claims
from affidavit.evidence.identity_of import identity_of
from affidavit.evidence.own_beside import own_beside
from affidavit.evidence.request import PROGRESS, RESULT, WALLS, Request
from affidavit.evidence.signing_of import signing_of
from affidavit.identity.code.handed import Known, handed
from affidavit.model.errors import BudgetError
from affidavit.sandbox.channel import Frame, send
from affidavit.sandbox.limits import Limits
from affidavit.sandbox.walls import raise_walls

LATER: Final = (
    "affidavit.artefact.textxml",
    "affidavit.dalvik.classfile",
    "affidavit.dalvik.jvm_disassemble",
    "affidavit.facts.apple_signing",
    "affidavit.facts.native",
    "asn1crypto.cms",
    "asn1crypto.keys",
    "asn1crypto.x509",
    "cryptography.exceptions",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.asymmetric.dsa",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.padding",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.serialization",
    "encodings.ascii",
    "encodings.cp1252",
    "encodings.cp437",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.unicode_escape",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "encodings.utf_32_be",
    "encodings.utf_8_sig",
    "numpy.ma",
    "plistlib",
    "unicodedata",
)
"""What stages import when they need it: here it has to be there before the walls are."""
OF_CAPTURES: Final = (
    "affidavit.evidence.captures",
    "affidavit.network.personal.seek",
)
"""What the reading of captures imports when it needs it; reviews without any need not pay for it."""
_PAUSE: Final = 0.05
"""Seconds between two reports of progress within one stage."""


def main() -> None:
    """Read the request, answer, end."""
    answer_once(Request, _answer)


def _answer(request: Request) -> Frame:
    """Kind and body of the last frame."""
    for name in LATER + (OF_CAPTURES if request.traffic.files else ()):
        import_module(name)
    knowledge.hold()
    opcodes.opcodes()
    jvm.opcodes()
    with suppress(BudgetError):  # opens what it looks at; that it is used up, the stages say
        open_meter()
    known = handed(request.libraries)
    spool = Spool(file=request.spool if request.spool >= 0 else None)
    if not os.environ.get("AFFIDAVIT_DEBUG"):
        os.dup2(1, 2)  # whoever takes this process over shall have no file to fill but the spool
    mapped = request.size + request.traffic.size + request.budget.total_bytes
    bounds = Limits(request.budget.memory, mapped, request.budget.total_bytes, request.seconds)
    walls = raise_walls(bounds, confined=request.confined, last=spool.tend)
    send(request.answers, WALLS, msgspec.json.encode(walls))
    given = Given(request.name, request.artefact, request.size)
    return RESULT, msgspec.json.encode(_read(request, given, spool, known))


def _read(request: Request, given: Given, spool: Spool, known: Known | None) -> Examined:
    """What is asked for."""
    reporter, sha256, lost = _Reporter(request.answers), request.sha256, request.lost
    if request.claims:
        return check_claims(given, request.budget, reporter, request.claims, sha256=sha256, spool=spool, lost=lost)
    v4_signature = request.v4_signature
    if request.only == "signatures":
        return signing_of(
            given, request.budget, reporter, sha256=sha256, spool=spool, v4_signature=v4_signature, lost=lost
        )
    if request.only == "captures":
        from affidavit.evidence.captures import captures_of  # noqa: PLC0415 - imported before the walls

        return captures_of(request.traffic, request.budget, reporter, lost)
    if request.only == "own":
        return own_beside(
            given, request.beside[0], request.budget, reporter, sha256=sha256, spool=spool, lost=lost, known=known
        )
    if request.only:
        return identity_of(
            given, request.budget, reporter, sha256=sha256, spool=spool, mapping=request.mapping, lost=lost,
            known=known, beside=request.beside, family=request.family,
        )  # fmt: skip
    return examine(
        given,
        request.budget,
        reporter,
        sha256=sha256,
        spool=spool,
        v4_signature=v4_signature,
        mapping=request.mapping,
        lost=lost,
        known=known,
        traffic=request.traffic,
    )


class _Reporter:
    """Progress as frames: the start of every stage, and now and then what is done of it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._stage = ""
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next:
            return
        self._stage, self._next = stage, now + _PAUSE
        send(self._handle, PROGRESS, msgspec.json.encode((stage, done, total)))
