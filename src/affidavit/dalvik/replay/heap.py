"""Objects of an abstract execution, and states that share them until one is written to.

A key of an object is a field number, ``("index", n)`` of an array, ``("key", constant)`` of a map, a name that the
platform's behaviour chose (``"text"``), or `ANY`: unknown positions. A state may be forked cheaply; a write copies only
the object written to.
"""

from collections.abc import Hashable, Iterable
from typing import TypeAlias

from affidavit.dalvik.replay.values import (
    GUESSED,
    GUESSING,
    NONE,
    UNKNOWN,
    ZERO,
    Taints,
    Value,
    inexact,
    is_guess,
    join,
    reference,
    widen,
)

Key: TypeAlias = Hashable
ANY: Key = "*"
DEEP = 6
"""Steps through the heap that taint is looked for in."""
_VISITS = 400
ABSENT = ZERO._replace()
"""Default of an object whose entries are there or not yet: an entry that only one of two states has counts."""


class Object:
    """One abstract object.

    Attributes:
        type: descriptor. fields: what is known to be stored. default: what a key without an entry holds.
        unique: at most one object of an execution at a time is meant, so that a write replaces.
        taint: data in the object as a whole (a filled buffer). owner: token of the state that may write in place.
    """

    __slots__ = ("default", "fields", "owner", "taint", "type", "unique")

    def __init__(self, type_: str, default: Value, owner: object, *, unique: bool = True) -> None:
        self.type, self.default, self.owner, self.unique = type_, default, owner, unique
        self.fields: dict[Key, Value] = {}
        self.taint: Taints = NONE

    def copy(self, owner: object) -> "Object":
        """A copy that another state may write to."""
        made = Object(self.type, self.default, owner, unique=self.unique)
        made.fields, made.taint = self.fields.copy(), self.taint
        return made

    def get(self, key: Key) -> Value:
        """What is stored under a key; under `ANY`, anything that is stored."""
        found = self.fields.get(key)
        if key == ANY:
            found = self.default if found is None else found
            for value in self.fields.values():
                found = join(found, value)
        elif found is None:
            found = self.fields.get(ANY, self.default)
        return found

    def put(self, key: Key, value: Value, *, replace: bool) -> None:
        """Store under a key; what was there stays possible unless `replace`."""
        if key == ANY:
            for known in [item for item in self.fields if isinstance(item, tuple) and item != ANY]:
                self.fields[known] = join(self.fields[known], value)
            self.fields[ANY] = join(self.fields.get(ANY, self.default), value)
        else:
            self.fields[key] = value if replace else join(self.get(key), value)

    def same(self, other: "Object") -> bool:
        """Whether nothing distinguishes the two."""
        return self is other or (
            self.unique == other.unique and self.taint == other.taint and self.fields == other.fields
        )

    def joined(self, other: "Object", owner: object, *, widened: bool = False) -> "Object":
        """What is known when the object is as here or as there."""
        made = Object(self.type, self.default, owner, unique=self.unique and other.unique)
        made.taint = self.taint | other.taint
        meet = widen if widened else join
        both, either = self.fields.keys() & other.fields.keys(), self.fields.keys() | other.fields.keys()
        if self.default is ABSENT:
            made.fields = {**self.fields, **other.fields}
        for key in both if self.default is ABSENT else either:
            made.fields[key] = meet(self.at(key), other.at(key))
        return made

    def at(self, key: Key) -> Value:
        """The entry of a key, without joining others for `ANY`."""
        found = self.fields.get(key)
        return self.fields.get(ANY, self.default) if found is None else found


GONE = Object("", UNKNOWN, None, unique=False)
"""What a number stands for that the heap does not hold: anything."""


class Heap(dict[int, Object]):
    """Objects by number. A number that is not there gives an object that nothing is known of."""

    __slots__ = ()

    def __missing__(self, _: int) -> Object:
        return GONE


class State:
    """Heap and what else an execution changes.

    Attributes:
        objects: by number. counts: objects made so far at each site. done: classes whose initialiser has run (True) or
            may have (False).
    """

    __slots__ = ("counts", "done", "objects", "token")

    def __init__(self) -> None:
        self.objects = Heap()
        self.counts: dict[Hashable, int] = {}
        self.done: dict[str, bool] = {}
        self.token = object()

    def fork(self) -> "State":
        """A state that goes its own way; both copy what they write from now on."""
        made = State()
        made.objects, made.counts, made.done = Heap(self.objects), self.counts.copy(), self.done.copy()
        self.token = object()
        return made

    def become(self, other: "State") -> None:
        """Take over what another state holds; it must not be used any more."""
        self.objects, self.counts, self.done, self.token = other.objects, other.counts, other.done, other.token

    def owned(self, number: int) -> Object:
        """An object, to be written to."""
        found = self.objects[number]
        if found.owner is not self.token:
            found = self.objects[number] = found.copy(self.token)
        return found

    def add(self, number: int, type_: str, default: Value = ZERO) -> Value:
        """Make an object; when its number is taken it stands for several from now on."""
        if number in self.objects:
            known = self.owned(number)
            known.unique, known.type = False, known.type or type_
        else:
            self.objects[number] = Object(type_, default, self.token)
        return reference(number)

    def read(self, value: Value, key: Key) -> Value:
        """What the objects that a value refers to hold under a key; unknown for the opaque part.

        Data is exact only when it is certain which object and which key is meant.
        """
        found: Value | None = None
        for number in value.refs:
            item = self.objects[number]
            one = item.get(key)
            if item.taint:
                one = one.tainted(item.taint)
            found = one if found is None else join(found, one)
        if found is None:
            return UNKNOWN.tainted(value.taint)
        if value.opaque:
            found = join(found, UNKNOWN)
        if found.taint and (len(value.refs) > 1 or key == ANY or value.opaque):
            found = found.with_taint(inexact(found.taint))
        return found.tainted(value.taint)

    def write(self, value: Value, key: Key, stored: Value) -> None:
        """Store into the objects that a value may refer to; it replaces when there is only one."""
        single = len(value.refs) == 1 and not value.opaque
        for number in value.refs:
            item = self.objects[number]
            replace = single and item.unique
            if replace and item.fields.get(key) is stored:
                continue
            self.owned(number).put(key, stored, replace=replace)

    def remove(self, value: Value, key: Key) -> None:
        """Forget an entry, when it is certain whose it is."""
        if len(value.refs) == 1 and not value.opaque:
            (number,) = value.refs
            if self.objects[number].unique and key in self.objects[number].fields:
                del self.owned(number).fields[key]

    def keys(self, value: Value) -> list[Key]:
        """Keys that have an entry in any object that the value may refer to, in the order in which they were stored."""
        return list(dict.fromkeys(key for number in sorted(value.refs) for key in self.objects[number].fields))

    def fill(self, value: Value, taint: Taints) -> None:
        """Put data into the objects as a whole."""
        for number in value.refs:
            if not taint <= self.objects[number].taint:
                item = self.owned(number)
                item.taint |= taint

    def taint_of(self, value: Value, *, deep: bool = True) -> Taints:
        """Data that a value carries; when `deep`, also all that lies in what it refers to."""
        taint = value.taint
        seen: set[int] = set()
        level: Iterable[int] = value.refs if deep else ()
        for _ in range(DEEP):
            level = [number for number in level if number not in seen]
            seen.update(level)
            if not level or len(seen) > _VISITS:
                break
            below: set[int] = set()
            for number in level:
                item = self.objects[number]
                taint |= item.taint
                for held in (*item.fields.values(), item.default):
                    taint |= held.taint
                    below |= held.refs
            level = sorted(below)
        return taint

    def certain(self, value: Value) -> Taints:
        """As `taint_of`, without what is there only if code that was passed over did or gave something."""
        taint, level, seen = NONE, [value], set[int]()
        for _ in range(DEEP + 1):
            sure = [held for held in level if not held.taint >= GUESSING]
            taint = taint.union(*(held.taint for held in sure))
            fresh = {number for held in sure if not held.taint >= GUESSED for number in held.refs} - seen
            seen |= fresh
            if not fresh or len(seen) > _VISITS:
                break
            items = [self.objects[number] for number in sorted(fresh)]
            taint = taint.union(*(item.taint for item in items if not is_guess(item.taint)))
            level = [held for item in items for held in (*item.fields.values(), item.default)]
        return taint

    def same(self, other: "State") -> bool:
        """Whether nothing distinguishes the two."""
        if self.done != other.done or self.objects.keys() != other.objects.keys():
            return False
        theirs = other.objects
        return all(item is theirs[number] or item.same(theirs[number]) for number, item in self.objects.items())

    def joined(self, other: "State", *, widened: bool = False) -> "State":
        """What is known when one or the other was executed; a new state."""
        made = self.fork()
        mine = made.objects
        for number, item in other.objects.items():
            known = mine.get(number)
            if known is None:
                mine[number] = item
            elif known is not item and not known.same(item):
                mine[number] = known.joined(item, made.token, widened=widened)
        for site, count in other.counts.items():
            made.counts[site] = max(count, made.counts.get(site, 0))
        for name in self.done.keys() | other.done.keys():
            made.done[name] = self.done.get(name, False) and other.done.get(name, False)
        other.token = object()
        return made
