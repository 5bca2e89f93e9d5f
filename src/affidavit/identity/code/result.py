"""What comparing an app with the index gives, by number; `evidence` puts it into words."""

from dataclasses import dataclass

from affidavit.identity.code.signatures import I32
from affidavit.model.code_identity import Decision


@dataclass(frozen=True, slots=True)
class Pairing:
    """One class of the app and the class of known code that it comes from.

    Attributes:
        app: class of the app. node, signature: of the index; the form that fits best.
        nats: evidence of the pair by itself, in natural units. similarity: 0 to 1.
        agree, neighbours: of the app class's neighbours that are paired with this family, those whose pairs are
            neighbours in the library too.
        inlined: whether code of the node lies in an app class that comes from elsewhere.
    """

    app: int
    node: int
    signature: int
    nats: float
    similarity: float
    agree: int = 0
    neighbours: int = 0
    inlined: bool = False


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """What speaks for one family.

    Attributes:
        family: number in the index. decision: see `Decision`.
        pairs: best first; inlined ones last.
        features: what the decision rests on, by name.
        probability: calibrated. log_ratio: natural logarithm of the likelihood ratio. p_value: share of families that
            are absent from this app, of like size, with as much evidence.
        versions: numbers of the versions that the bytes allow, most likely first; empty when there is nothing to tell.
    """

    family: int
    decision: Decision
    pairs: tuple[Pairing, ...]
    features: dict[str, float]
    probability: float
    log_ratio: float
    p_value: float
    versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """An app compared with an index.

    Attributes:
        regime: what was done to the code: ``plain``, ``shrunk``, ``optimised`` or ``strings-hidden``.
        families: with any evidence, strongest first.
        origin: (C,) for each class of the app the number of the family found that it comes from, or -1.
    """

    regime: str
    families: tuple[FamilyMatch, ...]
    origin: I32
