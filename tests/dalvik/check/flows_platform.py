"""Flows that hold by what the platform does: builders, stores, tasks, intents, reflection."""

from tests.dalvik.check.flows_code import APPEND, ARRIVE, BUILDER, END, START, Case, E, main
from tests.dalvik.check.material import MAIN, READ, SINK, STRING, App, leak, run

TEXT = f"{BUILDER}->toString(){STRING}"
EDITOR = "Landroid/content/SharedPreferences$Editor;"


def builder() -> Case:
    """An object is changed, and known by another register; `append` returns the same object."""
    app = main(
        ":new",
        ("new-instance", 3, BUILDER),
        ("move-object", 4, 3),
        ":first",
        ("invoke-virtual", [4, 8], APPEND),
        ("move-result-object", 5),
        *leak(
            ":append",
            ("invoke-virtual", [5, 0], APPEND),
            ":text",
            ("invoke-virtual", [3], TEXT),
            ("move-result-object", 6),
            register=6,
        ),
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:append", "operand 1"),
        (E.MODEL, "Main.run:append", "operand 0", "0 -> this"),
        (E.SAME, "Main.run:first", "result"),
        (E.MODEL, "Main.run:first", "operand 0", "this == return"),
        (E.SAME, "Main.run:new", "result"),
        (E.USE, "Main.run:text", "operand 0"),
        (E.MODEL, "Main.run:text", "result", "this -> return"),
        ARRIVE,
        END,
    )


def preferences() -> Case:
    put = f"{EDITOR}->putString({STRING}{STRING}){EDITOR}"
    get = f"Landroid/content/SharedPreferences;->getString({STRING}{STRING}){STRING}"
    app = App().add(
        MAIN,
        [
            run(":source", *READ, ("const-string", 1, "id"), ":put", ("invoke-interface", [9, 1, 0], put)),
            run(
                ":get",
                ("invoke-interface", [8, 1, 2], get),
                ("move-result-object", 3),
                ":sink",
                ("invoke-static", [8, 3], SINK),
                name="later",
            ),
        ],
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:put", "operand 2"),
        (E.MODEL, "Main.run:put", "@preferences['id']", "1 == @preferences[0]"),
        (E.MODEL, "Main.later:get", "result", "@preferences[0] == return"),
        (E.USE, "Main.later:sink", "operand 1"),
        (E.SINK, "Main.later:sink", "operand 1"),
    )


def task() -> Case:
    """The platform calls `doInBackground`, and what it returns comes back."""
    execute = "Lcom/x/Task;->execute([Ljava/lang/Object;)Landroid/os/AsyncTask;"
    app = main(
        ":source",
        *READ,
        ":fill",
        ("filled-new-array", [0], f"[{STRING}"),
        ("move-result-object", 1),
        ":go",
        ("invoke-virtual", [9, 1], execute),
    )
    work = run(
        ":get",
        ("aget-object", 1, 15, 2),
        ":sink",
        ("invoke-static", [8, 1], SINK),
        ("return-object", 1),
        name="doInBackground",
        proto="([Ljava/lang/Object;)Ljava/lang/Object;",
    )
    app.add("Lcom/x/Task;", [work], "Landroid/os/AsyncTask;")
    effect = "call this.doInBackground/1(0) == this['result']"
    return app, app.flow(
        START,
        (E.USE, "Main.run:fill", "operand 0"),
        (E.ELEMENT, "Main.run:fill", "result"),
        (E.USE, "Main.run:go", "operand 1"),
        (E.CALLBACK, "Task.doInBackground", "parameter 1", effect),
        (E.USE, "Task.doInBackground:get", "operand 0"),
        (E.COMPUTE, "Task.doInBackground:get", "result"),
        (E.USE, "Task.doInBackground:sink", "operand 1"),
        (E.SINK, "Task.doInBackground:sink", "operand 1"),
    )


def intent() -> Case:
    app = (
        App()
        .add(
            MAIN,
            [
                run(
                    ":source",
                    *READ,
                    ("const-class", 1, "Lcom/x/Other;"),
                    ":go",
                    ("invoke-virtual", [15, 0], f"{MAIN}->startActivity(Landroid/content/Intent;)V"),
                )
            ],
            "Landroid/app/Activity;",
        )
        .add(
            "Lcom/x/Other;",
            [
                run(
                    ":get",
                    ("invoke-virtual", [15], "Lcom/x/Other;->getIntent()Landroid/content/Intent;"),
                    ("move-result-object", 0),
                    ":sink",
                    ("invoke-static", [8, 0], SINK),
                    name="onCreate",
                    proto="(Landroid/os/Bundle;)V",
                )
            ],
            "Landroid/app/Activity;",
        )
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:go", "operand 1"),
        (E.CHANNEL, "Other.onCreate:get", "result", "class Lcom/x/Other;"),
        (E.USE, "Other.onCreate:sink", "operand 1"),
        (E.SINK, "Other.onCreate:sink", "operand 1"),
    )


def reflection() -> Case:
    invoke = "Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;"
    app = main(
        ":source",
        *READ,
        ("const-string", 1, "hidden"),
        ("const-string", 2, "com.x.Other"),
        ":fill",
        ("filled-new-array", [0], "[Ljava/lang/Object;"),
        ("move-result-object", 3),
        ":go",
        ("invoke-virtual", [8, 9, 3], invoke),
    )
    hidden = run(":sink", ("invoke-static", [8, 15], SINK), name="hidden", proto=f"({STRING})V")
    app.add("Lcom/x/Other;", [hidden])
    return app, app.flow(
        START,
        (E.USE, "Main.run:fill", "operand 0"),
        (E.ELEMENT, "Main.run:fill", "result"),
        (E.USE, "Main.run:go", "operand 2"),
        (E.REFLECT, "Other.hidden", "parameter 1", "class com.x.Other, method hidden"),
        (E.USE, "Other.hidden:sink", "operand 1"),
        (E.SINK, "Other.hidden:sink", "operand 1"),
    )
