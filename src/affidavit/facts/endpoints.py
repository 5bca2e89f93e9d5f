"""Endpoints: URLs, hosts, addresses and e-mail addresses in code, resources, assets, native libraries, the manifest.

The caller walks the entries once and hands each one's bytes to `scan_entry`, each unit of code to `scan_unit`; then
`extract` makes the facts. What is compressed or pixels (``opaque`` in ``knowledge/endpoints/reading``) is left out.
Text that is put together at run time, encrypted or encoded is not found here: "not found" is not "not there".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from affidavit.artefact.budget import Budget
from affidavit.facts.endpoint_roles import read_mark, role_of, tables
from affidavit.facts.endpoint_text import Mark, find_marks, find_wide_marks, has_wide_url
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.declared import DeepLink
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from affidavit.dalvik.unit import Csr, Unit

NAME = "endpoints"
VERSION = 1

MARKS_PER_ENTRY = 20_000
"""Texts looked at in one entry; beyond it a limitation says that the rest was not."""
REFUSED_PER_ENTRY = 100_000
"""Places in one entry that looked like an endpoint and turned out to be none; real entries have some thousands."""
ENDPOINTS_PER_ENTRY = 2_000
ENDPOINTS_PER_APP = 20_000
USED_BY = 8
"""Places in code that one fact lists; `uses` has the full count."""
_WIDE = frozenset({"arsc", "axml"})


class Sighting(msgspec.Struct):
    """One distinct text in one entry: the fields of `Endpoint`, and the first place where it was read."""

    form: str
    value: str
    host: str
    role: str
    source: str
    place: Place
    uses: int = 0
    used_by: list[Place] = []


def source_of(path: str, media: str) -> str:
    """The kind of source (see `Endpoint.source`) that an entry is, by its path and media word."""
    name = path.rpartition("!/")[2]
    if media == "dex":
        return "code"
    if name == "AndroidManifest.xml":
        return "manifest"
    if name == "resources.arsc" or name.startswith("res/"):
        return "resources"
    return "native" if media == "elf" or name.endswith(".so") else "asset"


def scan_entry(
    path: str, data: bytes, media: str, limitations: list[Limitation], budget: Budget | None = None
) -> list[Sighting]:
    """Distinct endpoints in the bytes of one entry that is not code; empty for media whose bytes are opaque.

    Args:
        path: the entry's path, as `Place.entry` has it.
        data: its inflated bytes.
        media: its media word (see `EntryFact.media`).
        limitations: receives a limitation when a bound was reached.
        budget: bounds the places that are looked at in all entries together; time is looked at now and then.

    Raises:
        BudgetError: time or memory ran out.
    """
    known = tables()
    if media in known.opaque or media == "dex":
        return []
    found = _Entry(path, source_of(path, media), limitations, budget or Budget())
    found.add_all((mark, Place(path, mark.offset)) for mark in find_marks(data, known.schemes))
    if media in _WIDE or has_wide_url(data):
        found.add_all((mark, Place(path, mark.offset)) for mark in find_wide_marks(data, known.schemes))
    return found.sightings()


def scan_unit(
    unit: "Unit",
    limitations: list[Limitation],
    active: "npt.NDArray[np.bool_] | None" = None,
    budget: Budget | None = None,
) -> list[Sighting]:
    """Distinct endpoints in the strings of one unit, with the code that loads each.

    Args:
        unit: the code.
        limitations: receives a limitation when a bound was reached.
        active: per row of the unit's defined methods, whether Android would use it (`Program.active`); default all.
        budget: as for `scan_entry`.

    Raises:
        BudgetError: time or memory ran out.
    """
    from affidavit.dalvik.unit import RefKind  # noqa: PLC0415 - numpy stays out of reviews without code
    from affidavit.dalvik.xref import referrers  # noqa: PLC0415 - the same

    strings = _StringIndex(unit)
    if not len(unit.strings):
        return []
    users = referrers(unit, RefKind.STRING)
    found = _Entry(unit.entry, "code", limitations, budget or Budget())
    for mark in find_marks(strings.data, tables().schemes, strings.bounds):
        index, start = strings.at(mark.offset)
        entry, offset = unit.strings.place(index)
        sighting = found.add(mark, Place(entry, offset + mark.offset - start))
        if found.full:
            break
        if sighting:
            _use(sighting, unit, users, index, active)
    return found.sightings()


def extract(sightings: Iterable[Sighting], deep_links: Iterable[Fact], limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts from what was seen, in order of (entry, offset, value).

    A schema is one fact per text and kind of source (its first entry); everything else one per text and entry.

    Args:
        sightings: what the scans gave.
        deep_links: the `DeepLink` facts of the manifest; others are passed over.
        limitations: receives a limitation when there are more than `ENDPOINTS_PER_APP`.
    """
    label = f"{NAME}/{VERSION}"
    schemas: set[tuple[str, str]] = set()
    given = 0
    for seen in sorted(sightings, key=lambda item: (item.place, item.form, item.value)):
        if seen.role == "schema":
            if (seen.value, seen.source) in schemas:
                continue
            schemas.add((seen.value, seen.source))
        given += 1
        if given <= ENDPOINTS_PER_APP:
            yield make_fact(_endpoint(seen), seen.place, label)
    if given > ENDPOINTS_PER_APP:
        detail = f"{given} endpoints were read, the first {ENDPOINTS_PER_APP} are listed; the others are unknown"
        limitations.append(Limitation("text/endpoints-bounded", detail))
    yield from _deep_link_hosts(deep_links, label)


def _endpoint(seen: Sighting) -> Endpoint:
    return Endpoint(
        form=seen.form,
        value=bounded(seen.value),
        host=bounded(seen.host, 253),
        role=seen.role,
        source=seen.source,
        uses=seen.uses,
        used_by=tuple(sorted(seen.used_by)),
    )


def _deep_link_hosts(facts: Iterable[Fact], label: str) -> Iterator[Fact]:
    """One fact per distinct host of the manifest's web links (custom schemes name no host on a network)."""
    seen: set[str] = set()
    for fact in facts:
        if not isinstance(fact.what, DeepLink):
            continue
        scheme, _, rest = fact.what.uri.partition("://")
        host = rest.partition("/")[0].partition(":")[0].removeprefix("*.").removeprefix("*").lower()
        if scheme in {"http", "https"} and host and host not in seen:
            seen.add(host)
            what = Endpoint(
                form="deep-link-host",
                value=bounded(fact.what.uri),
                host=bounded(host, 253),
                role=role_of(host),
                source="manifest",
            )
            yield make_fact(what, fact.place, label)


def _use(sighting: Sighting, unit: "Unit", users: "Csr", index: int, active: "npt.NDArray[np.bool_] | None") -> None:
    """Add the instructions that load string `index` to what is known of `sighting`."""
    rows = users.row(index)
    if active is not None:
        rows = rows[active[unit.refs.owner[rows]]]
    sighting.uses += len(rows)
    sighting.used_by += [unit.site(int(row)) for row in rows[: USED_BY - len(sighting.used_by)]]


class _StringIndex:
    """Which string of a unit holds a byte of `data`: the part of the strings' blob that has all of them."""

    def __init__(self, unit: "Unit") -> None:
        import numpy as np  # noqa: PLC0415 - numpy stays out of reviews without code

        blob, starts, ends = unit.strings.blob()
        if len(starts) and bool(np.any(starts[1:] < starts[:-1])):
            self._order: Sequence[int] = np.argsort(starts, kind="stable").tolist()
            starts, ends = starts[self._order], ends[self._order]
        else:
            self._order = range(len(starts))
        first, last = (int(starts[0]), int(ends.max())) if len(starts) else (0, 0)
        self.data = bytes(blob[first : last + 1])  # with the terminator, which ends a match
        self._starts = np.ascontiguousarray(starts - first).data
        self._ends = np.ascontiguousarray(ends - first).data

    def bounds(self, offset: int) -> tuple[int, int] | None:
        """Start and end of the string that holds `offset`, if one does."""
        at = bisect_right(self._starts, offset) - 1
        return (self._starts[at], self._ends[at]) if at >= 0 and offset < self._ends[at] else None

    def at(self, offset: int) -> tuple[int, int]:
        """Index and start of the string that holds `offset`."""
        row = bisect_right(self._starts, offset) - 1
        return self._order[row], self._starts[row]


class _Entry:
    """Distinct endpoints of one entry, bounded."""

    def __init__(self, path: str, source: str, limitations: list[Limitation], budget: Budget) -> None:
        self.path = path
        self.source = source
        self.limitations = limitations
        self.budget = budget
        self.seen: dict[tuple[str, str], Sighting] = {}
        self.left = MARKS_PER_ENTRY
        self.refused = REFUSED_PER_ENTRY
        self.full = False

    def add_all(self, marks: Iterable[tuple[Mark, Place]]) -> None:
        """Add marks until a bound is reached."""
        for mark, place in marks:
            self.add(mark, place)
            if self.full:
                return

    def add(self, mark: Mark, place: Place) -> Sighting | None:
        """The sighting that `mark` belongs to, new or known; None when it is none or a bound is reached."""
        self.budget.tick()
        self.budget.marks -= 1
        if self.budget.marks < 0:
            self._close()
            return None
        if not mark.form:
            self.refused -= 1
            if self.refused < 0:
                self._close()
            return None
        self.left -= 1
        if self.left < 0 or len(self.seen) >= ENDPOINTS_PER_ENTRY:
            self._close()
            return None
        reading = read_mark(mark)
        if reading is None:
            return None
        key = (reading.form, reading.value)
        known = self.seen.get(key)
        if known is None:
            known = self.seen[key] = Sighting(*reading, source=self.source, place=place)
        return known

    def _close(self) -> None:
        if not self.full:
            detail = (
                f"more texts than {MARKS_PER_ENTRY} or endpoints than {ENDPOINTS_PER_ENTRY} in it, or too many "
                "places that look like one in all entries together; the rest was not read"
            )
            self.limitations.append(Limitation("text/endpoints-bounded", detail, Place(self.path)))
        self.full = True

    def sightings(self) -> list[Sighting]:
        """What was found, in the order in which it was."""
        return list(self.seen.values())
