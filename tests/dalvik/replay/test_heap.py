"""Objects, and states that share them."""

from affidavit.dalvik.replay.heap import ANY, State
from affidavit.dalvik.replay.values import NULL, UNKNOWN, ZERO, Taint, join, number, opaque, reference, text

SECRET = frozenset({Taint(1)})
DATA = text("secret", SECRET)


def test_a_new_object_holds_its_default():
    state = State()
    assert state.read(state.add(1, "Lx;"), "f") == ZERO
    assert state.read(state.add(2, "Lx;", UNKNOWN), "f") == UNKNOWN


def test_a_write_to_one_object_replaces():
    state = State()
    box = state.add(1, "Lx;")
    state.write(box, "f", DATA)
    state.write(box, "f", NULL)
    assert state.read(box, "f") == NULL


def test_a_write_to_one_of_two_objects_keeps_what_was_there():
    state = State()
    one, two = state.add(1, "Lx;"), state.add(2, "Lx;")
    state.write(join(one, two), "f", DATA)
    assert state.read(one, "f") == join(NULL, DATA)


def test_a_write_to_an_object_that_stands_for_many_keeps_what_was_there():
    state = State()
    box = state.add(1, "Lx;")
    state.write(box, "f", DATA)
    state.add(1, "Lx;")
    state.write(box, "f", NULL)
    assert state.read(box, "f").taint == SECRET


def test_data_read_from_one_of_two_objects_is_not_certain():
    state = State()
    one, two = state.add(1, "Lx;"), state.add(2, "Lx;")
    state.write(one, "f", DATA)
    assert not any(taint.exact for taint in state.read(join(one, two), "f").taint)
    assert all(taint.exact for taint in state.read(one, "f").taint)


def test_an_unknown_key_may_be_any():
    state = State()
    array = state.add(1, "[I")
    state.write(array, ("index", 0), number(1))
    state.write(array, ANY, DATA)
    assert state.read(array, ("index", 0)).taint == SECRET
    state.write(array, ("index", 0), number(2))
    assert state.read(array, ("index", 0)) == number(2)
    assert state.read(array, ("index", 7)).taint == SECRET
    assert state.read(array, ANY).taint


def test_a_fork_does_not_see_what_is_written_later_and_the_other_way_round():
    state = State()
    box = state.add(1, "Lx;")
    other = state.fork()
    state.write(box, "f", DATA)
    assert other.read(box, "f") == ZERO
    other.write(box, "g", DATA)
    assert state.read(box, "g") == ZERO


def test_a_joined_state_knows_both():
    state = State()
    box = state.add(1, "Lx;")
    other = state.fork()
    other.write(box, "f", DATA)
    new = other.add(2, "Ly;")
    state.done["Lx;"] = other.done["Ly;"] = True
    joined = state.joined(other)
    assert joined.read(box, "f") == join(NULL, DATA)
    assert joined.read(new, "f") == ZERO
    assert joined.done == {"Lx;": False, "Ly;": False}
    joined.write(box, "f", number(3))
    assert state.read(box, "f") == ZERO
    assert other.read(box, "f") == DATA


def test_equal_states_are_the_same():
    state = State()
    box = state.add(1, "Lx;")
    other = state.fork()
    assert state.same(other)
    other.write(box, "f", DATA)
    assert not state.same(other)
    state.write(box, "f", DATA)
    assert state.same(other)


def test_deep_data_lies_behind_references_and_circles_end():
    state = State()
    one, two = state.add(1, "Lx;"), state.add(2, "Lx;")
    state.write(one, "f", two)
    state.write(two, "f", one)
    state.write(two, "g", DATA)
    assert state.taint_of(one) == SECRET
    assert not state.taint_of(one, deep=False)


def test_data_filled_into_an_object_comes_out_of_every_key():
    state = State()
    array = state.add(1, "[B")
    state.fill(array, SECRET)
    assert state.read(array, ("index", 3)).taint == SECRET


def test_an_entry_is_forgotten_only_when_it_is_certain_whose_it_is():
    state = State()
    one, two = state.add(1, "Lx;"), state.add(2, "Lx;")
    state.write(one, "f", DATA)
    state.remove(join(one, two), "f")
    assert state.keys(one) == ["f"]
    state.remove(one, "f")
    assert state.keys(one) == []


def test_reading_what_the_heap_does_not_hold_is_unknown_and_keeps_the_data_of_the_reference():
    state = State()
    assert state.read(opaque("Lx;", SECRET), "f").taint == SECRET
    assert state.read(join(state.add(1, "Lx;"), opaque("Lx;")), "f").opaque


def test_a_state_becomes_another():
    state, other = State(), State()
    other.write(other.add(1, "Lx;"), "f", DATA)
    state.become(other)
    assert state.read(reference(1), "f") == DATA
