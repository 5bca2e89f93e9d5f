"""Whether Android would take one file as an update of another: same signers, rotation, the way back, level by level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.identity.continuity import Signed, signed, updates
from affidavit.model.place import Place
from affidavit.model.signing import ANY_LEVEL, LineageKey, PlatformVerdict, SigningLineage, Update

ALL = ("installed-data", "shared-uid", "permission", "rollback", "auth")


def verdict(low: int, high: int, *signers: str, outcome: str = "") -> PlatformVerdict:
    return PlatformVerdict(low, high, outcome or ("accepted" if signers else "refused"), "v3", signers)


def app(*verdicts: PlatformVerdict, lineage: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Signed:
    keys = tuple(LineageKey(name, granted) for name, granted in lineage)
    return Signed(verdicts, {keys[-1].certificate: keys} if keys else {})


def plain(*signers: str, low: int = 24) -> Signed:
    return app(verdict(low, ANY_LEVEL, *signers))


def outcomes(found: tuple[Update, ...]) -> list[tuple[int, int, str]]:
    return [(item.min_sdk, item.max_sdk, item.outcome) for item in found]


def test_the_same_signers_update_each_other():
    assert outcomes(updates(plain("a"), plain("a"))) == [(24, ANY_LEVEL, "accepted")]
    assert outcomes(updates(plain("a", "b"), plain("b", "a"))) == [(24, ANY_LEVEL, "accepted")]


def test_another_signer_does_not():
    found = updates(plain("a"), plain("b"))
    assert outcomes(found) == [(24, 27, "refused"), (28, ANY_LEVEL, "refused")]
    assert "no change of keys" in found[0].why
    assert "no lineage" in found[1].why


def test_only_levels_that_run_both_are_asked():
    assert outcomes(updates(plain("a", low=21), plain("a", low=29))) == [(29, ANY_LEVEL, "accepted")]
    assert updates(app(), plain("a")) == ()


def test_a_lineage_that_grants_its_data_to_the_older_key_is_accepted_since_android_9():
    rotated = app(verdict(24, 27, "a"), verdict(28, ANY_LEVEL, "b"), lineage=(("a", ALL), ("b", ALL)))
    found = updates(plain("a"), rotated)
    assert {item.outcome for item in found} == {"accepted"}
    assert [item.why for item in found] == [
        "both have the same signers",
        "the newer signer's lineage names the older key and grants it its data",
    ]


def test_a_lineage_that_no_longer_grants_its_data_is_refused():
    rotated = app(verdict(28, ANY_LEVEL, "b"), lineage=(("a", ("auth",)), ("b", ALL)))
    (found,) = updates(plain("a", low=28), rotated)
    assert (found.outcome, "no longer grants" in found.why) == ("refused", True)


def test_the_way_back_needs_rollback():
    old = app(verdict(28, ANY_LEVEL, "b"), lineage=(("a", ("installed-data", "rollback")), ("b", ALL)))
    (found,) = updates(old, plain("a", low=28))
    assert (found.outcome, "rollback" in found.why) == ("accepted", True)
    bare = app(verdict(28, ANY_LEVEL, "b"), lineage=(("a", ("installed-data",)), ("b", ALL)))
    (found,) = updates(bare, plain("a", low=28))
    assert (found.outcome, "goes back" in found.why) == ("refused", True)


def test_a_lineage_may_have_keys_in_between():
    rotated = app(verdict(28, ANY_LEVEL, "c"), lineage=(("a", ALL), ("b", ALL), ("c", ALL)))
    assert outcomes(updates(plain("b", low=28), rotated)) == [(28, ANY_LEVEL, "accepted")]
    assert outcomes(updates(plain("x", low=28), rotated)) == [(28, ANY_LEVEL, "refused")]


def test_several_signers_cannot_rotate():
    rotated = app(verdict(28, ANY_LEVEL, "c"), lineage=(("a", ALL), ("c", ALL)))
    (found,) = updates(plain("a", "b", low=28), rotated)
    assert "only a single signer" in found.why


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [("", "refused", "refused"), ("refused", "", "undetermined"), ("undetermined", "", "undetermined"),
     ("", "undetermined", "undetermined")],
)  # fmt: skip
def test_signatures_that_are_not_accepted_update_nothing(old: str, new: str, outcome: str):
    before, after = (app(verdict(24, ANY_LEVEL, "a", outcome=state)) for state in (old, new))
    assert [item.outcome for item in updates(before, after)] == [outcome]


def test_only_lineages_that_hold_and_the_container_asked_for_count():
    keys = (LineageKey("a", ALL), LineageKey("b", ALL))
    what = [
        (verdict(28, ANY_LEVEL, "b"), "base.apk"),
        (SigningLineage("v3", keys, verified=True), "base.apk"),
        (SigningLineage("v3.1", (LineageKey("x"), LineageKey("y")), verified=False), "base.apk"),
        (verdict(24, ANY_LEVEL, "z"), "split.apk"),
    ]
    found = signed([make_fact(item, Place(entry), "x/1") for item, entry in what], "base.apk")
    assert found == Signed((verdict(28, ANY_LEVEL, "b"),), {"b": keys})


names = st.sampled_from("abc")
granted = st.sets(st.sampled_from(ALL)).map(tuple)


@st.composite
def signings(draw: st.DrawFn) -> Signed:
    """An app with a verdict for each of some ranges, and lineages."""
    starts = sorted(draw(st.sets(st.sampled_from([21, 24, 28, 30, 33]), min_size=1)))
    ends = [*(start - 1 for start in starts[1:]), ANY_LEVEL]
    signers = [draw(st.lists(names, max_size=2, unique=True)) for _ in starts]
    lineage = draw(st.lists(st.tuples(names, granted), max_size=3, unique_by=lambda pair: pair[0]))
    found = (verdict(low, high, *who) for low, high, who in zip(starts, ends, signers, strict=True))
    return app(*found, lineage=tuple(lineage))


def decide(level: int, old: Signed, new: Signed) -> str | None:
    """The slow twin: one level, from the rules as AOSP states them."""
    before = [item for item in old.verdicts if item.min_sdk <= level <= item.max_sdk]
    after = [item for item in new.verdicts if item.min_sdk <= level <= item.max_sdk]
    if not before or not after:
        return None
    if after[0].outcome != "accepted":
        return "refused"
    if before[0].outcome != "accepted":
        return "undetermined"
    mine, theirs = set(after[0].signers), set(before[0].signers)
    if mine == theirs:
        return "accepted"
    if level >= 28 and len(mine) == len(theirs) == 1:
        for holder, other, needed in ((new, theirs, "installed-data"), (old, mine, "rollback")):
            current = mine if holder is new else theirs
            keys = holder.lineages.get(next(iter(current)), ())
            if any(key.certificate in other and needed in key.capabilities for key in keys[:-1]):
                return "accepted"
    return "refused"


@given(signings(), signings())
def test_every_level_is_decided_as_the_rules_say(old: Signed, new: Signed):
    found = updates(old, new)
    for level in range(20, 40):
        said = [item.outcome for item in found if item.min_sdk <= level <= item.max_sdk]
        expected = decide(level, old, new)
        assert said == ([] if expected is None else [expected])
