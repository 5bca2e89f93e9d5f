"""What a mapping says of members, one kind of line after the other, and lines that must not be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.mapping import Mapping, Original, original_names
from tests.oracles.mapping import read

WORDS = st.text("abcXYZ", min_size=1, max_size=4)
DOTTED = st.lists(WORDS, min_size=1, max_size=3).map(".".join)
TYPES = st.sampled_from(["int", "void", "long[]", "java.lang.String", "byte[][]"])
SPANS = st.sampled_from(["", "1:1:", "1:4:", "5:9:"])


def parsed(*lines: str) -> Mapping:
    return original_names("\n".join(lines).encode(), Budget())


@st.composite
def method_lines(draw: st.DrawFn) -> str:
    holder = draw(st.one_of(st.just(""), DOTTED.map("{}.".format)))
    types = ",".join(draw(st.lists(TYPES.filter(lambda name: name != "void"), max_size=3)))
    behind = draw(st.sampled_from(["", ":3", ":3:9"]))
    return f"    {draw(SPANS)}{draw(TYPES)} {holder}{draw(WORDS)}({types}){behind} -> {draw(WORDS)}"


FIELDS = st.builds("    {} {} -> {}".format, TYPES.filter(lambda name: name != "void"), WORDS, WORDS)
CLASSES = st.tuples(
    st.builds("{} -> {}:".format, DOTTED, DOTTED), st.lists(st.one_of(FIELDS, method_lines()), max_size=6)
)


@given(st.lists(CLASSES, max_size=3))
def test_made_mappings_are_read_as_the_oracle_reads_them(classes: list[tuple[str, list[str]]]):
    lines = [line for head, body in classes for line in (head, *body)]
    found, theirs = parsed(*lines), read("\n".join(lines))
    assert (found.unread, found.whole) == (0, True)
    assert {name[1:-1].replace("/", "."): item.original for name, item in found.classes.items()} == {
        short: class_[0] for short, class_ in theirs.items()
    }
    for short, (_, fields, methods, inlined) in theirs.items():
        mine = found.classes[f"L{short.replace('.', '/')};"]
        assert {name: set(names) for name, names in mine.fields.items()} == fields
        assert set(mine.inlined) == inlined
        assert {
            name: {(was.holder, was.name, was.parameters, was.returns) for was in items}
            for name, items in mine.methods.items()
        } == methods


def test_frames_are_told_apart_by_name_and_stretch():
    lines = [
        "o.A -> a:",
        "    1:2:void o.In.x() -> m",
        "    1:2:void y() -> n",
        "    1:2:void z() -> n",
        "    1:2:void w() -> m",
    ]
    named = parsed(*lines).classes["La;"]
    assert {short: [was.name for was in items] for short, items in named.methods.items()} == {
        "m": ["x", "w"],
        "n": ["z"],
    }
    assert named.inlined == frozenset(), "code of the class itself is not from elsewhere"


def test_frames_end_with_the_class():
    found = parsed("o.A -> a:", "    1:2:void o.B.x() -> m", "o.C -> c:", "    1:2:void y() -> m")
    assert found.classes["La;"].methods["m"] == (Original("o.B", "x", (), "void"),)
    assert found.classes["Lc;"].methods["m"] == (Original("o.C", "y", (), "void"),)
    assert not found.classes["La;"].inlined | found.classes["Lc;"].inlined


@pytest.mark.parametrize(
    "broken", ["o.B -> b c:", "o.B ->", "o. B -> b:", "o.\u200bB -> b:", "o.B -> \x07:", "B" * 70_000]
)
def test_members_of_a_class_that_cannot_be_read_are_not_those_of_the_class_before(broken: str):
    found = parsed("o.A -> a:", "    int own -> f", broken, "    int other -> f", "    void run() -> m", "o.C -> c:")
    assert found.classes["La;"].fields == {"f": ("own",)}
    assert found.classes["La;"].methods == {}
    assert list(found.classes) == ["La;", "Lc;"]
    assert found.unread == 3


def test_members_before_any_class_are_counted_as_unread():
    assert parsed("    int a -> b", "o.A -> a:", "    int c -> d").unread == 1


def test_of_two_classes_of_one_name_in_the_app_the_first_keeps_it():
    found = parsed("o.A -> a:", "    int x -> f", "o.B -> a:", "    int y -> f")
    assert found.class_name("La;") == "o.A"
    assert found.classes["La;"].fields == {"f": ("x",)}


def test_a_type_of_the_app_is_named_as_in_the_source_at_every_depth_of_arrays():
    found = parsed("o.A -> a:", "    void x(o.A[][],long,o.Other) -> m", "    void y(o.A[],long,o.Other) -> m")
    named = found.method("La;", "m", "([[LaX;JLo/Other;)V"), found.method("La;", "m", "([[La;JLo/Other;)V")
    assert [was and was.name for was in named] == [None, "x"]
    other = found.method("La;", "m", "([La;JLo/Other;)V")
    assert other is not None
    assert other.name == "y"


@pytest.mark.parametrize(
    ("letter", "word"),
    [("B", "byte"), ("C", "char"), ("D", "double"), ("F", "float"), ("I", "int"), ("J", "long"), ("S", "short"),
     ("Z", "boolean")],
)  # fmt: skip
def test_every_primitive_has_its_word(letter: str, word: str):
    found = parsed("o.A -> a:", f"    void x({word}) -> m", f"    void y({word}[]) -> m")
    one, two = found.method("La;", "m", f"({letter})V"), found.method("La;", "m", f"([{letter})V")
    assert (one and one.name, two and two.name) == ("x", "y")


def test_overloads_that_differ_in_their_result_alone_are_not_guessed():
    found = parsed("o.A -> a:", "    int x(int) -> m", "    long x(int) -> m")
    assert found.method("La;", "m", "(I)I") is None


def test_the_only_method_of_a_name_is_given_whatever_its_parameters_became():
    found = parsed("o.A -> a:", "    int x(int,o.Gone) -> m")
    assert found.method("La;", "m", "(I)I") == Original("o.A", "x", ("int", "o.Gone"), "int")


def test_what_the_compiler_says_counts_at_the_start_only_and_lacks_nothing():
    late = parsed(*["o.A -> a:"] * 64, "# compiler: Late")
    assert (late.compiler, late.version, late.id) == ("", "", "")
    early = parsed("#compiler:  R8 ", "# pg_map_id:", "# {broken json: [", "# compiler_version: 8:1", "#")
    assert (early.compiler, early.version, early.id, early.unread) == ("R8", "8:1", "", 0)


@given(st.text(max_size=300))
def test_no_text_raises_and_every_line_is_taken_or_counted(text: str):
    found = original_names(text.encode("utf-8", "replace"), Budget())
    assert found.unread <= text.count("\n") + 1
    assert len(found.classes) <= text.count("->")


@pytest.mark.parametrize("at", [65_530, 65_535, 65_536, 65_537, 131_072])
def test_lines_that_cross_the_reader_s_blocks_are_whole(at: int):
    head = "o.A -> a:\n" + "# filler\n" * (at // 9 - 3)
    found = original_names(
        (head + "#" * (at - len(head) - 5) + "\no.LongName -> b:\n    int x -> y").encode(), Budget()
    )
    assert found.class_name("Lb;") == "o.LongName"
    assert (found.classes["Lb;"].fields, found.unread) == ({"y": ("x",)}, 0)
