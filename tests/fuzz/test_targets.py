"""Every harness works without a fuzzer: on its seeds, on what once broke its parser, and on changes of both."""

from itertools import islice

import pytest

from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS, Target
from tests.mutation import raw
from tests.mutation.fields import dice

CHANGES = 300


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


def starts(target: Target) -> list[bytes]:
    return [*seeds.made()[target.name], *seeds.regressions(target.name).values()]


def test_every_target_has_seeds_that_its_parser_reads(target: Target):
    found = starts(target)
    assert found
    for data in found:
        target.run(data)


def test_what_once_broke_a_parser_is_of_a_known_target():
    names = {path.stem.partition("--")[0] for path in seeds.REGRESSIONS.glob("*")}
    assert names <= TARGETS.keys()


def test_no_parser_raises_what_it_does_not_declare(target: Target):
    found = starts(target)
    for number in range(CHANGES):
        draw = dice(f"{target.name} {number}")
        data = draw.choice(found)
        change = target.change if draw.random() < 0.7 else draw.choice((raw.scribble, raw.truncate))
        try:
            target.run(change(draw, data))
        except Exception as error:
            raise AssertionError(f"{target.name}: change {number}") from error


def test_no_parser_minds_empty_or_meaningless_bytes(target: Target):
    draw = dice(target.name)
    for size in (0, 1, 2, 3, 7, 8, 15, 64, 1_000):
        for data in (bytes(size), b"\xff" * size, draw.randbytes(size)):
            target.run(data)


def test_a_target_lets_undeclared_exceptions_through():
    def use(data: bytes) -> None:
        raise KeyError(data) if data else ValueError

    target = Target("one", use, (ValueError,))
    target.run(b"")
    with pytest.raises(KeyError):
        target.run(b"x")


def test_seeds_are_distinct_small_and_the_same_in_every_run():
    for items in seeds.made().values():
        assert len(set(items)) == len(items) <= seeds.MOST
        assert all(0 < len(item) <= seeds.LARGEST for item in items)
    again = seeds.made.__wrapped__()
    assert {name: items for name, items in again.items() if name != "envelope"} == {
        name: items for name, items in seeds.made().items() if name != "envelope"
    }


@pytest.mark.corpus
def test_real_apps_give_seeds_for_nearly_every_target(corpus):
    from collections import defaultdict

    found: seeds.Seeds = defaultdict(list)
    for path in islice(sorted((corpus / "realapps").rglob("*.apk")), 4):
        seeds.of_app(path.read_bytes(), found)
    assert {"zip", "axml", "arsc", "dex", "pkcs7", "certificate", "inflate", "media"} <= found.keys()
