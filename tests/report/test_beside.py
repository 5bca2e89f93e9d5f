"""Classes side by side on paper: two columns, descriptors as programmers read them, hostile text harmless."""

import json

import pytest
from msgspec.structs import replace

from affidavit.identity.code.beside_files import Library, laid_beside
from affidavit.identity.code.evidence import facts_of
from affidavit.model.artefact import Artefact
from affidavit.model.beside import Beside, ClassBeside, FileBeside, Line, MethodBeside
from affidavit.model.place import Place
from affidavit.report.beside import agreement, files, write
from affidavit.report.columns import Page, cells_of
from affidavit.report.identified import Account, as_html, as_json, as_text
from affidavit.report.types import dotted, short, signature
from tests.builders.known_code import compared_by_hand, dex_of, library_classes, program_of
from tests.report.accounts import PAYLOADS
from tests.report.test_html import Page as Parsed

ARTEFACT = Artefact("app.apk", "apk", 7, "ab" * 32)
LAID = laid_beside(compared_by_hand(), [Library("lib.dex", "cd" * 32, 7, program_of(dex_of(library_classes())))])
LINES = (
    Line("same", "const 1", "const 1", 0, 0),
    Line("alike", "if-eqz", "if-nez", 1, 1),
    Line("app", 'const-string "hidden"', "", 3),
    Line("library", "", "throw", -1, 4),
)


def account(beside: Beside | None = LAID) -> Account:
    return Account(ARTEFACT, (), (), beside)


def pair(*lines: Line, name: str = "La/b;") -> Beside:
    method = MethodBeside("b()V", "run()V", Place("classes.dex", 8), 1, 1, 1, 1, lines)
    made = ClassBeside("f", 1, name, "Llib/B;", Place("classes.dex", 4), 0, 1, 1, 1, 1, (method,))
    return Beside((FileBeside("l.jar", "ef" * 32, 9, 2),), (made,))


def on_paper(beside: Beside, width: int = 80) -> list[str]:
    page = Page(width, colour=False)
    write(page, beside)
    return page.text().splitlines()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("invoke-virtual Lx/List;->add(ILx/Y;[[J)Z", "invoke-virtual List.add(int, Y, long[][]): boolean"),
        ("invoke-static La/b$c;->d()V", "invoke-static b$c.d()"),
        ("iget La/b;->c:[Lx/Y;", "iget b.c: Y[]"),
        (".field static La/b;->c:J", ".field static c: long"),
        ("new-array [[I", "new-array int[][]"),
        ("check-cast Ljava/util/Map$Entry;", "check-cast Map$Entry"),
        ('const-string "La/b;->c()V"', 'const-string "La/b;->c()V"'),
        ("const -1", "const -1"),
        ("return", "return"),
        ("invoke-static L", "invoke-static L"),
        ("invoke-static L->(", "invoke-static L.("),
        ("iget L->x", "iget L->x"),
    ],
)  # fmt: skip
def test_a_line_is_written_as_programmers_read_it(line, said):
    assert short(line) == said


def test_names_and_prototypes():
    assert dotted("[Lcom/x/A;") == "com.x.A[]"
    assert signature("a(La;BJ[Z)Lb/C;") == "a(a, byte, long, boolean[]): C"
    assert signature("broken(") == "broken("


def test_both_columns_stand_beside_each_other_with_their_marks():
    said = on_paper(pair(*LINES))
    for mark, ours, theirs in (("=", "const 1", "const 1"), ("~", "if-eqz", "if-nez"), (">", "", "throw")):
        (row,) = [line for line in said if line.startswith(mark) and line.split()[1:] == f"{ours} {theirs}".split()]
        assert not theirs or row.index(theirs, 4 + len(ours) - 1) == 42
    assert any(line.startswith('<  const-string "hidden"') for line in said)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_paper(width):
    assert max(map(cells_of, on_paper(LAID, width))) <= width


def test_a_long_stretch_of_equal_lines_is_folded_on_a_terminal_and_whole_on_a_page():
    lines = [Line("same", f"const {row}", f"const {row}", row, row) for row in range(12)]
    assert "8 more equal lines" in "\n".join(on_paper(pair(*lines)))
    assert "const 5" not in "\n".join(on_paper(pair(*lines)))
    assert as_html(account(pair(*lines))).count("<bdi>const 5</bdi>") == 2


def test_methods_that_are_equal_throughout_take_one_line_each_but_for_the_longest():
    def made(name: str, *lines: Line) -> MethodBeside:
        return MethodBeside(f"{name}()V", f"{name}()V", Place("classes.dex", 8), len(lines), 0, 0, 0, lines)

    same = [Line("same", f"const {row}", f"const {row}", row, row) for row in range(6)]
    methods = (made("b", *same[:2]), made("c", *same), made("d", Line("app", "throw", "", 1)), made("e", same[0]))
    beside = pair()
    said = "\n".join(on_paper(replace(beside, pairs=(replace(beside.pairs[0], methods=methods),))))
    assert "… all 2 lines are equal" in said
    assert "… its one line is equal" in said
    assert said.count("const 5") == 2, "the longest is shown"
    assert "<  throw" in said


def test_a_class_that_kept_its_name_is_named_once():
    assert any(line.endswith("1. lib.B") for line in on_paper(pair(name="Llib/B;")))
    assert any("1. a.b is lib.B" in line for line in on_paper(pair()))


def test_how_much_agrees_is_said_of_both_sides():
    assert agreement(pair().pairs[0]) == (
        "67 % of the app's 3 lines stand in the library's class (1 equal, 1 but for names), 67 % of its 3 in the app's"
    )
    nothing = replace(pair().pairs[0], same=0, alike=0, app_only=0, library_only=0)
    assert agreement(nothing).startswith("none of the app's 0 lines")


def test_what_a_file_is_and_what_is_not_shown_is_said():
    made = replace(LAID, missing=1, left=2, files=(replace(LAID.files[0], known=("okhttp 3.1",)),))
    assert files(made)[0].endswith(", known as okhttp 3.1")
    assert files(made)[1:] == [
        "the files lack 1 class more that pairs name",
        "2 pairs more are not shown; name one family with --pairs for more of it",
    ]
    assert "not one of those that the index was made of" in files(LAID)[0]
    assert files(Beside()) == ["none of the classes that the app's classes were paired with is in the files"]


def test_json_has_every_line_whole_and_nothing_when_no_file_was_given():
    assert len(json.loads(as_json(account()))["beside"]["pairs"]) == 4
    assert "beside" not in json.loads(as_json(account(None)))


def test_advice_stands_where_there_is_no_file():
    assert "get it there" in as_text(account(None), advice="get it there")
    assert "get it there" in as_html(account(None), "get it there")
    assert "get it there" not in as_text(account(), advice="get it there")


def test_a_pair_in_the_table_leads_to_its_place_side_by_side():
    facts = tuple(facts_of(compared_by_hand()))
    page = as_html(replace(account(), facts=facts))
    assert [page.count(f'href="#b{row}"') for row in range(1, 6)] == [1, 1, 1, 1, 0]
    assert [page.count(f'id="b{row}"') for row in range(1, 6)] == [1, 1, 1, 1, 0]


def test_a_page_is_whole_and_no_text_of_a_file_can_change_it():
    plain = Parsed(as_html(account(pair(*LINES))))
    assert plain.problems == []
    for payload in PAYLOADS:
        lines = [replace(line, app=payload and f'const-string "{payload}"', library=payload) for line in LINES]
        made = replace(pair(*lines, name=payload), files=(FileBeside(payload, "ef" * 32, 9, 2, (payload,)),))
        page = Parsed(as_html(account(made)))
        assert [tag for tag, _ in page.elements if tag != "wbr"] == [tag for tag, _ in plain.elements if tag != "wbr"]
        assert [a for _, a in page.elements] == [a for _, a in page.elements if set(a) <= {
            "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-labelledby", "scope",
        }]  # fmt: skip
        assert "\x1b" not in "\n".join(on_paper(made))
