"""The texts of tokens are those of the signatures: none is missing, none is shown that is not there."""

import pytest

from affidavit.dalvik.unit import Unit
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.texts import LONGEST, Texts
from affidavit.identity.code.tokens import Kind, kind_of
from tests.builders.dex import Class, Method
from tests.builders.known_code import code_class, compared_by_hand, dex_of, program_of
from tests.reading import read
from tests.samples import fetch


def told(classes):
    program = program_of(dex_of(classes))
    app = of_program(program)
    return app, Texts(program, app)


def test_every_token_of_a_class_has_a_text_and_no_other():
    app, texts = told([code_class("La;", 3, "Lb;"), code_class("Lb;", 5)])
    for row in range(len(app)):
        own = set(app.of(row).tolist())
        assert set(texts.of(row, own)) == own


def test_texts_say_what_a_person_can_look_up():
    app, texts = told([code_class("La;", 3)])
    said = {(item.kind, item.text) for item in texts.of(0, set(app.of(0).tolist())).values()}
    assert (Kind.STRING, "speaks of 3") in said
    assert (Kind.CALL, "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;") in said
    assert (Kind.FIELD, "Landroid/os/Build;->MODEL:Ljava/lang/String;") in said
    assert (Kind.LITERAL, "20483 (0x5003)") in said
    assert (Kind.SUPER, "inherits from Ljava/lang/Runnable;") in said
    assert (Kind.OVERRIDE, "overrides run()V") in said
    assert (Kind.MEMBER, "field Landroid/net/Uri;") in said


def test_the_place_of_a_text_is_the_instruction_that_holds_it():
    app, texts = told([code_class("La;", 3)])
    found = texts.of(0, set(app.of(0).tolist()))
    place = next(item.place for item in found.values() if item.text == "runs 3")
    assert (place.class_, place.method, place.pc) == ("La;", "run()V", 0)


def test_only_what_is_asked_for_is_told():
    app, texts = told([code_class("La;", 3)])
    wanted = {int(app.of(0)[0]), 12345}
    assert set(texts.of(0, wanted)) == {int(app.of(0)[0])}


def test_a_long_text_is_cut():
    code = [("const-string", 0, "x" * 5_000), ("return-void",)]
    app, texts = told([Class("La;", methods=[Method("go", "()V", code)])])
    strings = [item for item in texts.of(0, set(app.of(0).tolist())).values() if item.kind is Kind.STRING]
    assert len(strings[0].text) < LONGEST + 20


def test_a_class_has_the_place_of_its_definition():
    made = compared_by_hand()
    unit: Unit = made.program.units[0]
    place = Texts(made.program, made.app).class_place(1)
    assert (place.entry, place.class_) == ("classes.dex", made.app.names[1])
    assert place.offset == int(unit.class_offset[1])


@pytest.mark.samples
@pytest.mark.parametrize("name", ["uiautomator2", "wechat-sdk"])
def test_texts_and_tokens_agree_on_real_code(name):
    with read(fetch(name), frozenset({"entries", "code"})) as state:
        app = of_program(state.program)
        texts = Texts(state.program, app)
        for row in range(0, len(app), 1 + len(app) // 150):
            own = set(app.of(row).tolist())
            found = texts.of(row, own)
            assert set(found) == own
            assert all(item.kind is kind_of(made) for made, item in found.items())
