"""What can be compared about a subject, and how: the only place that knows one property from another."""

from typing import Literal

from msgspec import Struct

from affidavit.model.errors import KnowledgeError

Form = Literal["time", "number", "names", "text", "phrases"]
"""How values are read and compared.

* ``time``: a day, an instant, a range ``a..b``, or the name of a weekday; two agree when they overlap.
* ``number``: a number or a range; two of one unit agree when they overlap.
* ``names``: words with commas; ``not x`` denies one, ``only`` in front denies all others. Two agree unless one denies
  what the other affirms.
* ``text``: a short text; two agree when they are the same, letter case and spaces aside.
* ``phrases``: as ``names``; the register has a sentence, which must contain them.
"""


class Property(Struct, frozen=True):
    """A property.

    Attributes:
        title: in words that fit after "says of tt-2:".
        form: how its values compare.
        drifts: changes by itself in the course of time, so that values of different dates can both hold.
    """

    title: str
    form: Form
    drifts: bool = False


PROPERTIES = {
    "start": Property("starts to apply", "time"),
    "due": Property("is due", "time"),
    "date": Property("date", "time"),
    "published": Property("printed in the official journal", "time"),
    "days": Property("length of the period", "number"),
    "amount": Property("amount", "number"),
    "us_users": Property("users in the US", "number", drifts=True),
    "world_users": Property("users in the world", "number", drifts=True),
    "apps": Property("apps that it concerns", "names"),
    "acts": Property("acts that it bars", "names"),
    "measures": Property("measures that bar it", "names"),
    "reach": Property("provisions that it reaches", "names"),
    "took_effect": Property("ever took effect", "text"),
    "users_prosecuted": Property("users would be prosecuted", "text"),
    "data_collected": Property("data that it collects", "names"),
    "installed_copies": Property("what becomes of installed copies", "names"),
    "elements": Property("elements of the proposal", "names"),
    "eea_data_in_china": Property("whether European users' data was stored in China", "text"),
    "removed_apps": Property("apps removed", "names"),
    "grounds": Property("grounds", "phrases"),
    "role": Property("role proposed", "text"),
    "wording": Property("wording", "text"),
}
"""Every property that claims may be about."""


def property_of(name: str) -> Property:
    """The property of a name.

    Raises:
        KnowledgeError: there is none.
    """
    if name not in PROPERTIES:
        raise KnowledgeError(f"unknown property {name!r} in a claim", advice="run `affidavit knowledge lint`")
    return PROPERTIES[name]
