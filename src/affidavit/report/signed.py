"""Who signed, in words: the verified signer first, what each signature covers, and what is wrong."""

from collections.abc import Sequence

from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.signing import Certificate, Issue, Signature, SigningBlock, SigningLineage
from affidavit.report.android_versions import listed
from affidavit.report.overview import Facts
from affidavit.report.signer_names import debug_keys, in_words, known_as, named_signers
from affidavit.report.verdicts import issues_in_words, main_container

NOTHING = "no signature found"
_OPEN_AREAS = frozenset({"budget", "native", "tool"})
_OPEN = frozenset({"signing/malformed-block", "signing/unread-block", "signing/undetermined", "manifest/no-info-plist"})
"""Limitations with which a signature can be there that was not found."""
_SHOWN = 3


def signed_by(facts: Facts, limitations: Sequence[Limitation] = ()) -> str:
    """One sentence: who signed, by which schemes that hold; what does not hold; and that nothing is signed.

    Where no signature was found and `limitations` can hide one, it says that this is not known.

    Names are as certificates have them: whoever shows the sentence has to make it harmless.
    """
    main = main_container(facts)
    signatures = [item for fact, item in facts.pairs(Signature) if _of_app(fact, item, main)]
    held = sorted({item.scheme for item in signatures if item.outcome == "verified"})
    names = named_signers(facts)
    bad = _not_holding(signatures)
    if held and names:
        said = ", ".join((f"verified by {listed(held)}", *bad))
        known = "; ".join(known_as(names, facts))
        notes = "; ".join((f"{said}, {known}" if known else said, *debug_keys(names)))
        return f"{in_words(names)} ({notes})"
    if not facts.about(SigningBlock) and not signatures:
        hidden = any(item.kind in _OPEN or item.kind.partition("/")[0] in _OPEN_AREAS for item in limitations)
        return f"not known: {NOTHING}, and not everything was read" if hidden else NOTHING
    file_names = list(dict.fromkeys(item.subject for item in facts.about(Certificate) if not item.chain))[:_SHOWN]
    said = ", ".join((*bad, *([f"the file names {'; '.join(file_names)}, not verified"] if file_names else [])))
    return f"nobody whose signature was verified ({said or 'none was checked'})"


def signature_rows(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Container, scheme, outcome with what it covers, and issues in words, of every signature."""
    return [
        (
            fact.place.entry or "the file itself",
            item.scheme,
            item.outcome,
            "; ".join((item.covers, *issues_in_words(all_issues(item)))).strip("; "),
        )
        for fact, item in sorted(facts.pairs(Signature), key=lambda pair: (pair[0].place.entry, pair[1].scheme))
    ]


def lineage_rows(facts: Facts) -> list[tuple[str, str, str]]:
    """The keys of each lineage, oldest first: scheme and whether it holds, certificate, what the newer key grants.

    Splits repeat the lineage of their base; it is there once.
    """
    return [
        (
            f"{item.scheme}, {'verified' if item.verified else 'not verified'}",
            key.certificate,
            listed(key.capabilities),
        )
        for item in dict.fromkeys(facts.about(SigningLineage))
        for key in item.keys
    ]


def certificates_first(facts: Facts) -> list[Certificate]:
    """Certificates, those of verified signers before all others."""
    return sorted(facts.about(Certificate), key=lambda item: not item.verified)


def all_issues(item: Signature) -> tuple[Issue, ...]:
    """What is wrong with a signature as a whole, then with each of its signers."""
    return (*item.issues, *(issue for signer in item.signers for issue in signer.issues))


def _of_app(fact: Fact, item: Signature, main: str) -> bool:
    return fact.place.entry == main and item.scheme != "source-stamp"


def _not_holding(signatures: Sequence[Signature]) -> list[str]:
    """What of the signatures does not hold, or was not checked to the end."""
    refused = sorted({item.scheme for item in signatures if item.outcome == "refused"})
    left = sorted({item.scheme for item in signatures if item.outcome == "undetermined"})
    said = [f"{listed(refused)} {'does' if len(refused) == 1 else 'do'} not hold"] if refused else []
    return [*said, f"{listed(left)} not checked to the end"] if left else said
