"""What an instrument asks to be weighed."""

from msgspec import Struct


class Criterion(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing to be weighed (`id` is unique in the whole register), in own words."""

    id: str
    about: str
    name: str = ""


class Criteria(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file of ``knowledge/criteria``: the criteria of one instrument.

    Attributes:
        source, licence: of the file itself.
        document: id of the source that holds the text.
        items: what is weighed.
        risk_limbs: what the instrument calls a risk.
        cite: where in the instrument.
    """

    source: str
    licence: str
    document: str
    items: tuple[Criterion, ...]
    risk_limbs: tuple[Criterion, ...] = ()
    cite: str = ""
