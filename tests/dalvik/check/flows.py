"""Flows that hold, one or more for each kind of edge."""

from collections.abc import Callable

from tests.dalvik.check import flows_code, flows_platform
from tests.dalvik.check.flows_code import Case

FLOWS: dict[str, Callable[[], Case]] = {
    item.__name__: item
    for item in (
        flows_code.straight,
        flows_code.around_a_loop,
        flows_code.through_a_switch,
        flows_code.past_an_exception,
        flows_code.computed,
        flows_code.computed_wide,
        flows_code.called,
        flows_code.called_through_an_interface,
        flows_code.returned,
        flows_code.stored,
        flows_code.element,
        flows_code.filled_array,
        flows_platform.builder,
        flows_platform.preferences,
        flows_platform.task,
        flows_platform.intent,
        flows_platform.reflection,
        flows_code.thrown,
        flows_code.thrown_to_a_caller,
        flows_code.controlled,
        flows_code.chosen,
        flows_code.changed_by_a_callee,
    )
}
