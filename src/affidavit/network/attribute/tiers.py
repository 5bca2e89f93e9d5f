"""How strong the evidence is that a provider serves a host, and what the next tier takes."""

from affidavit.model.network import Strength
from affidavit.network.attribute.asked import Case
from affidavit.network.attribute.operators import Operated

_ORDER = tuple(Strength)
_NAMED = "a capture in which the name is asked for, or a connection is made under it"
_CONNECTED = "a connection under this name"
_NEARER = "a list of the provider's ranges whose data lies nearer to the observation"
_NO_TIME = "a time of the connection, as of which a list of the provider's ranges holds"
_TWO_SIDED = "bytes from the server, with a certificate or header of the provider"
_RECORD = "a record of the provider's own: contract, zone, session or bill"


def strength_of(case: Case, operator: Operated) -> tuple[Strength, str]:
    """The highest tier that is shown, and in words what the next one takes."""
    tier, takes = _shown(case, operator)
    return tier, f"{_ORDER[_ORDER.index(tier) + 1]} takes {takes}" if takes else ""


def _shown(case: Case, operator: Operated) -> tuple[Strength, str]:
    """The highest tier, and what is needed for more."""
    asked = case.asked
    if asked.record:
        return Strength.S5, ""
    if not case.name and case.number is None:
        return Strength.S0, "a host name or an address: this is neither"
    if not case.name:
        return Strength.S0, "a name: an address alone, which many hosts may share, names none"
    if not asked.contacted or "stale-answer" in asked.marks:
        tier = Strength.S1 if asked.looked_up or asked.contacted else Strength.S0
        return tier, _CONNECTED if tier is Strength.S1 else _NAMED
    return _connected(case, operator)


def _connected(case: Case, operator: Operated) -> tuple[Strength, str]:
    """The tier of a connection that was made under the name."""
    if "proxied" in case.asked.marks:
        return Strength.S2, "the address that the proxy connected to: the one in the capture is the proxy's"
    if case.number is not None and not case.public:
        return Strength.S2, "an address of the public Internet: machines of others stand behind this one"
    published, named = operator.by("prefix"), operator.by("zone")
    if named is None and published is None:
        return Strength.S2, _range_or_name(case, operator)
    if named is None and published and (case.timeless or case.too_old(published.source)):
        return Strength.S2, _NO_TIME if case.timeless else _NEARER
    if (
        case.asked.received
        and "one-sided" not in case.asked.marks
        and (operator.by("certificate") or operator.by("header"))
    ):
        return Strength.S4, _RECORD
    return Strength.S3, _TWO_SIDED


def _range_or_name(case: Case, operator: Operated) -> str:
    """What would show that the operator serves the host."""
    entity = operator.entity
    if not entity:
        return "an operator: the address in a range that one publishes, or a DNS answer whose CNAME lies in its zone"
    known = case.known.entities.get(entity)
    note = f" ({known.title} {known.note})" if known and known.note.startswith("publishes no") else ""
    title = case.known.title(entity)
    return f"a DNS answer whose CNAME lies in a zone of {title}, or the address in a range that it publishes{note}"


def served(strength: Strength) -> bool:
    """Whether *served from* is shown."""
    return _ORDER.index(strength) >= _ORDER.index(Strength.S3)
