"""Steps of a program after which it goes on elsewhere: in a callback, another component, or never."""

from collections.abc import Callable

from tests.builders import axml
from tests.builders.dex import Class, Field, Method
from tests.builders.dex_pools import OBJECT
from tests.builders.program_parts import (
    ACTIVITY,
    CREATE,
    STRING,
    Code,
    Maker,
    call,
    const,
    context,
    init,
    keeping,
    new,
    this_of,
)

Jump = Callable[[Maker, Code], Code]
RUNNABLE, THREAD, HANDLER = "Ljava/lang/Runnable;", "Ljava/lang/Thread;", "Landroid/os/Handler;"
INTENT, MESSAGE, TASK = "Landroid/content/Intent;", "Landroid/os/Message;", "Landroid/os/AsyncTask;"
VIEW, LISTENER = "Landroid/view/View;", "Landroid/view/View$OnClickListener;"
SERVICE, RECEIVER = "Landroid/app/Service;", "Landroid/content/BroadcastReceiver;"
ONGOING: dict[str, Jump] = {}
LOSING: dict[str, Jump] = {}
ENDING: dict[str, Jump] = {}
THREADS = frozenset({"runnable", "thread"})
"""Steps after which the program is not on the main thread."""
COMPONENTS = frozenset({"screen", "screen_with_another_key", "screen_by_action", "service", "broadcast"})
"""Steps that go on in a component of the manifest."""


def ongoing(step: Jump) -> Jump:
    """A step that goes on with the data."""
    ONGOING[step.__name__] = step
    return step


def losing(step: Jump) -> Jump:
    """A step that goes on without the data."""
    LOSING[step.__name__] = step
    return step


def ending(step: Jump) -> Jump:
    """A step after which nothing runs."""
    ENDING[step.__name__] = step
    return step


def made(register: int, class_: str) -> Code:
    """A new holder of v0."""
    return [("new-instance", register, class_), *call("direct", [register, 0], f"{class_}-><init>({STRING})V")]


def _runnable(make: Maker, rest: Code) -> str:
    return make.holder("Job", ("run", "()V"), rest, interfaces=[RUNNABLE])


@ongoing
def runnable(make: Maker, rest: Code) -> Code:
    start = [("new-instance", 2, THREAD), *call("direct", [2, 1], f"{THREAD}-><init>({RUNNABLE})V")]
    return [*made(1, _runnable(make, rest)), *start, *call("virtual", [2], f"{THREAD}->start()V")]


@ongoing
def thread(make: Maker, rest: Code) -> Code:
    name = make.holder("Worker", ("run", "()V"), rest, THREAD)
    return [*made(1, name), *call("virtual", [1], f"{name}->start()V")]


@ongoing
def run_directly(make: Maker, rest: Code) -> Code:
    return [*made(1, _runnable(make, rest)), *call("interface", [1], f"{RUNNABLE}->run()V")]


@ending
def never_started(make: Maker, rest: Code) -> Code:
    return made(1, _runnable(make, rest))


@ongoing
def posted(make: Maker, rest: Code) -> Code:
    return [
        *made(1, _runnable(make, rest)),
        *new(2, HANDLER),
        *call("virtual", [2, 1], f"{HANDLER}->post({RUNNABLE})Z"),
    ]


@ongoing
def on_the_main_thread(make: Maker, rest: Code) -> Code:
    go = call("virtual", [2, 1], f"{ACTIVITY}->runOnUiThread({RUNNABLE})V")
    return [*made(1, _runnable(make, rest)), *context(2, ACTIVITY), *go]


@ongoing
def message(make: Maker, rest: Code) -> Code:
    field = f"{MESSAGE}->obj:{OBJECT}"
    code: Code = [("iget-object", 0, 15, field), ("check-cast", 0, STRING), *rest, ("return-void",)]
    name = make.add("Receiving", [Method("handleMessage", f"({MESSAGE})V", code)], HANDLER)
    get: Code = [*new(1, name), *new(2, MESSAGE), ("iput-object", 0, 2, field)]
    return [*get, *call("virtual", [1, 2], f"{name}->sendMessage({MESSAGE})Z")]


def _clicked(make: Maker, rest: Code) -> Code:
    return made(1, make.holder("Clicked", ("onClick", f"({VIEW})V"), rest, interfaces=[LISTENER]))


@ongoing
def clicked(make: Maker, rest: Code) -> Code:
    find: Code = [
        *context(2, ACTIVITY),
        ("const", 3, 0x7F010001),
        *call("virtual", [2, 3], f"{ACTIVITY}->findViewById(I){VIEW}", 4),
    ]
    return [*_clicked(make, rest), *find, *call("virtual", [4, 1], f"{VIEW}->setOnClickListener({LISTENER})V")]


@ending
def not_registered(make: Maker, rest: Code) -> Code:
    return _clicked(make, rest)


@ongoing
def task(make: Maker, rest: Code) -> Code:
    many = f"[{OBJECT}"
    work: Code = [("check-cast", 15, f"[{STRING}"), ("const/4", 1, 0), ("aget-object", 0, 15, 1), ("return-object", 0)]
    done: Code = [("check-cast", 15, STRING), ("move-object", 0, 15), *rest, ("return-void",)]
    methods = [
        Method("doInBackground", f"({many}){OBJECT}", work, 0x4),
        Method("onPostExecute", f"({OBJECT})V", done, 0x4),
    ]
    name = make.add("Task", methods, TASK)
    fill: Code = [*new(1, name), ("const/4", 2, 1), ("new-array", 3, 2, f"[{STRING}"), ("const/4", 4, 0)]
    return [*fill, ("aput-object", 0, 3, 4), *call("virtual", [1, 3], f"{name}->execute({many}){TASK}")]


def _activity(make: Maker, rest: Code, key: str, *filters: axml.E) -> str:
    """An activity that goes on with an extra of its intent."""
    get = call("virtual", [14], f"{ACTIVITY}->getIntent(){INTENT}", 1)
    get += [*const(2, key), *call("virtual", [1, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0)]
    code: Code = [*call("super", [14, 15], f"{ACTIVITY}->onCreate{CREATE}"), *get, *rest, ("return-void",)]
    name = make.add("Screen", [Method("onCreate", CREATE, code)], ACTIVITY)
    make.components.append(_declared("activity", name, *filters))
    return name


def _declared(kind: str, name: str, *filters: axml.E) -> axml.E:
    return axml.e(kind, {"android:name": name[1:-1].replace("/", "."), "android:exported": False}, *filters)


def _filter(action: str) -> axml.E:
    default = axml.e("category", {"android:name": "android.intent.category.DEFAULT"})
    return axml.e("intent-filter", {}, axml.e("action", {"android:name": action}), default)


def _extra(key: str) -> Code:
    """v0 becomes an extra of the intent in v1."""
    return [*const(4, key), *call("virtual", [1, 4, 0], f"{INTENT}->putExtra({STRING}{STRING}){INTENT}")]


def _to_class(name: str) -> Code:
    """An intent in v1, a context in v2."""
    aim = call("direct", [1, 2, 3], f"{INTENT}-><init>(Landroid/content/Context;Ljava/lang/Class;)V")
    return [*context(2), ("new-instance", 1, INTENT), ("const-class", 3, name), *aim]


_START = call("virtual", [2, 1], f"Landroid/content/Context;->startActivity({INTENT})V")


@ongoing
def screen(make: Maker, rest: Code) -> Code:
    key = make.name("key")
    return [*_to_class(_activity(make, rest, key)), *_extra(key), *_START]


@losing
def screen_with_another_key(make: Maker, rest: Code) -> Code:
    return [*_to_class(_activity(make, rest, make.name("key"))), *_extra(make.name("key")), *_START]


@ongoing
def screen_by_action(make: Maker, rest: Code) -> Code:
    key, action = make.name("key"), f"p.{make.name('GO')}"
    _activity(make, rest, key, _filter(action))
    aim: Code = [*context(2), ("new-instance", 1, INTENT), *const(3, action)]
    aim += call("direct", [1, 3], f"{INTENT}-><init>({STRING})V")
    return [*aim, *_extra(key), *_START]


@ongoing
def service(make: Maker, rest: Code) -> Code:
    key = make.name("key")
    get = [*const(2, key), *call("virtual", [13, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0)]
    code: Code = [("if-eqz", 13, ":none"), *get, *rest, ":none", ("const/4", 0, 2), ("return", 0)]
    bind: Code = [("const/4", 0, 0), ("return-object", 0)]
    methods = [
        Method("onStartCommand", f"({INTENT}II)I", code),
        Method("onBind", f"({INTENT})Landroid/os/IBinder;", bind),
    ]
    name = make.add("Serving", methods, SERVICE)
    make.components.append(_declared("service", name))
    start = call("virtual", [2, 1], f"Landroid/content/Context;->startService({INTENT})Landroid/content/ComponentName;")
    return [*_to_class(name), *_extra(key), *start]


@ongoing
def broadcast(make: Maker, rest: Code) -> Code:
    key = make.name("key")
    get = [*const(2, key), *call("virtual", [15, 2], f"{INTENT}->getStringExtra({STRING}){STRING}", 0)]
    code: Code = [*get, *rest, ("return-void",)]
    name = make.add("Hearing", [Method("onReceive", f"(Landroid/content/Context;{INTENT})V", code)], RECEIVER)
    make.components.append(_declared("receiver", name))
    send = call("virtual", [2, 1], f"Landroid/content/Context;->sendBroadcast({INTENT})V")
    return [*_to_class(name), *_extra(key), *send]


@ongoing
def later(make: Maker, rest: Code) -> Code:
    """A static field that a later event of the life cycle reads."""
    field = make.field()
    make.hooks.setdefault("onDestroy", []).extend([("sget-object", 0, field), *rest])
    return [("sput-object", 0, field)]


@ongoing
def tried_once(make: Maker, rest: Code) -> Code:
    """A method of its own, as compilers make of long ones."""
    return call("static", [0], make.helper(f"({STRING})V", [("move-object", 0, 15), *rest, ("return-void",)]))


@ending
def dead_code(make: Maker, rest: Code) -> Code:
    end = make.name(":end")
    return [("const/4", 1, 0), ("if-eqz", 1, end), *rest, end]


@ending
def never_called(make: Maker, rest: Code) -> Code:
    make.helper(f"({STRING})V", [("move-object", 0, 15), *rest, ("return-void",)])
    return []


@ongoing
def overridden(make: Maker, rest: Code) -> Code:
    """A template method: the class above calls what the class below defines."""
    above, below = f"Lp/{make.name('Above')};", f"Lp/{make.name('Below')};"
    go = [*call("virtual", [15], f"{above}->step()V"), ("return-void",)]
    nothing = Method("step", "()V", [("return-void",)])
    fields = [Field("value", STRING)]
    make.classes.append(Class(above, methods=[init(), Method("go", "()V", go), nothing]))
    code: Code = [("iget-object", 0, this_of("()V"), f"{below}->value:{STRING}"), *rest, ("return-void",)]
    make.classes.append(
        Class(below, above, methods=[keeping(below, above), Method("step", "()V", code)], fields=fields)
    )
    return [*made(1, below), *call("virtual", [1], f"{below}->go()V")]
