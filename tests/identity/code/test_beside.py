"""Pairs of classes side by side: renamed members get the library's names, and what differs is marked."""

import pytest

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.identity.code import beside as beside_module
from affidavit.identity.code import beside_files
from affidavit.identity.code.beside import Pair, Room, Sides, beside
from affidavit.identity.code.beside_files import Library, laid_beside
from affidavit.identity.code.side import Names, Side, cut, descriptor
from affidavit.model.errors import BudgetError
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.builders.known_code import FAMILY, compared_by_hand, dex_of, library_classes, program_of

LOG = "Landroid/util/Log;->{}(Ljava/lang/String;Ljava/lang/String;)I"


def side(*classes: Class) -> Side:
    made = DexBuilder()
    made.classes += classes
    return Side(Program([read_dex("classes.dex", made.build())]))


def laid(app: Side, library: Side, classes: dict[str, str], room: Room | None = None):
    pairs = [
        Pair("f", rank, app.number[ours], library.number[theirs])
        for rank, (ours, theirs) in enumerate(classes.items(), 1)
    ]
    return list(beside(Sides(app, library, classes, room or Room()), pairs))


def rows(method) -> list[tuple[str, str, str]]:
    return [(line.mark, line.app, line.library) for line in method.lines]


def named(pair, library: str):
    return next(method for method in pair.methods if method.library.endswith(library))


def writer(name: str, *, first="one", second="two", field="text", extra=()) -> Class:
    """A class with a field that one method sets and the other reads, each with a text of its own."""
    at = f"{name}->{field}:Ljava/lang/String;"
    return Class(
        name,
        methods=[
            Method(first, "()V", [("const-string", 0, "sets"), *extra, ("iput-object", 0, 1, at), ("return-void",)]),
            Method(
                second,
                "()V",
                [("const-string", 0, "reads"), ("iget-object", 0, 1, at),
                 ("invoke-virtual", [1], f"{name}->{first}()V"), ("return-void",)],
            ),
        ],
        fields=[Field(field, "Ljava/lang/String;")],
    )  # fmt: skip


def test_members_are_called_as_in_the_library_once_their_methods_stand_together():
    (pair,) = laid(
        side(writer("La/a;", first="b", second="a", field="c")), side(writer("Llib/W;")), {"La/a;": "Llib/W;"}
    )
    assert (pair.same, pair.alike, pair.app_only, pair.library_only) == (9, 0, 0, 0)
    assert named(pair, "one()V").app == "b()V"
    assert rows(named(pair, "two()V"))[1][1] == "iget Llib/W;->text:Ljava/lang/String;"
    assert named(pair, "two()V").place.class_ == "La/a;"


def test_what_one_side_alone_has_is_marked_and_counted():
    more = [("const-string", 3, "merged in"), ("const/4", 4, 7)]
    (pair,) = laid(side(writer("La/a;", extra=more)), side(writer("Llib/W;")), {"La/a;": "Llib/W;"})
    assert [mark for mark, _, _ in rows(named(pair, "one()V"))] == ["same", "app", "app", "same", "same"]
    assert (pair.app_only, pair.library_only) == (2, 0)


def test_methods_without_a_partner_stand_alone_and_only_their_lines_are_counted():
    ours, theirs = writer("La/a;"), writer("Llib/W;")
    theirs.methods.append(Method("gone", "(I)I", [("const/16", 0, 300), ("return", 0)]))
    (pair,) = laid(side(ours), side(theirs), {"La/a;": "Llib/W;"})
    alone = named(pair, "gone(I)I")
    assert (alone.app, alone.lines, alone.library_only, alone.left) == ("", (), 2, 2)


def test_a_class_that_no_pair_tells_is_alike_and_not_the_same():
    call = [("invoke-static", [], "Lx/H;->h()V")]
    other = [("invoke-static", [], "Llib/Help;->help()V")]
    (pair,) = laid(side(writer("La/a;", extra=call)), side(writer("Llib/W;", extra=other)), {"La/a;": "Llib/W;"})
    marks = rows(named(pair, "one()V"))
    assert marks[1] == ("alike", "invoke-static Lx/H;->h()V", "invoke-static Llib/Help;->help()V")


def test_interfaces_take_the_names_of_those_methods_that_are_called_together():
    def log(name: str, methods: str) -> Class:
        return Class(name, access=0x601, methods=[Method(each, "()V", None, 0x401) for each in methods])

    def user(name: str, log: str, methods: str) -> Class:
        bodies = [
            Method(each, f"({log})V", [("const-string", 0, f"level {row}"),
                                       ("invoke-interface", [1], f"{log}->{each}()V"), ("return-void",)])
            for row, each in enumerate(methods)
        ]  # fmt: skip
        return Class(name, methods=bodies)

    app = side(log("La/l;", "abc"), user("La/u;", "La/l;", "cab"))
    library = side(log("Llib/Log;", "dev"), user("Llib/User;", "Llib/Log;", "dev"))
    pairs = laid(app, library, {"La/l;": "Llib/Log;", "La/u;": "Llib/User;"})
    assert (pairs[1].alike, pairs[1].app_only) == (0, 0)
    assert {line.app for method in pairs[1].methods for line in method.lines if "interface" in line.app} == {
        f"invoke-interface Llib/Log;->{each}()V" for each in "dev"
    }


def test_code_for_android_stands_beside_class_files():
    code = [("ldc", "tag"), ("ldc", "said"), ("invokestatic", "android/util/Log", "i",
             "(Ljava/lang/String;Ljava/lang/String;)I"), ("pop",), ("return",)]  # fmt: skip
    jar = read_classes("l.jar", [("lib/L.class", ClassBuilder("lib/L").method("say", "()V", code, 0x9).build())])
    body = [("const-string", 0, "tag"), ("const-string", 1, "said"), ("invoke-static", [0, 1], LOG.format("i")),
            ("return-void",)]  # fmt: skip
    app = side(Class("La;", methods=[Method("b", "()V", body, 0x9)]))
    (pair,) = laid(app, Side(Program([jar])), {"La;": "Llib/L;"})
    assert (named(pair, "say()V").same, pair.app_only, pair.library_only) == (4, 0, 0)


def test_what_is_made_is_bounded_and_what_is_left_out_is_counted(monkeypatch):
    app, library = side(writer("La/a;")), side(writer("Llib/W;"))
    (pair,) = laid(app, library, {"La/a;": "Llib/W;"}, Room(shown=4))
    shown = sum(len(method.lines) for method in pair.methods)
    assert shown == 4
    assert sum(method.left for method in pair.methods) == pair.same - shown
    (pair,) = laid(app, library, {"La/a;": "Llib/W;"}, Room(read=[1, 100]))
    assert all(method.left for method in pair.methods[1:])
    monkeypatch.setattr(beside_module, "METHODS", 1)
    (pair,) = laid(app, library, {"La/a;": "Llib/W;"})
    assert (len(pair.methods), pair.left) == (2, 2)


def test_whoever_waits_can_stop_between_two_pairs_of_classes():
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise BudgetError("no time is left", advice="give more")

    with pytest.raises(BudgetError):
        laid_beside(compared_by_hand(), [library_file()], room=Room(check=check))


def test_the_same_bytes_give_the_same_answer():
    both = [laid(side(writer("La/a;", first="b")), side(writer("Llib/W;")), {"La/a;": "Llib/W;"}) for _ in range(2)]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("proto", "renamed"),
    [("(ILa;[[La;J)La;", "(ILlib/A;[[Llib/A;J)Llib/A;"), ("()V", "()V"), ("(La", "(La"), ("L", "L"), ("", "")],
)
def test_types_in_prototypes_are_renamed_one_by_one(proto, renamed):
    assert descriptor(proto, Names({"La;": "Llib/A;"}, {})) == renamed


def test_a_line_is_bounded():
    assert cut("x" * 400) == "x" * 300 + "…(+100)"


def library_file(names: str = "Lcom/tencent/mm/opensdk/{};", digest: str = "cd") -> Library:
    return Library("lib.dex", digest * 32, 7, program_of(dex_of(library_classes(names))))


def test_pairs_of_a_family_are_found_in_the_file_by_name():
    made = laid_beside(compared_by_hand(), [library_file()], FAMILY.id)
    assert [(pair.rank, pair.app, pair.library) for pair in made.pairs] == [
        (rank, f"La/{letter};", f"Lcom/tencent/mm/opensdk/{letter};") for rank, letter in enumerate("ABCD", 1)
    ]
    assert all(pair.app_only == pair.library_only == pair.alike == 0 for pair in made.pairs)
    assert (made.files[0].classes, made.files[0].known, made.missing) == (4, (), 0)


def test_a_class_under_another_name_is_found_by_what_it_holds():
    made = laid_beside(compared_by_hand(), [library_file("Lo/{};")])
    assert [pair.library for pair in made.pairs] == [f"Lo/{letter};" for letter in "ABCD"]


def test_a_file_without_the_classes_gives_no_pair_and_says_how_many_it_lacks():
    other = Library("o.dex", "ef" * 32, 1, program_of(dex_of([Class("Lo/Z;")])))
    assert not laid_beside(compared_by_hand(), [other]).pairs
    some = Library("o.dex", "ef" * 32, 1, program_of(dex_of(library_classes()[:3])))
    made = laid_beside(compared_by_hand(), [some])
    assert (len(made.pairs), made.missing) == (3, 1)


def test_of_two_files_the_first_that_has_a_class_is_taken():
    some = Library("o.dex", "ef" * 32, 1, program_of(dex_of(library_classes()[:1])))
    made = laid_beside(compared_by_hand(), [some, library_file()])
    assert [pair.file for pair in made.pairs] == [0, 1, 1, 1]
    assert [pair.rank for pair in made.pairs] == [1, 2, 3, 4]


def test_pairs_beyond_the_number_shown_are_counted(monkeypatch):
    monkeypatch.setattr(beside_files, "PAIRS_OF_MANY", 3)
    made = laid_beside(compared_by_hand(), [library_file()])
    assert (len(made.pairs), made.left) == (3, 1)
