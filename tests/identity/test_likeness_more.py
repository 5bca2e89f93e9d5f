"""Where one level of likeness ends and the next begins, and what each further line counts and passes over."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.sketch import FEWEST, ROBUST, own_tokens, sample_of
from affidavit.identity.code.tokens import KIND_MASK, SCHEME, Kind, token
from affidavit.identity.likeness import EXAMPLES, cuts, likeness, sketch
from affidavit.model.declared import Component, MetaData, Permission, PermissionDefinition
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.identity import Framework, Package
from affidavit.model.inventory import EntryFact
from affidavit.model.likeness import CodeSketch, Likeness, Line
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place
from affidavit.model.signing import Certificate
from tests.builders.known_code import app_dex, code_class, dex_of, library_classes, program_of
from tests.builders.made_libraries import Made, signatures

CALLS = [token(Kind.CALL, f"call {number}".encode()) for number in range(3_000)]
TEXTS = [token(Kind.STRING, f"text {number}".encode()) for number in range(3_000)]
HIDDEN = [token(Kind.STRING, f"cipher {number}".encode()) for number in range(3_000)]
CLASS = {item: number // 10 for items in (CALLS, TEXTS, HIDDEN) for number, item in enumerate(items)}


def fact(what: Any, entry: str = "") -> Fact:
    return make_fact(what, Place(entry), "test/1")


def known(*tokens: int) -> Index:
    """An index of enough families, one of which has these tokens."""
    families = [Family(f"family-{number}") for number in range(cuts().families)]
    return build(families, [(Version(0, "1"), signatures({"Lknown;": frozenset(tokens)}))])


NOTHING_KNOWN = known(1)


def app(tokens: list[int], more: Made | None = None, index: Index | None = NOTHING_KNOWN) -> list[Fact]:
    """An app that has the tokens in classes of its own, ten to a class, and classes of known libraries."""
    classes: dict[str, set[int]] = {}
    for item in tokens:
        classes.setdefault(f"Lown/C{CLASS.get(item, 0)};", set()).add(item)
    made = signatures({name: frozenset(held) for name, held in classes.items()} | (more or {}))
    return [sketch(made, np.arange(len(made)) < len(classes), Place(""), index)]


def code(*names: Any) -> list[Fact]:
    """An app of dex classes, all its own."""
    from affidavit.identity.code.signatures import of_program

    made = of_program(program_of(names[0] if isinstance(names[0], bytes) else dex_of(names[0])))
    return [sketch(made, np.ones(len(made), bool), Place(""))]


def lines(what: Likeness) -> dict[str, Line]:
    return {item.about: item for item in (*what.lines, *what.function)}


def keys(text: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), "<u8").tolist()


@pytest.mark.parametrize(
    ("both", "first", "second", "level"),
    [
        (2_000, 20, 20, "repackaged"),
        (2_000, 0, 0, "same code"),
        (1_500, 20, 1_000, "derivative"),
        (600, 900, 900, "large pieces"),
        (150, 1_400, 1_400, "not shown"),
        (0, 1_500, 1_500, "not shown"),
        (500, 20, 2_400, "large pieces"),
    ],
)
def test_a_level_follows_from_how_much_is_common_each_way(both: int, first: int, second: int, level: str) -> None:
    one, other = CALLS[: both + first], CALLS[:both] + CALLS[len(CALLS) - second :]
    assert likeness(app(one), app(other)).level == level
    assert likeness(app(other), app(one)).level == level, "whichever is asked about"


def test_the_shares_say_which_of_both_is_inside_of_the_other() -> None:
    small, large = app(CALLS[:500]), app(CALLS)
    there, back = likeness(small, large), likeness(large, small)
    assert there.inside == 1.0
    assert there.around < cuts().large
    assert (there.inside, there.around) == (back.around, back.inside)
    assert (there.plain_inside, there.plain_around) == (back.plain_around, back.plain_inside)


def test_strings_that_one_of_both_hides_speak_for_nothing_and_against_nothing() -> None:
    found = likeness(app(CALLS[:1_500] + TEXTS), app(CALLS[:1_500] + HIDDEN))
    assert found.level == "repackaged"
    assert found.inside < cuts().derivative
    assert (found.plain_inside, found.plain_around) == (1.0, 1.0)


def test_a_few_tokens_are_one_screen_even_where_all_of_them_are_common() -> None:
    few = CALLS[: cuts().fewest - 1]
    found = likeness(app(few), app([*few, *CALLS[2_000:]]))
    assert (found.level, found.inside) == ("undetermined", 1.0)
    assert f"{cuts().fewest - 1} tokens" in found.why
    enough = CALLS[: cuts().fewest]
    assert likeness(app(enough), app([*enough, *CALLS[2_990:]])).level == "repackaged"


def test_frameworks_explain_only_what_both_are_made_with() -> None:
    few, more = app(CALLS[:10]), app(CALLS[5:30])
    cordova, flutter = fact(Framework("cordova", "x")), fact(Framework("flutter", "x"))
    assert likeness([*few, cordova], [*more, flutter]).level == "undetermined"
    assert likeness([*few, cordova, flutter], [*more, flutter, cordova]).why.endswith("cordova, flutter")


def test_code_of_known_libraries_is_neither_in_the_sketch_nor_in_what_is_common() -> None:
    library = {"Llibrary;": frozenset(TEXTS)}
    with_library, without = app(CALLS[:1_000], library), app(CALLS[:1_000])
    one, other = with_library[0].what, without[0].what
    assert isinstance(one, CodeSketch)
    assert isinstance(other, CodeSketch)
    assert (one.classes, one.library_classes, one.size) == (100, 1, 1_000)
    assert (one.keys, one.tokens, one.scheme) == (other.keys, other.tokens, SCHEME)
    assert one.whole != other.whole
    assert likeness(with_library, without).level == "repackaged", "not the same code: a library came along"
    assert likeness(app(CALLS[:1_000], library), app(CALLS[1_500:2_500], library)).level == "not shown"


def test_names_and_the_order_of_classes_make_no_other_code() -> None:
    one = code([code_class(f"Lorg/example/{letter};", number) for number, letter in enumerate("ABCDEF")])
    two = code([code_class(f"La/{letter};", number) for number, letter in reversed(list(enumerate("ABCDEF")))])
    assert one[0].what == two[0].what
    assert likeness(one, two).level == "same code"
    assert code(library_classes(version=1))[0].what != code(library_classes())[0].what
    assert code(app_dex()) == code(app_dex())


def test_an_app_without_own_code_is_no_twin_of_another() -> None:
    found = likeness(app([]), app([]))
    assert (found.level, found.inside, found.around) == ("undetermined", 0.0, 0.0)


@given(st.frozensets(st.sampled_from([*CALLS[:200], *TEXTS[:200]]), max_size=150))
def test_a_sketch_is_of_pairs_of_robust_tokens_and_its_keys_are_sorted(held: frozenset[int]) -> None:
    weak = {token(kind, b"weak") for kind in Kind if kind not in ROBUST}
    made = signatures({"La;": held | weak, "Lb;": frozenset(CALLS[500:])})
    owner, tokens = own_tokens(made, np.array([True, False]))
    assert (set(owner.tolist()), tokens.tolist()) == ({0} if held else set(), sorted(held))
    what = sketch(made, np.array([True, False]), Place(""), NOTHING_KNOWN).what
    assert isinstance(what, CodeSketch)
    plain = {item for item in held if item & KIND_MASK != Kind.STRING}
    assert (what.tokens, what.plain_tokens, what.common) == (len(held), len(plain), 0)
    assert keys(what.keys) == sample_of(owner, tokens).keys.tolist() == sorted(keys(what.keys))
    assert len(keys(what.keys)) <= FEWEST, "of a small app"


def test_what_known_code_has_is_counted_and_not_sampled() -> None:
    common = known(*CALLS[:500])
    (what,) = [item.what for item in app(CALLS[:600], index=common)]
    (alone,) = [item.what for item in app(CALLS[500:600])]
    assert isinstance(what, CodeSketch)
    assert isinstance(alone, CodeSketch)
    assert (what.tokens, what.common, what.families) == (100, 500, cuts().families)
    assert (what.keys, what.key_classes) == (alone.keys, alone.key_classes)


def test_two_apps_that_have_only_common_things_in_common_have_nothing_in_common() -> None:
    both, one, other = CALLS[:1_000], CALLS[1_000:1_300], CALLS[2_000:2_300]
    assert likeness(app(both + one), app(both + other)).level == "repackaged"
    common = known(*both)
    found = likeness(app(both + one, index=common), app(both + other, index=common))
    assert (found.level, found.inside, found.around) == ("not shown", 0.0, 0.0)
    few = likeness(app(both + one[:20], index=common), app(both + one[:20] + other, index=common))
    assert (few.level, few.inside) == ("undetermined", 1.0)
    assert "too little own code" in few.why


def test_the_same_single_things_in_other_classes_are_not_the_same_code() -> None:
    dealt = {f"L{number};": frozenset(CALLS[number:1_000:100]) for number in range(100)}
    made = signatures(dealt)
    other = [sketch(made, np.ones(len(made), bool), Place(""), NOTHING_KNOWN)]
    found = likeness(app(CALLS[:1_000]), other)
    assert (found.level, found.inside) == ("not shown", 0.0), "all tokens of the one are in the other"


def test_one_class_in_both_is_one_copied_piece_however_large() -> None:
    large = frozenset(TEXTS[:1_000])
    made = [signatures({"La;": large, "Lb;": frozenset(rest)}) for rest in (CALLS[:60], CALLS[100:160])]
    one, other = ([sketch(item, np.ones(2, bool), Place(""), NOTHING_KNOWN)] for item in made)
    found = likeness(one, other)
    assert (found.level, found.classes) == ("undetermined", 1)
    assert "one copied piece" in found.why


def test_without_an_index_nothing_tells_what_is_own_from_what_any_app_has() -> None:
    told, untold = app(CALLS[:1_000]), app(CALLS[:1_020], index=None)
    found = likeness(told, untold)
    assert found.level == "undetermined"
    assert "without the index of known code" in found.why
    assert likeness(untold, untold).level == "same code", "which needs no sample"


def test_bundles_of_before_are_not_compared_by_samples_of_another_kind() -> None:
    old = fact(CodeSketch(SCHEME, 9, 9, 0, "a", 900, "", 900, ""))
    found = likeness([old], app(CALLS[:1_000]))
    assert found.level == "undetermined"
    assert "by an earlier version" in found.why


def test_a_few_things_without_strings_do_not_speak_for_all() -> None:
    found = likeness(app(CALLS[:5] + TEXTS[1_000:1_500]), app(CALLS[:5] + TEXTS[2_000:2_500]))
    assert (found.level, found.plain_inside) == ("not shown", 1.0)
    assert likeness(app(CALLS[:50] + TEXTS[1_000:1_500]), app(CALLS[:50] + TEXTS[2_000:2_500])).level == "repackaged"


def test_of_a_small_app_and_a_huge_one_samples_tell_nothing() -> None:
    rest = [token(Kind.CALL, f"other {number}".encode()) for number in range(150_000)]
    classes = {f"L{number};": frozenset(rest[number : number + 50]) for number in range(0, len(rest), 50)}
    made = signatures({"La;": frozenset(CALLS[:80]), **classes})
    huge = [sketch(made, np.ones(len(made), bool), Place(""), NOTHING_KNOWN)]
    found = likeness(app(CALLS[:80]), huge)
    assert found.level == "undetermined"
    assert "very much more" in found.why


def test_a_signature_that_does_not_hold_says_nothing_of_the_signer() -> None:
    def signed(digest: str, *, verified: bool) -> Fact:
        return fact(Certificate("v2", "CN=a", "CN=a", "1", "", "", "RSA 2048", "x", digest, "cd", verified=verified))

    def says(first: list[Fact], second: list[Fact]) -> str:
        return lines(likeness(first, second))["signer"].says

    holds, other, forged = signed("aa", verified=True), signed("bb", verified=True), signed("aa", verified=False)
    assert says([holds], [forged]) == "nothing to compare"
    assert says([holds, other], [other]) == "same", "one key in common is one signer"
    assert says([holds, forged], [other]) == "different"


def test_a_split_does_not_name_the_package() -> None:
    base, split = fact(Package("com.example.a", "1", 1)), fact(Package("com.example.b", split="config.en"))
    found = lines(likeness([split, base], [base]))["package"]
    assert (found.says, found.note) == ("same", "com.example.a and com.example.a")
    assert lines(likeness([split], [base]))["package"].says == "nothing to compare"


def entry(digest: str, name: str, size: int = 100, media: str = "png") -> Fact:
    return fact(EntryFact(size=size, compressed=90, header=0, data=10, sha256=digest, media=media), name)


def test_files_count_by_what_they_hold_not_by_name_and_tiny_ones_and_code_and_signatures_do_not() -> None:
    passed = [
        entry("aa", "t.png", 63),
        entry("bb", "META-INF/CERT.RSA"),
        entry("", "unread.bin"),
        entry("dd", "c", media="dex"),
    ]
    one = [entry("11", "res/a.png"), entry("22", "res/b.png"), *passed]
    two = [entry("11", "assets/z"), entry("33", "res/b.png"), *passed]
    found = lines(likeness(one, two))["resources"]
    assert (found.says, found.note) == ("partly", "1 in common, of 2 and 2")
    assert found.share is not None
    assert found.share.examples == ("res/a.png",), "as the first has it"
    assert lines(likeness(passed, passed))["resources"].says == "nothing to compare"


def test_native_libraries_are_told_by_their_build_not_by_their_name() -> None:
    def library(name: str, build: str) -> Fact:
        return fact(NativeLibrary(name, "elf", "arm64-v8a", 64, build_id=build))

    says = lines(likeness([library("liba.so", "01")], [library("librenamed.so", "01")]))["native"].says
    assert says == "same"
    assert lines(likeness([library("liba.so", "01")], [library("liba.so", "02")]))["native"].says == "different"
    assert lines(likeness([library("liba.so", "")], [library("liba.so", "")]))["native"].says == "nothing to compare"


def test_identifiers_are_what_others_know_a_maker_by() -> None:
    provider = Component("provider", "a.P", exported=False, exported_why="stated", authorities=("com.example.files",))
    facts = [fact(provider), fact(PermissionDefinition("com.example.PUSH")), fact(MetaData("KEY", "12345678"))]
    short = fact(MetaData("FLAG", "true"))
    found = lines(likeness([*facts, short], [*facts, short]))["identifiers"]
    assert found.says == "same"
    assert found.share is not None
    assert found.share.examples == ("KEY=12345678", "authority com.example.files", "permission com.example.PUSH")
    assert lines(likeness([short], [short]))["identifiers"].says == "nothing to compare"


def test_only_hosts_that_are_spoken_to_are_endpoints() -> None:
    def host(name: str, role: str) -> Fact:
        return fact(Endpoint("host", name, name, role, "code"))  # type: ignore[arg-type]

    one = [host("api.example.com", "endpoint"), host("www.w3.org", "namespace")]
    two = [host("api.example.net", "endpoint"), host("www.w3.org", "namespace")]
    assert lines(likeness(one, two))["endpoints"].says == "different"


@given(st.frozensets(st.integers(0, 30)), st.frozensets(st.integers(0, 30)))
def test_a_line_counts_as_sets_do_and_its_examples_are_bounded(one: frozenset[int], two: frozenset[int]) -> None:
    first, second = ([fact(Permission(f"p{number:02}")) for number in sorted(held)] for held in (one, two))
    found = lines(likeness(first, second))["permissions"]
    assert lines(likeness(first[::-1], second * 2))["permissions"] == found, "order and repetition change nothing"
    if not one or not two:
        assert (found.says, found.share) == ("nothing to compare", None)
        return
    assert found.says == ("same" if one == two else "partly" if one & two else "different")
    assert found.share is not None
    assert (found.share.common, found.share.first, found.share.second) == (len(one & two), len(one), len(two))
    assert found.share.examples == tuple(f"p{number:02}" for number in sorted(one & two)[:EXAMPLES])
