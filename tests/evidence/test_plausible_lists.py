"""Every list of a fact on traffic ends, wherever it is; a worker's other words on captures contradict nothing."""

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.evidence import plausible
from affidavit.evidence.plausible import LISTED, ImplausibleError
from affidavit.model.capture import Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.limitation import Limitation
from affidavit.network.capture.tables import FEW, MANY
from tests.evidence.test_plausible_traffic import heard, honest, with_fact

__all__ = ["honest"]


def listing(kind, count):
    """A fact with so many entries in one of its lists."""
    each = tuple(f"n{at}" for at in range(count))
    return {
        "names": Contact("a.example", "url", names=tuple(Named("url", name) for name in each)),
        "look-up's chain": Lookup("a.example", chain=each),
        "addresses": Lookup("a.example", addresses=each),
        "path": Disclosure("a.example", "location", "latitude", "key", each, "ab" * 32, "5…"),
    }[kind]


@pytest.mark.parametrize("count", [0, 1, LISTED, LISTED + 1])
@pytest.mark.parametrize("kind", ["names", "look-up's chain", "addresses", "path"])
def test_lists_of_every_kind_of_fact_end(honest, kind, count):
    account = with_fact(honest, listing(kind, count))
    if count <= LISTED:
        assert heard(account) == account
        return
    with pytest.raises(ImplausibleError, match="lists more than 256"):
        heard(account)


def test_readers_keep_less_than_is_taken():
    assert max(FEW, MANY) < LISTED


@pytest.mark.parametrize(
    "what",
    [
        Contact("\x1b[2J", "url", "not an address", 1 << 40, up=1 << 60),
        Undecoded("a.example", "no such reason", 1 << 40, 1 << 60),
        Disclosure("", "no such category", "p", "pattern", (), "", ""),
    ],
    ids=lambda what: type(what).__name__,
)
def test_odd_words_are_a_workers_own_and_no_danger(honest, what):
    account = with_fact(honest, what)
    assert heard(account) == account


@pytest.mark.parametrize(
    ("kind", "count", "taken"),
    [
        ("capture/damaged", 1, True),
        ("capture/no-such-kind", 1, True),
        ("capture/damaged", (1 << 64) - 1, True),
        ("capture/damaged", 1 << 64, False),
        ("capture/damaged", 0, False),
        ("capture/damaged", -1, False),
        ("capture", 1, False),
        ("capture/", 1, False),
        ("/damaged", 1, False),
        ("capture/Damaged", 1, False),
        ("capture/\u0456", 1, False),
        ("capture/a b", 1, False),
        ("capture/a/b", 1, False),
        ("capture/" + "x" * 72, 1, True),
        ("capture/" + "x" * 73, 1, False),
    ],
)
def test_a_limitation_has_a_kind_and_a_number(honest, kind, count, taken):
    account = replace(honest, limitations=(Limitation(kind, "x", None, count),))
    if taken:
        assert heard(account).limitations == account.limitations
        return
    with pytest.raises(ImplausibleError, match="of no kind, or of no number"):
        heard(account)


@pytest.mark.parametrize("name", ["", "Captures", "capture", "../captures"])
def test_there_is_no_stage_of_another_name(honest, name):
    account = replace(honest, coverage=Coverage(stages=(StageCoverage(name, "done"),)))
    with pytest.raises(ImplausibleError, match="no such stages"):
        heard(account)


def test_a_stage_is_told_once(honest):
    stages = honest.coverage.stages
    with pytest.raises(ImplausibleError, match="not in this order"):
        heard(replace(honest, coverage=Coverage(stages=(*stages, *stages))))


@pytest.mark.parametrize("kind", ["", "capture", "CAPTURES", "pcap"])
def test_there_is_no_artefact_of_another_kind(honest, kind):
    with pytest.raises(ImplausibleError, match="no such kind of artefact"):
        heard(replace(honest, artefact=replace(honest.artefact, kind=kind)))


def test_a_fact_that_was_changed_is_not_the_one_that_it_is_called(honest):
    at, fact = next((at, fact) for at, fact in enumerate(honest.facts) if isinstance(fact.what, Contact))
    changed = replace(fact, what=replace(fact.what, host="other.example"))
    with pytest.raises(ImplausibleError):
        heard(replace(honest, facts=(*honest.facts[:at], changed, *honest.facts[at + 1 :])))


@pytest.mark.parametrize("step", [1, 97])
def test_an_answer_that_breaks_off_is_none(honest, step):
    body, digests = msgspec.json.encode(honest), [item.sha256 for item in honest.artefact.captures]
    ends = range(0, len(body), step * 41) if step > 1 else range(len(body) - 40, len(body))
    for end in ends:
        with pytest.raises(ImplausibleError):
            plausible.read(body[:end], digests)
