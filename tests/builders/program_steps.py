"""Steps of a program through code: moves, texts, calls, exceptions, branches. They take and leave a text in v0."""

from tests.builders.dex import Class, Field
from tests.builders.dex_pools import OBJECT
from tests.builders.program_parts import (
    BASE,
    BUILDER,
    DROPPING,
    LAST,
    PASSING,
    PORT,
    SAME,
    STRING,
    TOOL,
    Code,
    Maker,
    Steps,
    call,
    const,
    init,
    new,
    static,
    text_of,
)

ERROR = "Ljava/lang/RuntimeException;"
STEPS = Steps()


@STEPS.carries
def moved(_: Maker) -> Code:
    return [("move-object", 3, 0), *const(0, "gone"), ("move-object/from16", 0, 3)]


@STEPS.carries
def concatenated(_: Maker) -> Code:
    return [*const(1, "id="), *call("virtual", [1, 0], f"{STRING}->concat({STRING}){STRING}", 0)]


@STEPS.carries
def built(_: Maker) -> Code:
    append = f"{BUILDER}->append({STRING}){BUILDER}"
    end = call("virtual", [2], f"{BUILDER}->toString(){STRING}", 0)
    return [
        *new(1, BUILDER),
        *const(3, "a"),
        *call("virtual", [1, 3], append, 2),
        *call("virtual", [2, 0], append),
        *end,
    ]


@STEPS.carries
def reversed_(_: Maker) -> Code:
    made: Code = [("new-instance", 1, BUILDER), *call("direct", [1, 0], f"{BUILDER}-><init>({STRING})V")]
    made += call("virtual", [1], f"{BUILDER}->reverse(){BUILDER}", 1)
    return [*made, *call("virtual", [1], f"{BUILDER}->toString(){STRING}", 0)]


@STEPS.carries
def written_by_another(_: Maker) -> Code:
    made = [*new(1, BUILDER), ("move-object", 2, 1), *call("static", [2, 0], f"{TOOL}->write({BUILDER}{STRING})V")]
    return [*made, *call("virtual", [1], f"{BUILDER}->toString(){STRING}", 0)]


@STEPS.carries
def cut(_: Maker) -> Code:
    made = call("virtual", [0], f"{STRING}->trim(){STRING}", 0)
    return [*made, ("const/4", 1, 0), *call("virtual", [0, 1], f"{STRING}->substring(I){STRING}", 0)]


@STEPS.carries
def called(_: Maker) -> Code:
    return call("static", [0], f"{TOOL}->same{SAME}", 0)


@STEPS.drops
def called_in_vain(_: Maker) -> Code:
    return call("static", [0], f"{TOOL}->other{SAME}", 0)


@STEPS.drops
def returned_to_another(_: Maker) -> Code:
    """The same method is called with the data and without it."""
    made = [*call("static", [0], f"{TOOL}->same{SAME}", 1), *const(2, "harmless")]
    return [*made, *call("static", [2], f"{TOOL}->same{SAME}", 0)]


@STEPS.carries
def recursive(_: Maker) -> Code:
    return [("const/4", 1, 3), *call("static", [0, 1], f"{TOOL}->again({STRING}I){STRING}", 0)]


@STEPS.carries
def virtual(_: Maker) -> Code:
    return [*new(1, PASSING), *call("virtual", [1, 0], f"{BASE}->give{SAME}", 0)]


@STEPS.drops
def virtual_in_vain(_: Maker) -> Code:
    return [*new(1, DROPPING), *call("virtual", [1, 0], f"{BASE}->give{SAME}", 0)]


@STEPS.carries
def interface(_: Maker) -> Code:
    return [*new(1, PASSING), *call("interface", [1, 0], f"{PORT}->take{SAME}", 0)]


@STEPS.drops
def interface_in_vain(_: Maker) -> Code:
    return [*new(1, DROPPING), *call("interface", [1, 0], f"{PORT}->take{SAME}", 0)]


@STEPS.carries
def thrown(make: Maker) -> Code:
    code: Code = [":try", ("new-instance", 1, ERROR), *call("direct", [1, LAST], f"{ERROR}-><init>({STRING})V")]
    code += [("throw", 1), ":end", ":catch", ("move-exception", 2)]
    code += [*call("virtual", [2], f"{ERROR}->getMessage(){STRING}", 0), ("return-object", 0)]
    return call("static", [0], make.helper(SAME, code, tries=[(":try", ":end", {ERROR: ":catch"})]), 0)


@STEPS.carries
def thrown_by_another(make: Maker) -> Code:
    fails: Code = [("new-instance", 1, ERROR), *call("direct", [1, LAST], f"{ERROR}-><init>({STRING})V"), ("throw", 1)]
    code: Code = [":try", *call("static", [LAST], make.helper(f"({STRING})V", fails)), ":end", *const(0, "fine")]
    code += [("return-object", 0), ":catch", ("move-exception", 2)]
    code += [*call("virtual", [2], f"{ERROR}->getMessage(){STRING}", 0), ("return-object", 0)]
    return call("static", [0], make.helper(SAME, code, tries=[(":try", ":end", {ERROR: ":catch"})]), 0)


@STEPS.drops
def overwritten(_: Maker) -> Code:
    return const(0, "harmless")


@STEPS.carries
def looped(make: Maker) -> Code:
    """Only the second time round does the value arrive."""
    top, end = make.name(":top"), make.name(":end")
    made: Code = [*const(1, "x"), *const(2, "y"), ("const/4", 3, 0), ("const/4", 4, 2)]
    made += [top, ("if-ge", 3, 4, end), ("move-object", 1, 2), ("move-object", 2, 0), ("add-int/lit8", 3, 3, 1)]
    return [*made, ("goto", top), end, ("move-object", 0, 1)]


def _chosen(make: Maker, decides: int) -> Code:
    other, end = make.name(":other"), make.name(":end")
    made: Code = [("const/4", 1, decides), *const(2, "x"), ("if-nez", 1, other), ("move-object", 3, 2), ("goto", end)]
    return [*made, other, ("move-object", 3, 0), end, ("move-object", 0, 3)]


@STEPS.carries
def living_branch(make: Maker) -> Code:
    return _chosen(make, 1)


@STEPS.drops
def dead_branch(make: Maker) -> Code:
    return _chosen(make, 0)


@STEPS.carries
def switched(make: Maker) -> Code:
    one, end = make.name(":one"), make.name(":end")
    made: Code = [("const/4", 1, 7), *const(2, "x"), ("sparse-switch", 1, {3: end, 7: one}), ("goto", end)]
    return [*made, one, ("move-object", 2, 0), end, ("move-object", 0, 2)]


@STEPS.carries
def accessor(make: Maker) -> Code:
    """As of an inner class: through the outer object and a synthetic static method."""
    name = f"Lp/{make.name('Outer')};"
    field = f"{name}->value:{STRING}"
    read = static("access$000", f"({name}){STRING}", [("iget-object", 0, LAST, field), ("return-object", 0)])
    inner = make.add("Inner", [], fields=[Field("this$0", name)])
    fields = [Field("value", STRING)]
    make.classes.append(Class(name, methods=[init(), read], fields=fields))
    made: Code = [*new(1, name), *new(2, inner), ("iput-object", 1, 2, f"{inner}->this$0:{name}")]
    made += [("iput-object", 0, 1, field), ("iget-object", 3, 2, f"{inner}->this$0:{name}")]
    return [*made, *call("static", [3], f"{name}->access$000({name}){STRING}", 0)]


@STEPS.carries
def static_initialiser(make: Maker) -> Code:
    """A class takes the value when it is first used."""
    kept, name = make.field(), f"Lp/{make.name('First')};"
    code: Code = [("sget-object", 0, kept), ("sput-object", 0, f"{name}->value:{STRING}"), ("return-void",)]
    make.classes.append(Class(name, methods=[static("<clinit>", "()V", code)], fields=[Field("value", STRING, 0x9)]))
    return [("sput-object", 0, kept), ("sget-object", 0, f"{name}->value:{STRING}")]


@STEPS.carries
def cast(_: Maker) -> Code:
    return [("move-object", 1, 0), ("check-cast", 1, OBJECT), *text_of(1)]


@STEPS.carries
def number(_: Maker) -> Code:
    made = call("virtual", [0], f"{STRING}->hashCode()I", 1)
    made += [("add-int/lit8", 1, 1, 1), ("int-to-long", 2, 1), ("long-to-int", 4, 2)]
    return [*made, *call("static", [4], f"Ljava/lang/Integer;->toString(I){STRING}", 0)]


@STEPS.carries
def characters(make: Maker) -> Code:
    """One character after the other."""
    top, end = make.name(":top"), make.name(":end")
    made = [*new(1, BUILDER), ("const/4", 2, 0), *call("virtual", [0], f"{STRING}->length()I", 3)]
    made += [top, ("if-ge", 2, 3, end), *call("virtual", [0, 2], f"{STRING}->charAt(I)C", 4)]
    made += [("add-int/lit8", 4, 4, 1), ("int-to-char", 4, 4)]
    made += call("virtual", [1, 4], f"{BUILDER}->append(C){BUILDER}")
    made += [("add-int/lit8", 2, 2, 1), ("goto", top), end]
    return [*made, *call("virtual", [1], f"{BUILDER}->toString(){STRING}", 0)]


@STEPS.carries
def character_array(_: Maker) -> Code:
    made = [*call("virtual", [0], f"{STRING}->toCharArray()[C", 1), ("new-instance", 2, STRING)]
    return [*made, *call("direct", [2, 1], f"{STRING}-><init>([C)V"), ("move-object", 0, 2)]


@STEPS.carries
def made_by_name(_: Maker) -> Code:
    made = [*const(1, "p.Passing"), *call("static", [1], f"Ljava/lang/Class;->forName({STRING})Ljava/lang/Class;", 2)]
    made += [*call("virtual", [2], f"Ljava/lang/Class;->newInstance(){OBJECT}", 3), ("check-cast", 3, PORT)]
    return [*made, *call("interface", [3, 0], f"{PORT}->take{SAME}", 0)]
