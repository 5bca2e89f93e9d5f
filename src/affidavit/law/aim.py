"""Whether a measure is about an app: at one time as known at another, or ever."""

from affidavit.law.fold import View
from affidavit.law.reach import aimed_at
from affidavit.law.register import Register
from affidavit.model.measure import Measure


def aimed_then(register: Register, measure: Measure, view: View) -> bool:
    """Whether a measure is about the view's app: by name, or by who ran the app where the measure applies."""
    if view.app in measure.targets.apps:
        return True
    around = register.around(measure.jurisdiction)
    return aimed_at(measure, view.app, register.operator(view.app, view.on, view.known, around))


def ever_aimed(register: Register, measure: Measure, app: str) -> bool:
    """Whether a measure is about an app by its name, or by anyone who ever ran it."""
    operators = [entry.operator for entry in register.apps[app].operators]
    return any(aimed_at(measure, app, operator) for operator in operators or [""])
