"""The table at the end of a run."""

from collections import Counter
from collections.abc import Sequence

from tests.mutation.runner import Outcome

_SHOWN = 40


def table(outcomes: Sequence[Outcome]) -> str:
    """Cases by mutator and outcome, the slowest and the largest, and every failure with its command."""
    return "\n".join((*_counts(outcomes), "", *_extremes(outcomes), "", *_failures(outcomes)))


def _counts(outcomes: Sequence[Outcome]) -> list[str]:
    words = sorted({item.outcome for item in outcomes})
    mutators = sorted({item.mutator for item in outcomes})
    cells = Counter((item.mutator, item.outcome) for item in outcomes)
    rows = [[name, *(str(cells[name, word]) for word in words), str(_total(cells, name))] for name in mutators]
    totals = [str(sum(cells[name, word] for name in mutators)) for word in words]
    lines = [["changed by", *words, "cases"], *rows, ["all", *totals, str(len(outcomes))]]
    return [f"{first:22}" + "".join(f"{cell:>12}" for cell in rest) for first, *rest in lines]


def _total(cells: Counter[tuple[str, str]], mutator: str) -> int:
    return sum(count for (name, _), count in cells.items() if name == mutator)


def _extremes(outcomes: Sequence[Outcome]) -> list[str]:
    slow = sorted(outcomes, key=lambda item: -item.seconds)[:3]
    costly = sorted(outcomes, key=lambda item: -item.processor)[:3]
    large = sorted(outcomes, key=lambda item: -item.memory)[:3]
    return [
        *(f"slowest  {item.seconds:6.2f} s    {_case(item)}" for item in slow),
        *(f"costliest{item.processor:6.2f} s    {_case(item)}" for item in costly),
        *(f"largest  {item.memory >> 20:6} MiB  {_case(item)}" for item in large),
    ]


def _case(item: Outcome) -> str:
    return f"seed {item.seed}, {item.mutator}, {item.size >> 10} KiB, {item.app}"


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    bad = sorted((item for item in outcomes if item.faults), key=lambda item: item.seed)
    if not bad:
        return ["failures: none"]
    lines = [f"failures: {len(bad)}"]
    for item in bad[:_SHOWN]:
        lines += [f"  {item.command}", *(f"    {fault}" for fault in item.faults)]
    return [*lines, *([f"  and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else [])]
