"""Whether a path can be taken: candidates tried by abstract execution of what matters to them, within a budget."""

from collections.abc import Callable, Sequence

from affidavit.dalvik.lifecycles import lifecycle_of
from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.components import Components
from affidavit.dalvik.replay.explore import Verdict, replay
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.replay.relevant import leading
from affidavit.dalvik.whole.shapes import Candidate
from affidavit.facts.flow_search import Inputs, Search

STEPS = 60_000
"""Instructions executed abstractly for one app; some seconds."""
SHORT = 24
"""Links of a path up to which candidates are tried first and apart: little code bears on them, and they end soon."""
NEAR = 4_000
"""Methods that bear on candidates beyond which these are not tried: the budget would end before it came to the data."""


def judge(found: Search, inputs: Inputs, check: Callable[[], None], steps: int = STEPS) -> list[Verdict]:
    """Decide every candidate, in their order.

    Args:
        found: the search.
        inputs: the manifest and the layouts.
        check: called now and then; it may raise to stop.
        steps: most instructions to execute for the short candidates, and for the others.
    """
    short = [row for row, item in enumerate(found.found) if len(item.links) <= SHORT]
    long = [row for row, item in enumerate(found.found) if len(item.links) > SHORT]
    verdicts: dict[int, Verdict] = {}
    for rows in filter(None, (short, long)):
        wanted = [found.found[row] for row in rows]
        verdicts |= zip(rows, _tried(found, inputs, wanted, Budget(steps, check=check)), strict=True)
    return [verdicts[row] for row in range(len(found.found))]


def _tried(found: Search, inputs: Inputs, wanted: Sequence[Candidate], budget: Budget) -> list[Verdict]:
    """Decide some candidates, unless too much code bears on them."""
    models = Models.load()
    near = leading(found.linked, found.calls, wanted, models)
    if len(near) > NEAR:
        why = f"not tried: {len(near):,} methods bear on it and its like; no more than {NEAR:,} are executed"
        return [Verdict("undecided", why)] * len(wanted)
    platform = AppPlatform(models, inputs.declared, inputs.text)
    driver = Components(platform, lifecycle_of(), inputs.layouts)
    return replay(found.linked, found.calls, platform, driver, wanted, near, budget)
