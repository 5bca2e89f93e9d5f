"""What small programs with known flows are put together from: instructions, helper classes, names that are new.

Code carries its value in v0; v1 to v9 are free within one step, parameters lie in the highest registers of sixteen.
"""

from collections.abc import Callable, Sequence
from random import Random

from tests.builders import axml
from tests.builders.dex import Class, Field, Method
from tests.builders.dex_code import Instruction
from tests.builders.dex_pools import OBJECT, split_proto

STRING, BUILDER, CONTEXT = "Ljava/lang/String;", "Ljava/lang/StringBuilder;", "Landroid/content/Context;"
ACTIVITY, CREATE = "Landroid/app/Activity;", "(Landroid/os/Bundle;)V"
MAIN, TOOL, KEPT, BOX, NODE = "Lp/Main;", "Lp/Tool;", "Lp/Kept;", "Lp/Box;", "Lp/Node;"
PORT, PASSING, DROPPING, BASE = "Lp/Port;", "Lp/Passing;", "Lp/Dropping;", "Lp/Base;"
SAME = f"({STRING}){STRING}"
LAST = 15
Code = list[Instruction]


def const(register: int, text: str) -> Code:
    """A text in a register."""
    return [("const-string", register, text)]


def new(register: int, class_: str) -> Code:
    """A new object, made without arguments."""
    return [("new-instance", register, class_), ("invoke-direct", [register], f"{class_}-><init>()V")]


def call(kind: str, registers: Sequence[int], method: str, result: int = -1) -> Code:
    """An invoke, and its result where it is wanted."""
    made: Code = [(f"invoke-{kind}", list(registers), method)]
    if result >= 0:
        returned = method.rpartition(")")[2]
        made.append((f"move-result{'-object' if returned[0] in 'L[' else '-wide' if returned in 'JD' else ''}", result))
    return made


def context(register: int, class_: str = CONTEXT) -> Code:
    """The activity that was created."""
    cast: Code = [] if class_ == CONTEXT else [("check-cast", register, class_)]
    return [("sget-object", register, f"{KEPT}->context:{CONTEXT}"), *cast]


def init(super_: str = OBJECT) -> Method:
    """A constructor without arguments."""
    code: Code = [("invoke-direct", [LAST], f"{super_}-><init>()V"), ("return-void",)]
    return Method("<init>", code=code, access=0x10001)


def keeping(class_: str, super_: str = OBJECT) -> Method:
    """A constructor that keeps a text in the field ``value``."""
    code: Code = [
        ("invoke-direct", [14], f"{super_}-><init>()V"),
        ("iput-object", 15, 14, f"{class_}->value:{STRING}"),
        ("return-void",),
    ]
    return Method("<init>", f"({STRING})V", code, 0x10001)


def static(name: str, proto: str, code: Code, **more: object) -> Method:
    """A static method."""
    return Method(name, proto, code, 0x9, **more)  # type: ignore[arg-type]


def this_of(proto: str) -> int:
    """The register of the receiver."""
    return LAST - sum(2 if kind in {"J", "D"} else 1 for kind in split_proto(proto)[0])


def text_of(register: int) -> Code:
    """A text in v0 from an object."""
    return [("check-cast", register, STRING), ("move-object", 0, register)]


class Maker:
    """A program under construction.

    Attributes:
        random: decides. classes: made so far. components: what the manifest says besides the main activity.
        hooks: code of the life-cycle methods of the main activity.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.classes: list[Class] = []
        self.components: list[axml.E] = []
        self.hooks: dict[str, Code] = {}
        self._tool: list[Method] = []
        self._kept: list[Field] = [Field("context", CONTEXT, 0x9)]
        self._count = 0

    def name(self, word: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{word}{self._count}"

    def field(self, type_: str = STRING) -> str:
        """A new static field."""
        name = self.name("f")
        self._kept.append(Field(name, type_, 0x9))
        return f"{KEPT}->{name}:{type_}"

    def helper(self, proto: str, code: Code, **more: object) -> str:
        """A new static method."""
        name = self.name("help")
        self._tool.append(static(name, proto, code, **more))
        return f"{TOOL}->{name}{proto}"

    def add(self, word: str, methods: Sequence[Method], super_: str = OBJECT, **more: object) -> str:
        """A new class with a constructor without arguments."""
        name = f"Lp/{self.name(word)};"
        self.classes.append(Class(name, super_, methods=[init(super_), *methods], **more))  # type: ignore[arg-type]
        return name

    def holder(self, word: str, run: tuple[str, str], rest: Code, super_: str = OBJECT, **more: object) -> str:
        """A new class that is made with a text, and goes on with it in a method."""
        name, proto = f"Lp/{self.name(word)};", run[1]
        code: Code = [("iget-object", 0, this_of(proto), f"{name}->value:{STRING}"), *rest, ("return-void",)]
        methods = [keeping(name, super_), Method(run[0], proto, code)]
        fields = [Field("value", STRING)]
        self.classes.append(Class(name, super_, methods=methods, fields=fields, **more))  # type: ignore[arg-type]
        return name

    def finished(self) -> list[Class]:
        """All classes."""
        hooks = self.hooks
        first: Code = [*call("super", [14, 15], f"{ACTIVITY}->onCreate{CREATE}")]
        first.append(("sput-object", 14, f"{KEPT}->context:{CONTEXT}"))
        methods = [init(ACTIVITY), Method("onCreate", CREATE, [*first, *hooks.get("onCreate", []), ("return-void",)])]
        for name in sorted(hooks.keys() - {"onCreate"}):
            super_ = call("super", [LAST], f"{ACTIVITY}->{name}()V")
            methods.append(Method(name, "()V", [*super_, *hooks[name], ("return-void",)]))
        main = Class(MAIN, ACTIVITY, methods=methods)
        own = [main, Class(TOOL, methods=[init(), *_usual(), *self._tool]), Class(KEPT, fields=self._kept)]
        return [*own, *_shared(), *self.classes]


Straight = Callable[[Maker], Code]
"""A step that goes on behind itself."""


class Steps:
    """Steps by name: those after which v0 has the data still, and those after which it has none of it."""

    def __init__(self) -> None:
        self.carrying: dict[str, Straight] = {}
        self.dropping: dict[str, Straight] = {}

    def carries(self, step: Straight) -> Straight:
        """Take in a step that keeps the data."""
        self.carrying[step.__name__] = step
        return step

    def drops(self, step: Straight) -> Straight:
        """Take in a step that loses it."""
        self.dropping[step.__name__] = step
        return step


def _usual() -> list[Method]:
    """Methods that all steps share."""
    kept: Code = [("return-object", LAST)]
    more: Code = [
        ("if-eqz", LAST, ":end"),
        ("add-int/lit8", 1, LAST, -1),
        *call("static", [14, 1], f"{TOOL}->again({STRING}I){STRING}", 0),
        ("return-object", 0),
        ":end",
        ("return-object", 14),
    ]
    system = call("virtual", [0, LAST], f"{CONTEXT}->getSystemService({STRING})Ljava/lang/Object;", 1)
    return [
        static("same", SAME, kept),
        static("other", SAME, [*const(0, "other"), ("return-object", 0)]),
        static("again", f"({STRING}I){STRING}", more),
        static("fill", f"({BOX}{STRING})V", [("iput-object", 15, 14, f"{BOX}->a:{STRING}"), ("return-void",)]),
        static("system", f"({STRING})Ljava/lang/Object;", [*context(0), *system, ("return-object", 1)]),
        static("write", f"({BUILDER}{STRING})V", [
            *call("virtual", [14, 15], f"{BUILDER}->append({STRING}){BUILDER}"), ("return-void",),
        ]),
    ]  # fmt: skip


def _shared() -> list[Class]:
    """Classes that all steps share."""
    passes: Code = [("return-object", LAST)]
    drops: Code = [*const(0, "dropped"), ("return-object", 0)]
    put: Code = [("iput-object", 15, 14, f"{BOX}->a:{STRING}"), ("return-void",)]
    get: Code = [("iget-object", 0, 15, f"{BOX}->a:{STRING}"), ("return-object", 0)]
    box = [init(), Method("set", f"({STRING})V", put), Method("get", f"(){STRING}", get)]
    return [
        Class(BOX, methods=box, fields=[Field("a", STRING), Field("b", STRING)]),
        Class(NODE, methods=[init()], fields=[Field("next", NODE), Field("box", BOX)]),
        Class(PORT, methods=[Method("take", SAME, access=0x401)], access=0x601),
        Class(BASE, methods=[init(), Method("give", SAME, drops)]),
        Class(PASSING, BASE, [PORT], [init(BASE), Method("take", SAME, passes), Method("give", SAME, passes)]),
        Class(DROPPING, BASE, [PORT], [init(BASE), Method("take", SAME, drops)]),
    ]
