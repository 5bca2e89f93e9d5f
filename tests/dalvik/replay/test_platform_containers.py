"""Containers as apps meet them: lists, queues, maps and their keys, by what flows through small apps."""

import pytest

from tests.builders.dex import OBJECT
from tests.dalvik.replay.app import (
    call,
    flows,
    new,
    send,
    word,
)

STRING = "Ljava/lang/String;"
LIST, MAP, BUILDER = "Ljava/util/ArrayList;", "Ljava/util/HashMap;", "Ljava/lang/StringBuilder;"
DEQUE, ITERATOR = "Ljava/util/ArrayDeque;", "Ljava/util/Iterator;"
ADD = f"{LIST}->add({OBJECT})Z"
GET = f"{LIST}->get(I){OBJECT}"
PUT = f"{MAP}->put({OBJECT}{OBJECT}){OBJECT}"
MAP_GET = f"{MAP}->get({OBJECT}){OBJECT}"
APPEND = f"{BUILDER}->append({STRING}){BUILDER}"


def at(place: int, items: int = 1) -> list[tuple[object, ...]]:
    return [("const/4", 7, place), *call("virtual", [items, 7], GET, 8), send(8)]


def clean_and_secret() -> list[tuple[object, ...]]:
    """A list (register 1) of a clean word and the secret."""
    return [*new(1, LIST), word(2, "clean"), *call("virtual", [1, 2], ADD), *call("virtual", [1, 0], ADD)]


def test_positions_of_a_list():
    assert flows(*clean_and_secret(), *at(1))
    assert not flows(*clean_and_secret(), *at(0))


def test_removing_moves_what_comes_after():
    gone = [("const/4", 3, 0), *call("virtual", [1, 3], f"{LIST}->remove(I){OBJECT}")]
    assert flows(*clean_and_secret(), *gone, *at(0))


def test_inserting_moves_what_comes_after():
    more = [("const/4", 3, 0), *call("virtual", [1, 3, 2], f"{LIST}->add(I{OBJECT})V")]
    assert flows(*clean_and_secret(), *more, *at(2))
    assert not flows(*clean_and_secret(), *more, *at(1))


def test_setting_replaces():
    more = [("const/4", 3, 1), *call("virtual", [1, 3, 2], f"{LIST}->set(I{OBJECT}){OBJECT}")]
    assert not flows(*clean_and_secret(), *more, *at(1))


def test_clearing_empties():
    more = [*call("virtual", [1], f"{LIST}->clear()V"), *call("virtual", [1, 2], ADD)]
    assert not flows(*clean_and_secret(), *more, *at(0))


def test_a_list_knows_its_size():
    size = [*call("virtual", [1], f"{LIST}->size()I", 3), ("const/4", 4, 2), ("if-eq", 3, 4, ":end"), send(0), ":end"]
    assert not flows(*clean_and_secret(), *size)


def test_an_iterator_gives_every_element():
    loop = [
        *call("virtual", [1], f"{LIST}->iterator(){ITERATOR}", 3),
        ":top",
        *call("interface", [3], f"{ITERATOR}->hasNext()Z", 4),
        ("if-eqz", 4, ":end"),
        *call("interface", [3], f"{ITERATOR}->next(){OBJECT}", 5),
        send(5),
        ("goto", ":top"),
        ":end",
    ]
    assert flows(*clean_and_secret(), *loop)
    assert not flows(*new(1, LIST), word(2, "clean"), *call("virtual", [1, 2], ADD), *loop)


def test_an_iterator_gives_elements_in_their_order():
    first = [
        *call("virtual", [1], f"{LIST}->iterator(){ITERATOR}", 3),
        *call("interface", [3], f"{ITERATOR}->next(){OBJECT}", 5),
    ]
    assert not flows(*clean_and_secret(), *first, send(5))
    assert flows(*clean_and_secret(), *first, *call("interface", [3], f"{ITERATOR}->next(){OBJECT}", 5), send(5))


@pytest.mark.parametrize(("end", "out"), [("First", False), ("Last", True)])
def test_both_ends_of_a_queue(end: str, out: bool):
    code = [
        *new(1, DEQUE),
        word(2, "clean"),
        *call("virtual", [1, 0], f"{DEQUE}->addLast({OBJECT})V"),
        *call("virtual", [1, 2], f"{DEQUE}->addFirst({OBJECT})V"),
        *call("virtual", [1], f"{DEQUE}->poll{end}(){OBJECT}", 3),
        send(3),
    ]
    assert flows(*code) is out


def test_a_stack_gives_what_came_last():
    stack = "Ljava/util/Stack;"
    code = [*new(1, stack), word(2, "clean"), *call("virtual", [1, 0], f"{stack}->push({OBJECT}){OBJECT}")]
    more = call("virtual", [1, 2], f"{stack}->push({OBJECT}){OBJECT}")
    pop = [*call("virtual", [1], f"{stack}->pop(){OBJECT}", 3), send(3)]
    assert flows(*code, *pop)
    assert not flows(*code, *more, *pop)


def test_keys_of_a_map():
    code = [*new(1, MAP), word(2, "k"), *call("virtual", [1, 2, 0], PUT)]
    read = call("virtual", [1, 3], MAP_GET, 4)
    assert flows(*code, word(3, "k"), *read, send(4))
    assert not flows(*code, word(3, "other"), *read, send(4))


def test_keys_of_a_map_that_are_built():
    code = [*new(1, MAP), word(2, "ab"), *call("virtual", [1, 2, 0], PUT)]
    build = [
        *new(3, BUILDER),
        word(4, "a"),
        word(5, "b"),
        *call("virtual", [3, 4], APPEND),
        *call("virtual", [3, 5], APPEND),
    ]
    text = call("virtual", [3], f"{BUILDER}->toString(){STRING}", 3)
    assert flows(*code, *build, *text, *call("virtual", [1, 3], MAP_GET, 6), send(6))


def test_a_removed_entry_is_gone():
    code = [*new(1, MAP), word(2, "k"), *call("virtual", [1, 2, 0], PUT)]
    gone = call("virtual", [1, 2], f"{MAP}->remove({OBJECT}){OBJECT}")
    assert not flows(*code, *gone, *call("virtual", [1, 2], MAP_GET, 4), send(4))


def test_values_of_a_map():
    collection = "Ljava/util/Collection;"
    code = [
        *new(1, MAP),
        word(2, "k"),
        *call("virtual", [1, 2, 0], PUT),
        *call("virtual", [1], f"{MAP}->values(){collection}", 3),
        *call("interface", [3], f"{collection}->iterator(){ITERATOR}", 3),
        *call("interface", [3], f"{ITERATOR}->next(){OBJECT}", 4),
        send(4),
    ]
    assert flows(*code)


def test_boxed_numbers_are_keys():
    box = "Ljava/lang/Integer;"
    key = [("const/4", 2, 0), *call("static", [2], f"{box}->valueOf(I){box}", 2)]
    code = [*new(1, MAP), *key, *call("virtual", [1, 2, 0], PUT)]
    other = [("const/4", 3, 1), *call("static", [3], f"{box}->valueOf(I){box}", 3)]
    assert flows(*code, *key, *call("virtual", [1, 2], MAP_GET, 4), send(4))
    assert not flows(*code, *other, *call("virtual", [1, 3], MAP_GET, 4), send(4))


def test_a_boxed_zero_is_not_null():
    box = "Ljava/lang/Integer;"
    code = [
        ("const/4", 2, 0),
        *call("static", [2], f"{box}->valueOf(I){box}", 2),
        ("if-nez", 2, ":end"),
        send(0),
        ":end",
    ]
    assert not flows(*code)
