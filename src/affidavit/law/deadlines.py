"""Days to watch: deadlines, duties without a day, starts, ends of forbearance, conditions; as known on a date."""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from affidavit.law.aim import aimed_then
from affidavit.law.dates import instant, until
from affidavit.law.days import Look, announced, days_of
from affidavit.law.fold import View
from affidavit.law.register import Register
from affidavit.model.duty import DeadlineState
from affidavit.model.measure import Measure
from affidavit.wording import unknown


def deadlines(
    register: Register,
    on: str,
    known: str,
    *,
    apps: Sequence[str] = (),
    measures: Sequence[str] = (),
    recorded: str = "",
) -> tuple[DeadlineState, ...]:
    """Every day to watch, earliest first; what has no day comes last.

    Args:
        register: where to look.
        on: legal time; a day means its noon in each measure's jurisdiction. What was made public later is left out.
        known: what was public by the end of then counts; empty means all.
        apps: ids; only measures aimed at one of them.
        measures: ids; only these.
        recorded: what the register had recorded by the end of then counts; empty means all.

    Raises:
        UsageError: an app or measure is unknown, or a date is none.
    """
    _check("app", apps, register.apps)
    _check("measure", measures, register.measures)
    found: list[DeadlineState] = []
    for measure in register.measures.values():
        if measures and measure.id not in measures:
            continue
        zone = register.zone(measure.jurisdiction)
        view = View(instant(on, zone, "noon"), until(known, zone), until(recorded, zone), "")
        for app in _apps(register, measure, view, apps):
            look = Look(register, measure, zone, view._replace(app=app))
            if announced(look) <= view.on:
                found += _folded(days_of(look), lambda item: replace(item, provisions=()))
    return tuple(sorted(_folded(found, lambda item: replace(item, apps=())), key=_order))


def _check(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise unknown(what, name, known)


def _apps(register: Register, measure: Measure, view: View, asked: Sequence[str]) -> Sequence[str]:
    """For which apps to look at a measure: those asked for that it is about, or those that it names."""
    if not asked:
        return measure.targets.apps or ("",)
    return [app for app in asked if aimed_then(register, measure, view._replace(app=app))]


def _folded(states: Iterable[DeadlineState], key: Callable[[DeadlineState], DeadlineState]) -> list[DeadlineState]:
    """States that differ in nothing but the provisions or the apps that they are about, made one."""
    groups: dict[DeadlineState, list[DeadlineState]] = {}
    for item in states:
        groups.setdefault(key(item), []).append(item)
    return [
        replace(
            group[0],
            provisions=tuple(dict.fromkeys(name for item in group for name in item.provisions)),
            apps=tuple(dict.fromkeys(name for item in group for name in item.apps)),
        )
        for group in groups.values()
    ]


def _order(state: DeadlineState) -> tuple[bool, str, str, str, str]:
    return not state.weekday, state.due[:10], state.jurisdiction, state.measure, state.id
