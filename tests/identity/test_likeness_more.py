"""Where one level of likeness ends and the next begins, and what each further line counts and passes over."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.identity.code.sketch import FEWEST, ROBUST, own_tokens, sketch_of
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


def fact(what: Any, entry: str = "") -> Fact:
    return make_fact(what, Place(entry), "test/1")


def app(tokens: list[int], more: Made | None = None) -> list[Fact]:
    """An app with one class of its own, and classes of known libraries."""
    made = signatures({"Lown;": frozenset(tokens), **(more or {})})
    return [sketch(made, np.arange(len(made)) == 0, Place(""))]


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
        (1_000, 900, 900, "large pieces"),
        (300, 1_300, 1_300, "not shown"),
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
    hidden = [token(Kind.STRING, f"cipher {number}".encode()) for number in range(3_000)]
    found = likeness(app(CALLS[:1_500] + TEXTS), app(CALLS[:1_500] + hidden))
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
    assert (one.classes, one.library_classes, one.size) == (1, 1, 1_000)
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
def test_a_sketch_is_of_the_robust_tokens_and_its_keys_are_sorted(held: frozenset[int]) -> None:
    weak = {token(kind, b"weak") for kind in Kind if kind not in ROBUST}
    made = signatures({"La;": held | weak, "Lb;": frozenset(CALLS[500:])})
    own = own_tokens(made, np.array([True, False]))
    assert own.tolist() == sorted(held)
    (what,) = [item.what for item in app([*held, *weak])]
    assert isinstance(what, CodeSketch)
    plain = {item for item in held if item & KIND_MASK != Kind.STRING}
    assert (what.tokens, what.plain_tokens) == (len(held), len(plain))
    assert keys(what.keys) == sketch_of(own).tolist() == sorted(keys(what.keys))
    assert len(keys(what.keys)) == min(len(held), FEWEST) or len(held) > FEWEST


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
