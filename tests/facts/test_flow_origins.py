"""Where objects come from: through casts, joins, fields, parameters and results, and no further than the bounds."""

import pytest

from affidavit.facts.flow_knowledge import flow_knowledge
from affidavit.facts.flow_origins import MAX_NODES, MAX_WAYS, Streams, constructor, roots
from tests.builders.dex import Class, Field, Method
from tests.facts.flow_programs import MAIN, body, found, found_in

OBJECT = "Ljava/lang/Object;"
FILE, CONSOLE = "Ljava/io/FileOutputStream;", "Ljava/lang/System;->out:Ljava/io/PrintStream;"
WRITE = "Ljava/io/OutputStream;->write(I)V"
MAKE = f"{MAIN}->make(){OBJECT}"
USE = f"Lother/Use;->use({OBJECT})V"


def made_of(search, name="use"):
    """Mnemonic-like words of the roots of the first operand of the first call of a method."""
    sites = search.values.sites
    node = search.node(name)
    words = []
    for root in roots(sites, sites.code.operands(node)[0]):
        callee = sites.callee(root)
        words.append(callee.name if callee else f"{sites.opcode(root):#x}")
    return words


def test_a_value_that_is_made_here_is_its_own_root():
    assert made_of(found(("const-string", 0, "x"), ("invoke-static", [0], USE))) == ["0x1a"]


def test_casts_are_passed():
    code = (("const-string", 0, "x"), ("check-cast", 0, "Ljava/lang/String;"), ("invoke-static", [0], USE))
    assert made_of(found(*code)) == ["0x1a"]


def test_both_sides_of_a_join_are_roots():
    code = (
        *(("if-eqz", 1, ":else"), ("const-string", 0, "x"), ("goto", ":end")),
        *(":else", ("new-instance", 0, "Lx/New;"), ":end", ("invoke-static", [0], USE)),
    )
    run = Method("run", "(I)V", code=[("move", 1, 15), *code, ("return-void",)])
    assert sorted(made_of(found_in(Class(MAIN, methods=[run])))) == ["0x1a", "0x22"]


def test_every_store_of_a_field_is_a_root():
    field = f"{MAIN}->f:{OBJECT}"
    code = (
        *(("const-string", 0, "x"), ("iput-object", 0, 15, field)),
        *(("new-instance", 0, "Lx/New;"), ("iput-object", 0, 15, field)),
        *(("iget-object", 2, 15, field), ("invoke-static", [2], USE)),
    )
    assert sorted(made_of(found_in(body(*code, fields=[Field("f", OBJECT)])))) == ["0x1a", "0x22"]


def test_a_field_with_too_many_stores_is_the_root():
    field = f"{MAIN}->f:{OBJECT}"
    stores = [step for _ in range(MAX_WAYS + 1) for step in (("const-string", 0, "x"), ("iput-object", 0, 15, field))]
    search = found_in(body(*stores, ("iget-object", 2, 15, field), ("invoke-static", [2], USE)))
    assert made_of(search) == ["0x54"]


def helper(*code, callers=1):
    """``run`` passes a text to ``pass``, in which the code runs with the text in v15."""
    inner = Method("pass", f"({OBJECT})V", code=[*code, ("return-void",)], access=0x9)
    calls = [("const-string", 0, "x"), ("invoke-static", [0], f"{MAIN}->pass({OBJECT})V")] * callers
    run = Method("run", code=[*calls, ("return-void",)])
    return found_in(Class(MAIN, methods=[inner, run]), entered=["run"])


def test_a_parameter_is_what_callers_pass():
    assert made_of(helper(("invoke-static", [15], USE))) == ["0x1a"]


def test_a_parameter_with_too_many_callers_is_the_root():
    assert made_of(helper(("invoke-static", [15], USE), callers=MAX_WAYS + 1)) == ["-0x1"]


def test_a_result_is_what_the_method_returns():
    make = Method("make", f"(){OBJECT}", code=[("const-string", 0, "x"), ("return-object", 0)], access=0x9)
    calls = [("invoke-static", [], MAKE), ("move-result-object", 0), ("invoke-static", [0], USE), ("return-void",)]
    search = found_in(Class(MAIN, methods=[make, Method("run", code=calls)]))
    assert made_of(search) == ["0x1a"]


def test_a_result_of_the_platform_is_its_own_root():
    call = "Landroid/content/Context;->getFilesDir()Ljava/io/File;"
    assert made_of(found(("invoke-virtual", [1], call), ("move-result-object", 0), ("invoke-static", [0], USE))) == [
        "getFilesDir"
    ]


def test_a_value_that_only_comes_from_itself_ends_the_search():
    make = Method("make", f"(){OBJECT}", access=0x9, code=[
        ("invoke-static", [], MAKE), ("move-result-object", 0), ("return-object", 0),
    ])  # fmt: skip
    calls = [("invoke-static", [], MAKE), ("move-result-object", 0), ("invoke-static", [0], USE), ("return-void",)]
    assert not made_of(found_in(Class(MAIN, methods=[make, Method("run", code=calls)])))


def test_the_search_is_bounded():
    steps = []
    for number in range(MAX_NODES * 2):
        steps += [("iget-object", 0, 15, f"{MAIN}->f{number}:{OBJECT}"),
            ("iput-object", 0, 15, f"{MAIN}->f{number + 1}:{OBJECT}")]  # fmt: skip
    last = f"{MAIN}->f{MAX_NODES * 2}:{OBJECT}"
    code = [("const-string", 0, "x"), ("iput-object", 0, 15, f"{MAIN}->f0:{OBJECT}"), *steps]
    search = found_in(body(*code, ("iget-object", 0, 15, last), ("invoke-static", [0], USE)))
    assert made_of(search) == ["0x54"]


def test_the_constructor_is_that_of_the_object():
    search = found(
        ("new-instance", 0, "Lx/A;"),
        ("new-instance", 1, "Lx/B;"),
        ("invoke-direct", [1], "Lx/B;-><init>()V"),
        ("invoke-direct", [0, 1], "Lx/A;-><init>(Lx/B;)V"),
    )
    sites = search.values.sites
    new = [node for node in range(len(sites.code.kind)) if sites.opcode(node) == 0x22]
    assert [sites.callee(constructor(sites, node)).written for node in new] == ["Lx/A;", "Lx/B;"]
    assert constructor(sites, search.node("<init>")) == -1


def ends(*code):
    search = found(*code, ("invoke-virtual", [1, 2], WRITE))
    sites = search.values.sites
    return Streams(sites, flow_knowledge()).ends(sites.code.operands(search.node("write"))[0])


def make(register, class_, proto="()V", *more):
    return (("new-instance", register, class_), ("invoke-direct", [register, *more], f"{class_}-><init>{proto}"))


AROUND = ("Ljava/io/BufferedOutputStream;", "(Ljava/io/OutputStream;)V")


@pytest.mark.parametrize(
    ("code", "sinks", "memory", "unknown"),
    [
        (make(1, FILE, "(Ljava/io/File;)V", 3), {"file/output-stream"}, False, False),
        ((("sget-object", 1, CONSOLE),), {"log/output-stream"}, False, False),
        (make(1, "Ljava/io/ByteArrayOutputStream;"), set(), True, False),
        ((*make(3, FILE, "(Ljava/io/File;)V", 4), *make(1, *AROUND, 3)), {"file/output-stream"}, False, False),
        ((*make(3, "Ljava/io/ByteArrayOutputStream;"), *make(1, *AROUND, 3)), set(), True, False),
        ((("invoke-static", [], f"Lother/Use;->get(){OBJECT}"), ("move-result-object", 1)), set(), False, True),
        (make(1, "Lother/Stream;"), set(), False, True),
    ],
)
def test_streams_end_where_they_are_made(code, sinks, memory, unknown):
    found_ends = ends(*code)
    assert (found_ends.sinks, found_ends.memory, found_ends.unknown) == (sinks, memory, unknown)


def test_streams_around_streams_are_followed_for_a_while():
    chain = [*make(3, FILE, "(Ljava/io/File;)V", 4)]
    for depth in range(8):
        chain += make(1, *AROUND, 3)
        found_ends = ends(*chain)
        assert (found_ends.sinks == {"file/output-stream"}) == (depth < 4)
        assert found_ends.unknown == (depth >= 4)
        chain += [("move-object", 3, 1)]
