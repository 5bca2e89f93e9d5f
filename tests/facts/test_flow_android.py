"""Small apps in which the platform carries the data: each is read, followed, tried out, and checked again."""

import pytest

from tests.builders import axml
from tests.builders.axml import e
from tests.builders.dex import Class, Method
from tests.builders.zip import zip_of
from tests.facts.flow_runs import run
from tests.facts.flow_small import ACTIVITY, CREATE, INIT, LOG, MAIN, MANAGER, READ, S, dex

B, OBJ, INTENT, BUNDLE, URI = (
    "Lorg/example/app/B;",
    "Ljava/lang/Object;",
    "Landroid/content/Intent;",
    "Landroid/os/Bundle;",
    "Landroid/net/Uri;",
)
CONTEXT, CLASS, FILE = "Landroid/content/Context;", "Ljava/lang/Class;", "Ljava/io/File;"
VALUES, RESOLVER, PROVIDER = (
    "Landroid/content/ContentValues;",
    "Landroid/content/ContentResolver;",
    "Landroid/content/ContentProvider;",
)
HANDLER, MESSAGE, FRAGMENT = "Landroid/os/Handler;", "Landroid/os/Message;", "Landroid/app/Fragment;"
PREFS, EDITOR = "Landroid/content/SharedPreferences;", "Landroid/content/SharedPreferences$Editor;"
LISTENER = "Landroid/content/SharedPreferences$OnSharedPreferenceChangeListener;"
WEB, SERVICE, BINDER = "Landroid/webkit/WebView;", "Landroid/app/Service;", "Landroid/os/IBinder;"
METHOD, LOCATION = "Ljava/lang/reflect/Method;", "Landroid/location/Location;"
INIT_OF = "-><init>()V"
ID = (*MANAGER, ("invoke-virtual", [0], READ), ("move-result-object", 2))
"""The device id in register 2; this is in register 6, register 7 the first parameter."""


def text(register, value):
    return ("const-string", register, value)


def call(reference, *registers, to=None, kind="virtual"):
    """A call, with its result taken over."""
    made = ((f"invoke-{kind}", list(registers), reference),)
    return made if to is None else (*made, ("move-result-object", to))


def new(register, class_, *given, proto="()V"):
    return (("new-instance", register, class_), ("invoke-direct", [register, *given], f"{class_}-><init>{proto}"))


def leak(register):
    return (text(0, "t"), ("invoke-static", [0, register], LOG))


def method(name, proto, *code, result=None, registers=8, access=0x1):
    """A method whose last instruction gives null when it has to give something."""
    last = (("const/4", 0, 0), ("return-object", 0)) if result else (("return-void",),)
    return Method(name, proto, code=[*code, *last], registers=registers, access=access)


def start(*code):
    """What the first screen does, after it has read the device id."""
    return Class(MAIN, ACTIVITY, methods=[INIT, method("onCreate", CREATE, *ID, *code)])


def screen(*code):
    """The second screen."""
    return Class(B, ACTIVITY, methods=[INIT, method("onCreate", CREATE, *code)])


def of(class_, above, *methods, interfaces=()):
    made = Method("<init>", code=[("invoke-direct", [15], f"{above}{INIT_OF}"), ("return-void",)], access=0x10001)
    return Class(class_, above, interfaces, [made, *methods])


def intent(*more):
    """An intent for the second screen in register 3."""
    return (
        ("const-class", 4, B),
        *new(3, INTENT, 6, 4, proto=f"({CONTEXT}{CLASS})V"),
        *more,
    )


def put(value=2):
    return (text(4, "k"), *call(f"{INTENT}->putExtra({S}{S}){INTENT}", 3, 4, value))


SENT = call(f"{MAIN}->startActivity({INTENT})V", 6, 3)
GOT = (
    *call(f"{B}->getIntent(){INTENT}", 6, to=1),
    text(2, "k"),
    *call(f"{INTENT}->getStringExtra({S}){S}", 1, 2, to=1),
    *leak(1),
)


def asked(key):
    """The app puts the id into its own provider, which logs what it finds under a key."""
    url = (text(3, "content://org.x.p/t"), *call(f"{URI}->parse({S}){URI}", 3, to=3, kind="static"))
    filled = (*new(4, VALUES), text(5, "c"), *call(f"{VALUES}->put({S}{S})V", 4, 5, 2))
    send = call(f"{RESOLVER}->insert({URI}{VALUES}){URI}", 5, 3, 4)
    found = (text(1, key), *call(f"{VALUES}->getAsString({S}){S}", 7, 1, to=1), *leak(1))
    return (
        start(*url, *filled, *call(f"{MAIN}->getContentResolver(){RESOLVER}", 6, to=5), *send),
        of(B, PROVIDER, method("insert", f"({URI}{VALUES}){URI}", *found, result=URI)),
    )


def preferences(key):
    """A listener is handed the preferences by the platform."""
    opened = (text(3, "a"), ("const/4", 4, 0), *call(f"{MAIN}->getSharedPreferences({S}I){PREFS}", 6, 3, 4, to=3))
    heard = (
        *new(4, B),
        *call(f"{PREFS}->registerOnSharedPreferenceChangeListener({LISTENER})V", 3, 4, kind="interface"),
    )
    kept = (
        *call(f"{PREFS}->edit(){EDITOR}", 3, to=4, kind="interface"),
        text(5, "k"),
        *call(f"{EDITOR}->putString({S}{S}){EDITOR}", 4, 5, 2, to=4, kind="interface"),
        *call(f"{EDITOR}->apply()V", 4, kind="interface"),
    )
    told = (text(1, key), *call(f"{PREFS}->getString({S}{S}){S}", 6, 1, 1, to=1, kind="interface"), *leak(1))
    on = method("onSharedPreferenceChanged", f"({PREFS}{S})V", *told)
    return start(*opened, *heard, *kept), of(B, OBJ, on, interfaces=[LISTENER])


def message(what):
    """``handler.obtainMessage(1, id).sendToTarget()``, and a handler that looks at the number."""
    made = (*new(3, B), ("const/4", 4, 1), *call(f"{B}->obtainMessage(I{OBJ}){MESSAGE}", 3, 4, 2, to=4))
    handled = (
        *(("iget", 1, 7, f"{MESSAGE}->what:I"), ("const/4", 2, what), ("if-ne", 1, 2, ":end")),
        *(("iget-object", 1, 7, f"{MESSAGE}->obj:{OBJ}"), ("check-cast", 1, S), *leak(1), ":end"),
    )
    handler = of(B, HANDLER, method("handleMessage", f"({MESSAGE})V", *handled))
    return start(*made, *call(f"{MESSAGE}->sendToTarget()V", 4)), handler


def fragment(key):
    """Arguments of a fragment that a transaction adds."""
    manager, transaction = "Landroid/app/FragmentManager;", "Landroid/app/FragmentTransaction;"
    made = (
        *(*new(3, B), *new(4, BUNDLE), text(5, "k"), *call(f"{BUNDLE}->putString({S}{S})V", 4, 5, 2)),
        *call(f"{B}->setArguments({BUNDLE})V", 3, 4),
        *call(f"{MAIN}->getFragmentManager(){manager}", 6, to=4),
        *call(f"{manager}->beginTransaction(){transaction}", 4, to=4),
        ("const/4", 5, 1),
        *call(f"{transaction}->add(I{FRAGMENT}){transaction}", 4, 5, 3, to=4),
        *call(f"{transaction}->commit()I", 4),
    )
    begun = (*call(f"{B}->getArguments(){BUNDLE}", 7, to=1), text(2, key))
    found = call(f"{BUNDLE}->getString({S}){S}", 1, 2, to=1)
    return start(*made), of(B, FRAGMENT, method("onStart", "()V", *begun, *found, *leak(1)))


def page(access):
    """An object that a page's script may call; what it was made with lies in a field."""
    field = f"{B}->s:{S}"
    kept = (*new(3, B), ("iput-object", 2, 3, field), *new(4, WEB, 6, proto=f"({CONTEXT})V"), text(5, "j"))
    go = method("go", "()V", ("iget-object", 1, 7, field), *leak(1), access=access)
    given = call(f"{WEB}->addJavascriptInterface({OBJ}{S})V", 4, 3, 5)
    return start(*kept, *given), of(B, OBJ, go)


def folder(register, this, owner, name):
    """``new File(getFilesDir(), name)``."""
    return (
        *call(f"{owner}->getFilesDir(){FILE}", this, to=4),
        text(5, name),
        *new(register, FILE, 4, 5, proto=f"({FILE}{S})V"),
    )


def file(name):
    """A file is written by one screen and read by another."""
    writer, reader, lines = "Ljava/io/FileWriter;", "Ljava/io/FileReader;", "Ljava/io/BufferedReader;"
    written = (*folder(3, 6, MAIN, "x.txt"), *new(4, writer, 3, proto=f"({FILE})V"))
    opened = (*folder(1, 6, B, name), *new(2, reader, 1, proto=f"({FILE})V"))
    found = (*new(3, lines, 2, proto="(Ljava/io/Reader;)V"), *call(f"{lines}->readLine(){S}", 3, to=1), *leak(1))
    return start(*written, *call(f"{writer}->write({S})V", 4, 2)), screen(*opened, *found)


def reflected(name):
    """The intent is sent by reflection."""
    array = (("const/4", 4, 1), ("new-array", 4, 4, f"[{CLASS}"), ("const/4", 5, 0), ("const-class", 1, INTENT))
    named = (("aput-object", 1, 4, 5), ("const-class", 1, CONTEXT), text(0, name))
    got = call(f"{CLASS}->getMethod({S}[{CLASS}){METHOD}", 1, 0, 4, to=0)
    given = (("const/4", 1, 1), ("new-array", 1, 1, f"[{OBJ}"), ("aput-object", 3, 1, 5))
    ran = call(f"{METHOD}->invoke({OBJ}[{OBJ}){OBJ}", 0, 6, 1)
    return start(*intent(*put()), *array, *named, *got, *given, *ran), screen(*GOT)


def answered(sender, *number):
    """The second screen gives a result; the first one may wait for it."""
    result = method("onActivityResult", f"(II{INTENT})V", text(1, "k"),
                    *call(f"{INTENT}->getStringExtra({S}){S}", 7, 1, to=1), *leak(1))  # fmt: skip
    first = method("onCreate", CREATE, ("const/4", 5, 1), *intent(), *call(f"{MAIN}->{sender}", 6, 3, *number))
    given = (*ID, *new(3, INTENT), *put(), ("const/4", 4, 1), *call(f"{B}->setResult(I{INTENT})V", 6, 4, 3))
    return Class(MAIN, ACTIVITY, methods=[INIT, first, result]), screen(*given)


def served(name, proto):
    """A service is bound, and logs the intent of one of its methods."""
    connection = "Landroid/content/ServiceConnection;"
    bound = (("const/4", 5, 1), ("const/4", 1, 0), *call(f"{MAIN}->bindService({INTENT}{connection}I)Z", 6, 3, 1, 5))
    at = 7 - proto.count("I)") - proto.count("II") if name == "onStartCommand" else 7
    got = (text(1, "k"), *call(f"{INTENT}->getStringExtra({S}){S}", at, 1, to=1), *leak(1))
    last = (("const/4", 0, 0), ("return" if proto.endswith(")I") else "return-object", 0))
    return start(*intent(*put()), *bound), of(B, SERVICE, Method(name, proto, code=[*got, *last], registers=8))


def position(*made):
    """A position in register 3 is logged."""
    shown = f"{LOCATION}->toString(){S}"
    return (start(*made, *call(shown, 3, to=2), *leak(2)),)


MADE = (text(4, "me"), *new(3, LOCATION, 4, proto=f"({S})V"))
KNOWN = (
    *(text(4, "location"), *call(f"{MAIN}->getSystemService({S}){OBJ}", 6, 4, to=1)),
    *(("check-cast", 1, "Landroid/location/LocationManager;"), text(4, "gps")),
    *call(f"Landroid/location/LocationManager;->getLastKnownLocation({S}){LOCATION}", 1, 4, to=5),
)
COPY = (*KNOWN, *new(3, LOCATION, 5, proto=f"({LOCATION})V"))
ACCOUNT, ACCOUNTS = "Landroid/accounts/Account;", "Landroid/accounts/AccountManager;"
NAMED = (
    *(*call(f"{ACCOUNTS}->get({CONTEXT}){ACCOUNTS}", 6, to=3, kind="static"), ("const/4", 5, 0)),
    *call(f"{ACCOUNTS}->getAccounts()[{ACCOUNT}", 3, to=3),
    *(("aget-object", 3, 3, 5), ("iget-object", 3, 3, f"{ACCOUNT}->name:{S}"), *leak(3)),
)
FOR_RESULT = f"startActivityForResult({INTENT}I)V"

CASES = {
    "the app's own provider": (asked("c"), "proved"),
    "another column": (asked("d"), ""),
    "preferences that a listener is given": (preferences("k"), "proved"),
    "another preference": (preferences("j"), ""),
    "a message that knows its handler": (message(1), "proved"),
    "a message of another number": (message(2), ""),
    "arguments of a fragment": (fragment("k"), "proved"),
    "another argument": (fragment("j"), ""),
    "a public method for a page's script": (page(0x1), "proved"),
    "a private method": (page(0x2), ""),
    "a file by its path": (file("x.txt"), "proved"),
    "a file of another name": (file("y.txt"), ""),
    "an intent that reflection sends": (reflected("startActivity"), "proved"),
    "reflection that sends nothing": (reflected("hashCode"), ""),
    "an extra": ((start(*intent(*put()), *SENT), screen(*GOT)), "proved"),
    "an extra that was put in too late": ((start(*intent(), *SENT, *put()), screen(*GOT)), ""),
    "an extra that was replaced": ((start(*intent(*put(), text(5, ""), *put(5)), *SENT), screen(*GOT)), ""),
    "a result that is waited for": (answered(FOR_RESULT, 5), "proved"),
    "a result that nobody waits for": (answered(f"startActivity({INTENT})V"), ""),
    "the intent with which a service is bound": (served("onBind", f"({INTENT}){BINDER}"), "proved"),
    "the intent with which it is started": (served("onStartCommand", f"({INTENT}II)I"), ""),
    "a position that the app made": (position(*MADE), ""),
    "a copy of a position": (position(*COPY), "proved"),
    "an element of an array that the platform gives": ((start(*NAMED),), "proved"),
}  # fmt: skip
FORMS = {PROVIDER: "provider", SERVICE: "service", ACTIVITY: "activity"}


def app(classes):
    """The entries of an app that declares those of its classes that are components."""
    declared = [
        e(FORMS[item.super_], {"android:name": item.name[1:-1].replace("/", "."), "android:exported": False,
                               **({"android:authorities": "org.x.p"} if item.super_ == PROVIDER else {})})
        for item in classes
        if item.super_ in FORMS
    ]  # fmt: skip
    return {"AndroidManifest.xml": axml.binary(axml.manifest(*declared)), "classes.dex": dex(*classes)}


@pytest.mark.parametrize(("classes", "verdict"), CASES.values(), ids=CASES)
def test_data_that_the_platform_carries(tmp_path, classes, verdict):
    (tmp_path / "a.apk").write_bytes(zip_of(app(classes)))
    found = run(tmp_path / "a.apk")
    assert not found.refusals()
    assert {flow.verdict for flow, _ in found.flows if flow.sink_kind == "log"} == ({verdict} - {""})
