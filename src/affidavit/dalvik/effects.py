"""The language in which library models say what a method does with what it is given (see `affidavit.dalvik.models`)."""

import re
from dataclasses import dataclass
from typing import Literal

from affidavit.model.errors import KnowledgeError

KeyKind = Literal["argument", "literal", "any", "append"]
Base = Literal["this", "argument", "return", "all", "store"]
Kind = Literal[
    "derive", "same", "call", "register", "unregister", "clear", "launch", "result", "received", "pure", "mix"
]
LAUNCHES = ("activity", "service", "receiver", "bind")
"""What an intent can be sent to."""

_OPERAND = re.compile(
    r"(?P<base>this|return|all|@[a-z][a-z0-9-]*|[0-9]{1,3})(?:\[(?P<key>\*|\+|[0-9]{1,3}|'[^'\]]{1,60}')\])?"
)
_CALL = re.compile(
    r"call (?P<on>\S+?)\.(?P<name>[\w$<>]+)/(?P<arity>[0-9]{1,3})\((?P<given>[^()]*)\)(?: == (?P<to>.+))?"
)
_MOST = 40
"""Effects of one method."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which entry of a container or store.

    Attributes:
        kind: ``argument``: by the value of an argument; ``literal``: by a name; ``any``; ``append``: the next position.
        text: the literal. position: the argument, the receiver not counted; -1 for the other kinds.
    """

    kind: KeyKind
    text: str = ""
    position: int = -1

    @property
    def is_slot(self) -> bool:
        """Whether it is a place of the library's own (``['#key']``) or a field, which ``[*]`` does not mean."""
        return self.kind == "literal" and self.text.startswith(("#", "."))

    @property
    def field(self) -> str:
        """The public field that it is, empty when it is none."""
        return self.text[1:] if self.kind == "literal" and self.text.startswith(".") else ""


@dataclass(frozen=True, slots=True)
class Operand:
    """A value or container that an effect speaks of.

    Attributes:
        base: ``this`` (receiver), ``argument``, ``return`` (result), ``all`` (receiver and arguments), ``store``.
        position: of an argument, the receiver not counted, wide once; -1 otherwise.
        store: name of a store that the whole process shares, without ``@``. key: entry within, None for the whole.
    """

    base: Base
    position: int = -1
    store: str = ""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a method of a library does.

    Attributes:
        kind: see `affidavit.dalvik.models`.
        origin: where data comes from; the object called, registered, cleared or sent; None for ``pure``, ``received``.
        target: where it goes; None where nothing does.
        method, arity, arguments: of ``call``: what is called, its number of parameters, and what it is given.
        word: of ``launch``: what is started (`LAUNCHES`).
        text: the effect as it is written.
    """

    kind: Kind
    origin: Operand | None = None
    target: Operand | None = None
    method: str = ""
    arity: int = 0
    arguments: tuple[Operand, ...] = ()
    word: str = ""
    text: str = ""


def parse_effects(text: str) -> tuple[Effect, ...]:
    """Read the effects of one method.

    Raises:
        KnowledgeError: the text is not of the language.
    """
    parts = text.split(";")
    if len(parts) > _MOST:
        raise _error(text, f"has more than {_MOST} effects", "say it with fewer, [*] or all")
    found = tuple(_effect(part.strip()) for part in parts)
    if len(found) > 1 and any(effect.kind == "pure" for effect in found):
        raise _error(text, "is pure and yet does something", "delete pure")
    return found


def _effect(text: str) -> Effect:
    """Read one effect."""
    verb, _, rest = text.partition(" ")
    match verb:
        case "pure" if not rest:
            return Effect("pure", text=text)
        case "call":
            return _call(text)
        case "register" | "unregister" | "clear" | "result" | "mix":
            return Effect(verb, _operand(rest, text), text=text)
        case "launch":
            word, _, sent = rest.partition(" ")
            if word not in LAUNCHES:
                raise _error(text, f"launches {word!r}", f"write one of {', '.join(LAUNCHES)}")
            return Effect("launch", _operand(sent, text), word=word, text=text)
        case "received":
            return Effect("received", target=_target(rest.removeprefix("== "), text), text=text)
    for sign, kind in ((" == ", "same"), (" -> ", "derive")):
        left, found, right = text.partition(sign)
        if found:
            return Effect(kind, _operand(left, text), _target(right, text), text=text)  # type: ignore[arg-type]
    raise _error(
        text, "is no effect", "write A -> B, A == B, pure, call, register, unregister, clear, launch or result"
    )


def _call(text: str) -> Effect:
    """Read ``call X.name/arity(operands) == B``."""
    match = _CALL.fullmatch(text)
    if match is None:
        raise _error(text, "is no call", "write call X.name/arity(operands) or call X.name/arity(operands) == B")
    given = tuple(_operand(part.strip(), text) for part in match["given"].split(",") if part.strip())
    if len(given) > int(match["arity"]):
        raise _error(text, f"gives {len(given)} operands to {match['arity']} parameters", "correct one of the two")
    on, to = _operand(match["on"], text), _target(match["to"], text) if match["to"] else None
    return Effect("call", on, to, method=match["name"], arity=int(match["arity"]), arguments=given, text=text)


def _operand(text: str, effect: str) -> Operand:
    """Read one operand."""
    match = _OPERAND.fullmatch(text.strip())
    if match is None:
        raise _error(effect, f"{text!r} is no operand", "write this, 0, return, all or @store, with [key] if need be")
    base, key = match["base"], _key(match["key"]) if match["key"] else None
    if base == "all" and key is not None:
        raise _error(effect, "all has no key", "name the operands")
    if base.startswith("@"):
        return Operand("store", store=base[1:], key=key)
    if base.isdigit():
        return Operand("argument", position=int(base), key=key)
    return Operand(base, key=key)  # type: ignore[arg-type]


def _target(text: str, effect: str) -> Operand:
    """Read an operand that something goes to."""
    found = _operand(text, effect)
    if found.base == "all":
        raise _error(effect, "nothing goes to all", "name one operand")
    return found


def _key(text: str) -> Key:
    """Read a key."""
    if text == "*":
        return Key("any")
    if text == "+":
        return Key("append")
    return Key("literal", text[1:-1]) if text.startswith("'") else Key("argument", position=int(text))


def _error(text: str, problem: str, advice: str) -> KnowledgeError:
    return KnowledgeError(f"{text!r}: {problem}", advice=advice)
