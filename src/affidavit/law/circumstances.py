"""Circumstances of a question (``purpose=security_research``): which there are, and that none is given in vain."""

from collections.abc import Iterable, Mapping

from affidavit.law.register import Register
from affidavit.model.errors import UsageError

_SHOWN = 200


def circumstances(register: Register) -> dict[str, set[str]]:
    """Every circumstance that an exception asks for, with the values that it asks for."""
    wanted: dict[str, set[str]] = {}
    for measure in register.measures.values():
        for item in measure.exceptions:
            for name, values in item.context.items():
                wanted.setdefault(name, set()).update(values)
    return wanted


def check_context(wanted: Mapping[str, set[str]], given: Iterable[tuple[str, str]]) -> None:
    """Refuse a circumstance that would change nothing.

    Args:
        wanted: as `circumstances` gives them.
        given: names and values.

    Raises:
        UsageError: no exception asks for one of them.
    """
    for name, value in given:
        if value not in wanted.get(name, ()):
            known = "; ".join(f"{key}={'|'.join(sorted(values))}" for key, values in sorted(wanted.items()))
            raise UsageError(
                f"context {f'{name}={value}'[:_SHOWN]!r} is nothing that an exception asks for",
                advice=f"known: {known}",
            )
