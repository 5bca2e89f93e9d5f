"""Headers tell a provider only next to a published range or a name in its zone."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.network import Strength
from affidavit.network.attribute.headers import telling
from affidavit.network.capture.events import Message, Where
from affidavit.network.capture.fold import About, Fold
from tests.builders.networks_asked import met

CDN = ("x-amz-cf-pop: FRA56-P1",)


def test_headers_that_tell_are_kept_and_no_others():
    response = (
        ("Server", "AkamaiGHost"),
        ("server", "nginx"),
        ("Set-Cookie", "secret=1"),
        ("CF-RAY", "8a"),
        ("Via", "1.1 x"),
    )
    assert list(telling(response)) == ["server: AkamaiGHost", "cf-ray: 8a"]


def test_a_header_of_the_operator_makes_it_two_sided():
    assert met("d1.cloudfront.net", "52.95.9.9", received=1, headers=CDN).strength is Strength.S4
    assert met("d1.cloudfront.net", "52.95.9.9", received=0, headers=CDN).strength is Strength.S3
    assert met("d1.cloudfront.net", "52.95.9.9", received=1, headers=("cf-ray: 8a",)).strength is Strength.S3


def test_a_header_alone_shows_nobody_serving():
    answer = met("a.example", "5.9.9.200", received=1, headers=("server: AkamaiGHost",))
    assert (answer.operator, answer.strength, answer.served) == ("akamai", Strength.S2, False)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=300)), max_size=5))
def test_any_headers_are_bounded(response):
    assert all(len(line) <= 20 * 3 + 2 + 200 for line in telling(response))


def test_what_a_capture_holds_of_them_is_in_its_contact():
    fold = Fold(About("a.har", "ab" * 32, 1, "har"))
    fold.take(
        Message(
            Where(0, "entries/0"), 1_623_232_323_000_000, "d1.cloudfront.net", "52.95.9.9", 443, "GET", "https://d1.cloudfront.net/",
            status=200, response=(("X-Amz-Cf-Pop", "FRA56-P1"), ("Cookie", "x")), received=b"x",
        )
    )  # fmt: skip
    contacts = [fact.what for fact in fold.finished()[0] if type(fact.what).__name__ == "Contact"]
    assert [item.headers for item in contacts] == [CDN]
