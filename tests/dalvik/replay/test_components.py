"""Life cycles, callbacks and what passes from one start to the next: which orders are possible, and which are not."""

from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.layouts import Layout
from tests.builders.dex import OBJECT, Class, Field, Method
from tests.dalvik.replay.app import (
    ACTIVITY,
    BUNDLE,
    MAIN,
    ME,
    OTHER,
    OUT,
    SERVICE,
    VIEW,
    activity,
    call,
    created,
    got,
    init,
    keep,
    kept,
    main,
    new,
    on,
    put,
    run,
    secret,
    send,
    word,
)

CLICK = "Landroid/view/View$OnClickListener;"
CREATE = f"({BUNDLE})V"
STRING = "Ljava/lang/String;"
CONTEXT = "Landroid/content/Context;"


def listener(*code: object) -> Class:
    """A listener for clicks that leaks what lies in a static field, or does something else."""
    return Class(
        OTHER,
        interfaces=[CLICK],
        methods=[init(), on("onClick", f"({VIEW})V", *(code or (kept(0), send(0))))],
        fields=[Field("f", OBJECT)],
    )


def test_a_field_set_early_is_there_later():
    ran = run(main(on("onCreate", CREATE, *secret(), put(0, 14)), on("onDestroy", "()V", got(0), send(0))))
    assert ran.exact == OUT
    assert not ran.gaps


def test_a_field_of_an_object_is_not_there_in_the_next_object():
    ran = run(main(on("onPause", "()V", *secret(), put(0)), on("onCreate", CREATE, got(0, 14), send(0))))
    assert not ran.pairs
    assert not ran.gaps


def test_a_static_field_outlives_the_activity():
    ran = run(main(on("onDestroy", "()V", *secret(), keep()), on("onCreate", CREATE, kept(), send(0))))
    assert ran.exact == OUT


def test_a_stopped_activity_may_be_started_again():
    ran = run(main(on("onStop", "()V", *secret(), put(0)), on("onStart", "()V", got(0), send(0))))
    assert ran.exact == OUT


def test_a_paused_activity_is_resumed_but_not_created_again():
    code = on("onPause", "()V", *secret(), put(0))
    assert run(main(code, on("onResume", "()V", got(0), send(0)))).exact == OUT
    assert not run(main(code, on("onCreate", CREATE, got(0, 14), send(0)))).pairs


def test_what_is_overwritten_in_between_does_not_arrive():
    clean = (word(0, "clean"), put(0))
    ran = run(
        main(
            on("onCreate", CREATE, *secret(), put(0, 14)),
            on("onStart", "()V", *clean),
            on("onResume", "()V", got(0), send(0)),
        )
    )
    assert not ran.pairs
    assert not ran.gaps


def test_the_constructor_runs_before_all_else():
    class_ = main(on("onCreate", CREATE, got(0, 14), send(0)))
    class_.methods[0] = init(*secret(), put(0), above=ACTIVITY)
    assert run(class_).exact == OUT


def test_a_component_that_is_disabled_does_not_run():
    leak = main(on("onCreate", CREATE, *secret(), send(0)))
    assert run(leak).exact == OUT
    ran = run(leak, declared=[activity(MAIN, enabled=False)])
    assert not ran.pairs


def test_saved_state_is_handed_to_the_next_object_by_its_keys():
    def app(key: str) -> object:
        bundle = f"{BUNDLE}->putString({STRING}{STRING})V"
        return run(
            main(
                on("onSaveInstanceState", CREATE, *secret(), word(1, "x"), *call("virtual", [15, 1, 0], bundle)),
                on(
                    "onCreate",
                    CREATE,
                    ("if-eqz", 15, ":end"),
                    word(1, key),
                    *call("virtual", [15, 1], f"{BUNDLE}->getString({STRING}){STRING}", 0),
                    send(0),
                    ":end",
                ),
            )
        )

    assert app("x").exact == OUT
    assert not app("y").pairs


def test_preferences_last_from_one_run_to_the_next_by_name_and_key():
    shared = "Landroid/content/SharedPreferences;"
    editor = f"{shared[:-1]}$Editor;"

    def app(name: str, key: str) -> object:
        open_ = f"{MAIN}->getSharedPreferences({STRING}I){shared}"
        return run(
            main(
                on(
                    "onStop",
                    "()V",
                    *secret(),
                    *(word(1, "p"), word(3, "k"), ("const/4", 2, 0)),
                    *call("virtual", [15, 1, 2], open_, 4),
                    *call("interface", [4], f"{shared}->edit(){editor}", 4),
                    *call("interface", [4, 3, 0], f"{editor}->putString({STRING}{STRING}){editor}", 4),
                    *call("interface", [4], f"{editor}->commit()Z"),
                ),
                on(
                    "onCreate",
                    CREATE,
                    *(word(1, name), word(3, key), ("const/4", 2, 0)),
                    *call("virtual", [14, 1, 2], open_, 4),
                    *call("interface", [4, 3, 3], f"{shared}->getString({STRING}{STRING}){STRING}", 0),
                    send(0),
                ),
            )
        )

    assert app("p", "k").exact == OUT
    assert not app("p", "other").pairs
    assert not app("q", "k").pairs


def registering(*more: object) -> tuple[object, ...]:
    """Look a button up (register 1) and give it a listener (register 2)."""
    button = "Landroid/widget/Button;"
    return (
        ("const/16", 0, 77),
        *call("virtual", [14, 0], f"{MAIN}->findViewById(I){VIEW}", 1),
        ("check-cast", 1, button),
        *new(2, OTHER),
        *call("virtual", [1, 2], f"{button}->setOnClickListener({CLICK})V"),
        *more,
    )


def test_a_registered_listener_is_called_and_another_is_not():
    assert run(created(*secret(), keep(), *registering()), listener()).exact == OUT
    assert not run(created(*secret(), keep(), *new(2, OTHER)), listener()).pairs


def test_a_listener_that_was_taken_away_is_not_called():
    button = "Landroid/widget/Button;"
    gone = (("const/4", 3, 0), *call("virtual", [1, 3], f"{button}->setOnClickListener({CLICK})V"))
    ran = run(created(*secret(), keep(), *registering(*gone)), listener())
    assert not ran.pairs
    assert not ran.gaps


def test_a_callback_may_come_after_another():
    ran = run(created(*registering()), listener(kept(0), send(0), *secret(1), keep(1)))
    assert ran.exact == OUT


def test_the_same_view_is_found_under_the_same_number():
    button = "Landroid/widget/Button;"

    def app(number: int) -> object:
        find = f"{MAIN}->findViewById(I){VIEW}"
        return run(
            created(
                *secret(5),
                ("const/16", 0, 77),
                *call("virtual", [14, 0], find, 1),
                ("check-cast", 1, button),
                *call("virtual", [1, 5], f"{button}->setHint(Ljava/lang/CharSequence;)V"),
                ("const/16", 0, number),
                *call("virtual", [14, 0], find, 2),
                ("check-cast", 2, button),
                *call("virtual", [2], f"{button}->getHint()Ljava/lang/CharSequence;", 3),
                send(3),
            )
        )

    assert app(77).pairs == OUT
    assert not app(78).pairs


def test_a_click_handler_of_the_layout_that_is_shown_is_called():
    layouts = [Layout("res/layout/a.xml", clicks=("pressed",))]
    shown = (("const/16", 0, 5), *call("virtual", [14, 0], f"{MAIN}->setContentView(I)V"))
    handler = on("pressed", f"({VIEW})V", *secret(), send(0))
    app = main(on("onCreate", CREATE, *shown), handler)
    assert run(app, layouts=layouts, text=lambda _: "res/layout/a.xml").exact == OUT
    assert not run(app, layouts=layouts, text=lambda _: "res/layout/b.xml").pairs


def test_any_layout_may_be_shown_when_its_number_is_not_known():
    layouts = [Layout("res/layout/a.xml", clicks=("pressed",))]
    shown = (*call("static", [], "Lenv/E;->number()I", 0), *call("virtual", [14, 0], f"{MAIN}->setContentView(I)V"))
    app = main(on("onCreate", CREATE, *shown), on("pressed", f"({VIEW})V", *secret(), send(0)))
    assert run(app, layouts=layouts).exact == OUT


def test_a_view_that_a_layout_names_is_made():
    layouts = [Layout("res/layout/a.xml", classes=(OTHER,))]
    view = Class(
        OTHER,
        VIEW,
        methods=[on("onDraw", "(Landroid/graphics/Canvas;)V", *secret(), send(0))],
    )
    shown = (("const/16", 0, 5), *call("virtual", [14, 0], f"{MAIN}->setContentView(I)V"))
    assert run(created(*shown), view, layouts=layouts, text=lambda _: "res/layout/a.xml").exact == OUT


def fragment(*code: object) -> Class:
    above = "Landroid/app/Fragment;"
    return Class(OTHER, above, methods=[init(above=above), *code], fields=[Field("f", OBJECT)])


def transaction(*, added: bool) -> tuple[object, ...]:
    manager, moves = "Landroid/app/FragmentManager;", "Landroid/app/FragmentTransaction;"
    add = call("virtual", [2, 0, 1], f"{moves}->add(ILandroid/app/Fragment;){moves}")
    return (
        *new(1, OTHER),
        *call("virtual", [14], f"{MAIN}->getFragmentManager(){manager}", 2),
        *call("virtual", [2], f"{manager}->beginTransaction(){moves}", 2),
        ("const/16", 0, 9),
        *(add if added else ()),
        *call("virtual", [2], f"{moves}->commit()I"),
    )


def test_a_fragment_lives_in_its_activity_when_it_was_added():
    part = fragment(
        on("onCreate", CREATE, *secret(), ("iput-object", 0, 14, f"{OTHER}->f:{OBJECT}")),
        on("onResume", "()V", ("iget-object", 0, ME, f"{OTHER}->f:{OBJECT}"), send(0)),
    )
    assert run(created(*transaction(added=True)), part).exact == OUT
    assert not run(created(*transaction(added=False)), part).pairs


def test_a_fragment_knows_its_activity():
    get = call("virtual", [ME], f"{OTHER}->getActivity(){ACTIVITY}", 0)
    part = fragment(on("onResume", "()V", *get, ("check-cast", 0, MAIN), got(1, 0), send(1)))
    app = main(on("onCreate", CREATE, *secret(5), put(5, 14), *transaction(added=True)))
    assert run(app, part).exact == OUT


def test_the_application_begins_before_its_activities():
    whole = Class(
        OTHER,
        "Landroid/app/Application;",
        methods=[init(above="Landroid/app/Application;"), on("onCreate", "()V", *secret(), keep())],
    )
    ran = run(created(kept(0), send(0)), whole, declared=[Declared("application", OTHER), activity(MAIN)])
    assert ran.exact == OUT


def test_the_application_is_one_object():
    above = "Landroid/app/Application;"
    whole = Class(OTHER, above, methods=[init(above=above)], fields=[Field("f", OBJECT)])
    get = call("virtual", [14], f"{MAIN}->getApplicationContext(){CONTEXT}", 1)
    app = created(
        *secret(),
        *get,
        ("check-cast", 1, OTHER),
        put(0, 1, OTHER),
        *get,
        ("check-cast", 1, OTHER),
        got(2, 1, OTHER),
        send(2),
    )
    assert run(app, whole, declared=[Declared("application", OTHER), activity(MAIN)]).exact == OUT


def test_a_service_keeps_its_object_from_one_start_to_the_next():
    start = "(Landroid/content/Intent;II)I"
    service = main(
        on("onStartCommand", start, got(0, 12), send(0), *secret(), put(0, 12)),
        above=SERVICE,
    )
    assert run(service, declared=[Declared("service", MAIN, exported=True)]).exact == OUT


def test_a_service_is_called_when_memory_is_low():
    service = main(
        on("onStartCommand", "(Landroid/content/Intent;II)I", *secret(), put(0, 12)),
        on("onLowMemory", "()V", got(0), send(0)),
        above=SERVICE,
    )
    assert run(service, declared=[Declared("service", MAIN, exported=True)]).exact == OUT


def test_a_receiver_of_the_manifest_is_called():
    receive = "(Landroid/content/Context;Landroid/content/Intent;)V"
    app = main(on("onReceive", receive, *secret(), send(0)), above="Landroid/content/BroadcastReceiver;")
    assert run(app, declared=[Declared("receiver", MAIN, exported=True)]).exact == OUT


def receiver() -> Class:
    above = "Landroid/content/BroadcastReceiver;"
    receive = "(Landroid/content/Context;Landroid/content/Intent;)V"
    return Class(OTHER, above, methods=[init(above=above), on("onReceive", receive, kept(0), send(0))])


def test_a_receiver_registered_in_code_is_called_until_it_is_unregistered():
    register = f"{MAIN}->registerReceiver(Landroid/content/BroadcastReceiver;Landroid/content/IntentFilter;)"
    begin = (
        *secret(),
        keep(),
        *new(1, OTHER),
        *new(2, "Landroid/content/IntentFilter;"),
        *call("virtual", [14, 1, 2], f"{register}Landroid/content/Intent;"),
    )
    end = call("virtual", [14, 1], f"{MAIN}->unregisterReceiver(Landroid/content/BroadcastReceiver;)V")
    assert run(created(*begin), receiver()).exact == OUT
    assert not run(created(*begin, *end), receiver()).pairs


def test_others_may_change_what_is_shared_while_an_activity_is_stopped():
    other = Class(OTHER, ACTIVITY, methods=[init(above=ACTIVITY), on("onCreate", CREATE, *secret(), keep())])
    app = main(on("onCreate", CREATE, word(0, "clean"), keep()), on("onRestart", "()V", kept(0), send(0)))
    assert run(app, other, declared=[activity(MAIN), activity(OTHER, exported=True)]).pairs == OUT


def test_nothing_to_start_is_said():
    ran = run(created(), declared=[Declared("activity", "Lnot/There;")])
    assert ran.gaps == {"no component of the app can be started"}


def test_a_process_that_ends_does_nothing_more():
    stop = (("const/4", 1, 0), *call("static", [1], "Ljava/lang/System;->exit(I)V"))
    assert not run(created(*secret(), *stop, send(0))).pairs


def test_deep_recursion_of_the_app_does_not_break_the_driver():
    again = call("virtual", [14, 15], f"{MAIN}->onCreate({BUNDLE})V")
    ran = run(main(on("onCreate", CREATE, *secret(), send(0), *again)))
    assert ran.pairs == OUT
    assert ran.gaps


def test_methods_that_share_a_name_with_a_callback_are_not_called():
    ran = run(main(Method("onCreate", "(I)V", [*secret(), send(0), ("return-void",)], registers=16)))
    assert not ran.pairs
