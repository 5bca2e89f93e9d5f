"""What a worker says of captures: of those alone that were handed over, and without end in no list."""

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.evidence import plausible
from affidavit.evidence.plausible import LISTED, ImplausibleError
from affidavit.evidence.review import observed
from affidavit.evidence.traffic import Watched
from affidavit.facts.reading import make_fact
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from tests.builders.captures import entry, har


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    path = tmp_path_factory.mktemp("captures") / "a.har"
    path.write_bytes(har(entry(url="https://a.example/?email=somebody@mail.example"), entry()))
    return observed(Watched((path,)), Budget(), sandbox="none")


def heard(examined, captures=None):
    handed = [item.sha256 for item in examined.artefact.captures] if captures is None else captures
    return plausible.read(msgspec.json.encode(examined), handed)


def with_fact(examined, what, entry=None):
    """The account with one fact more, about the first capture unless an entry is given."""
    place = examined.facts[0].place
    fact = make_fact(what, replace(place, entry=place.entry if entry is None else entry), "captures/1")
    return replace(examined, facts=(*examined.facts, fact))


def test_an_honest_account_of_captures_is_taken(honest):
    assert heard(honest) == honest


def test_an_account_of_captures_that_were_not_handed_over_is_not(honest):
    for other in ([], ["ff" * 32]):
        with pytest.raises(ImplausibleError, match="handed over"):
            heard(honest, other)


@pytest.mark.parametrize(
    "what",
    [
        Capture("b.har", "ff" * 32, 1, "har", 1),
        Contact("a.example", "url"),
        Lookup("a.example"),
        Undecoded("a.example", "opaque", 1, 1),
        Disclosure("a.example", "location", "latitude", "known-value", ("body",), "ab" * 32, "5…"),
    ],
    ids=lambda what: type(what).__name__,
)
@pytest.mark.parametrize("entry", ["", "capture/ffffffffffffffff", "capture/", "classes.dex"])
def test_no_fact_on_traffic_lies_elsewhere(honest, what, entry):
    with pytest.raises(ImplausibleError, match="not handed over"):
        heard(with_fact(honest, what, entry))


def test_a_capture_cannot_pass_for_another_of_the_same_beginning(honest):
    digest = honest.artefact.captures[0].sha256
    with pytest.raises(ImplausibleError, match="about a capture"):
        heard(with_fact(honest, Capture("b.har", digest[:16] + "f" * 48, 1, "har", 1)))


@pytest.mark.parametrize("count", [LISTED, LISTED + 1])
@pytest.mark.parametrize("name", ["chain", "ja3", "ja4", "certificates"])
def test_lists_end(honest, name, count):
    account = with_fact(honest, Contact("a.example", "url", **{name: ("x",) * count}))
    if count == LISTED:
        assert heard(account) == account
    else:
        with pytest.raises(ImplausibleError, match="lists more"):
            heard(account)
