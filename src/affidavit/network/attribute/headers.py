"""Providers told by headers that their machines add to responses."""

from collections.abc import Iterable, Iterator

from affidavit.network.attribute.knowledge import Header, Known, known

_LONGEST = 200
"""Characters of a header's value that are looked at and kept."""


def telling(response: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The headers of a response that a provider is known by, one line each (``server: AkamaiGHost``).

    Args:
        response: names and values as sent.
    """
    knowledge = known()
    for name, value in response:
        line = f"{name.lower()}: {value[:_LONGEST].strip()}"
        if told_by(line, knowledge) is not None:
            yield line


def told_by(line: str, knowledge: Known) -> Header | None:
    """The row that tells a provider by a line of `telling`."""
    name, _, value = line.partition(": ")
    value = value.lower()
    return next((row for row in knowledge.headers.get(name, ()) if row.holds in value), None)
