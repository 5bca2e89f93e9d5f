"""What is asked of families that an app is known to contain: which versions, and what lies inside other classes."""

from collections.abc import Mapping
from dataclasses import replace

from affidavit.identity.code.index import Index
from affidavit.identity.code.residual import inlined
from affidavit.identity.code.result import Matched, Pairing
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.variation import Forms
from affidavit.identity.code.versions import Allowed, Frequency, allowed


def completed(app: Signatures, index: Index, matched: Matched) -> tuple[Matched, Mapping[int, Allowed]]:
    """The same with the versions of each family found and with pairs of classes whose code lies in others.

    Args:
        app: its signatures.
        index: known code.
        matched: families and pairs of classes.

    Returns:
        What was matched, completed, and for the number of each family found what its code allows.
    """
    found = [match for match in matched.families if match.decision == "found"]
    forms, frequency = Forms(index, [match.family for match in found]), Frequency(app)
    answers = {match.family: allowed(app, forms, frequency, match, matched.regime) for match in found}
    inside: dict[int, list[Pairing]] = {}
    versions = {number: answer.versions for number, answer in answers.items()}
    for pair in inlined(app, index, found, versions, matched.regime):
        inside.setdefault(int(index.node_family[pair.node]), []).append(pair)
    families = tuple(
        replace(
            match,
            versions=answers[match.family].versions,
            pairs=(
                *match.pairs,
                *sorted(inside.get(match.family, []), key=lambda pair: (-pair.nats, pair.app, pair.node)),
            ),
        )
        if match.family in answers
        else match
        for match in matched.families
    )
    return replace(matched, families=families), answers
