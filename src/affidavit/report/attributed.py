"""Who serves hosts that a person asked about: the conclusions, then every claim with its source and age."""

from collections.abc import Iterator

from msgspec import structs

from affidavit.model.network import Attributed, NetworkRecord
from affidavit.report import network
from affidavit.report.columns import wrapped
from affidavit.report.text import visible

_WIDE = 2_000
"""Characters of one statement."""
_LABEL = 13
"""Columns of the names of statements."""


def as_text(record: NetworkRecord, width: int) -> str:
    """Each host in the order asked, and below them the sources, by the numbers that claims name them with."""
    sources = tuple(structs.replace(item, name=f"[{row}]") for row, item in enumerate(record.sources, start=1))
    numbered = structs.replace(record, sources=sources)
    blocks = [_host(item, numbered, width) for item in record.endpoints]
    blocks.append([f"Claims rest on {'these sources' if record.sources else 'no source'}:"])
    for row, (name, holds, date, licence, attribution) in enumerate(network.source_rows(record), start=1):
        said = f"{name} ({holds}); data of {date}; {licence}{f'; {attribution}' if attribution else ''}"
        blocks[-1] += _lines(f"[{row}]", said, width)
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _host(item: Attributed, record: NetworkRecord, width: int) -> list[str]:
    """What follows from the claims on one host, and the claims."""
    alone = structs.replace(record, endpoints=(item,))
    _, _, whose, operator, place, strength = network.endpoint_rows(alone)[0]
    lines = [visible(network.name_of(item) + (f", on {item.asked_on}" if item.asked_on else ""), _WIDE)]
    for label, said in (
        ("whose name", whose), ("who runs it", operator), ("where", place), ("how strong", strength),
    ):  # fmt: skip
        lines += _lines(label, said, width)
    for _, said, by, source, aged, counts in network.vote_rows(alone):
        data = f", data of {aged}" if aged else ""
        why = "" if counts == "yes" else f"; does not count: {counts.removeprefix('no: ')}"
        lines += _lines("claim", f"{said}; by {by} {source}{data}{why}", width)
    return lines


def _lines(label: str, said: str, width: int) -> Iterator[str]:
    """A statement beside its label, wrapped."""
    shown = wrapped(visible(said, _WIDE), max(width - _LABEL - 2, 20))
    for row, line in enumerate(shown):
        yield f"  {label if row == 0 else '':{_LABEL}}{line}"
