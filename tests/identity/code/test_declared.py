"""What classes declare: members without names, what they inherit from, what they override; and hostile hierarchies."""

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code.declared import RANKS, Declared, member_token, tops
from affidavit.identity.code.tokens import Kind, token
from affidavit.identity.code.vocabulary import Vocabulary
from tests.builders.dex import Class, DexBuilder, Field, Method

RUNNABLE, CLOSEABLE = "Ljava/lang/Runnable;", "Ljava/io/Closeable;"
STREAM = "Ljava/io/InputStream;"


def vocabulary(*parts: list[Class]) -> Vocabulary:
    return Vocabulary(
        Program([read_dexes(f"{row}.dex", DexBuilder(list(part)).build())[0] for row, part in enumerate(parts)])
    )


def tops_of(made: Vocabulary) -> list[tuple[str, ...]]:
    """What each class inherits from."""
    kinds, distinct = tops(made)
    return [distinct[kind] for kind in kinds.tolist()]


def of_kind(what: str, *classes: Class) -> list[set[int]]:
    """The tokens of each class."""
    made = vocabulary([*classes])
    unit, declared = made.program.units[0], Declared(made)
    rows, found = declared.inherited(0) if what == "inherited" else getattr(declared, what)(0, unit)
    assert len(rows) == len(found)
    return [set(found[rows == row].tolist()) for row in range(len(classes))]


def members(*words: str) -> set[int]:
    """Tokens of members; a word counts as often as it is given."""
    return {member_token(word, words[:at].count(word) + 1) for at, word in enumerate(words)}


def overrides(*contents: str) -> set[int]:
    return {token(Kind.OVERRIDE, content.encode()) for content in contents}


def method(name: str, proto: str = "()V", access: int = 1) -> Method:
    return Method(name, proto, [("return-void",)], access)


def test_members_are_their_descriptors_and_how_many_there_are() -> None:
    one = Class(
        "La/A;",
        fields=[Field("f"), Field("g"), Field("h", access=9), Field("i", "[Lb/B;"), Field("j", RUNNABLE)],
        methods=[
            method("m", "(Lb/B;I)V"),
            method("n", "(ILc/C;)V"),
            method("o", "()V", 9),
            method("<clinit>", "()V", 9),
        ],
    )
    wanted = members("FI", "FI", "SI", "F[X", f"F{RUNNABLE}", "v(I,X)V", "v(I,X)V", "s()V")
    assert of_kind("members", one) == [wanted]


def test_a_token_of_a_member_is_of_its_rank_and_word() -> None:
    assert member_token("v()V", 2) == token(Kind.MEMBER, b"2v()V")


def test_members_of_one_kind_count_up_to_a_bound_in_each_class() -> None:
    many = [Field(f"f{row}") for row in range(RANKS + 5)]
    assert of_kind("members", Class("La/A;", fields=many), Class("Lb/B;", fields=many[:2])) == [
        members(*["FI"] * RANKS),
        members("FI", "FI"),
    ]


def test_names_and_order_of_members_do_not_matter() -> None:
    types = ["I", "J", "I", "Lq/Q;", "Lr/R;"]
    one = Class("La/A;", fields=[Field(f"long{row}", type_) for row, type_ in enumerate(types)])
    other = Class("Lz/Z;", fields=[Field(chr(97 + row), type_) for row, type_ in enumerate(reversed(types))])
    assert len(set(map(frozenset, of_kind("members", one, other)))) == 1


def test_what_is_inherited_is_all_of_the_platform_above_own_classes() -> None:
    found = of_kind(
        "inherited",
        Class("La/A;", "Lb/B;", interfaces=["Lc/C;"]),
        Class("Lb/B;", STREAM),
        Class("Lc/C;", interfaces=[RUNNABLE]),
        Class("Ld/D;"),
        Class("Le/E;", "Lnot/there/F;"),
    )
    one, both = ({token(Kind.SUPER, name.encode()) for name in names} for names in ([STREAM], [STREAM, RUNNABLE]))
    assert found == [both, one, both - one, set(), set()]


def test_what_is_inherited_over_files_is_found() -> None:
    made = vocabulary([Class("La/A;", "Lb/B;")], [Class("Lb/B;", STREAM)])
    assert tops_of(made) == [(STREAM,), (STREAM,)]
    declared = Declared(made)
    assert declared.kind(0) == declared.kind(1)
    assert declared.tops(1) == (STREAM,)


def test_a_method_overrides_what_the_platform_defines_above() -> None:
    runs = Class(
        "La/A;",
        "Lb/B;",
        interfaces=[RUNNABLE],
        methods=[method("run"), method("read", "()I"), method("close"), method("toString", "()Ljava/lang/String;")],
    )
    found = of_kind("overridden", runs, Class("Lb/B;", STREAM))
    definers = {"run/0": RUNNABLE, "read/0": STREAM, "toString/0": "Ljava/lang/Object;"}
    assert overrides(*(definer + name for name, definer in definers.items())) <= found[0]
    assert len(found[0]) == 4
    assert found[1] == set()


@pytest.mark.parametrize(
    "other", [method("run", "(I)V"), method("run", access=9), method("run", access=2), method("ru"), method("a")]
)
def test_what_only_resembles_a_method_of_the_platform_overrides_nothing(other: Method) -> None:
    assert of_kind("overridden", Class("La/A;", interfaces=[RUNNABLE], methods=[other])) == [set()]


def test_only_the_number_of_parameters_counts_as_a_renamer_changes_their_types() -> None:
    protos = ["(Ljava/lang/Object;)I", "(Lq/Q;)I"]
    found = [
        of_kind(
            "overridden", Class("La/A;", interfaces=["Ljava/lang/Comparable;"], methods=[method("compareTo", proto)])
        )
        for proto in protos
    ]
    assert found == [[overrides("Ljava/lang/Comparable;compareTo/1")]] * 2


def test_a_token_of_an_override_is_the_same_asked_again() -> None:
    declared = Declared(vocabulary([Class("La/A;", interfaces=[RUNNABLE])]))
    asked = [declared.override_token(declared.kind(0), name, 0) for name in (b"run", b"run", b"walk", b"\xff\xfe\xc0")]
    assert asked == [token(Kind.OVERRIDE, f"{RUNNABLE}run/0".encode())] * 2 + [0, 0]


def test_ways_up_of_any_depth_and_rings_end() -> None:
    chain = [Class(f"La/C{row:04};", f"La/C{row + 1:04};") for row in range(3_000)]
    ring = [Class("Lr/A;", "Lr/B;", interfaces=["Lr/A;"]), Class("Lr/B;", "Lr/A;", interfaces=[CLOSEABLE])]
    made = vocabulary([*chain, Class("La/C3000;", STREAM), *ring])
    found = dict(zip(made.names, tops_of(made), strict=True))
    assert found["La/C0000;"] == found["La/C3000;"] == (STREAM,)
    assert found["Lr/B;"] == (CLOSEABLE,)


def test_a_class_of_very_many_interfaces_is_bounded_the_same_each_time() -> None:
    names = [f"Ljava/util/Made{row:03};" for row in range(200)]
    made = [
        tops_of(vocabulary([Class("La/A;", interfaces=order), Class("Lb/B;", "La/A;")]))
        for order in (names, names[::-1])
    ]
    assert made == [[tuple(names[:64])] * 2] * 2


def test_classes_without_members_declare_none() -> None:
    made = vocabulary([Class("La/A;")])
    classes, found = Declared(made).members(0, made.program.units[0])
    assert classes.tolist() == found.tolist() == []
    assert found.dtype == np.uint64
