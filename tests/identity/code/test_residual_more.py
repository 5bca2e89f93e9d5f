"""Where inlined code is looked for, how sure it must be; and versions, sketches and library files at their edges."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code import residual
from affidavit.identity.code.catalogue import Known, known, owner, packages
from affidavit.identity.code.index import Family, Index
from affidavit.identity.code.libraries import (
    Catalogue,
    Ordinary,
    Part,
    files_of,
    named,
    read_background,
    read_libraries,
)
from affidavit.identity.code.native import rows_of
from affidavit.identity.code.residual import Calibration, Residue, inlined, probability, residues
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import joined
from affidavit.identity.code.sketch import FEWEST, MOST, Sketches, own_tokens, share, sketch_of
from affidavit.identity.code.tokens import Kind
from affidavit.identity.code.variation import Forms
from affidavit.identity.code.versions import Frequency, allowed
from affidavit.knowledge import load
from affidavit.model.progress import silent
from tests.builders.known_code import FAMILY, compared_by_hand, dex_of, library_classes, library_index
from tests.builders.made_libraries import Made, signatures
from tests.builders.zip import zip_of
from tests.identity.code.test_residual import CLASSES, LINKS, index_of, many, matched, part

SETTINGS = load("code_residual", Calibration)["calibration"]


def asked(index: Index, app: Made, pairs: dict[str, str], regime: str = "optimised") -> tuple[Pairing, ...]:
    return inlined(signatures(app), index, [matched(index, app, pairs)], {0: (0,)}, regime)


@given(
    st.sampled_from(sorted(SETTINGS.places)),
    st.floats(3.0, 300.0),
    st.floats(0.0, 1.0),
    st.integers(0, 3),
    st.floats(1.0, 3.0),
)
def test_more_of_any_evidence_never_makes_inlining_less_likely(
    place: str, nats: float, part_of: float, agree: int, more: float
) -> None:
    def value(nats: float, share: float, agree: int) -> float:
        return probability(Residue(0, 0, place, nats, share, agree, live=False), SETTINGS.places)

    least = value(nats, part_of, agree)
    assert 0.0 <= least <= 1.0
    assert value(nats * more, part_of, agree) >= least
    assert value(nats, min(1.0, part_of * more), agree) >= least
    assert value(nats, part_of, min(3, agree + 1)) >= least
    assert value(nats, 1.0, agree) == value(nats, 7.0, agree), "more than the whole class is the whole class"


def test_every_regime_has_a_bound_and_only_optimisers_inline() -> None:
    assert set(SETTINGS.places) == {"next", "near", "far", "none"}
    index = index_of((CLASSES, LINKS))
    app = {"La;": CLASSES["Lmain;"] | CLASSES["Lhelper;"], "Lb;": many("own", 9)}
    said = {regime: bool(asked(index, app, {"La;": "Lmain;"}, regime)) for regime in sorted(SETTINGS.accept)}
    assert said["optimised"]
    assert not said["plain"]
    assert all(bound <= 1 for regime, bound in SETTINGS.accept.items() if said[regime])


def test_what_is_said_is_bounded_and_points_at_a_form_of_the_class() -> None:
    index = index_of((CLASSES, LINKS))
    app = {"La;": CLASSES["Lmain;"] | CLASSES["Lhelper;"] | part("last", 20), "Lb;": many("own", 9)}
    found = asked(index, app, {"La;": "Lmain;"})
    assert len(found) == 2
    for pair in found:
        assert 0.0 < pair.similarity <= 1.0
        assert index.node[pair.signature] == pair.node
    assert [pair.nats for pair in found] == sorted((pair.nats for pair in found), reverse=True)


def test_the_class_that_the_code_comes_from_is_no_candidate_for_itself() -> None:
    index = index_of((CLASSES, LINKS))
    app = {f"La{n};": tokens | part("helper", 9) for n, tokens in enumerate(CLASSES.values())}
    pairs = {f"La{n};": name for n, name in enumerate(CLASSES)}
    for item in residues(signatures(app), index, [matched(index, app, pairs)], {0: (0,)}):
        assert index.node_name[item.node] == "Lhelper;"
        assert item.live, "it was found by itself"
    assert asked(index, app, pairs) == ()


def test_versions_that_do_not_come_into_question_are_not_looked_in() -> None:
    index = index_of((CLASSES, LINKS))
    app = {"La;": CLASSES["Lmain;"] | part("helper", 20), "Lb;": many("own", 9)}
    found = [matched(index, app, {"La;": "Lmain;"})]
    assert residues(signatures(app), index, found, {0: (0,)}) != []
    assert residues(signatures(app), index, found, {0: ()}) == []


def test_of_very_many_candidates_the_strongest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"Lmain;": many("main", 20)} | {f"L{n:02};": many(f"k{n}", 20) for n in range(30)}
    index = index_of((made, set()))
    app = {"La;": made["Lmain;"] | frozenset().union(*(sorted(made[f"L{n:02};"])[: 4 + n // 2] for n in range(30)))}
    found = [matched(index, app, {"La;": "Lmain;"})]
    every = residues(signatures(app), index, found, {0: (0,)})
    assert len(every) > 20
    monkeypatch.setattr(residual, "_CANDIDATES", 5)
    few = residues(signatures(app), index, found, {0: (0,)})
    assert few == sorted(every, key=lambda item: -item.nats)[:5]


def versions_of(matched: Matched, regime: str) -> tuple[str, ...]:
    compared = compared_by_hand()
    forms, frequency = Forms(compared.index, [0]), Frequency(compared.app)
    answer = allowed(compared.app, forms, frequency, matched.families[0], regime)
    return tuple(compared.index.versions[number].label for number in answer.versions)


@pytest.mark.parametrize("regime", ["plain", "shrunk"])
def test_a_renamed_library_still_says_its_version_by_what_was_added(regime: str) -> None:
    assert versions_of(compared_by_hand().matched, regime) == ("2.0",)


def test_where_an_optimiser_was_one_class_proves_less_but_the_likelier_version_comes_first() -> None:
    assert versions_of(compared_by_hand().matched, "optimised") == ("2.0", "1.0")


def test_only_versions_of_the_family_are_answers_and_each_has_a_first_alike() -> None:
    compared = compared_by_hand()
    (family,) = compared.matched.families
    without = FamilyMatch(0, "found", tuple(p for p in family.pairs if p.app != family.pairs[0].app), {}, 1.0, 9.0, 0.0)
    answer = allowed(compared.app, Forms(compared.index, [0, 1]), Frequency(compared.app), without, "shrunk")
    assert answer.known == 2
    assert sorted(answer.versions) == [0, 1], "the class that differs is not there to tell"
    assert answer.telling == 0
    assert set(answer.alike) == {answer.versions[0]}
    assert answer.drops == tuple(sorted(answer.drops))


def test_code_that_was_inlined_tells_no_version() -> None:
    compared = compared_by_hand()
    (family,) = compared.matched.families
    pairs = tuple(Pairing(p.app, p.node, p.signature, p.nats, p.similarity, 0, 0, inlined=True) for p in family.pairs)
    match = FamilyMatch(0, "found", pairs, {}, 1.0, 9.0, 0.0)
    answer = allowed(compared.app, Forms(compared.index, [0]), Frequency(compared.app), match, "shrunk")
    assert (sorted(answer.versions), answer.telling) == ([0, 1], 0)


@given(st.lists(st.frozensets(st.integers(0, 20), max_size=9), max_size=6), st.frozensets(st.integers(0, 25)))
def test_how_often_an_app_has_a_token_is_counted_without_the_class_at_hand(
    classes: list[frozenset[int]], wanted: frozenset[int]
) -> None:
    made = signatures({f"L{number};": tokens for number, tokens in enumerate(classes)})
    tokens = sorted(wanted)
    inside = np.array([bool(classes) and token in classes[0] for token in tokens], bool)
    more = np.array([token % 3 for token in tokens], np.int64)
    found = Frequency(made).share(np.array(tokens, np.uint64), inside, more)
    every, usual = sum(map(len, classes)) + 1, (sum(map(len, classes)) + 1) / max(len(classes), 1)
    once = [min((sum(token in other for other in classes[1:]) + 0.5) / every, 0.5) for token in tokens]
    drawn = [1 - (1 - one) ** (usual + token % 3) for one, token in zip(once, tokens, strict=True)]
    assert found.tolist() == pytest.approx(drawn)


@given(st.frozensets(st.integers(0, 10**6), max_size=400), st.frozensets(st.integers(0, 10**6), max_size=400))
def test_sketches_are_compared_alike_from_both_sides_and_never_beyond_all(
    one: frozenset[int], two: frozenset[int]
) -> None:
    first, second = (sketch_of(np.array(sorted(held), np.uint64)) for held in (one, two))
    inside, around = share(first, second)
    assert (around, inside) == share(second, first)
    assert 0.0 <= inside <= 1.0
    assert share(first, first) == ((1.0, 1.0) if one else (0.0, 0.0))
    assert min(len(one), FEWEST) <= len(first) <= min(max(len(one), FEWEST), MOST)
    if len(one) <= FEWEST and len(two) <= FEWEST and one <= two and one:
        assert inside == 1.0, "what is small is not sampled"


def test_the_nearest_are_so_many_as_were_asked_for_and_in_one_order() -> None:
    app = sketch_of(np.arange(500, dtype=np.uint64))
    sketches = Sketches.of([app, app[:0], app, sketch_of(np.arange(900, 1_400, dtype=np.uint64)), app])
    assert [item.app for item in sketches.nearest(app)] == [0, 2, 4], "equal ones by number; strangers not at all"
    assert [item.app for item in sketches.nearest(app, most=2)] == [0, 2]
    assert sketches.nearest(app, most=0) == []
    assert all(item.inside == item.around == 1.0 for item in sketches.nearest(app))


@given(st.text(max_size=60).filter(lambda name: "/" not in name and name not in {"", ".", ".."} and "\0" not in name))
def test_any_file_name_gives_a_family(name: str) -> None:
    family, version = named(Path(f"{name}.jar"))
    assert family or name.startswith((".", "__"))
    assert "unstated" not in version


@pytest.mark.parametrize("count", [1, 40])
def test_a_name_made_to_be_hard_is_read_at_once(count: int) -> None:
    for piece in ("1.", "-1", "_v", "a-1.a", "-rc"):
        family, version = named(Path("a" + piece * count + "!.jar"))
        assert re.sub("[-_v]", "", family + version) == re.sub("[-_v]", "", "a" + piece * count + "!")


def test_a_family_of_a_catalogue_has_only_its_own_classes_and_unknown_ones_are_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "bundle.jar"
    stranger = library_classes("Lorg/stranger/{};")
    path.write_bytes(zip_of({"classes.dex": dex_of([*library_classes(), *stranger])}))
    (version, whole), *_ = read_libraries([path], Catalogue(), silent).libraries
    assert len(whole) == 8
    catalogue = Catalogue(
        {FAMILY.id: FAMILY},
        owner(known()),
        {version.sha256: (Part(FAMILY.id, "2.0", "mark"), Part("absent", "1", "name"))},
    )
    reading = read_libraries([path], catalogue, silent)
    assert reading.families == [FAMILY], "with the words of the catalogue; a family without a class is not there"
    ((version, own),) = reading.libraries
    assert (version.label, version.stated, len(own)) == ("2.0", "mark", 4)
    assert all(name.startswith("Lcom/tencent/mm/opensdk/") for name in own.names)
    only = Catalogue(owner=owner(known()), files={version.sha256: (Part("absent", "1", "name"),)})
    assert [path.name for path, _ in read_libraries([path], only, silent).refused] == ["bundle.jar"]


def test_a_file_that_is_not_there_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "sdk__1.dex").write_bytes(dex_of(library_classes()))
    files = files_of([tmp_path / "gone__1.jar", tmp_path])
    reading = read_libraries(files, Catalogue(), silent)
    assert [path.name for path, _ in reading.refused] == ["gone__1.jar"]
    assert reading.families == [Family("sdk")]
    apps, refused = read_background(files, library_index(), silent)
    assert [len(app) for app in apps] == [0], "it has nothing but the code of a family"
    assert len(refused) == 1


def test_renamed_classes_of_a_family_are_no_ordinary_code_either() -> None:
    compared = compared_by_hand()
    found = Ordinary(compared.index).tokens(compared.app)
    own = compared.app.of(compared.app.names.index("Lorg/example/app/Main;"))
    assert found.tolist() == sorted(own.tolist())
    assert joined(compared.app, rows_of([])).names == compared.app.names


def test_the_owner_of_a_class_is_found_as_by_trying_every_prefix() -> None:
    catalogue = known()
    of = owner(catalogue)
    prefixes = [(prefix, item.id) for item in catalogue.values() for prefix in item.classes]
    names: Sequence[str] = [f"{prefix}{tail}" for prefix, _ in prefixes[::7] for tail in ("", "A", "internal/B$1")]
    for name in [*names, "", "/", "org", "Z"]:
        fitting = [(len(prefix), family) for prefix, family in prefixes if name.startswith(prefix)]
        assert of(name) == (max(fitting)[1] if fitting else None)
    assert owner({})("okhttp3/Call") is None
    whole = owner({"a": Known("a", "", "", "library", ("a/B",)), "b": Known("b", "", "", "library", ("a/BC",))})
    assert [whole(name) for name in ("a/B", "a/BC", "a/BCD", "a/")] == ["a", "b", "b", None]


def test_every_package_of_the_catalogue_gives_something_that_can_be_checked() -> None:
    ids = set(known())
    for package in packages():
        assert package.files
        for file in package.files:
            assert file.background or file.parts
            assert {item.family for item in file.parts} <= ids
            assert not Path(file.path).is_absolute()
            assert ".." not in Path(file.path).parts


def test_kinds_that_are_no_code_of_classes_are_in_no_sketch() -> None:
    strong = many("w", 20, Kind.CALL)
    for kind in (Kind.SYMBOL, Kind.NATIVE_STRING, Kind.CONSTANT, Kind.WINDOW, Kind.PAIR, Kind.MEMBER):
        made = signatures({"La;": strong | many("x", 9, kind)})
        assert own_tokens(made, np.ones(1, bool))[1].tolist() == sorted(strong)
