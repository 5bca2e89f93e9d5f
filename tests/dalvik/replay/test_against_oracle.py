"""Random programs, executed for real and abstractly: what really flows is never missed."""

from itertools import count
from random import Random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders.dex import OBJECT, Class, Field
from tests.builders.dex import Method as Built
from tests.dalvik.replay.play import MAIN, play
from tests.oracles.replay import Method, Run

BOX = "Lt/Box;"
NUMBERS, ANYTHING, BOXES, ARRAY = (0, 1, 2), (3, 4, 5), (6, 7), 8
SCRATCH = 9
POINTER, INDEX, ARITHMETIC, BAD = (
    "Ljava/lang/NullPointerException;",
    "Ljava/lang/ArrayIndexOutOfBoundsException;",
    "Ljava/lang/ArithmeticException;",
    "Lt/Bad;",
)
FIELDS = (f"{BOX}->f:{OBJECT}", f"{BOX}->g:{OBJECT}")
STATICS = (f"{BOX}->s:{OBJECT}", f"{BOX}->t:{OBJECT}")
OPERATIONS = ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr")
RELATIONS = ("eq", "ne", "lt", "ge", "gt", "le")
METHODS = ("first", "second")


def simple(rng: Random) -> list[Any]:
    """One statement without parts."""
    a, b, c = rng.choices(NUMBERS, k=3)
    anything, held, box = rng.choice(ANYTHING), rng.choice((*ANYTHING, *BOXES)), rng.choice(BOXES)
    name, field, static = rng.choice("abc"), rng.choice(FIELDS), rng.choice(STATICS)
    call = f"{MAIN}->{rng.choice(METHODS)}({OBJECT}{OBJECT}){OBJECT}"
    choices: list[list[Any]] = [
        *[[("invoke-static", [], f"Lsrc/S;->{name}(){OBJECT}"), ("move-result-object", anything)]] * 3,
        *[[("invoke-static", [held], f"Lsnk/S;->{name}({OBJECT})V")]] * 2,
        *[[("iput-object", held, box, field)], [("iget-object", anything, box, field)]] * 2,
        [("invoke-static", [], "Lenv/E;->number()I"), ("move-result", a)],
        [("const/16", a, rng.randint(-3, 8))],
        [(f"{rng.choice(OPERATIONS)}-int", a, b, c)],
        [(f"{rng.choice(('add', 'mul', 'rem', 'and'))}-int/lit8", a, b, rng.randint(-3, 9))],
        [("move-object", anything, held)],
        [("const/4", anything, 0)],
        [("new-instance", box, BOX)],
        [("move-object", *BOXES)],
        [("sput-object", held, static)],
        [("sget-object", anything, static)],
        [("const/4", SCRATCH, rng.randint(0, 4)), ("new-array", ARRAY, SCRATCH, f"[{OBJECT}")],
        [("aput-object", held, ARRAY, a)],
        [("aget-object", anything, ARRAY, a)],
        [("array-length", a, ARRAY)],
        [("instance-of", a, held, BOX)],
        [("invoke-static", [held, anything], call), ("move-result-object", anything)],
        [("new-instance", SCRATCH, BAD), ("throw", SCRATCH)] if rng.random() < 0.2 else [],
        [("const/4", box, 0)] if rng.random() < 0.2 else [],
    ]
    return rng.choice(choices)


def condition(rng: Random) -> tuple[Any, ...]:
    """What a branch asks, without its target."""
    kind = rng.choice(RELATIONS)
    if rng.random() < 0.3:
        return (f"if-{rng.choice(RELATIONS[:2])}z", rng.choice(ANYTHING))
    return (f"if-{kind}", *rng.choices(NUMBERS, k=2)) if rng.random() < 0.5 else (f"if-{kind}z", rng.choice(NUMBERS))


def statements(rng: Random, depth: int, *, guarded: bool = False) -> list[tuple[Any, ...]]:
    """Some statements with parts up to a depth; no try lies in the body of another, as the format wants it."""
    found: list[tuple[Any, ...]] = []
    for _ in range(rng.randint(1, 4 + 2 * depth)):
        kinds = ("simple", "simple", "simple", "if", "while", "if" if guarded else "try")
        kind = rng.choice(kinds) if depth else "simple"
        if kind == "simple":
            found.append((kind, simple(rng)))
            continue
        what = condition(rng) if kind != "try" else rng.choice((None, POINTER, INDEX, ARITHMETIC, BAD))
        parts = [statements(rng, depth - 1, guarded=guarded or kind == "try")]
        parts += [] if kind == "while" else [statements(rng, depth - 1, guarded=guarded)]
        found.append((kind, what, *parts))
    return found


class Labels:
    """Gives labels, and collects the try ranges, of one method."""

    def __init__(self) -> None:
        self.numbers = count()
        self.tries: list[tuple[str, str, dict[str | None, str]]] = []

    def new(self) -> str:
        return f":l{next(self.numbers)}"


def compiled(block: list[tuple[Any, ...]], labels: Labels) -> list[Any]:
    """Structured statements as instructions."""
    return [item for statement in block for item in one(statement, labels)]


def one(statement: tuple[Any, ...], labels: Labels) -> list[Any]:
    """A structured statement as instructions."""
    kind, what, *parts = statement
    if kind == "simple":
        return what
    first, last, handler, end = (labels.new() for _ in range(4))
    inner = compiled(parts[0], labels)
    if kind == "while":
        return [first, (*what, end), *inner, ("goto/16", first), end]
    other = compiled(parts[1], labels)
    if kind == "if":
        return [(*what, handler), *inner, ("goto/16", end), handler, *other, end]
    labels.tries.append((first, last, {what: handler}))
    return [first, *inner, ("const/4", 10, 0), last, ("goto/16", end), handler, *other, end]


def whole(body: list[tuple[Any, ...]], *, returns: bool) -> Method:
    """A method; its parameters come into registers that statements use."""
    labels = Labels()
    begin: list[Any] = [("const/4", register, 0) for register in (*NUMBERS, *ANYTHING)]
    begin += [("new-instance", register, BOX) for register in BOXES]
    begin += [("const/4", SCRATCH, 3), ("new-array", ARRAY, SCRATCH, f"[{OBJECT}")]
    if returns:
        begin += [("move-object", 3, 14), ("move-object", 4, 15)]
    show = [("invoke-static", [register], f"Lsnk/S;->end{register}({OBJECT})V") for register in (*ANYTHING, *BOXES)]
    code = [*begin, *compiled(body, labels), *show, ("return-object", 3) if returns else ("return-void",)]
    return Method(code, 16, 2 if returns else 0, tuple(labels.tries))


@example(3421415)  # nothing is read, and a method that is not followed to its end gives what is sent
@given(st.integers(0, 1 << 40))
def test_what_really_flows_is_never_refuted(seed):
    rng = Random(seed)  # noqa: S311 - nothing here is secret
    methods = {"main": whole(statements(rng, 2), returns=False)}
    methods |= {name: whole(statements(rng, 1), returns=True) for name in METHODS}
    answers = rng.choices(range(-2, 6), k=12)
    really = Run(methods, answers).start()
    proto = f"({OBJECT}{OBJECT}){OBJECT}"
    built = [Built("main", "()V", methods["main"].code, 0x9, tries=methods["main"].tries)]
    built += [Built(item, proto, methods[item].code, 0x9, tries=methods[item].tries) for item in METHODS]
    kinds = [Field("f", OBJECT), Field("g", OBJECT), Field("s", OBJECT, 0x9), Field("t", OBJECT, 0x9)]
    played = play(
        Class(MAIN, methods=built), Class(BOX, fields=kinds), Class(BAD, "Ljava/lang/RuntimeException;"), steps=30_000
    )
    missed = really - played.pairs
    assert not missed or played.gaps
