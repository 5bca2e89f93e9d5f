"""What a value may be: constants, concatenations, and holes named by where they come from."""

import pytest

from affidavit.dalvik.whole.values import MAX_CALLERS, Values
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import MAIN, asked, main, take

S, B, O = "Ljava/lang/String;", "Ljava/lang/StringBuilder;", "Ljava/lang/Object;"  # noqa: E741
APPEND = f"{B}->append({S}){B}"
GET = f"Landroid/content/SharedPreferences;->getString({S}{S}){S}"
NEW = (("new-instance", 0, B), ("invoke-direct", [0], f"{B}-><init>()V"))
END = (("invoke-virtual", [0], f"{B}->toString(){S}"), ("move-result-object", 9), take(9))
PREFERENCE = (
    ("const-string", 1, "server"),
    ("invoke-interface", [8, 1, 1], GET),
    ("move-result-object", 2),
)


def static(name: str, proto: str, *code, registers: int = 16) -> Method:
    return Method(name, proto, code=code, access=0x9, registers=registers)


def shown(*code, methods=(), fields=(), **more) -> list[str]:
    return asked(main(*code, methods=methods, fields=fields), **more).shown()


def append(register: int, into: int = 0, kind: str = S):
    return ("invoke-virtual", [into, register], f"{B}->append({kind}){B}")


def test_constants():
    code = [
        *(("const-string", 0, "text"), take(0)),
        *(("const/16", 0, 700), take(0)),
        *(("const/4", 0, -1), take(0)),
        *(("const-class", 0, "Lx/A;"), take(0)),
        *(("const-string/jumbo", 0, "more"), take(0)),
    ]
    assert shown(*code) == ["text", "700", "-1", "Lx/A;", "more"]


def test_a_url_is_put_together_around_a_preference():
    code = [
        *PREFERENCE,
        *NEW,
        *(("const-string", 1, "https://"), append(1), append(2)),
        *(("const-string", 1, "/v"), append(1), ("const/4", 1, 2), append(1, kind="I")),
        *END,
    ]
    assert shown(*code) == ["https://{preference 'server'}/v2"]


def test_a_chain_of_appends_is_one_object():
    code = [
        *NEW,
        ("const-string", 1, "a"),
        *(append(1), ("move-result-object", 3)),
        *(append(1, 3), ("move-result-object", 4)),
        *(append(1, 4), ("move-result-object", 5)),
        ("invoke-virtual", [5], f"{B}->toString(){S}"),
        *(("move-result-object", 9), take(9)),
    ]
    assert shown(*code) == ["aaa"]


def test_what_comes_after_the_question_is_not_counted():
    code = [*NEW, ("const-string", 1, "a"), append(1), *END, append(1), *END]
    assert shown(*code) == ["a", "aa"]


def test_an_append_on_one_way_only_gives_two_texts():
    code = [
        *NEW,
        *(("const-string", 1, "a"), append(1)),
        *(("if-eqz", 15, ":end"), ("const-string", 1, "b"), append(1)),
        ":end",
        *END,
    ]
    assert shown(*code) == ["{a|ab}"]


def test_an_append_in_a_loop_leaves_a_hole():
    code = [
        *NEW,
        ("const-string", 1, "a"),
        ":top",
        append(1),
        ("invoke-static", [], "Lout/Sink;->more()Z"),
        *(("move-result", 2), ("if-nez", 2, ":top")),
        *END,
    ]
    assert shown(*code) == ["a{loop}"]


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([("invoke-virtual", [0], f"{B}->reverse(){B}")], "cba"),
        ([("const/4", 2, 0), ("invoke-virtual", [0, 2, 1], f"{B}->insert(I{S}){B}")], "abcabc"),
        ([("const/4", 2, 0), ("invoke-virtual", [0, 2], f"{B}->setLength(I)V")], ""),
        ([("const/4", 2, 1), ("invoke-virtual", [0, 2], f"{B}->deleteCharAt(I){B}")], "ac"),
        ([("const/4", 2, 1), ("const/4", 3, 2), ("invoke-virtual", [0, 2, 3], f"{B}->delete(II){B}")], "ac"),
        ([("const/16", 2, 65), ("invoke-virtual", [0, 2], f"{B}->append(C){B}")], "abcA"),
        ([("const/4", 2, 1), ("invoke-virtual", [0, 2], f"{B}->append(Z){B}")], "abctrue"),
        ([("const/4", 2, 1), ("invoke-virtual", [0, 2, 1], f"{B}->replace(II{S}){B}")], "{edited text}"),
        ([("invoke-static", [0], f"{MAIN}->fill({B})V")], f"abc{{what {MAIN}->fill({B})V adds}}"),
    ],
)
def test_other_steps_of_a_builder(steps, wanted):
    code = [*NEW, ("const-string", 1, "abc"), append(1), *steps, *END]
    assert shown(*code, methods=[static("fill", f"({B})V", ("return-void",))]) == [wanted]


def test_addresses_are_built_step_by_step():
    uri = "Landroid/net/Uri$Builder;"
    code = [
        *PREFERENCE,
        *(("new-instance", 0, uri), ("invoke-direct", [0], f"{uri}-><init>()V")),
        *(("const-string", 1, "https"), ("invoke-virtual", [0, 1], f"{uri}->scheme({S}){uri}")),
        *(("invoke-virtual", [0, 2], f"{uri}->authority({S}){uri}"), ("const-string", 1, "v1")),
        *(("invoke-virtual", [0, 1], f"{uri}->appendPath({S}){uri}"), ("move-result-object", 3)),
        *(("const-string", 4, "k"), ("invoke-virtual", [3, 4, 1], f"{uri}->appendQueryParameter({S}{S}){uri}")),
        *(("invoke-virtual", [3, 4, 2], f"{uri}->appendQueryParameter({S}{S}){uri}"), ("move-result-object", 3)),
        ("invoke-virtual", [3], f"{uri}->build()Landroid/net/Uri;"),
        *(("move-result-object", 9), take(9)),
    ]
    assert shown(*code) == ["https://{preference 'server'}/v1?k=v1&k={preference 'server'}"]


def test_an_address_is_built_upon_another():
    uri = "Landroid/net/Uri;"
    code = [
        *(
            ("const-string", 0, "content://a"),
            ("invoke-static", [0], f"{uri}->parse({S}){uri}"),
            ("move-result-object", 0),
        ),
        *(("invoke-virtual", [0], f"{uri}->buildUpon()Landroid/net/Uri$Builder;"), ("move-result-object", 1)),
        *(
            ("const-string", 2, "b"),
            ("invoke-virtual", [1, 2], f"Landroid/net/Uri$Builder;->appendPath({S})Landroid/net/Uri$Builder;"),
        ),
        *(("move-result-object", 1), ("invoke-virtual", [1], f"Landroid/net/Uri$Builder;->build(){uri}")),
        *(("move-result-object", 1), take(1)),
    ]
    assert shown(*code) == ["content://a/b"]


def test_urls_and_files_are_what_they_are_made_of():
    code = [
        *(("const-string", 1, "http://a"), ("new-instance", 0, "Ljava/net/URL;")),
        *(("invoke-direct", [0, 1], f"Ljava/net/URL;-><init>({S})V"), take(0)),
        *(("const-string", 1, "/data"), ("const-string", 2, "x"), ("new-instance", 0, "Ljava/io/File;")),
        *(("invoke-direct", [0, 1, 2], f"Ljava/io/File;-><init>({S}{S})V"), take(0)),
        *(("new-instance", 0, "Lx/Else;"), take(0)),
    ]
    assert shown(*code) == ["http://a", "/data/x", "{new Lx/Else;}"]


def test_formats_take_their_values_from_an_array():
    code = [
        *PREFERENCE,
        *(("const-string", 0, "https://%s/%s"), ("const/4", 3, 2), ("new-array", 4, 3, f"[{O}")),
        *(
            ("const/4", 5, 0),
            ("aput-object", 2, 4, 5),
            ("const/4", 5, 1),
            ("const-string", 6, "x"),
            ("aput-object", 6, 4, 5),
        ),
        *(("invoke-static", [0, 4], f"{S}->format({S}[{O}){S}"), ("move-result-object", 9), take(9)),
    ]
    assert shown(*code) == ["https://{preference 'server'}/x"]


def test_resources_are_looked_up():
    get = f"{MAIN}->getString(I){S}"
    code = [
        *(("const", 1, 0x7F0B0001), ("invoke-virtual", [14, 1], get), ("move-result-object", 2), take(2)),
        *(("const", 1, 0x7F0B0002), ("invoke-virtual", [14, 1], get), ("move-result-object", 2), take(2)),
        *(("invoke-virtual", [14], f"{MAIN}->getPackageName(){S}"), ("move-result-object", 2), take(2)),
    ]
    found = shown(*code, resources={0x7F0B0001: "https://r.example"}, package="x.app")
    assert found == ["https://r.example", "{resource 0x7f0b0002}", "x.app"]


def test_fields_are_what_is_written_to_them():
    fields = [
        Field("once", S, 0x9),
        Field("first", S, 0x9, "initial"),
        Field("both", S, 0x9, "a"),
        Field("never", S, 0x9),
    ]
    code = [
        *(("const-string", 0, "b"), ("sput-object", 0, f"{MAIN}->once:{S}"), ("sput-object", 0, f"{MAIN}->both:{S}")),
        *(
            item
            for name in ("once", "first", "both", "never")
            for item in (("sget-object", 1, f"{MAIN}->{name}:{S}"), take(1))
        ),
        *(("sget-object", 1, f"Ljava/io/File;->separator:{S}"), take(1)),
        *(("sget-object", 1, f"Landroid/os/Build;->MODEL:{S}"), take(1)),
    ]
    model = f"{{field Landroid/os/Build;->MODEL:{S}}}"
    assert shown(*code, fields=fields) == ["b", "initial", "{a|b}", f"{{field {MAIN}->never:{S}}}", "/", model]


def test_a_parameter_is_what_the_call_gives():
    echo = static("echo", f"({S}){S}", ("return-object", 15))
    call = ("invoke-static", [0], f"{MAIN}->echo({S}){S}")
    code = [
        *(("const-string", 0, "a"), call, ("move-result-object", 1), take(1)),
        *(("const-string", 0, "b"), call, ("move-result-object", 1), take(1)),
    ]
    assert shown(*code, methods=[echo]) == ["a", "b"]


def test_inside_a_method_a_parameter_is_what_every_caller_gives():
    inner = static("inner", f"({S})V", take(15), ("return-void",))
    call = ("invoke-static", [0], f"{MAIN}->inner({S})V")
    some = [item for text in "ab" for item in (("const-string", 0, text), call)]
    assert shown(*some, methods=[inner]) == ["{a|b}"]
    many = [item for number in range(MAX_CALLERS + 1) for item in (("const-string", 0, str(number)), call)]
    assert shown(*many, methods=[inner]) == [f"{{parameter 0 of {MAIN}->inner({S})V}}"]


def test_what_the_platform_gives_is_a_hole():
    assert shown(take(15)) == [f"{{parameter 1 of {MAIN}->onCreate(Landroid/os/Bundle;)V}}"]


def test_alternatives_meet():
    code = [("const-string", 0, "a"), ("if-eqz", 15, ":end"), ("const-string", 0, "b"), ":end", take(0)]
    assert shown(*code) == ["{a|b}"]


def test_a_loop_is_a_hole_beside_what_it_began_with():
    code = [
        ("const-string", 0, "a"),
        ":top",
        *(("invoke-virtual", [0, 0], f"{S}->concat({S}){S}"), ("move-result-object", 0)),
        *(("invoke-static", [], "Lout/Sink;->more()Z"), ("move-result", 2), ("if-nez", 2, ":top")),
        take(0),
    ]
    (found,) = shown(*code)
    assert found == "{a|{loop}}{a|{loop}}"


def test_numbers_are_computed():
    code = [("const/4", 0, 3), ("mul-int/lit8", 0, 0, 5), ("const/4", 1, 1), ("sub-int/2addr", 0, 1), take(0)]
    assert shown(*code) == ["14"]


def test_tables_of_texts_are_read():
    fields = [Field("table", f"[{S}", 0x9)]
    init = [("const/4", 0, 2), ("new-array", 0, 0, f"[{S}")]
    for index, text in enumerate("ab"):
        init += [("const-string", 1, text), ("const/4", 2, index), ("aput-object", 1, 0, 2)]
    start = Method(
        "<clinit>", code=[*init, ("sput-object", 0, f"{MAIN}->table:[{S}"), ("return-void",)], access=0x10008
    )
    code = [
        *(("sget-object", 0, f"{MAIN}->table:[{S}"), ("const/4", 1, 1), ("aget-object", 2, 0, 1), take(2)),
        *(("aget-object", 2, 0, 14), take(2)),
    ]
    assert shown(*code, methods=[start], fields=fields) == ["b", "{a|b}"]


def test_classes_of_objects_and_by_name():
    code = [
        *(("const-string", 0, "x.A"), ("invoke-static", [0], f"Ljava/lang/Class;->forName({S})Ljava/lang/Class;")),
        *(("move-result-object", 1), take(1), ("invoke-virtual", [1], f"Ljava/lang/Class;->getName(){S}")),
        *(("move-result-object", 1), take(1), ("new-instance", 0, "Lx/B;")),
        *(("invoke-virtual", [0], f"{O}->getClass()Ljava/lang/Class;"), ("move-result-object", 1), take(1)),
    ]
    assert shown(*code) == ["Lx/A;", "x.A", "Lx/B;"]


def test_a_hidden_constant_is_decoded():
    decode = static(
        "decode",
        f"({S}){S}",
        *(("new-instance", 0, B), ("invoke-direct", [0], f"{B}-><init>()V"), ("const/4", 1, 0)),
        ":top",
        *(("invoke-virtual", [7], f"{S}->length()I"), ("move-result", 2), ("if-ge", 1, 2, ":end")),
        *(("invoke-virtual", [7, 1], f"{S}->charAt(I)C"), ("move-result", 3), ("add-int/lit8", 3, 3, -1)),
        *(("int-to-char", 3, 3), ("invoke-virtual", [0, 3], f"{B}->append(C){B}"), ("add-int/lit8", 1, 1, 1)),
        ("goto", ":top"),
        ":end",
        *(("invoke-virtual", [0], f"{B}->toString(){S}"), ("move-result-object", 4), ("return-object", 4)),
        registers=8,
    )
    code = [
        ("const-string", 0, "ifmmp"),
        ("invoke-static", [0], f"{MAIN}->decode({S}){S}"),
        ("move-result-object", 1),
        take(1),
    ]
    assert shown(*code, methods=[decode]) == ["hello"]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        (("invoke-virtual", [0], "Landroid/widget/EditText;->getText()Landroid/text/Editable;"), "user input"),
        (("invoke-virtual", [0, 1], f"Landroid/content/Intent;->getStringExtra({S}){S}"), "extra 'k'"),
        (("invoke-static", [1], f"Ljava/lang/System;->getProperty({S}){S}"), "property 'k'"),
        (("invoke-static", [], "Ljava/lang/System;->currentTimeMillis()J"), "time"),
        (("invoke-static", [], f"Lout/Other;->get(){S}"), f"result of Lout/Other;->get(){S}"),
    ],
)
def test_holes_say_where_they_come_from(call, wanted):
    code = [("const/4", 0, 0), ("const-string", 1, "k"), call, ("move-result-object", 2), take(2)]
    assert shown(*code) == [f"{{{wanted}}}"]


def test_keys_are_equal_for_equal_constants_only():
    code = [
        *(("const-string", 0, "a"), take(0), ("const-string", 1, "a"), take(1), ("const-string", 2, "b"), take(2)),
        *(("const/4", 3, 1), take(3), ("const-string", 4, "1"), take(4), take(15)),
    ]
    question = asked(main(*code))
    keys = [question.values.key(node) for node in question.taken()]
    assert keys[0] == keys[1] is not None
    assert len({*keys[1:5]}) == 4
    assert keys[5] is None


def test_constants_say_whether_there_is_more():
    code = [("const-string", 0, "a"), ("if-eqz", 15, ":end"), ("move-object", 0, 15), ":end", take(0)]
    question = asked(main(*code))
    (found,) = [question.values.constants(node) for node in question.taken()]
    assert (found.texts(), found.others) == (["a"], True)


def test_bounds_leave_holes():
    code = [("const-string", 0, "a")]
    code += [
        item for _ in range(60) for item in (("invoke-virtual", [0, 0], f"{S}->trim(){S}"), ("move-result-object", 0))
    ]
    question = asked(main(*code, take(0)))
    (node,) = question.taken()
    assert (
        question.values.text(question.values.of(node, depth=10))
        == "{result of Ljava/lang/String;->trim()Ljava/lang/String;}"
    )
    assert isinstance(question.values, Values)


def test_answers_do_not_depend_on_what_was_asked_before():
    code = [*PREFERENCE, *NEW, append(2), ("const-string", 1, "/x"), append(1), *END, take(2)]
    question, other = asked(main(*code)), asked(main(*code))
    nodes = question.taken()
    forward = [question.values.of(node) for node in nodes]
    assert forward == [other.values.of(node) for node in reversed(nodes)][::-1]


def test_calls_that_never_end_are_bounded():
    method = static(
        "again",
        f"({S}){S}",
        ("invoke-static", [15], f"{MAIN}->again({S}){S}"),
        ("move-result-object", 0),
        ("return-object", 0),
    )
    code = [
        ("const-string", 0, "a"),
        ("invoke-static", [0], f"{MAIN}->again({S}){S}"),
        ("move-result-object", 1),
        take(1),
    ]
    (found,) = shown(*code, methods=[method])
    assert "loop" in found or "not followed" in found


def test_private_classes_of_other_units_are_fine():
    helper = Class("Lx/H;", methods=[static("name", f"(){S}", ("const-string", 0, "h"), ("return-object", 0))])
    code = [("invoke-static", [], f"Lx/H;->name(){S}"), ("move-result-object", 1), take(1)]
    assert asked(main(*code), helper).shown() == ["h"]
