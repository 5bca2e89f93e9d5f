"""Libraries as apps meet them: values, containers, threads, streams, reflection, by what flows through small apps."""

import pytest

from tests.builders.dex import OBJECT, Class, Field, Method
from tests.dalvik.replay.app import (
    BUNDLE,
    MAIN,
    ME,
    OTHER,
    OUT,
    call,
    created,
    flows,
    got,
    init,
    main,
    new,
    on,
    put,
    run,
    secret,
    send,
    word,
)

STRING = "Ljava/lang/String;"
LIST, MAP, BUILDER = "Ljava/util/ArrayList;", "Ljava/util/HashMap;", "Ljava/lang/StringBuilder;"
DEQUE, ITERATOR = "Ljava/util/ArrayDeque;", "Ljava/util/Iterator;"
ADD = f"{LIST}->add({OBJECT})Z"
GET = f"{LIST}->get(I){OBJECT}"
PUT = f"{MAP}->put({OBJECT}{OBJECT}){OBJECT}"
MAP_GET = f"{MAP}->get({OBJECT}){OBJECT}"
APPEND = f"{BUILDER}->append({STRING}){BUILDER}"


def test_a_builder_gathers_what_is_appended():
    code = [
        *new(1, BUILDER),
        *call("virtual", [1, 0], APPEND),
        *call("virtual", [1], f"{BUILDER}->toString(){STRING}", 2),
    ]
    assert flows(*code, send(2))
    assert not flows(*new(3, BUILDER), *code, *call("virtual", [3], f"{BUILDER}->toString(){STRING}", 2), send(2))


def test_a_branch_on_known_texts_is_decided():
    equal = [*call("virtual", [1, 2], f"{STRING}->equals({OBJECT})Z", 3), ("if-eqz", 3, ":end"), send(0), ":end"]
    assert flows(word(1, "a"), word(2, "a"), *equal)
    assert not flows(word(1, "a"), word(2, "b"), *equal)


def test_a_text_made_anew_is_the_same_text():
    made = [word(1, "a"), *new(2, STRING, 1, proto=f"({STRING})V")]
    equal = [*call("virtual", [2, 1], f"{STRING}->equals({OBJECT})Z", 3), ("if-nez", 3, ":end"), send(0), ":end"]
    assert not flows(*made, *equal)


def test_characters_of_a_text_carry_its_data():
    code = [
        *call("virtual", [0], f"{STRING}->toCharArray()[C", 1),
        *call("static", [1], f"{STRING}->valueOf([C){STRING}", 2),
    ]
    assert flows(*code, send(2))


def test_a_format_carries_its_values():
    code = [
        ("const/4", 1, 1),
        ("new-array", 1, 1, f"[{OBJECT}"),
        ("const/4", 2, 0),
        ("aput-object", 0, 1, 2),
        word(3, "%s!"),
        *call("static", [3, 1], f"{STRING}->format({STRING}[{OBJECT}){STRING}", 4),
        send(4),
    ]
    assert flows(*code)


def test_objects_are_asked_for_their_text():
    own = Class(OTHER, methods=[init(), Method("toString", f"(){STRING}", [*secret(), ("return-object", 0)])])
    code = [*new(1, OTHER), *call("static", [1], f"{STRING}->valueOf({OBJECT}){STRING}", 2), send(2)]
    assert run(created(*code), own).exact == OUT


def test_only_what_is_copied_is_copied():
    def copied(place: int) -> bool:
        return flows(
            ("const/4", 1, 2),
            ("new-array", 2, 1, f"[{OBJECT}"),
            ("new-array", 3, 1, f"[{OBJECT}"),
            ("const/4", 4, 0),
            ("const/4", 5, 1),
            ("aput-object", 0, 2, 4),
            *call("static", [2, 4, 3, 5, 5], f"Ljava/lang/System;->arraycopy({OBJECT}I{OBJECT}II)V"),
            ("const/4", 6, place),
            ("aget-object", 7, 3, 6),
            send(7),
        )

    assert copied(1)
    assert not copied(0)


def test_keys_of_a_bundle():
    def bundle(key: str) -> bool:
        return flows(
            *new(1, BUNDLE),
            word(2, "k"),
            *call("virtual", [1, 2, 0], f"{BUNDLE}->putString({STRING}{STRING})V"),
            word(3, key),
            *call("virtual", [1, 3], f"{BUNDLE}->getString({STRING}){STRING}", 4),
            send(4),
        )

    assert bundle("k")
    assert not bundle("other")


def test_a_stream_carries_what_it_wraps():
    bytes_, writer = "Ljava/io/ByteArrayOutputStream;", "Ljava/io/OutputStreamWriter;"
    code = [
        *new(1, bytes_),
        *new(2, writer, 1, proto="(Ljava/io/OutputStream;)V"),
        *call("virtual", [2, 0], f"{writer}->write({STRING})V"),
        *call("virtual", [1], f"{bytes_}->toString(){STRING}", 3),
        send(3),
    ]
    assert flows(*code)


def test_files_are_kept_apart_by_their_names():
    def file(name: str) -> bool:
        stream, reader = "Ljava/io/FileOutputStream;", "Ljava/io/FileInputStream;"
        return flows(
            word(1, "a.txt"),
            ("const/4", 2, 0),
            *call("virtual", [14, 1, 2], f"{MAIN}->openFileOutput({STRING}I){stream}", 3),
            *call("virtual", [0], f"{STRING}->getBytes()[B", 4),
            *call("virtual", [3, 4], f"{stream}->write([B)V"),
            word(1, name),
            *call("virtual", [14, 1], f"{MAIN}->openFileInput({STRING}){reader}", 5),
            ("const/16", 6, 64),
            ("new-array", 6, 6, "[B"),
            *call("virtual", [5, 6], f"{reader}->read([B)I"),
            *new(7, STRING, 6, proto="([B)V"),
            send(7),
        )

    assert file("a.txt")
    assert not file("b.txt")


def worker(above: str = OBJECT, interfaces: tuple[str, ...] = (), *methods: Method) -> Class:
    fields = [Field("f", OBJECT)]
    leak = on("run", "()V", ("iget-object", 0, ME, f"{OTHER}->f:{OBJECT}"), send(0))
    return Class(
        OTHER, above, interfaces=list(interfaces), methods=[init(above=above), *(methods or (leak,))], fields=fields
    )


def test_a_thread_runs_when_it_is_started():
    thread = "Ljava/lang/Thread;"
    code = [*new(1, OTHER), put(0, 1, OTHER)]
    start = call("virtual", [1], f"{OTHER}->start()V")
    assert flows(*code, *start, others=(worker(thread),))
    assert not flows(*code, others=(worker(thread),))


def test_a_thread_may_run_later():
    thread = "Ljava/lang/Thread;"
    code = [*new(1, OTHER), *call("virtual", [1], f"{OTHER}->start()V"), put(0, 1, OTHER)]
    assert flows(*code, others=(worker(thread),))


def test_a_runnable_is_posted():
    handler = "Landroid/os/Handler;"
    code = [
        *new(2, handler),
        *new(1, OTHER),
        put(0, 1, OTHER),
        *call("virtual", [2, 1], f"{handler}->post(Ljava/lang/Runnable;)Z"),
    ]
    assert flows(*code, others=(worker(OBJECT, ("Ljava/lang/Runnable;",)),))


def test_a_task_hands_its_result_on():
    task = "Landroid/os/AsyncTask;"
    first = ("const/4", 1, 0)
    work = Method(
        "doInBackground", f"([{OBJECT}){OBJECT}", [first, ("aget-object", 0, 15, 1), ("return-object", 0)], registers=16
    )
    after = on("onPostExecute", f"({OBJECT})V", send(15))
    code = [
        *new(1, OTHER),
        ("const/4", 2, 1),
        ("new-array", 2, 2, f"[{OBJECT}"),
        ("const/4", 3, 0),
        ("aput-object", 0, 2, 3),
        *call("virtual", [1, 2], f"{OTHER}->execute([{OBJECT}){task}"),
    ]
    assert flows(*code, others=(worker(task, (), work, after),))


def test_a_message_reaches_its_handler():
    handler, message = "Landroid/os/Handler;", "Landroid/os/Message;"
    handle = on("handleMessage", f"({message})V", ("iget-object", 0, 15, f"{message}->obj:{OBJECT}"), send(0))
    code = [
        *new(1, OTHER),
        *call("static", [], f"{message}->obtain(){message}", 2),
        ("iput-object", 0, 2, f"{message}->obj:{OBJECT}"),
        *call("virtual", [1, 2], f"{OTHER}->sendMessage({message})Z"),
    ]
    assert flows(*code, others=(worker(handler, (), handle),))


def own(*methods: Method) -> Class:
    return Class(OTHER, methods=[init(), *methods], fields=[Field("f", OBJECT)])


def reflected(name: str = "leak", types: tuple[str, ...] = (STRING,)) -> list[tuple[object, ...]]:
    """Call a method of ``t.Other`` by its name, with the secret."""
    class_, method = "Ljava/lang/Class;", "Ljava/lang/reflect/Method;"
    array: list[tuple[object, ...]] = [("const/4", 3, len(types)), ("new-array", 4, 3, f"[{class_}")]
    for place, type_ in enumerate(types):
        array += [("const/4", 5, place), ("const-class", 6, type_), ("aput-object", 6, 4, 5)]
    return [
        word(1, "t.Other"),
        *call("static", [1], f"{class_}->forName({STRING}){class_}", 1),
        *call("virtual", [1], f"{class_}->newInstance(){OBJECT}", 2),
        word(3, name),
        *array[1:1],
        ("move-object", 7, 3),
        *array,
        *call("virtual", [1, 7, 4], f"{class_}->getMethod({STRING}[{class_}){method}", 8),
        ("const/4", 3, 1),
        ("new-array", 9, 3, f"[{OBJECT}"),
        ("const/4", 3, 0),
        ("aput-object", 0, 9, 3),
        *call("virtual", [8, 2, 9], f"{method}->invoke({OBJECT}[{OBJECT}){OBJECT}", 10),
        ("nop",),
    ]


def test_a_method_is_called_by_its_name():
    assert flows(*reflected(), others=(own(on("leak", f"({STRING})V", send(15))),))
    assert not flows(
        *reflected("other"), others=(own(on("leak", f"({STRING})V", send(15)), on("other", f"({STRING})V")),)
    )


def test_overloads_are_told_apart_by_their_types():
    leak, other = on("leak", f"({STRING})V", send(15)), on("leak", "(Ljava/lang/Integer;)V")
    swapped = on("leak", f"({STRING})V"), on("leak", "(Ljava/lang/Integer;)V", send(15))
    assert flows(*reflected(), others=(own(leak, other),))
    assert not flows(*reflected(), others=(own(*swapped),))


def test_a_class_that_is_chosen_by_data_is_said():
    class_ = "Ljava/lang/Class;"
    code = [
        *secret(1),
        *call("static", [1], f"{class_}->forName({STRING}){class_}", 1),
        *call("virtual", [1], f"{class_}->newInstance(){OBJECT}", 2),
    ]
    assert any("class" in gap for gap in run(created(*code)).gaps)


def test_an_object_knows_its_class():
    class_ = "Ljava/lang/Class;"
    code = [
        *new(1, OTHER),
        *call("virtual", [1], f"{OBJECT}->getClass(){class_}", 2),
        *call("virtual", [2], f"{class_}->getName(){STRING}", 2),
        word(3, "t.Other"),
        *call("virtual", [2, 3], f"{STRING}->equals({OBJECT})Z", 4),
        ("if-nez", 4, ":end"),
        send(0),
        ":end",
    ]
    assert not flows(*code, others=(own(),))


def test_a_field_is_written_by_its_name():
    class_, field = "Ljava/lang/Class;", "Ljava/lang/reflect/Field;"
    code = [
        *new(1, OTHER),
        ("const-class", 2, OTHER),
        word(3, "f"),
        *call("virtual", [2, 3], f"{class_}->getField({STRING}){field}", 4),
        *call("virtual", [4, 1, 0], f"{field}->set({OBJECT}{OBJECT})V"),
        got(5, 1, OTHER),
        send(5),
    ]
    assert flows(*code, others=(own(),))


def test_what_the_general_rule_makes_up_is_not_certain():
    code = [*call("static", [0], f"Lenv/E;->mix({STRING}){STRING}", 1), send(1)]
    ran = run(created(*secret(), *code))
    assert ran.pairs == OUT
    assert not ran.exact


def test_texts_of_resources():
    text = [("const/16", 1, 7), *call("virtual", [14, 1], f"{MAIN}->getString(I){STRING}", 1), word(2, "yes")]
    equal = [*call("virtual", [1, 2], f"{STRING}->equals({OBJECT})Z", 3), ("if-eqz", 3, ":end"), send(0), ":end"]
    app = main(on("onCreate", f"({BUNDLE})V", *secret(), *text, *equal))
    assert run(app, text=lambda number: "yes" if number == 7 else None).exact == OUT
    assert not run(app, text=lambda _: "no").pairs


@pytest.mark.parametrize(
    "method",
    [
        f"{STRING}->valueOf(){STRING}",
        f"{STRING}->format(){STRING}",
        f"{LIST}->add()Z",
        f"{LIST}->get(){OBJECT}",
        "Ljava/lang/Class;->forName()V",
        "Ljava/lang/reflect/Array;->newInstance()V",
        "Ljava/lang/System;->arraycopy()V",
        "Ljava/util/Objects;->equals()Z",
        "Landroid/content/Intent;->setClass()V",
        f"{BUILDER}->append(){BUILDER}",
        f"{BUILDER}->insert([I){BUILDER}",
    ],
)
def test_calls_that_no_method_takes_do_not_break_anything(method: str):
    ran = run(created(*secret(), ("invoke-static", [0], method), send(0)))
    assert ran.pairs == OUT


def test_a_method_of_the_platform_is_called_by_its_name():
    class_, method = "Ljava/lang/Class;", "Ljava/lang/reflect/Method;"
    code = [
        word(1, "java.util.ArrayList"),
        *call("static", [1], f"{class_}->forName({STRING}){class_}", 1),
        *call("virtual", [1], f"{class_}->newInstance(){OBJECT}", 2),
        ("const/4", 3, 1),
        ("new-array", 4, 3, f"[{class_}"),
        ("const/4", 5, 0),
        ("const-class", 6, OBJECT),
        ("aput-object", 6, 4, 5),
        word(7, "add"),
        *call("virtual", [1, 7, 4], f"{class_}->getMethod({STRING}[{class_}){method}", 8),
        ("new-array", 9, 3, f"[{OBJECT}"),
        ("aput-object", 0, 9, 5),
        *call("virtual", [8, 2, 9], f"{method}->invoke({OBJECT}[{OBJECT}){OBJECT}", 10),
        ("check-cast", 2, LIST),
        *call("virtual", [2, 5], GET, 11),
        send(11),
    ]
    assert flows(*code)
