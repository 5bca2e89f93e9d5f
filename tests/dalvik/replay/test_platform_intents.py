"""Intents: where they go by class, action, category and data, and what is in them when they arrive."""

import pytest

from affidavit.dalvik.whole.entries import Declared, Filter
from tests.builders.dex import Class
from tests.dalvik.replay.app import (
    ACTIVITY,
    BUNDLE,
    INTENT,
    MAIN,
    OTHER,
    OUT,
    SERVICE,
    activity,
    call,
    created,
    init,
    main,
    new,
    on,
    run,
    secret,
    send,
    word,
)

STRING = "Ljava/lang/String;"
CREATE = f"({BUNDLE})V"
CONTEXT = "Landroid/content/Context;"


def extra(intent: int, key: str, value: int) -> list[tuple[object, ...]]:
    put = f"{INTENT}->putExtra({STRING}{STRING}){INTENT}"
    return [word(9, key), *call("virtual", [intent, 9, value], put)]


def to_class(name: str = OTHER) -> list[tuple[object, ...]]:
    """An intent for a class, in register 1."""
    return [("const-class", 2, name), *new(1, INTENT, 14, 2, proto=f"({CONTEXT}Ljava/lang/Class;)V")]


def to_action(name: str) -> list[tuple[object, ...]]:
    return [word(2, name), *new(1, INTENT, 2, proto=f"({STRING})V")]


def start(how: str = "startActivity", result: str = "V") -> list[tuple[object, ...]]:
    return call("virtual", [14, 1], f"{MAIN}->{how}({INTENT}){result}")


def receiving(key: str = "x") -> Class:
    """Another activity, which leaks what it was sent under a key."""
    return Class(
        OTHER,
        ACTIVITY,
        methods=[
            init(above=ACTIVITY),
            on(
                "onCreate",
                CREATE,
                *call("virtual", [14], f"{OTHER}->getIntent(){INTENT}", 1),
                word(2, key),
                *call("virtual", [1, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0),
                send(0),
            ),
        ],
    )


def sent(*intent: object, key: str = "x", filters: tuple[Filter, ...] = (), other: Class | None = None) -> object:
    """What flows when the intent (register 1) with a secret under ``x`` is sent."""
    app = created(*secret(), *intent, *extra(1, "x", 0), *start())
    return run(app, other or receiving(key), declared=[activity(MAIN), activity(OTHER, filters=filters)])


def test_an_intent_for_a_class_arrives_with_its_extras():
    ran = sent(*to_class())
    assert ran.exact == OUT
    assert not ran.gaps


def test_extras_are_kept_apart_by_their_keys():
    assert not sent(*to_class(), key="y").pairs


def test_an_intent_for_another_class_does_not_arrive():
    assert not sent(*to_class("Lt/Nobody;")).pairs


def test_a_class_may_be_named_by_text():
    named = [
        *new(1, INTENT),
        word(2, "t.Other"),
        *call("virtual", [1, 14, 2], f"{INTENT}->setClassName({CONTEXT}{STRING}){INTENT}"),
    ]
    assert sent(*named).exact == OUT


def test_a_component_name_names_a_class():
    component = "Landroid/content/ComponentName;"
    named = [
        *new(1, INTENT),
        word(2, "t.Other"),
        *new(3, component, 14, 2, proto=f"({CONTEXT}{STRING})V"),
        *call("virtual", [1, 3], f"{INTENT}->setComponent({component}){INTENT}"),
    ]
    assert sent(*named).exact == OUT


def test_an_action_finds_a_filter():
    filters = (Filter(actions=("t.GO",)),)
    assert sent(*to_action("t.GO"), filters=filters).exact == OUT
    assert not sent(*to_action("t.STOP"), filters=filters).pairs


def test_an_action_may_be_put_together():
    joined = [word(2, "t."), word(3, "GO"), *call("virtual", [2, 3], f"{STRING}->concat({STRING}){STRING}", 2)]
    made = [*joined, *new(1, INTENT, 2, proto=f"({STRING})V")]
    assert sent(*made, filters=(Filter(actions=("t.GO",)),)).exact == OUT
    assert not sent(*made, filters=(Filter(actions=("t.G",)),)).pairs


def test_an_unknown_action_may_find_every_filter():
    made = [*call("static", [], f"Lenv/E;->thing(){STRING}", 2), *new(1, INTENT, 2, proto=f"({STRING})V")]
    assert sent(*made, filters=(Filter(actions=("t.GO",)),)).pairs == OUT
    assert not sent(*made).pairs


def test_every_category_must_be_in_the_filter():
    more = [word(3, "t.CAT"), *call("virtual", [1, 3], f"{INTENT}->addCategory({STRING}){INTENT}")]
    made = [*to_action("t.GO"), *more]
    assert sent(*made, filters=(Filter(actions=("t.GO",), categories=("t.CAT",)),)).exact == OUT
    assert not sent(*made, filters=(Filter(actions=("t.GO",), categories=("t.OTHER",)),)).pairs


@pytest.mark.parametrize(
    ("address", "data", "arrives"),
    [
        ("http://a.example/x", ("scheme=http",), True),
        ("http://a.example/x", ("scheme=http host=a.example",), True),
        ("http://a.example/x", ("scheme=http host=b.example",), False),
        ("http://a.example/x", ("scheme=https",), False),
        ("http://a.example/x", (), False),
    ],
)
def test_data_must_fit_the_filter(address: str, data: tuple[str, ...], arrives: bool):
    uri = "Landroid/net/Uri;"
    with_data = [
        word(3, address),
        *call("static", [3], f"{uri}->parse({STRING}){uri}", 3),
        *call("virtual", [1, 3], f"{INTENT}->setData({uri}){INTENT}"),
    ]
    filters = (Filter(actions=("t.GO",), data=data),)
    assert bool(sent(*to_action("t.GO"), *with_data, filters=filters).pairs) is arrives


@pytest.mark.parametrize(("wanted", "arrives"), [("text/plain", True), ("text/*", True), ("image/*", False)])
def test_types_must_fit_the_filter(wanted: str, arrives: bool):
    typed = [word(3, "text/plain"), *call("virtual", [1, 3], f"{INTENT}->setType({STRING}){INTENT}")]
    filters = (Filter(actions=("t.GO",), data=(f"mimeType={wanted}",)),)
    assert bool(sent(*to_action("t.GO"), *typed, filters=filters).pairs) is arrives


def test_an_alias_is_addressed_by_its_own_name():
    app = created(*secret(), *to_class("Lt/Alias;"), *extra(1, "x", 0), *start())
    declared = [activity(MAIN), activity(OTHER, name="Lt/Alias;")]
    assert run(app, receiving(), declared=declared).exact == OUT


def test_extras_travel_in_a_bundle():
    bundle = f"{BUNDLE}->putString({STRING}{STRING})V"
    made = [
        *new(3, BUNDLE),
        word(2, "y"),
        *call("virtual", [3, 2, 0], bundle),
        *to_class(),
        *call("virtual", [1, 3], f"{INTENT}->putExtras({BUNDLE}){INTENT}"),
    ]
    assert sent(*made, key="y").exact == OUT


def test_extras_are_read_from_the_bundle_of_all_extras():
    other = Class(
        OTHER,
        ACTIVITY,
        methods=[
            init(above=ACTIVITY),
            on(
                "onCreate",
                CREATE,
                *call("virtual", [14], f"{OTHER}->getIntent(){INTENT}", 1),
                *call("virtual", [1], f"{INTENT}->getExtras(){BUNDLE}", 1),
                word(2, "x"),
                *call("virtual", [1, 2], f"{BUNDLE}->getString({STRING}){STRING}", 0),
                send(0),
            ),
        ],
    )
    assert sent(*to_class(), other=other).exact == OUT


def test_the_action_itself_may_carry_data():
    made = [*new(1, INTENT), *call("virtual", [1, 0], f"{INTENT}->setAction({STRING}){INTENT}")]
    ran = run(created(*secret(), *made, *call("virtual", [1], f"{INTENT}->getAction(){STRING}", 2), send(2)))
    assert ran.exact == OUT


def test_a_service_gets_the_intent_that_starts_it():
    service = Class(
        OTHER,
        SERVICE,
        methods=[
            init(above=SERVICE),
            on(
                "onStartCommand",
                f"({INTENT}II)I",
                word(2, "x"),
                *call("virtual", [13, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0),
                send(0),
            ),
        ],
    )
    result = "Landroid/content/ComponentName;"
    app = created(*secret(), *to_class(), *extra(1, "x", 0), *start("startService", result))
    assert run(app, service, declared=[activity(MAIN), Declared("service", OTHER)]).exact == OUT


def test_a_broadcast_reaches_receivers_by_action():
    receive = f"({CONTEXT}{INTENT})V"
    above = "Landroid/content/BroadcastReceiver;"
    got = call("virtual", [15, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0)
    receiver = Class(OTHER, above, methods=[init(above=above), on("onReceive", receive, word(2, "x"), *got, send(0))])
    app = created(*secret(), *to_action("t.GO"), *extra(1, "x", 0), *start("sendBroadcast"))

    def declared(action: str) -> list[Declared]:
        return [activity(MAIN), Declared("receiver", OTHER, filters=(Filter(actions=(action,)),))]

    assert run(app, receiver, declared=declared("t.GO")).exact == OUT
    assert not run(app, receiver, declared=declared("t.STOP")).pairs


def test_a_result_comes_back():
    other = Class(
        OTHER,
        ACTIVITY,
        methods=[
            init(above=ACTIVITY),
            on(
                "onCreate",
                CREATE,
                *secret(),
                *new(1, INTENT),
                *extra(1, "x", 0),
                ("const/4", 2, 1),
                *call("virtual", [14, 2, 1], f"{OTHER}->setResult(I{INTENT})V"),
            ),
        ],
    )
    app = main(
        on(
            "onCreate",
            CREATE,
            *to_class(),
            ("const/4", 2, 1),
            *call("virtual", [14, 1, 2], f"{MAIN}->startActivityForResult({INTENT}I)V"),
        ),
        on(
            "onActivityResult",
            f"(II{INTENT})V",
            word(2, "x"),
            *call("virtual", [15, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0),
            send(0),
        ),
    )
    assert run(app, other, declared=[activity(MAIN), activity(OTHER)]).pairs == OUT


def test_what_a_service_offers_reaches_who_bound_it():
    binder, connection = "Landroid/os/IBinder;", "Landroid/content/ServiceConnection;"
    offered = Class("Lt/Offered;", "Landroid/os/Binder;", methods=[init(above="Landroid/os/Binder;"), leak()])
    bound = on("onBind", f"({INTENT}){binder}")
    bound = type(bound)("onBind", f"({INTENT}){binder}", [*new(0, "Lt/Offered;"), ("return-object", 0)])
    service = Class(OTHER, SERVICE, methods=[init(above=SERVICE), bound])
    told = on(
        "onServiceConnected",
        f"(Landroid/content/ComponentName;{binder})V",
        ("check-cast", 15, "Lt/Offered;"),
        *secret(),
        *call("virtual", [15, 0], f"Lt/Offered;->leak({STRING})V"),
    )
    waiting = Class("Lt/Waiting;", interfaces=[connection], methods=[init(), told])
    bind = f"{MAIN}->bindService({INTENT}{connection}I)Z"
    app = created(*to_class(), *new(2, "Lt/Waiting;"), ("const/4", 3, 1), *call("virtual", [14, 1, 2, 3], bind))
    ran = run(app, service, offered, waiting, declared=[activity(MAIN), Declared("service", OTHER)])
    assert ran.pairs == OUT


def leak() -> object:
    return on("leak", f"({STRING})V", send(15))


def test_an_intent_that_is_not_known_is_said():
    made = [*call("static", [], f"Lenv/E;->intent(){INTENT}", 1)]
    app = created(*secret(), *made, *extra(1, "x", 0), *start())
    ran = run(app, receiving(), declared=[activity(MAIN), activity(OTHER)])
    assert ran.pairs == OUT or ran.gaps


def test_receivers_in_code_get_what_their_filters_let_pass():
    above, filter_ = "Landroid/content/BroadcastReceiver;", "Landroid/content/IntentFilter;"
    got = call("virtual", [15, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0)
    receive = on("onReceive", f"({CONTEXT}{INTENT})V", word(2, "x"), *got, send(0))
    receiver = Class(OTHER, above, methods=[init(above=above), receive])
    register = f"{MAIN}->registerReceiver({above}{filter_}){INTENT}"

    def app(action: str) -> object:
        return run(
            created(
                *secret(),
                *new(3, OTHER),
                *new(4, filter_),
                word(5, action),
                *call("virtual", [4, 5], f"{filter_}->addAction({STRING})V"),
                *call("virtual", [14, 3, 4], register),
                *to_action("t.GO"),
                *extra(1, "x", 0),
                *start("sendBroadcast"),
            ),
            receiver,
        )

    assert app("t.GO").exact == OUT
    assert not app("t.STOP").pairs
