"""Small apps that say with Java's own means whether what they read is what they send: each beside one that does not."""

from dataclasses import replace

import pytest

from tests.builders.dex import Class, Field, Method
from tests.facts.flow_small import LOG, MAIN, READ, Followed, S, apk, create, follow_files, main

Code = list[object]
O = "Ljava/lang/Object;"  # noqa: E741 - as `S` is of texts
LIST, MAP_ENTRY, CHARS = "Ljava/util/ArrayList;", "Ljava/util/AbstractMap$SimpleEntry;", "[C"
MESSAGE, HANDLER = "Landroid/os/Message;", "Landroid/os/Handler;"
FUNCTION, COMPARATOR = "Ljava/util/function/Function;", "Ljava/util/Comparator;"
HEARS, CLASS, METHOD = "Ljava/lang/Thread$UncaughtExceptionHandler;", "Ljava/lang/Class;", "Ljava/lang/reflect/Method;"
IN, OUT, ENUM = "Ljava/io/PipedInputStream;", "Ljava/io/PipedOutputStream;", "Ljava/lang/Enum;"
SOURCE: Code = [("invoke-virtual", [0], READ), ("move-result-object", 2)]
"""Read into register 2; 0, 1, 3, 4 and 5 are free afterwards."""


def log(register: int) -> Code:
    return [("const-string", 1, "t"), ("invoke-static", [1, register], LOG)]


def made(register: int, class_: str, *given: int, takes: str = "") -> Code:
    new = ("new-instance", register, class_)
    return [new, ("invoke-direct", [register, *given], f"{class_}-><init>({takes})V")]


def asked(kind: str, registers: list[int], method: str, to: int) -> Code:
    moved = "move-result-object" if method[-1] == ";" or ")[" in method else "move-result"
    return [(f"invoke-{kind}", registers, method), (moved, to)]


def array(register: int, kind: str, *items: int) -> Code:
    """An array in a register; register 5 is used up."""
    code: Code = [("const/4", 5, len(items)), ("new-array", register, 5, kind)]
    for place, item in enumerate(items):
        code += [("const/4", 5, place), ("aput-object", item, register, 5)]
    return code


def part(low: int, high: int) -> Code:
    """The first element of a part of an array of a constant and the data."""
    copy = f"Ljava/util/Arrays;->copyOfRange([{O}II)[{O}"
    code: Code = [("const-string", 3, "x"), *array(4, f"[{S}", 3, 2), ("const/4", 0, low), ("const/4", 1, high)]
    code += [*asked("static", [4, 0, 1], copy, 4), ("check-cast", 4, f"[{S}"), ("const/4", 5, 0)]
    return [*code, ("aget-object", 3, 4, 5), *log(3)]


def in_list(*items: int) -> Code:
    """A list in register 3."""
    code = made(3, LIST)
    for item in items:
        code += [("invoke-virtual", [3, item], f"{LIST}->add({O})Z")]
    return code


def entry(name: str) -> Code:
    code: Code = [("const-string", 4, "k"), *made(3, MAP_ENTRY, 4, 2, takes=O + O)]
    return [*code, *asked("interface", [3], f"Ljava/util/Map$Entry;->{name}(){O}", 3), ("check-cast", 3, S), *log(3)]


def message(wanted: int) -> tuple[Code, list[Class]]:
    """A message of number 1 that carries the data; its handler sends it on when it is of another number, or not."""
    body: Code = [("iget", 0, 4, f"{MESSAGE}->what:I"), ("const/4", 1, wanted), ("if-ne", 0, 1, ":end")]
    body += [("iget-object", 2, 4, f"{MESSAGE}->obj:{O}"), ("check-cast", 2, S), *log(2), ":end", ("return-void",)]
    handle = Method("handleMessage", f"({MESSAGE})V", code=body, registers=5)
    code: Code = [*made(3, "Lx/H;"), ("const/4", 4, 1)]
    code += asked("virtual", [3, 4, 2], f"Lx/H;->obtainMessage(I{O}){MESSAGE}", 4)
    return [*code, ("invoke-virtual", [4], f"{MESSAGE}->sendToTarget()V")], [subclass("Lx/H;", HANDLER, handle)]


def subclass(name: str, above: str, *methods: Method, interface: str = "", fields: tuple[Field, ...] = ()) -> Class:
    code = [("invoke-direct", [0], f"{above}-><init>()V"), ("return-void",)]
    start = Method("<init>", "()V", code, 0x10001, registers=1)
    return Class(name, above, [interface] if interface else [], [start, *methods], fields)


def hears(*, caught: bool) -> tuple[Code, list[Class]]:
    """An exception with the data in its message; somebody hears of those that nobody catches."""
    error = "Ljava/lang/IllegalStateException;"
    heard: Code = [*asked("virtual", [6], f"Ljava/lang/Throwable;->getMessage(){S}", 2), *log(2), ("return-void",)]
    handler = Method("uncaughtException", "(Ljava/lang/Thread;Ljava/lang/Throwable;)V", code=heard, registers=7)
    thrower = Method("boom", f"({S})V", [*made(0, error, 5, takes=S), ("throw", 0)], access=0x9, registers=6)
    catcher = Method(
        "calm",
        f"({S})V",
        [
            ":a",
            ("invoke-static", [5], f"Lx/T;->boom({S})V"),
            ":b",
            ("return-void",),
            ":c",
            ("move-exception", 0),
            ("return-void",),
        ],
        access=0x9,
        registers=6,
        tries=[(":a", ":b", {error: ":c"})],
    )
    code: Code = [
        *made(3, "Lx/H;"),
        ("invoke-static", [3], f"Ljava/lang/Thread;->setDefaultUncaughtExceptionHandler({HEARS})V"),
    ]
    code += [("invoke-static", [2], f"Lx/T;->{'calm' if caught else 'boom'}({S})V")]
    return code, [subclass("Lx/H;", O, handler, interface=HEARS), Class("Lx/T;", methods=[thrower, catcher])]


def composed() -> tuple[Code, list[Class]]:
    apply = Method("apply", f"({O}){O}", [("return-object", 1)], registers=2)
    code: Code = [*made(3, "Lx/F;"), *asked("virtual", [3, 3], f"Lx/F;->andThen({FUNCTION}){FUNCTION}", 4)]
    code += [*asked("interface", [4, 2], f"{FUNCTION}->apply({O}){O}", 4), ("check-cast", 4, S), *log(4)]
    return code, [subclass("Lx/F;", O, apply, interface=FUNCTION)]


def sorted_by() -> tuple[Code, list[Class]]:
    compare = Method(
        "compare", f"({O}{O})I", [("check-cast", 4, S), *log(4), ("const/4", 0, 0), ("return", 0)], registers=6
    )
    code = [
        *in_list(2),
        *made(4, "Lx/C;"),
        ("invoke-static", [3, 4], f"Ljava/util/Collections;->sort(Ljava/util/List;{COMPARATOR})V"),
    ]
    return code, [subclass("Lx/C;", O, compare, interface=COMPARATOR)]


def place(wanted: int) -> tuple[Code, list[Class]]:
    """What is sent depends on the place of a constant of an enumeration."""
    start = Method(
        "<init>", f"({S}I)V", [("invoke-direct", [1, 2, 3], f"{ENUM}-><init>({S}I)V"), ("return-void",)], 0x10001, 4
    )
    code: Code = [("const-string", 4, "A"), ("const/4", 5, 1), *made(3, "Lx/E;", 4, 5, takes=f"{S}I")]
    code += [
        *asked("virtual", [3], "Lx/E;->ordinal()I", 3),
        ("const/4", 4, wanted),
        ("if-ne", 3, 4, ":end"),
        *log(2),
        ":end",
    ]
    return code, [Class("Lx/E;", ENUM, [], [start], access=0x4001)]


def reflected(*, named: str) -> tuple[Code, list[Class]]:
    """The methods of a class are gone through, and the one of a name is called; it is a private one."""
    send = Method("send", f"({S})V", [*log(3), ("return-void",)], access=0x2, registers=4)
    code: Code = [
        *made(3, "Lx/R;"),
        ("const-class", 4, "Lx/R;"),
        *asked("virtual", [4], f"{CLASS}->getDeclaredMethods()[{METHOD}", 4),
    ]
    code += [("const/4", 5, 0), ("aget-object", 4, 4, 5), *asked("virtual", [4], f"{METHOD}->getName(){S}", 5)]
    code += [("const-string", 1, named), *asked("virtual", [5, 1], f"{S}->equals({O})Z", 5), ("if-eqz", 5, ":end")]
    code += [*array(1, f"[{O}", 2), *asked("virtual", [4, 3, 1], f"{METHOD}->invoke({O}[{O}){O}", 5), ":end"]
    return code, [subclass("Lx/R;", O, send)]


def remembered(*, other: bool) -> tuple[Code, list[Class]]:
    """What a branch tells of a field is known at the next one."""
    look = ("sget-object", 3, f"{MAIN}->kept:{S}")
    branch = ("if-nez", 3, ":end") if other else ("if-eqz", 3, ":end")
    return [look, ("if-eqz", 3, ":end"), look, branch, *log(2), ":end"], []


def remains(*, same: bool) -> tuple[Code, list[Class]]:
    """Of two objects in a list one is taken away, and the text of the other is sent."""
    field = f"Lx/B;->s:{S}"
    code = [*made(4, "Lx/B;"), ("iput-object", 2, 4, field), *made(5, "Lx/B;"), *in_list(4, 5)]
    code += [("invoke-virtual", [3, 4 if same else 5], f"{LIST}->remove({O})Z"), ("const/4", 4, 0)]
    code += [
        *asked("virtual", [3, 4], f"{LIST}->get(I){O}", 4),
        ("check-cast", 4, "Lx/B;"),
        ("iget-object", 4, 4, field),
        *log(4),
    ]
    return code, [subclass("Lx/B;", O, fields=(Field("s", S),))]


def when_null(*look: object) -> Code:
    """The data is sent when what is in register 3 is null."""
    return [*look, ("if-nez", 3, ":end"), *log(2), ":end"]


def when_said(*look: object) -> Code:
    """The data is sent when a text in register 3 is a certain one."""
    code: Code = [("const-string", 4, "z"), *asked("virtual", [3, 4], f"{S}->equals({O})Z", 4)]
    return [*look, *code, ("if-eqz", 4, ":end"), *log(2), ":end"]


JSON = "Lorg/json/JSONArray;"
BUILDER = "Ljava/lang/StringBuilder;"
CASES: dict[str, tuple[Code, int]] = {
    "what a method gives may be null": (when_null(*asked("virtual", [6], f"{MAIN}->getPackageName(){S}", 3)), 1),
    "saved state may be there": ([("if-eqz", 7, ":end"), *log(2), ":end"], 1),
    "a part of an array with the data": (part(1, 2), 1),
    "a part of an array without it": (part(0, 1), 0),
    "an array of the type that was given": (
        [
            *in_list(2),
            *array(4, f"[{S}"),
            *asked("virtual", [3, 4], f"{LIST}->toArray([{O})[{O}", 3),
            ("check-cast", 3, f"[{S}"),
            ("const/4", 5, 0),
            ("aget-object", 3, 3, 5),
            *log(3),
        ],
        1,
    ),
    "an array that is filled": (
        [
            *array(4, f"[{S}", 2),
            ("const-string", 3, "x"),
            ("invoke-static", [4, 3], f"Ljava/util/Arrays;->fill([{O}{O})V"),
            ("const/4", 5, 0),
            ("aget-object", 3, 4, 5),
            *log(3),
        ],
        0,
    ),
    "a builder that is emptied": (
        [
            *made(3, BUILDER, 2, takes=S),
            ("const/4", 4, 0),
            ("invoke-virtual", [3, 4], f"{BUILDER}->setLength(I)V"),
            *asked("virtual", [3], f"{BUILDER}->toString(){S}", 3),
            *log(3),
        ],
        0,
    ),
    "characters that are copied out": (
        [
            ("const/4", 3, 0),
            ("const/16", 4, 9),
            ("new-array", 5, 4, CHARS),
            ("invoke-virtual", [2, 3, 4, 5, 3], f"{S}->getChars(II[CI)V"),
            *asked("static", [5], f"{S}->valueOf([C){S}", 3),
            *log(3),
        ],
        1,
    ),
    "the value of a pair": (entry("getValue"), 1),
    "the key of a pair": (entry("getKey"), 0),
    "a pipe": (
        [
            *made(3, OUT),
            *made(4, IN, 3, takes=OUT),
            *asked("virtual", [2], f"{S}->getBytes()[B", 5),
            ("invoke-virtual", [3, 5], f"{OUT}->write([B)V"),
            ("const/16", 5, 9),
            ("new-array", 5, 5, "[B"),
            *asked("virtual", [4, 5], f"{IN}->read([B)I", 0),
            *made(3, S, 5, takes="[B"),
            *log(3),
        ],
        1,
    ),
    "elements of what was read from a text": (
        [
            ("const-string", 4, "[]"),
            *made(3, JSON, 4, takes=S),
            ("const/4", 4, 0),
            *when_said(*asked("virtual", [3, 4], f"{JSON}->getString(I){S}", 3)),
        ],
        1,
    ),
}
WITH_CLASSES = {
    "a message of the number": (message(1), 1),
    "a message of another number": (message(2), 0),
    "an exception that nobody catches": (hears(caught=False), 1),
    "an exception that is caught": (hears(caught=True), 0),
    "functions put together": (composed(), 1),
    "a sort that asks the app": (sorted_by(), 1),
    "the place of a constant": (place(1), 1),
    "another place": (place(2), 0),
    "a method that is looked for by name": (reflected(named="send"), 1),
    "a field of which a branch told": (remembered(other=False), 1),
    "a field of which a branch told otherwise": (remembered(other=True), 0),
    "an element that remains": (remains(same=False), 1),
    "an element that is taken away": (remains(same=True), 0),
}


def followed(folder, code: Code, classes: list[Class]) -> Followed:
    leave = Method(
        "onStop", "()V", [("const-string", 0, "x"), ("sput-object", 0, f"{MAIN}->kept:{S}"), ("return-void",)]
    )
    activity = main(create(*SOURCE, *code), replace(leave, registers=2))
    activity = Class(activity.name, activity.super_, methods=activity.methods, fields=[Field("kept", S, 0x9)])
    return follow_files(folder, apk(activity, *classes))


@pytest.mark.parametrize("name", [*CASES, *WITH_CLASSES])
def test_what_java_does_to_values(name, tmp_path):
    (code, classes), wanted = WITH_CLASSES.get(name) or ((CASES[name][0], []), CASES[name][1])
    found = followed(tmp_path, code, classes)
    assert len([flow for flow in found.flows if not flow.implicit]) == wanted
