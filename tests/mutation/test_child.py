"""A function in a child: its result, or how it ended."""

import os
import signal
import time

from tests.mutation.child import in_child


def test_gives_the_result_the_time_and_the_memory():
    ended = in_child(lambda: {"a": [1, "ä", None]}, 10)
    assert (ended.value, ended.cause) == ({"a": [1, "ä", None]}, "")
    assert 0 <= ended.processor < 10
    assert ended.seconds < 10
    assert ended.memory > 1 << 20


def test_gives_results_longer_than_a_pipe_holds():
    assert in_child(lambda: "x" * 300_000, 10).value == "x" * 300_000


def test_memory_of_the_child_is_counted():
    assert in_child(lambda: len(bytearray(b"x") * (200 << 20)), 20).memory > 200 << 20


def test_a_child_that_does_not_end_is_ended():
    started = time.monotonic()
    ended = in_child(lambda: time.sleep(60), 0.5)
    assert (ended.cause, ended.value) == ("hang", None)
    assert time.monotonic() - started < 20


def test_a_child_that_dies_says_how():
    assert in_child(lambda: os.kill(os.getpid(), signal.SIGKILL), 10).cause == "signal 9"
    assert in_child(lambda: os._exit(7), 10).cause == "exit 7"


def test_an_exception_is_no_result():
    assert in_child(lambda: 1 / 0, 10).cause == "exit 1"


def test_nothing_of_the_child_comes_back_to_the_parent():
    marks: list[int] = []
    in_child(lambda: marks.append(1), 10)
    assert not marks
