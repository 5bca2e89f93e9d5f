"""Whether a path can be taken: candidates tried by abstract execution of what matters to them, within a budget."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from affidavit.dalvik.lifecycles import lifecycle_of
from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.components import Components
from affidavit.dalvik.replay.explore import PROVED, Verdict, prove, replay
from affidavit.dalvik.replay.guide import Guide, Way
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.replay.relevant import leading
from affidavit.dalvik.replay.touching import touching
from affidavit.dalvik.whole.shapes import Bool
from affidavit.facts.flow_search import Inputs, Search

STEPS = 120_000
"""Instructions executed abstractly for one app; some seconds."""
GUIDED = 3_000
"""The most for the candidates that share source and components, along their paths."""
GROUPS = 40
"""Such groups that are tried, those with the fewest components and shortest paths first."""
WIDE = 2
"""How many times as much is used for paths alone as for paths with all of the components that they begin at."""
SHARES = (2, 3, 1)
"""How the steps are divided: along paths, then with all that bears on short candidates, and on the others."""
SHORT = 24
"""Links of a path up to which candidates are tried first and apart: little code bears on them, and they end soon."""
FEW, LONGER = 100, 3
"""Methods up to which the execution is sure to come to its end soon, and how many times as long it may then take."""
NEAR = 4_000
"""Methods that bear on candidates beyond which these are not tried: the budget would end before it came to the data."""


def judge(found: Search, inputs: Inputs, check: Callable[[], None], steps: int = STEPS) -> list[Verdict]:
    """Decide every candidate, in their order.

    Each is first tried along its own path, which can prove it. What is left is tried with all that bears on it.

    Args:
        found: the search.
        inputs: the manifest and the layouts.
        check: called now and then; it may raise to stop.
        steps: most instructions to execute.
    """
    judged = _Judged(found, inputs, check)
    along, short, long = (steps * share // sum(SHARES) for share in SHARES)
    judged.along_paths(along)
    judged.with_all(short, long=False)
    judged.with_all(long, long=True)
    return [judged.verdicts[row] for row in range(len(found.found))]


class _Judged:
    """Verdicts as they are found.

    Attributes:
        verdicts: by row of the candidate.
    """

    def __init__(self, found: Search, inputs: Inputs, check: Callable[[], None]) -> None:
        self._found, self._inputs, self._check = found, inputs, check
        self._models = Models.load()
        self._driver = Components(self._platform(), lifecycle_of(), inputs.layouts)
        self._started = frozenset(
            item.component for item in inputs.declared if item.kind in {"application", "provider"}
        )
        self.verdicts: dict[int, Verdict] = {}
        self._used = 0

    def _platform(self) -> AppPlatform:
        return AppPlatform(self._models, self._inputs.declared, self._inputs.text)

    @cached_property
    def _told(self) -> Bool:
        """Methods that make something known to the platform."""
        return touching(self._found.linked, self._found.calls, self._models)

    def along_paths(self, steps: int) -> None:
        """Prove what can be proved by executing little more than what lies on a path."""
        guide = Guide(self._found.linked, self._found.calls)
        groups = list(self._groups(guide))[:GROUPS]
        for share, wide in ((WIDE * steps // (WIDE + 1), False), (steps, True)):
            for rows, way in groups:
                left = [row for row in rows if row not in self.verdicts]
                budget = Budget(min(GUIDED, share - self._used), GUIDED, self._check)
                if left and not budget.empty:
                    more = guide.beside(way.components) if wide else frozenset[int]()
                    self._prove(guide, left, Way(way.methods | more, way.components), budget)

    def _prove(self, guide: Guide, rows: list[int], way: Way, budget: Budget) -> None:
        """Try some candidates along their common way."""
        found, platform = self._found, self._platform()
        driver = self._driver.part(platform, self._started | set(way.components))
        wanted = [found.found[row] for row in rows]
        aside = guide.aside(way.methods)
        proved = prove(found.linked, found.calls, platform, driver, wanted, way.methods, aside, budget)
        self._used += budget.used
        self.verdicts |= {row: PROVED for row, sure in zip(rows, proved, strict=True) if sure}

    def _groups(self, guide: Guide) -> Iterator[tuple[list[int], Way]]:
        """Candidates whose data one method reads and whose paths begin at the same components; the shortest first."""
        code, groups = self._found.calls.code, dict[tuple[int, tuple[str, ...]], tuple[list[int], set[int]]]()
        for row, item in enumerate(self._found.found):
            way = guide.way(item)
            rows, methods = groups.setdefault((int(code.method[item.source.node]), way.components), ([], set()))
            rows.append(row)
            methods |= way.methods
        short = {key: min(len(self._found.found[row].links) for row in rows) for key, (rows, _) in groups.items()}
        for key in sorted(groups, key=lambda key: (len(key[1]), short[key], key)):
            rows, methods = groups[key]
            yield rows, Way(frozenset(methods), key[1])

    def with_all(self, steps: int, *, long: bool) -> None:
        """Decide what is left of the long candidates, or of the others, by executing all that bears on them."""
        found = self._found.found
        rows = [
            row for row in range(len(found)) if row not in self.verdicts and (len(found[row].links) > SHORT) == long
        ]
        if rows:
            self.verdicts |= dict(zip(rows, self._tried(rows, steps), strict=True))

    def _tried(self, rows: Sequence[int], steps: int) -> list[Verdict]:
        """Decide some candidates, unless too much code bears on them."""
        found, wanted = self._found, [self._found.found[row] for row in rows]
        near = leading(found.linked, found.calls, wanted, self._told)
        if len(near) > NEAR:
            why = f"not tried: {len(near):,} methods bear on it and its like; no more than {NEAR:,} are executed"
            return [Verdict("undecided", why)] * len(wanted)
        platform = self._platform()
        driver = Components(platform, lifecycle_of(), self._inputs.layouts)
        budget = Budget(steps * (LONGER if len(near) <= FEW else 1), check=self._check)
        return replay(found.linked, found.calls, platform, driver, wanted, near, budget)
