"""Who signed several apps, and whether each updates the one before: as text, as JSON, with hostile names."""

import msgspec
import pytest

from affidavit.facts.reading import make_fact
from affidavit.identity.continuity import signed, updates
from affidavit.model.artefact import Artefact
from affidavit.model.fact import Subject
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import ANY_LEVEL, Issue, LineageKey, PlatformVerdict, Signature, Signer, SigningLineage
from affidavit.report.signers import App, as_json, as_text
from tests.report.test_signed import certificate

OLD, NEW = "ab" * 32, "cd" * 32


def app(name: str, *about: Subject, signer: str = OLD, limits: tuple[Limitation, ...] = ()) -> App:
    every = (
        Package("a.b", "1.0", 1),
        Signature("v2", "verified", (Signer(signer),), (), "all 9 bytes"),
        PlatformVerdict(24, ANY_LEVEL, "accepted", "v2", (signer,)),
        certificate(),
        *about,
    )
    return App(Artefact(name, "apk", 9, "0" * 64), tuple(make_fact(what, Place(""), "x/1") for what in every), limits)


def compared(*apps: App) -> list[App]:
    """The apps, each compared with the one before."""
    read = [signed(item.facts) for item in apps]
    later = (
        msgspec.structs.replace(item, updates=updates(read[number], read[number + 1]))
        for number, item in enumerate(apps[1:])
    )
    return [apps[0], *later]


def test_one_app_is_told_by_signer_decisions_and_signatures():
    text = as_text([app("one.apk", limits=(Limitation("signing/undetermined", "a key of 99 bits"),))])
    assert "Signed by   CN=Maker (verified by v2)" in text
    assert "accepted by Android 7.0 and later" in text
    assert "v2          verified, the file itself: all 9 bytes" in text
    assert "not read    a key of 99 bits" in text
    assert "update" not in text


def test_the_next_app_is_compared_with_the_one_before():
    text = as_text(compared(app("one.apk"), app("two.apk"), app("three.apk", signer=NEW)))
    assert "As an update of one.apk, by the signatures alone:\n    Android 7.0 and later: accepted" in text
    assert "As an update of two.apk, by the signatures alone:\n    Android 7.0 to 8.1: refused" in text


def test_two_apps_that_are_not_the_same_app_are_said_to_be_two():
    other = app("two.apk", signer=NEW)
    facts = [
        make_fact(Package("c.d"), Place(""), "x/1"),
        *(fact for fact in other.facts if type(fact.what) is not Package),
    ]
    assert "they are two apps: a.b and c.d" in as_text(
        [app("one.apk"), msgspec.structs.replace(other, facts=tuple(facts))]
    )


def test_files_that_no_version_judges_cannot_be_compared():
    bare = App(Artefact("a.jar", "jar", 9, "0" * 64), ())
    assert "no Android version runs both" in as_text([bare, bare])
    assert "no signature found" in as_text([bare])


def test_rotation_is_read_from_the_lineage():
    keys = (LineageKey(OLD, ("installed-data",)), LineageKey(NEW))
    rotated = app("two.apk", SigningLineage("v3", keys, verified=True), signer=NEW)
    text = as_text(compared(app("one.apk"), rotated))
    assert "Android 9 and later: accepted, the newer signer's lineage names the older key" in text
    assert f"lineage     v3, verified: {OLD} installed-data" in text


def test_json_has_the_same_answers_and_is_the_same_each_time():
    apps = compared(app("one.apk"), app("two.apk", signer=NEW))
    data = as_json(apps)
    assert data == as_json(apps)
    one, two = msgspec.json.decode(data)
    assert one["signed_by"] == "CN=Maker (verified by v2)"
    assert "updates" not in one
    assert [item["outcome"] for item in two["updates"]] == ["refused", "refused"]
    assert {fact["what"]["kind"] for fact in one["facts"]} == {"signature", "platform-verdict"}


@pytest.mark.parametrize(
    ("kind", "known"),
    [("budget/signing", False), ("tool/died", False), ("native/macho-bad-image", False),
     ("signing/malformed-block", False), ("signing/terms-unknown", True), ("container/nested-not-opened", True)],
)  # fmt: skip
def test_no_signature_is_said_only_where_everything_was_read(kind: str, known: bool):
    bare = App(Artefact("a.apk", "apk", 9, "0" * 64), (), (Limitation(kind, "x"),))
    said = "no signature found" if known else "not known: no signature found, and not everything was read"
    assert f"  Signed by   {said}\n" in as_text([bare])
    assert msgspec.json.decode(as_json([bare]))[0]["signed_by"] == said
    signed_app = app("a.apk", limits=(Limitation(kind, "x"),))
    assert "Signed by   CN=Maker (verified by v2)" in as_text([signed_app])


def test_a_library_that_states_no_version_shows_none():
    bare = App(Artefact("a.aar", "aar", 9, "0" * 64), (make_fact(Package("a.b"), Place(""), "x/1"),))
    assert "  App         a.b\n" in as_text([bare])


def test_a_set_that_a_split_spoils_says_so_above_all_else_and_where_it_is_compared():
    differ = Issue("split-signers-differ", "the split is another's")
    spoilt = make_fact(PlatformVerdict(24, ANY_LEVEL, "refused", "v2", (), (differ,)), Place("\x1b[2Js.apk"), "x/1")
    one = app("one.apks")
    two = msgspec.structs.replace(one, facts=(*one.facts, spoilt))
    text = as_text(compared(one, two))
    assert "  Android     the set is refused by Android 7.0 and later (\\u001b[2Js.apk: a split that is not" in text
    assert "this compares the bases" in text
    assert "\x1b" not in text
    assert "this compares the bases" not in as_text(compared(one, one))


def test_names_from_apps_cannot_steer_a_terminal():
    hostile = "CN=\x1b[2Jx\u202ey\r\n"
    text = as_text([app("\x1b]0;t\x07.apk", certificate(hostile), signer=OLD)])
    assert not set("\x1b\x07\r\u202e") & set(text)
