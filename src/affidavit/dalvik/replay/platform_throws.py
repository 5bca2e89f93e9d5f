"""Exceptions: what they are made of, and who hears of those that nobody catches."""

from typing import TYPE_CHECKING, Final

from affidavit.dalvik.replay.platform_call import Behaviour, Call
from affidavit.dalvik.replay.platform_intents import add
from affidavit.dalvik.replay.values import NULL, STRING, Value, opaque

if TYPE_CHECKING:
    from affidavit.dalvik.replay.heap import State
    from affidavit.dalvik.replay.surface import Services

HANDLERS: Final = "uncaught"
"""Store of handlers of exceptions that nobody catches."""
_THREAD, _THROWABLE = "Ljava/lang/Thread;", "Ljava/lang/Throwable;"
_HANDLER: Final = "Ljava/lang/Thread$UncaughtExceptionHandler;"
_HEARD: Final = f"({_THREAD}{_THROWABLE})V"


def _made(call: Call) -> Value:
    """The constructors: a text is the message, another exception the cause, whose text is the message without one."""
    for type_, value in zip(call.parameters, call.given, strict=False):
        if type_ == STRING:
            call.state.write(call.this, "#message", value)
        elif type_ == _THROWABLE:
            call.state.write(call.this, "#cause", value)
    if call.parameters == [_THROWABLE]:
        call.state.write(call.this, "#message", opaque(STRING, call.state.taint_of(call.argument(0))))
    return NULL


def _handled(call: Call) -> Value:
    """A handler is set: it may be called with anything at any time, and with what is thrown from now on."""
    add(call, HANDLERS, call.argument(0))
    call.platform.register(call, _HANDLER, call.argument(0))
    return NULL


def heard(machine: "Services", state: "State", thrown: Value) -> None:
    """Nobody caught an exception: the handlers get it."""
    handlers = state.read(machine.store(state, HANDLERS), "held")
    if handlers.refs:
        machine.invoke_on(state, handlers, "uncaughtException", _HEARD, [opaque(_THREAD, nullable=False), thrown])


THROWS: Final[dict[str, dict[str, Behaviour]]] = {
    _THROWABLE: {"<init>": _made},
    _THREAD: dict.fromkeys(("setUncaughtExceptionHandler", "setDefaultUncaughtExceptionHandler"), _handled),
}
