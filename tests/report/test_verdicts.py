"""What Android versions decide, in words: of the app itself, and of a set that a split spoils."""

from affidavit.facts.reading import make_fact
from affidavit.model.apple import AppleBundle
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.place import Place
from affidavit.model.signing import ANY_LEVEL, Issue, PlatformVerdict
from affidavit.report.overview import Facts
from affidavit.report.verdicts import (
    accepted,
    issues_in_words,
    main_container,
    platform_rows,
    row_of,
    split_verdicts,
    verdicts,
)
from tests.report.test_signed import DIGEST, facts, verdict

DIFFER = Issue("split-signers-differ", "this split is signed by x, the base by y.")
PACKAGE = make_fact(Package("a.b"), Place("base.apk!/AndroidManifest.xml"), "x/1")


def split(low: int, high: int, outcome: str = "refused", *issues: Issue, entry: str = "split.apk") -> Fact:
    return make_fact(PlatformVerdict(low, high, outcome, "v2", (), issues), Place(entry), "x/1")


def with_splits(*splits: Fact, base: str = "accepted") -> Facts:
    own = [make_fact(verdict(24, ANY_LEVEL, base), Place("base.apk"), "x/1")]
    return Facts([PACKAGE, *own, *splits])


def test_decisions_of_versions_are_one_sentence():
    both = facts(verdict(1, 23), verdict(24, ANY_LEVEL, "refused"))
    assert accepted(both) == "accepted by Android 1.0 to 6.0; refused by Android 7.0 and later"
    assert accepted(facts(verdict(21, 23), verdict(24, ANY_LEVEL))) == "accepted by Android 5.0 and later"
    some = facts(verdict(1, 20), verdict(21, 23, "refused"), verdict(24, 27, "refused"), verdict(28, ANY_LEVEL))
    assert accepted(some) == "accepted by Android 1.0 to 4.4W and Android 9 and later; refused by Android 5.0 to 8.1"
    assert accepted(facts(verdict(21, ANY_LEVEL, "undetermined"))) == "no version's decision could be determined"
    assert accepted(facts()) == ""


def test_rows_say_who_or_why_not():
    rows = platform_rows(facts(verdict(1, 23), verdict(24, ANY_LEVEL, "refused")))
    assert rows[0] == ("Android 1.0 to 6.0", "accepted", "v2", DIGEST)
    assert rows[1].why == "a signature does not fit the signed data: The first signature."


def test_splits_are_shown_only_where_they_are_not_accepted():
    found = with_splits(split(24, ANY_LEVEL, "refused", DIFFER), split(24, ANY_LEVEL, "accepted", entry="good.apk"))
    rows = platform_rows(found)
    assert [row.versions for row in rows] == ["Android 7.0 and later", "split.apk: Android 7.0 and later"]
    assert [entry for entry, _ in split_verdicts(found)] == ["split.apk"]
    assert [item.outcome for item in verdicts(found)] == ["accepted"]


def test_a_foreign_split_refuses_the_set_before_anything_is_said_of_its_base():
    assert accepted(with_splits(split(24, ANY_LEVEL, "refused", DIFFER))) == (
        "the set is refused by Android 7.0 and later (split.apk: a split that is not signed as its base is); "
        "its base alone: accepted by Android 7.0 and later"
    )


def test_splits_with_the_same_fault_are_counted_and_their_versions_joined():
    found = with_splits(
        split(28, ANY_LEVEL, "refused", DIFFER, entry="b.apk"),
        split(24, 27, "refused", DIFFER, entry="a.apk"),
        split(24, 27, "refused", DIFFER, entry="c.apk"),
    )
    assert accepted(found).startswith(
        "the set is refused by Android 7.0 and later (a.apk and 2 further splits: a split"
    )


def test_a_split_that_could_not_be_checked_leaves_the_set_open():
    found = with_splits(split(24, ANY_LEVEL, "undetermined"), base="refused")
    assert accepted(found) == (
        "whether the set is accepted is not known for Android 7.0 and later (split.apk); "
        "its base alone: refused by Android 7.0 and later"
    )


def test_refusals_come_first_and_many_reasons_are_cut():
    words = ("v2-sig-did-not-verify", "jar-sig-did-not-verify", "v2-sig-malformed-signer")
    bad = [split(24, 30, "refused", Issue(word, "x"), entry=f"{word}.apk") for word in words]
    said = accepted(with_splits(split(24, 30, "undetermined", entry="open.apk"), *bad))
    assert said.startswith("the set is refused")
    assert "further splits are not accepted; its base alone" in said


def test_a_set_without_a_spoilt_split_is_told_by_its_base():
    assert accepted(with_splits(split(24, ANY_LEVEL, "accepted"))) == "accepted by Android 7.0 and later"


def test_the_main_container_is_the_packages_or_the_apple_apps_executable():
    assert main_container(facts()) == ""
    assert main_container(Facts([PACKAGE])) == "base.apk"
    bundle = make_fact(AppleBundle("app", executable="My"), Place("Payload/My.app/Info.plist"), "x/1")
    nested = make_fact(AppleBundle("framework", executable="F"), Place("Payload/My.app/F/Info.plist"), "x/1")
    assert main_container(Facts([nested, bundle])) == "Payload/My.app/My"


def test_notes_say_that_they_are_notes():
    issues = [DIFFER, Issue("jar-sig-unprotected-zip-entry", "META-INF/x.", error=False)]
    assert issues_in_words(issues) == [
        "a split that is not signed as its base is: this split is signed by x, the base by y.",
        "entries that the signature does not cover (a note): META-INF/x.",
    ]


def test_a_row_of_a_split_begins_with_its_path():
    assert row_of(verdict(28, 28), "s.apk").versions == "s.apk: Android 9"
