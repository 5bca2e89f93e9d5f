"""Whether a path can be taken: candidates tried by abstract execution of what matters to them, within a budget."""

from collections.abc import Callable

from affidavit.dalvik.lifecycles import lifecycle_of
from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.components import Components
from affidavit.dalvik.replay.explore import Verdict, replay
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.replay.relevant import leading
from affidavit.facts.flow_search import Inputs, Search

STEPS = 60_000
"""Instructions executed abstractly for one app; some seconds."""


def judge(found: Search, inputs: Inputs, check: Callable[[], None], steps: int = STEPS) -> list[Verdict]:
    """Decide every candidate, in their order.

    Args:
        found: the search.
        inputs: the manifest and the layouts.
        check: called now and then; it may raise to stop.
        steps: most instructions to execute.
    """
    if not found.found:
        return []
    models = Models.load()
    platform = AppPlatform(models, inputs.declared, inputs.text)
    driver = Components(platform, lifecycle_of(), inputs.layouts)
    budget = Budget(steps, check=check)
    near = leading(found.linked, found.calls, found.found, models)
    return replay(found.linked, found.calls, platform, driver, found.found, near, budget)
