"""What could not be examined, and why."""

from msgspec import Struct

from affidavit.model.place import Place


class Limitation(Struct, frozen=True, omit_defaults=True, order=True):
    """A stated gap: it flows into every answer that it touches.

    Attributes:
        kind: vocabulary word, `<area>/<cause>`: the area is one of ``container``, ``manifest``, ``resources``,
            ``code``, ``flows``, ``native``, ``signing``, ``text``, ``knowledge``, ``budget``, ``tool``
            (``code/bad-string-offset``, ``container/encrypted-entry``, ``budget/time``).
        detail: one sentence: what was expected, what was found, what is therefore unknown.
        place: where, if it has a place.
        count: how many times, when many alike are folded into one.
    """

    kind: str
    detail: str
    place: Place | None = None
    count: int = 1
