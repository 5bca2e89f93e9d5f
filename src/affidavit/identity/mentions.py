"""Which listed apps this one speaks of: package names and address schemes, in the manifest and as strings of the code.

To name an app is how one looks for it, starts it or sends it something. It is not to contain its code.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from affidavit.facts.reading import make_fact
from affidavit.model.declared import Query
from affidavit.model.entity import Marks
from affidavit.model.fact import Fact
from affidavit.model.identity import AppMention, Package
from affidavit.model.place import Place

if TYPE_CHECKING:
    from affidavit.dalvik.program import Program
    from affidavit.dalvik.unit import Unit

NAME = "mentions"
VERSION = 1
PLACES = 12
"""Places that one fact lists."""


def extract(program: "Program | None", facts: Iterable[Fact], marks: Mapping[str, Marks]) -> Iterator[Fact]:
    """Facts on every listed app that is named, in the order of the names.

    Args:
        program: the code, if there is any.
        facts: of the manifest; `Query` and `Package` are looked at. An app that names itself speaks of no other.
        marks: of listed apps.
    """
    known, extractor = tuple(facts), f"{NAME}/{VERSION}"
    own = {fact.what.name for fact in known if isinstance(fact.what, Package)}
    packages = sorted({mark.value for item in marks.values() for mark in item.packages} - own)
    schemes = sorted({mark.value for item in marks.values() for mark in item.schemes})
    for fact in known:
        if isinstance(fact.what, Query) and fact.what.form == "package" and fact.what.value in packages:
            yield make_fact(AppMention(fact.what.value, "package", "query"), fact.place, extractor)
    if program is None:
        return
    asked = [(name, "package", False) for name in packages] + [(f"{name}://", "scheme", True) for name in schemes]
    for text, of, prefix in asked:
        places = [place for unit in program.units for place in _sites(unit, text.encode(), prefix=prefix)]
        if places:
            value = text.removesuffix("://")
            what = AppMention(value, of, "string", len(places), tuple(places[1 : PLACES + 1]))
            yield make_fact(what, places[0], extractor)


def _sites(unit: "Unit", text: bytes, *, prefix: bool) -> list[Place]:
    """Where code loads a string that is, or begins with, a text."""
    import numpy as np  # noqa: PLC0415 - stays out of reviews without code

    from affidavit.dalvik.unit import RefKind  # noqa: PLC0415 - the same

    blob, starts, ends = unit.strings.blob()
    letters = np.frombuffer(blob, np.uint8)
    sizes = ends - starts
    rows = np.flatnonzero(sizes >= len(text) if prefix else sizes == len(text))
    for at, letter in enumerate(text):
        rows = rows[letters[starts[rows] + at] == letter]
    if not len(rows):
        return []
    refs = unit.refs
    return [
        unit.site(row) for row in np.flatnonzero((refs.kind == RefKind.STRING) & np.isin(refs.target, rows)).tolist()
    ]
