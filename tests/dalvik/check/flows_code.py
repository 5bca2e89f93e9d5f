"""Flows that hold by what the code of the app does itself: values, calls, fields, arrays, exceptions, branches."""

from affidavit.model.flow import Edge, Flow
from tests.builders.dex import Field
from tests.dalvik.check.material import MAIN, READ, SINK, STRING, App, leak, run

E = Edge
START = (E.SOURCE, "Main.run:source", "result")
END = (E.SINK, "Main.run:sink", "operand 1")
ARRIVE = (E.USE, "Main.run:sink", "operand 1")
BUILDER = "Ljava/lang/StringBuilder;"
APPEND = f"{BUILDER}->append({STRING}){BUILDER}"
FIELD = f"{MAIN}->kept:{STRING}"
Case = tuple[App, Flow]


def main(*code: object, **more: object) -> App:
    """A program of one method."""
    return App().add(MAIN, [run(*code, **more)])  # type: ignore[arg-type]


def straight() -> Case:
    app = main(*leak(("move-object", 3, 0), ("move-object/from16", 0, 3)))
    return app, app.flow(START, ARRIVE, END)


def around_a_loop() -> Case:
    code = [":top", ":sink", ("invoke-static", [8, 0], SINK), ":source", *READ, ("if-eqz", 1, ":top")]
    app = main(*code)
    return app, app.flow(START, ARRIVE, END)


def through_a_switch() -> Case:
    app = main(
        ":source",
        *READ,
        ("packed-switch", 1, 0, [":one", ":sink"]),
        ("const/4", 0, 0),
        ("return-void",),
        ":one",
        ("const/4", 0, 0),
        ":sink",
        ("invoke-static", [8, 0], SINK),
    )
    return app, app.flow(START, ARRIVE, END)


def past_an_exception() -> Case:
    """The value is overwritten after the call that may throw, so that the handler still has it."""
    app = main(
        ":source",
        *READ,
        ":try",
        ("invoke-static", [], "Ljava/lang/System;->gc()V"),
        ":end",
        ("const/4", 0, 0),
        ("return-void",),
        ":catch",
        ("move-exception", 1),
        ":sink",
        ("invoke-static", [8, 0], SINK),
        tries=[(":try", ":end", {None: ":catch"})],
    )
    return app, app.flow(START, ARRIVE, END)


def computed() -> Case:
    app = main(*leak(":cast", ("check-cast", 0, STRING), ":length", ("array-length", 2, 0), register=2))
    return app, app.flow(
        START, (E.USE, "Main.run:length", "operand 0"), (E.COMPUTE, "Main.run:length", "result"), ARRIVE, END
    )


def computed_wide() -> Case:
    app = main(
        ":source",
        ("invoke-static", [], "Lcom/y/Y;->id()J"),
        ("move-result-wide", 0),
        ":add",
        ("add-long", 2, 4, 0),
        ":shift",
        ("shl-long", 4, 2, 7),
        ":sink",
        ("invoke-static", [8, 4, 5], "Lcom/y/Y;->log(IJ)V"),
    )
    steps = (
        (E.USE, "Main.run:add", "operand 1"),
        (E.COMPUTE, "Main.run:add", "result"),
        (E.USE, "Main.run:shift", "operand 0"),
        (E.COMPUTE, "Main.run:shift", "result"),
    )
    return app, app.flow(START, *steps, ARRIVE, END, source_api="Lcom/y/Y;->id()J", sink_api="Lcom/y/Y;->log(IJ)V")


def called() -> Case:
    """Through an override, behind a pair of registers."""
    to = "Lcom/x/Base;->send(JLjava/lang/String;)V"
    app = main(":source", *READ, ":call", ("invoke-virtual", [9, 2, 3, 0], to))
    app.add("Lcom/x/Base;", [run(name="send", proto=f"(J{STRING})V")])
    app.add(
        "Lcom/x/Sub;",
        [run(":sink", ("invoke-static", [0, 15], SINK), name="send", proto=f"(J{STRING})V")],
        "Lcom/x/Base;",
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:call", "operand 2"),
        (E.CALL, "Sub.send", "parameter 2"),
        (E.USE, "Sub.send:sink", "operand 1"),
        (E.SINK, "Sub.send:sink", "operand 1"),
    )


def called_through_an_interface() -> Case:
    """The class that has the method knows nothing of the interface; a class below both makes it one of its."""
    app = main(":source", *READ, ":call", ("invoke-interface", [9, 0], f"Lcom/x/Port;->send({STRING})V"))
    app.add("Lcom/x/Port;", access=0x601)
    app.add("Lcom/x/Base;", [run(":sink", ("invoke-static", [0, 15], SINK), name="send", proto=f"({STRING})V")])
    app.add("Lcom/x/Both;", super_="Lcom/x/Base;", interfaces=["Lcom/x/Port;"])
    return app, app.flow(
        START,
        (E.USE, "Main.run:call", "operand 1"),
        (E.CALL, "Base.send", "parameter 1"),
        (E.USE, "Base.send:sink", "operand 1"),
        (E.SINK, "Base.send:sink", "operand 1"),
    )


def returned() -> Case:
    app = main(
        ":call",
        ("invoke-static", [], f"{MAIN}->read(){STRING}"),
        ("move-result-object", 0),
        ":sink",
        ("invoke-static", [8, 0], SINK),
    )
    read = run(":source", *READ, ":back", ("return-object", 0), name="read", proto=f"(){STRING}", access=0x9)
    app.classes[0] = type(app.classes[0])(MAIN, methods=[*app.classes[0].methods, read])
    return app, app.flow(
        (E.SOURCE, "Main.read:source", "result"),
        (E.USE, "Main.read:back", "operand 0"),
        (E.RETURN, "Main.run:call", "result"),
        ARRIVE,
        END,
    )


def stored() -> Case:
    """Written by the name of a class below the one that declares the field."""
    app = App().add(
        MAIN,
        [
            run(":source", *READ, ":put", ("iput-object", 0, 9, f"Lcom/x/Sub;->kept:{STRING}")),
            run(":get", ("iget-object", 1, 15, FIELD), ":sink", ("invoke-static", [8, 1], SINK), name="later"),
        ],
        fields=[Field("kept", STRING)],
    )
    app.add("Lcom/x/Sub;", super_=MAIN)
    return app, app.flow(
        START,
        (E.USE, "Main.run:put", "operand 0"),
        (E.STORE, "Main.run:put", f"field {FIELD}"),
        (E.LOAD, "Main.later:get", "result"),
        (E.USE, "Main.later:sink", "operand 1"),
        (E.SINK, "Main.later:sink", "operand 1"),
    )


def element() -> Case:
    app = main(
        ("const/4", 4, 1),
        ":array",
        ("new-array", 3, 4, f"[{STRING}"),
        *leak(":put", ("aput-object", 0, 3, 4), ":get", ("aget-object", 5, 3, 4), register=5),
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:put", "operand 0"),
        (E.ELEMENT, "Main.run:put", "operand 1"),
        (E.SAME, "Main.run:array", "result"),
        (E.USE, "Main.run:get", "operand 0"),
        (E.COMPUTE, "Main.run:get", "result"),
        ARRIVE,
        END,
    )


def filled_array() -> Case:
    app = main(
        *leak(
            ":fill",
            ("filled-new-array", [4, 0], f"[{STRING}"),
            ("move-result-object", 3),
            ":get",
            ("aget-object", 5, 3, 4),
            register=5,
        )
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:fill", "operand 1"),
        (E.ELEMENT, "Main.run:fill", "result"),
        (E.USE, "Main.run:get", "operand 0"),
        (E.COMPUTE, "Main.run:get", "result"),
        ARRIVE,
        END,
    )


def thrown() -> Case:
    """In this method; the exception carries the value (here it is the value, which no verifier looks at)."""
    app = main(
        ":source",
        *READ,
        ":try",
        ":throw",
        ("throw", 0),
        ":end",
        ":catch",
        ("move-exception", 1),
        ":sink",
        ("invoke-static", [8, 1], SINK),
        tries=[(":try", ":end", {"Ljava/lang/Exception;": ":catch"})],
    )
    return app, app.flow(
        START, (E.USE, "Main.run:throw", "operand 0"), (E.THROW, "Main.run:catch", "result"), ARRIVE, END
    )


def thrown_to_a_caller() -> Case:
    fail = run(":source", *READ, ":throw", ("throw", 0), name="fail", access=0x9)
    between = run(":call", ("invoke-static", [], f"{MAIN}->fail()V"), name="between", access=0x9)
    catching = run(
        ":try",
        ":call",
        ("invoke-static", [], f"{MAIN}->between()V"),
        ":end",
        ("return-void",),
        ":catch",
        ("move-exception", 1),
        ":sink",
        ("invoke-static", [8, 1], SINK),
        tries=[(":try", ":end", {None: ":catch"})],
    )
    app = App().add(MAIN, [catching, between, fail])
    return app, app.flow(
        (E.SOURCE, "Main.fail:source", "result"),
        (E.USE, "Main.fail:throw", "operand 0"),
        (E.THROW, "Main.between:call", "exception"),
        (E.THROW, "Main.run:call", "exception"),
        (E.THROW, "Main.run:catch", "result"),
        ARRIVE,
        END,
    )


def controlled() -> Case:
    app = main(
        ":source",
        *READ,
        ":if",
        ("if-eqz", 0, ":else"),
        ":one",
        ("const-string", 1, "one"),
        ("goto", ":sink"),
        ":else",
        ("const-string", 1, "other"),
        ":sink",
        ("invoke-static", [8, 1], SINK),
    )
    return app, app.flow(START, (E.USE, "Main.run:if", "operand 0"), (E.CONTROL, "Main.run:one", "result"), ARRIVE, END)


def chosen() -> Case:
    """A value that was there before is moved on one side only."""
    app = main(
        ("const-string", 1, "one"),
        ("const-string", 2, "other"),
        ":source",
        *READ,
        ":if",
        ("if-eqz", 0, ":sink"),
        ("move-object", 1, 2),
        ":sink",
        ("invoke-static", [8, 1], SINK),
    )
    return app, app.flow(START, (E.USE, "Main.run:if", "operand 0"), (E.CONTROL, "Main.run:sink", "operand 1"), END)


def changed_by_a_callee() -> Case:
    """A callee changes its argument; the caller knows the object, and so does a field."""
    fill = run(
        ":source", *READ, ":append", ("invoke-virtual", [15, 0], APPEND), name="fill", proto=f"({BUILDER})V", access=0x9
    )
    app = App().add(
        MAIN,
        [
            run(
                ":get",
                ("iget-object", 3, 15, f"{MAIN}->kept:{BUILDER}"),
                ":make",
                ("invoke-static", [], f"{MAIN}->make(){BUILDER}"),
                ("move-result-object", 4),
                ":call",
                ("invoke-static", [3], f"{MAIN}->fill({BUILDER})V"),
                ":sink",
                ("invoke-static", [8, 3], SINK),
            ),
            run(":put", ("iput-object", 15, 14, f"{MAIN}->kept:{BUILDER}"), name="keep", proto=f"({BUILDER})V"),
            run(
                ":new",
                ("new-instance", 1, BUILDER),
                ":back",
                ("return-object", 1),
                name="make",
                proto=f"(){BUILDER}",
                access=0x9,
            ),
            run(
                ":make",
                ("invoke-static", [], f"{MAIN}->make(){BUILDER}"),
                ("move-result-object", 4),
                ":keep",
                ("invoke-virtual", [15, 4], f"{MAIN}->keep({BUILDER})V"),
                ":sink",
                ("invoke-static", [8, 4], SINK),
                name="later",
            ),
            fill,
        ],
        fields=[Field("kept", BUILDER)],
    )
    return app, app.flow(
        (E.SOURCE, "Main.fill:source", "result"),
        (E.USE, "Main.fill:append", "operand 1"),
        (E.MODEL, "Main.fill:append", "operand 0", "0 -> this"),
        (E.SAME, "Main.fill", "parameter 0"),
        (E.SAME_ARGUMENT, "Main.run:call", "operand 0"),
        (E.SAME, "Main.run:get", "result"),
        (E.SAME_FIELD, "Main.run:get", f"field {MAIN}->kept:{BUILDER}"),
        (E.SAME_FIELD, "Main.keep:put", "operand 0"),
        (E.SAME, "Main.keep", "parameter 1"),
        (E.SAME_ARGUMENT, "Main.later:keep", "operand 1"),
        (E.SAME, "Main.later:make", "result"),
        (E.SAME_RESULT, "Main.make:back", "operand 0"),
        (E.SAME, "Main.make:new", "result"),
        (E.USE, "Main.make:back", "operand 0"),
        (E.RETURN, "Main.later:make", "result"),
        (E.USE, "Main.later:sink", "operand 1"),
        (E.SINK, "Main.later:sink", "operand 1"),
    )
