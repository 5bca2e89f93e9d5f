"""Behaviour of libraries whose code is not in the app: ``knowledge/models``, and the rule for what is not in there.

A model is a class (internal name; it holds for all that inherits from it, constructors included, unless a nearer class
says otherwise) with methods: ``name(params)`` exact, ``name/arity`` (receiver not counted, wide counts once),
``name/*``, ``get*Extra/arity`` and ``get*/*`` (one star, longest first), or ``*``. The nearest class with a fitting key
decides, in it the most exact key. Several classes or keys may share a line, separated by ``, ``. Effects are separated
by ``;`` and happen in the order written; what several give to ``return`` is joined.

``A -> B``
    B becomes derived from A: information flows, the reference does not. If B is ``this`` or an argument, that object is
    changed. A keyed B holds something derived from A *beside* what it held, and an object that it holds is
    changed. In ``<init>`` of a wrapper, ``this -> 0``
    lasts: whatever changes this object later changes argument 0 as well.
``A == B``
    The same reference: a store, a fetch, a method that returns its receiver. A store with a constant key replaces.
``pure``
    No information flows, and nothing is changed.
``call X.name/arity(operands) == B``
    The platform calls the app's override on the object X, once, now or later; the result goes to B (optional).
    Parameters without an operand get a value of the platform's own. Nothing happens if X has no such method in the app.
``register X``, ``unregister X``
    The callbacks of the object X (methods that override one of the framework) can be called at any time from now on, or
    no longer; calls that were asked for and have not happened are dropped. A setter that keeps one listener is
    ``unregister this['#click']; 0 == this['#click']; register 0``; registering null does nothing.
``clear X``
    The container or store X is emptied; with a key, that entry is taken away (if the key is not constant, nothing is
    sure to be gone).
``mix X``
    The entries of X stay, but no longer answer to known keys: a list after ``remove`` or ``sort``.
``launch activity|service|receiver|bind X``, ``result X``, ``received == B``
    Intent X is sent (``0[*]``: each of an array); intent X is the result of this activity; B is the intent (or message)
    that this component got.

Operands: ``this``, ``0``, ``1`` ..., ``return``, ``all`` (receiver and arguments), ``@name`` (one store of the
process), each with an optional key: ``[0]`` by the value of argument 0, ``[*]`` any, ``[+]`` appended, ``['word']``. A
word that begins with ``#`` is a place of the library's own, one with ``.`` the public field of that name
(``['.obj']``); ``[*]`` means neither. ``[*]`` on both sides of ``==`` keeps the keys. The elements of an array are its
entries.
``this`` in a static method means nothing, and an effect that names it there does nothing.

Three rules hold for all entries. A fetch from a container that is derived as a whole gives something derived. What an
entry holds flows wherever the whole container flows by ``->``. A fetch with ``==`` of an entry that was never stored
gives an object of the platform's own, which stays there (``@views[0] == return``: the same view for the same id).
"""

from functools import cache

from msgspec import Struct

from affidavit import knowledge
from affidavit.dalvik.effects import Effect, parse_effects
from affidavit.dalvik.framework import Framework

_PURE = (Effect("pure", text="pure"),)
_OBJECT = "Ljava/lang/Object;"


class ModelDocument(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document of ``knowledge/models``.

    Attributes:
        classes: internal name -> key -> effects.
        opaque: classes whose objects carry no information by the default rule: screens, contexts, handlers.
        wrappers: classes whose constructor wraps its first argument: what changes the wrapper changes what is within.
        callbacks: interfaces and classes that the platform calls back, for the default rule.
        suffixes: ends of names of classes that are called back.
        inherits: class outside of the framework -> what it inherits from, nearest first.
        held: places of the library's own (``#tag``) in objects that the platform keeps and hands to the app again.
    """

    source: str
    licence: str
    classes: dict[str, dict[str, str]] = {}
    opaque: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    inherits: dict[str, tuple[str, ...]] = {}
    held: tuple[str, ...] = ()


class _Methods:
    """The keys of one class."""

    def __init__(self, lines: list[dict[str, str]]) -> None:
        self._exact: dict[str, str] = {}
        starred: list[tuple[tuple[int, bool, str], str]] = []
        for key, effects in (
            (key, effects) for line in lines for keys, effects in line.items() for key in keys.split(", ")
        ):
            name, _, arity = key.partition("/")
            if "*" in name and key != "*":
                starred.append(((len(name), arity != "*", key), effects))
            self._exact[key] = effects
        self._starred = [(key, effects) for (_, _, key), effects in sorted(starred, reverse=True)]

    def fitting(self, name: str, proto: str) -> str | None:
        """The effects of the most exact key that fits; None when none does."""
        arity = f"/{len(parameters(proto))}"
        for key in (name + proto.partition(")")[0] + ")", name + arity, name + "/*"):
            if key in self._exact:
                return self._exact[key]
        for key, effects in self._starred:
            pattern, _, wanted = key.partition("/")
            if wanted in ("*", arity[1:]) and _matches(pattern, name):
                return effects
        return self._exact.get("*")


class Models:
    """What is known of library methods.

    Args:
        documents: as in ``knowledge/models``. framework: for what a class inherits from.

    Attributes:
        held: see `ModelDocument`.
    """

    def __init__(self, documents: list[ModelDocument], framework: Framework) -> None:
        self._framework = framework
        self._classes: dict[str, list[dict[str, str]]] = {}
        self._keys: dict[str, _Methods | None] = {}
        for document in documents:
            for name, methods in document.classes.items():
                for each in name.split(", "):
                    self._classes.setdefault(f"L{each};", []).append(methods)
        self._inherits = {_descriptor(k): v for document in documents for k, v in document.inherits.items()}
        self._opaque, self._wrappers, self._callbacks = (
            frozenset(_descriptor(name) for document in documents for name in getattr(document, field))
            for field in ("opaque", "wrappers", "callbacks")
        )
        self.held = frozenset(slot for document in documents for slot in document.held)
        self._suffixes = tuple(f"{end};" for document in documents for end in document.suffixes)
        self._found: dict[tuple[str, str, str], tuple[Effect, ...] | None] = {}
        self._usual: dict[tuple[str, str, str], tuple[Effect, ...]] = {}
        self._parsed: dict[str, tuple[Effect, ...]] = {}
        self._above: dict[str, tuple[str, ...]] = {}

    @staticmethod
    @cache
    def load() -> "Models":
        """The models of compiled knowledge, read once per process.

        Raises:
            KnowledgeError: knowledge was not compiled, or breaks its schema.
        """
        return Models([item for _, item in sorted(knowledge.load("models", ModelDocument).items())], Framework.load())

    def effects(self, class_: str, name: str, proto: str) -> tuple[Effect, ...] | None:
        """What a method of a library does; None when no model fits, and `default` applies.

        Args:
            class_: descriptor of the class at which resolution of the call leaves the app.
            name: of the method, ``<init>`` for a constructor.
            proto: prototype, ``(I)V``.

        Raises:
            KnowledgeError: the model is not of the language (the linter finds this before).
        """
        asked = (class_, name, proto)
        if asked not in self._found:
            self._found[asked] = self._look_up(class_, name, proto)
        return self._found[asked]

    def default(self, class_: str, name: str, proto: str) -> tuple[Effect, ...]:
        """The rule for a method without a model: receiver and arguments give the result, arguments change the receiver.

        Nothing flows through truth values, from or into opaque objects, or from listeners, which become known instead.
        """
        asked = (class_, name, proto)
        if asked not in self._usual:
            self._usual[asked] = self._default(class_, name, proto)
        return self._usual[asked]

    def is_opaque(self, descriptor: str) -> bool:
        """Whether objects of a class carry no information by the default rule."""
        return any(above in self._opaque for above in self.ancestors(descriptor))

    def is_callback(self, descriptor: str) -> bool:
        """Whether a value of a declared type is something that the platform calls back."""
        return descriptor.endswith(self._suffixes) or descriptor in self._callbacks

    def ancestors(self, descriptor: str) -> tuple[str, ...]:
        """The class, then what it inherits from, nearest first, Object last; libraries that models know included."""
        if descriptor not in self._above:
            found: dict[str, None] = {}
            front = [descriptor]
            while front:
                found.update(dict.fromkeys(front))
                front = list(dict.fromkeys(up for one in front for up in self._parents(one) if up not in found))
            found.pop(_OBJECT, None)
            self._above[descriptor] = (*found, _OBJECT)
        return self._above[descriptor]

    def _parents(self, descriptor: str) -> list[str]:
        known = self._inherits.get(descriptor)
        return self._framework.parents(descriptor) if known is None else [_descriptor(name) for name in known]

    def _look_up(self, class_: str, name: str, proto: str) -> tuple[Effect, ...] | None:
        for above in self.ancestors(class_):
            methods = self._methods(above)
            found = methods.fitting(name, proto) if methods else None
            if found is not None:
                return self._parse(found)
        return None

    def _methods(self, descriptor: str) -> "_Methods | None":
        """What is known of one class itself."""
        if descriptor not in self._keys:
            known = self._classes.get(descriptor)
            self._keys[descriptor] = _Methods(known) if known else None
        return self._keys[descriptor]

    def _parse(self, text: str) -> tuple[Effect, ...]:
        if text not in self._parsed:
            self._parsed[text] = parse_effects(text)
        return self._parsed[text]

    def _default(self, class_: str, name: str, proto: str) -> tuple[Effect, ...]:
        """See `default`."""
        taken = parameters(proto)
        result = proto.rpartition(")")[2]
        opaque = self.is_opaque(class_)
        carrying = [
            str(position)
            for position, type_ in enumerate(taken)
            if not self.is_callback(type_) and not self.is_opaque(type_)
        ]
        found = [f"register {position}" for position, type_ in enumerate(taken) if self.is_callback(type_)]
        if not opaque:
            found += [f"{origin} -> this" for origin in carrying]
        if name == "<init>" and carrying[:1] == ["0"] and self._wraps(class_):
            found.append("this -> 0")
        if result not in ("V", "Z") and not self.is_opaque(result):
            found += [f"{origin} -> return" for origin in ([] if opaque else ["this"]) + carrying]
        return tuple(self._parse(text)[0] for text in found) or _PURE

    def _wraps(self, class_: str) -> bool:
        return any(above in self._wrappers for above in self.ancestors(class_))


def _matches(pattern: str, name: str) -> bool:
    """Whether a name is of a pattern with one star."""
    begin, _, end = pattern.partition("*")
    return len(name) >= len(begin) + len(end) and name.startswith(begin) and name.endswith(end)


def parameters(proto: str) -> list[str]:
    """Descriptors of the parameters in a prototype ``(I[JLx/A;)V``; what is malformed ends the list."""
    found: list[str] = []
    at, end = 1, proto.find(")")
    while 0 < at < end:
        begin = at
        while at < end and proto[at] == "[":
            at += 1
        at = proto.find(";", at, end) + 1 if proto[at : at + 1] == "L" else at + 1
        if not 0 < at <= end:
            break
        found.append(proto[begin:at])
    return found


def _descriptor(name: str) -> str:
    return f"L{name};"
