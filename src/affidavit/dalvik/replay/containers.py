"""Lists, queues, maps, sets, arrays and what walks over them, with positions and keys as far as these are known."""

from typing import Final

from affidavit.dalvik.replay.heap import ANY, State
from affidavit.dalvik.replay.platform_call import (
    AT,
    OF,
    SIZE,
    Behaviour,
    Call,
    entries,
    fetch,
    is_certain,
    is_entry,
)
from affidavit.dalvik.replay.values import NULL, Range, Value, implied, join, number, opaque, reference

MOST: Final = 256
"""Positions of a list that are told apart."""
_OBJECT = "Ljava/lang/Object;"
_EQUALS = f"({_OBJECT})Z"


def length(state: State, items: Value) -> int | None:
    """How many elements a list has, when that is certain."""
    if not is_certain(state, items) or state.objects[min(items.refs)].taint:
        return None
    return state.read(items, SIZE).number


def blur(state: State, items: Value, more: Value | None = None) -> None:
    """From now on no position is known; `more` may be among the elements."""
    for item in sorted(items.refs):
        one = reference(item)
        held = entries(state, one)
        for key in [key for key in state.objects[item].fields if is_entry(key) and key != ANY]:
            state.remove(one, key)
        state.write(one, ANY, held if more is None else join(held, more))
        state.write(one, SIZE, Value(const=Range(0, 1 << 31), opaque=False, nullable=True))


def _shift(state: State, items: Value, start: int, by: int, count: int) -> None:
    """Move the elements from a position on."""
    moved = [(place, state.read(items, ("index", place))) for place in range(start, count)]
    for place, _ in moved:
        state.remove(items, ("index", place))
    for place, value in moved:
        state.write(items, ("index", place + by), value)
    state.write(items, SIZE, number(count + by))


def append(state: State, items: Value, value: Value) -> None:
    """Add at the end."""
    count = length(state, items)
    if count is None or count >= MOST or any(ANY in state.objects[item].fields for item in items.refs):
        blur(state, items, value)
        return
    state.write(items, ("index", count), value)
    state.write(items, SIZE, number(count + 1))


def insert(state: State, items: Value, place: int | None, value: Value) -> None:
    """Add before a position."""
    count = length(state, items)
    if count is None or place is None or not 0 <= place <= count < MOST:
        blur(state, items, value)
        return
    _shift(state, items, place, 1, count)
    state.write(items, ("index", place), value)


def take(state: State, items: Value, place: int | None) -> Value:
    """Remove the element at a position (negative: counted from the end) and give it."""
    count = length(state, items)
    if count is None or place is None or not -count <= place < count:
        found = fetch(state, items, ANY)
        blur(state, items)
        return found
    place %= count
    found = state.read(items, ("index", place))
    state.remove(items, ("index", place))
    _shift(state, items, place + 1, -1, count)
    return found


def look(state: State, items: Value, place: int | None) -> Value:
    """The element at a position, negative ones counted from the end."""
    if place is not None and place < 0:
        count = length(state, items)
        place = None if count is None or place + count < 0 else place + count
    return fetch(state, items, ANY if place is None else ("index", place))


def copy_all(state: State, origin: Value, target: Value) -> None:
    """Append all elements of a list, set or array."""
    count = length(state, origin)
    if count is None or count > MOST:
        blur(state, target, entries(state, origin))
        return
    for place in range(count):
        append(state, target, state.read(origin, ("index", place)))


def from_array(call: Call, array: Value, made: Value) -> Value:
    """Elements of an array as those of a new list."""
    state = call.state
    keys = [key for key in state.keys(array) if is_entry(key)]
    places = sorted(key[1] for key in keys if isinstance(key, tuple) and key[0] == "index" and isinstance(key[1], int))
    size = state.read(array, "length").number if array.refs else None
    if (
        not is_certain(state, array)
        or ANY in keys
        or size is None
        or not 0 <= size <= MOST
        or (places and places[-1] >= size)
    ):
        blur(state, made, entries(state, array))
        return made
    for place in range(size):
        append(state, made, state.read(array, ("index", place)))
    return made


def _add(call: Call) -> Value:
    if len(call.given) == 2:
        insert(call.state, call.this, call.argument(0).number, call.argument(1))
        return NULL
    append(call.state, call.this, call.argument(0))
    return opaque("Z") if call.result == "Z" else NULL


def _set(call: Call) -> Value:
    place = call.argument(0).number
    old = look(call.state, call.this, place)
    call.state.write(call.this, ANY if place is None else ("index", place), call.argument(1))
    return old


def _remove(call: Call) -> Value:
    """By position; by value, any may go."""
    if call.parameters == ["I"]:
        return take(call.state, call.this, call.argument(0).number)
    if not call.parameters:
        return take(call.state, call.this, 0)
    count = length(call.state, call.this)
    for place in range(count or 0):
        same = _same(call, call.state.read(call.this, ("index", place)), call.argument(0))
        if same:
            take(call.state, call.this, place)
            return number(1)
        if same is None:
            count = None
            break
    if count is None:
        blur(call.state, call.this)
        return opaque("Z")
    return number(0)


def _same(call: Call, one: Value, other: Value) -> bool | None:
    """Whether two elements are equal: known texts and numbers, and objects that no class of theirs compares."""
    if one.const is not None and other.const is not None and not one.refs and not other.refs:
        return one.const == other.const if type(one.const) is type(other.const) is not Range else None
    if one.opaque or other.opaque or not one.refs or not other.refs or one.nullable or other.nullable:
        return None
    linked = call.machine.linked
    rows = [linked.type_of(item) for value in (one, other) for item in call.machine.classes_of(call.state, value)]
    compared = [call.machine.overrides(call.state, value, "equals", _EQUALS, 1) for value in (one, other)]
    if any(compared) or not all(row >= 0 and linked.is_app[row] for row in rows):
        return None
    if one.refs == other.refs and is_certain(call.state, one):
        return True
    return None if one.refs & other.refs else False


def _size(call: Call) -> Value:
    count = length(call.state, call.this)
    return Value(const=Range(0, 1 << 30), opaque=False) if count is None else number(count)


def _is_empty(call: Call) -> Value:
    count = length(call.state, call.this)
    return opaque("Z") if count is None else number(int(not count))


def _clear(call: Call) -> Value:
    for key in [key for key in call.state.keys(call.this) if is_entry(key)]:
        call.state.remove(call.this, key)
    if is_certain(call.state, call.this):
        call.state.write(call.this, SIZE, NULL)
    return NULL


def _add_all(call: Call) -> Value:
    copy_all(call.state, call.given[-1], call.this)
    return opaque("Z")


def _copied(call: Call) -> Value:
    """A constructor that may take the elements of another collection."""
    if call.given and call.parameters[0].startswith("Ljava/util/"):
        copy_all(call.state, call.argument(0), call.this)
    return NULL


def _contains(call: Call) -> Value:
    held = call.state.taint_of(call.this) | call.state.taint_of(call.argument(0))
    return opaque("Z", implied(held))


def _to_array(call: Call) -> Value:
    types = call.machine.classes_of(call.state, call.argument(0)) if call.given else ()
    made = call.make_object(types[0] if len(types) == 1 and types[0].startswith("[") else "[Ljava/lang/Object;")
    count = length(call.state, call.this)
    if count is None:
        call.state.write(made, ANY, entries(call.state, call.this))
        return made
    for place in range(count):
        call.state.write(made, ("index", place), call.state.read(call.this, ("index", place)))
    call.state.write(made, "length", number(count))
    return made


def _iterator(call: Call) -> Value:
    made = call.make_object(call.result)
    call.state.write(made, OF, call.this)
    call.state.write(made, AT, NULL)
    return made


def _next(call: Call) -> Value | None:
    """The element that an iterator stands before. Every element has its turn, so that what it carries stays certain."""
    state = call.state
    items = state.read(call.this, OF)
    if not items.refs:
        return None
    place, count = state.read(call.this, AT).number, length(state, items)
    if place is None or count is None or place >= count:
        return entries(state, items)
    state.write(call.this, AT, number(place + 1))
    return state.read(items, ("index", place))


def _has_next(call: Call) -> Value | None:
    items = call.state.read(call.this, OF)
    if not items.refs:
        return None
    place, count = call.state.read(call.this, AT), length(call.state, items)
    if count is None:
        return opaque("Z")
    if place.number is not None:
        return number(int(place.number < count))
    return opaque("Z") if count else number(0)


def _sublist(call: Call) -> Value:
    made = call.make_object(call.result)
    low, high = call.argument(0).number, call.argument(1).number
    if low is None or high is None or not 0 <= low <= high <= MOST:
        blur(call.state, made, entries(call.state, call.this))
        return made
    for place in range(low, high):
        append(call.state, made, look(call.state, call.this, place))
    return made


def _at(place: int, *, away: bool) -> Behaviour:
    """Look at, or take, the element at one end."""

    def behaviour(call: Call) -> Value:
        return (take if away else look)(call.state, call.this, place)

    return behaviour


def _push(call: Call) -> Value:
    insert(call.state, call.this, 0, call.argument(0))
    return opaque("Z") if call.result == "Z" else NULL


def mixed(call: Call) -> Value | None:
    """The order of a list changes in a way that is not followed; models know who is asked about it."""
    items, others = (call.argument(0), call.given[1:]) if call.static else (call.this, call.given)
    if any(value.refs for value in others):
        return None
    blur(call.state, items)
    return NULL


def _pushed(call: Call) -> Value:
    append(call.state, call.this, call.argument(0))
    return call.argument(0)


def _get(call: Call) -> Value:
    return look(call.state, call.this, call.argument(0).number)


COLLECTION: Final[dict[str, Behaviour]] = {
    "<init>": _copied,
    "add": _add,
    "addElement": _add,
    "addAll": _add_all,
    "offer": _add,
    "put": _add,
    "addLast": _add,
    "offerLast": _add,
    "addFirst": _push,
    "offerFirst": _push,
    "push": _push,
    "get": _get,
    "elementAt": _get,
    "set": _set,
    "remove": _remove,
    "removeElementAt": _remove,
    "poll": _at(0, away=True),
    "pop": _at(0, away=True),
    "take": _at(0, away=True),
    "removeFirst": _at(0, away=True),
    "pollFirst": _at(0, away=True),
    "removeLast": _at(-1, away=True),
    "pollLast": _at(-1, away=True),
    "peek": _at(0, away=False),
    "element": _at(0, away=False),
    "getFirst": _at(0, away=False),
    "peekFirst": _at(0, away=False),
    "firstElement": _at(0, away=False),
    "first": _at(0, away=False),
    "getLast": _at(-1, away=False),
    "peekLast": _at(-1, away=False),
    "lastElement": _at(-1, away=False),
    "size": _size,
    "isEmpty": _is_empty,
    "empty": _is_empty,
    "clear": _clear,
    "removeAllElements": _clear,
    "contains": _contains,
    "toArray": _to_array,
    "iterator": _iterator,
    "listIterator": _iterator,
    "elements": _iterator,
    "descendingIterator": _iterator,
    "subList": _sublist,
    "sort": mixed,
}
STACK: Final[dict[str, Behaviour]] = {"push": _pushed, "pop": _at(-1, away=True), "peek": _at(-1, away=False)}
ITERATOR: Final[dict[str, Behaviour]] = {
    "next": _next,
    "nextElement": _next,
    "hasNext": _has_next,
    "hasMoreElements": _has_next,
    "remove": lambda _: NULL,
}


def _in_set(call: Call) -> Value:
    """A set keeps its elements as a list without positions would: the same element may be there already."""
    append(call.state, call.this, call.argument(0))
    return opaque("Z")


SET: Final[dict[str, Behaviour]] = {"add": _in_set}


LISTS: Final[dict[str, dict[str, Behaviour]]] = {
    "Ljava/util/Stack;": STACK,
    "Ljava/util/Set;": SET,
    "Ljava/util/Collection;": COLLECTION,
    "Ljava/util/Iterator;": ITERATOR,
    "Ljava/util/Enumeration;": ITERATOR,
}
