"""What a check must be given beside the artefact to see what the review saw, and what it can do without."""

import hashlib

import msgspec
import pytest

from affidavit.evidence.bundle import COVERAGE, FACTS
from affidavit.evidence.canonical import encode
from affidavit.evidence.companions import Companions, Need, at_hand, compared_with, file_sha256, needs, sentences
from affidavit.evidence.companions import the_rest as rest
from affidavit.evidence.traffic import UNWATCHED, Watched, fingerprint
from affidavit.facts.reading import make_fact
from affidavit.model.artefact import Artefact, GivenCapture
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from affidavit.model.errors import UsageError
from affidavit.model.identity import Package
from affidavit.model.place import Place

A, B, C = "aa" * 32, "bb" * 32, "cc" * 32
APP = Artefact("a.apk", "apk", 1, "00" * 32)
PROFILE = b"phone: '+49301234567'"


def app(*captures, **more):
    """An artefact that was reviewed with captures."""
    given = tuple(GivenCapture(digest, f"{digest[:2]}.har", 9) for digest in captures)
    return Artefact("a.apk", "apk", 1, "00" * 32, captures=given, **more)


def here(tmp_path, *captures, **more):
    return Companions(captures={digest: tmp_path / digest[:2] for digest in captures}, **more)


def short(missing):
    return [(item.what, item.sha256) for item in missing]


@pytest.mark.parametrize(
    ("given", "had", "missing"),
    [
        ((), (), []),
        ((A,), (A,), []),
        ((A,), (), [("capture", A)]),
        ((A, B), (B,), [("capture", A)]),
        ((A, B), (), [("capture", A), ("capture", B)]),
        ((A,), (A, B), []),
        ((A,), (B,), [("capture", A)]),
        ((), (A,), [("capture", "")]),
        ((), (A, B), [("capture", "")]),
    ],
)
def test_a_check_needs_every_capture_of_the_review_and_none_where_there_was_none(tmp_path, given, had, missing):
    assert short(needs(app(*given), (), (), here(tmp_path, *had))) == missing


@pytest.mark.parametrize("what", ["keys", "mapping", "v4_signature"])
@pytest.mark.parametrize(
    ("wanted", "had", "missing"), [("", "", False), (A, A, False), (A, "", True), (A, B, True), ("", B, True)]
)
def test_one_file_is_needed_as_the_review_had_it(tmp_path, what, wanted, had, missing):
    found = needs(app(C, **{what: wanted}), (), (), here(tmp_path, C, **{what: had}))
    name = what.replace("_", "-")
    assert short(found) == ([(name, wanted)] if missing else [])
    assert [item.option for item in found] == ([f"--{name}"] if missing else [])


@pytest.mark.parametrize(
    ("had", "captures", "missing"),
    [(PROFILE, (A, B), False), (PROFILE, (B, A), True), (PROFILE, (A,), True), (PROFILE + b" ", (A, B), True),
     (None, (A, B), True)],
)  # fmt: skip
def test_a_profile_is_known_by_a_fingerprint_that_its_captures_season(tmp_path, had, captures, missing):
    reviewed = app(A, B, profile=fingerprint(PROFILE, captures))
    found = needs(reviewed, (), (), here(tmp_path, A, B, profile=had))
    assert short(found) == ([("profile", reviewed.profile)] if missing else [])


def test_snapshots_and_indexes_are_needed_each_and_others_do_no_harm(tmp_path):
    had = Companions(indexes={A: tmp_path, C: tmp_path}, networks={B: tmp_path})
    assert short(needs(APP, (A, B), (B, C), had)) == [("networks", C), ("index", B)]
    assert needs(APP, (), (), had) == ()


@pytest.mark.parametrize(
    ("need", "said"),
    [
        (
            Need("capture", A, "--capture"),
            (f"the review was given a capture of traffic with SHA-256 {A}, and this check another or none: "
            "give the same with --capture"),
        ),
        (
            Need("profile", A, "--profile"),
            (f"the review was given a profile of the device with the fingerprint {A}, and this check another or none: "
            "give the same with --profile"),
        ),
        (
            Need("keys", "", "--keys"),
            "the review was given no key log, and this check one: leave --keys away",
        ),
        (
            Need("index", A, "--libraries"),
            ("the review compared the code with 1 index of known code missing here (aaaaaaaaaaaaaaaa; here is none): "
            "give it with --libraries"),
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_to_do(need, said):
    assert sentences([need], Companions()) == said


def test_several_missing_files_are_one_sentence_each_and_indexes_one_together(tmp_path):
    missing = [Need("index", A, "--libraries"), Need("keys", B, "--keys"), Need("index", B, "--libraries")]
    said = sentences(missing, Companions(indexes={C: tmp_path}))
    first, second = said.split("; ", 1)
    assert first.startswith("the review was given a key log")
    assert "2 indexes" in second
    assert "(aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb; here is cccccccccccccccc): give them" in second


# What is compared without it


def fact(what):
    return make_fact(what, Place("a"), "test/1")


TRAFFIC = tuple(
    fact(what)
    for what in (
        Capture("a.har", A, 9, "har", 1), Contact("a.example", "url"), Lookup("a.example"),
        Undecoded("a.example", "opaque", 1, 1),
        Disclosure("a.example", "location", "latitude", "known-value", ("body",), A, "5…"),
    )
)  # fmt: skip
NAMED = fact(Package("org.example.app"))


def derived(*facts, coverage=b"{}"):
    return {FACTS: encode(facts), COVERAGE: coverage}


@pytest.mark.parametrize("what", ["capture", "keys", "profile"])
def test_without_what_says_what_was_sent_the_rest_is_compared(what):
    differ, said = rest([Need(what, A, "")], derived(), (NAMED, *TRAFFIC), derived(NAMED))
    assert differ == []
    assert said == (
        "without it these cannot be checked again: what was sent (5 facts); the other 1 fact were derived again"
    )


@pytest.mark.parametrize("what", ["capture", "index", "keys", "mapping", "networks", "profile"])
@pytest.mark.parametrize("again", [(), (fact(Package("org.other")),), (NAMED, fact(Package("org.other")))])
def test_a_fact_that_rests_on_nothing_missing_must_be_the_same(what, again):
    differ, _ = rest([Need(what, A, "")], derived(NAMED), (NAMED,), derived(*again))
    assert differ


def test_what_was_sent_is_not_excused_by_another_file_that_is_missing():
    differ, said = rest([Need("index", A, "")], derived(), (NAMED, *TRAFFIC), derived(NAMED))
    assert differ
    assert "(0 facts)" in said


@pytest.mark.parametrize(
    ("missing", "differs"),
    [(("index",), True), (("networks",), True), (("index", "networks"), True), (("index", "keys"), False),
     (("capture",), False)],
)  # fmt: skip
def test_coverage_is_compared_where_every_stage_could_run(missing, differs):
    stated, again = derived(NAMED, coverage=b'{"stages":[]}'), derived(NAMED, coverage=b'{"stages":[1]}')
    found, _ = rest([Need(what, A, "") for what in missing], stated, (NAMED,), again)
    assert bool(found) == differs


def test_each_loss_is_named_once():
    _, said = rest([Need(what, A, "") for what in ("capture", "capture", "networks")], derived(), (), derived())
    assert "again: what was sent and who serves hosts (0 facts)" in said


# Files at hand


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 18) + 1])
def test_a_file_of_any_size_is_digested(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert file_sha256(path) == hashlib.sha256(b"x" * size).hexdigest()


@pytest.mark.parametrize("name", ["none", "."])
def test_a_file_that_is_not_there_is_named_with_advice(tmp_path, name):
    with pytest.raises(UsageError, match=str(tmp_path)) as met:
        file_sha256(tmp_path / name)
    assert "a file that is there" in met.value.advice


def test_all_that_was_given_is_at_hand_by_digest(tmp_path):
    paths = {name: tmp_path / name for name in ("a.har", "b.har", "keys", "profile", "mapping", "idsig")}
    for name, path in paths.items():
        path.write_text(name)
    told = {name: hashlib.sha256(name.encode()).hexdigest() for name in paths}
    watched = Watched((paths["a.har"], paths["b.har"], paths["a.har"]), paths["keys"], paths["profile"])
    found = at_hand(paths["idsig"], paths["mapping"], (), watched, ())
    assert (found.v4_signature, found.mapping, found.keys) == (told["idsig"], told["mapping"], told["keys"])
    assert found.captures == {told["a.har"]: paths["a.har"], told["b.har"]: paths["b.har"]}
    assert found.profile == b"profile"
    assert at_hand(None, None, (), UNWATCHED, ()) == Companions()


def test_captures_are_read_again_as_the_review_had_them_and_no_others(tmp_path):
    keys = tmp_path / "keys"
    had = here(tmp_path, C, B, A, watched=Watched((tmp_path,), keys))
    again = had.watched_as(app(A, B, revealed=True))
    assert again.captures == (tmp_path / "aa", tmp_path / "bb")
    assert again.names == {A: "aa.har", B: "bb.har"}
    assert (again.keys, again.reveal) == (keys, True)
    assert here(tmp_path).watched_as(app(A)).captures == ()


def test_an_account_without_searches_was_compared_with_nothing():
    assert compared_with((NAMED, *TRAFFIC)) == ()
    assert msgspec.json.decode(encode((NAMED,)))[0]["what"]["kind"] == "package"
