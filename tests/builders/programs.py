"""Small apps of which it is known what flows where: chains of steps, each of which keeps the data or loses it.

    made = program(7)
    made.files                  # the entries of the app
    made.truth                  # (source, sink) as numbers of SOURCES and SINKS

A source or a sink is used at most once in a program, so that a pair of methods is a pair of places.
"""

from dataclasses import dataclass
from itertools import product
from random import Random

from tests.builders import axml, program_heap_steps, program_steps
from tests.builders.dex import DexBuilder
from tests.builders.program_jumps import COMPONENTS, ENDING, LOSING, ONGOING, THREADS
from tests.builders.program_parts import BUILDER, SAME, STRING, TOOL, Code, Maker, call, const, new

_PHONE, _LOCATION = "Landroid/telephony/TelephonyManager;", "Landroid/location/Location;"
_MANAGER = "Landroid/location/LocationManager;"
SOURCES = (
    *(f"{_PHONE}->get{name}(){STRING}" for name in ("DeviceId", "SubscriberId", "SimSerialNumber", "Line1Number")),
    *(f"{_PHONE}->get{name}(){STRING}" for name in ("VoiceMailNumber", "Imei", "Meid", "GroupIdLevel1")),
    *(f"{_LOCATION}->get{name}()D" for name in ("Latitude", "Longitude", "Altitude")),
)
SMS = "Landroid/telephony/SmsManager;"
_SEND = f"{SMS}->sendTextMessage({STRING}{STRING}{STRING}Landroid/app/PendingIntent;Landroid/app/PendingIntent;)V"
SINKS = (
    *(f"Landroid/util/Log;->{name}({STRING}{STRING})I" for name in ("v", "d", "i", "w", "e")),
    f"Landroid/util/Log;->println(I{STRING}{STRING})I",
    f"Ljava/io/PrintStream;->println({STRING})V",
    _SEND,
)
HOSTS = ("onCreate", "onStart", "onResume", "onPause", "onStop")
CARRIES = program_steps.STEPS.carrying | program_heap_steps.STEPS.carrying
DROPS = program_steps.STEPS.dropping | program_heap_steps.STEPS.dropping
RACING = frozenset({"static_overwritten"})
"""Steps whose field another thread may change in between."""
Item = tuple[str, str | int]
"""What comes next in a chain: the kind of an item, and the name of the step or the number of the source or sink."""


@dataclass(frozen=True)
class Program:
    """An app.

    Attributes:
        files: entries. truth: pairs of source and sink. sources, sinks: numbers of those that it has.
        chains: what it is made of, for messages.
    """

    files: dict[str, bytes]
    truth: frozenset[tuple[int, int]]
    sources: frozenset[int]
    sinks: frozenset[int]
    chains: tuple[tuple[Item, ...], ...]

    @property
    def untrue(self) -> frozenset[tuple[int, int]]:
        """The pairs that are none."""
        return frozenset(product(self.sources, self.sinks)) - self.truth


def program(seed: int) -> Program:
    """The program of a number."""
    random = Random(seed)  # noqa: S311 - a test, not a secret
    sources, sinks = _shuffled(random, len(SOURCES)), _shuffled(random, len(SINKS))
    return assembled(random, [_chain(random, sources, sinks) for _ in range(random.randint(1, 3))])


def single(kind: str, seed: int = 0) -> Program:
    """The program of one chain with one step: source, step, sink."""
    return assembled(Random(seed), [[("source", 0), (_group(kind), kind), ("sink", 0)]])  # noqa: S311


def assembled(random: Random, chains: list[list[Item]]) -> Program:
    """The program of some chains."""
    make = Maker(random)
    for chain in chains:
        make.hooks.setdefault(random.choice(HOSTS), []).extend(_code(make, chain))
    activity = {"android:name": "p.Main", "android:exported": True}
    manifest = axml.manifest(axml.e("activity", activity, _launcher()), *make.components)
    files = {"AndroidManifest.xml": axml.binary(manifest), "classes.dex": DexBuilder(make.finished()).build()}
    items = [item for chain in chains for item in chain]
    used = {word: frozenset(int(what) for kind, what in items if kind == word) for word in ("source", "merge", "sink")}
    truth = frozenset(pair for chain in chains for pair in _truth(chain))
    return Program(files, truth, used["source"] | used["merge"], used["sink"], tuple(map(tuple, chains)))


def kinds() -> list[str]:
    """Names of all steps."""
    return [*CARRIES, *DROPS, *ONGOING, *LOSING, *ENDING]


def _launcher() -> axml.E:
    action = axml.e("action", {"android:name": "android.intent.action.MAIN"})
    return axml.e("intent-filter", {}, action, axml.e("category", {"android:name": "android.intent.category.LAUNCHER"}))


def _shuffled(random: Random, count: int) -> list[int]:
    return random.sample(range(count), count)


def _group(kind: str) -> str:
    groups = {"carry": CARRIES, "drop": DROPS, "go": ONGOING, "lose": LOSING, "end": ENDING}
    return next(word for word, group in groups.items() if kind in group)


def _chain(random: Random, sources: list[int], sinks: list[int]) -> list[Item]:
    """A chain of drawn items; it begins at a source and ends at a sink as long as there are any."""
    chain: list[Item] = [("source", sources.pop())] if sources else []
    words, weights = ("carry", "go", "drop", "lose", "end", "sink", "merge", "source"), (42, 22, 8, 2, 2, 12, 8, 4)
    barred: set[str] = set()
    for word in random.choices(words, weights, k=random.randint(2, 9)):
        if word in {"source", "merge"}:
            chain += [(word, sources.pop())] if sources else []
        elif word == "sink":
            chain += [(word, sinks.pop())] if sinks else []
        else:
            groups = {"carry": CARRIES, "drop": DROPS, "go": ONGOING, "lose": LOSING, "end": ENDING}
            kind = random.choice([name for name in groups[word] if name not in barred])
            barred |= _barred(kind)
            chain.append((word, kind))
    return [*chain, ("sink", sinks.pop())] if sinks else chain


def _barred(kind: str) -> frozenset[str]:
    """Steps that cannot come after a step."""
    if kind == "later":  # nobody clicks where the activity is gone
        return frozenset({"later", "clicked"})
    return RACING if kind in THREADS else frozenset()


def _truth(chain: list[Item]) -> set[tuple[int, int]]:
    """What flows where in a chain. The platform may start a declared component that nothing in the app starts."""
    held: set[int] = set()
    found: set[tuple[int, int]] = set()
    runs = True
    for word, what in chain:
        runs = word != "end" and (runs or what in COMPONENTS)
        if word in {"source", "drop", "lose"}:
            held = set()
        if word in {"source", "merge"} and runs:
            held |= {int(what)}
        if word == "sink" and runs:
            found |= {(source, int(what)) for source in held}
        if not runs:
            held = set()
    return found


def _code(make: Maker, chain: list[Item]) -> Code:
    """A chain as code, made from its end."""
    rest: Code = []
    for word, what in reversed(chain):
        if word == "sink":
            rest = [*_sink(int(what)), *rest]
        elif word == "source":
            rest = [*_source(int(what)), *rest]
        elif word == "merge":
            rest = [*_merge(int(what)), *rest]
        elif word == "carry":
            rest = [*_straight(make, str(what)), *rest]
        elif word == "drop":
            rest = [*_straight(make, str(what)), *_SURE, *rest]
        else:
            rest = (ONGOING | LOSING | ENDING)[str(what)](make, [*_SURE, *rest])
    return [*const(0, "start"), *rest]


_SURE = call("static", [0], f"{STRING}->valueOf(Ljava/lang/Object;){STRING}", 0)
"""Where there is no text, a text says so, and the program goes on."""


def _straight(make: Maker, kind: str) -> Code:
    """A step, now and then in a method of its own."""
    code = (CARRIES | DROPS)[kind](make)
    if make.random.random() < 0.7:
        return code
    return call("static", [0], make.helper(SAME, [("move-object", 0, 15), *code, ("return-object", 0)]), 0)


def _source(number: int) -> Code:
    method = SOURCES[number]
    location = method.startswith(_LOCATION)
    service, manager = ("location", _MANAGER) if location else ("phone", _PHONE)
    code: Code = [*const(1, service), *call("static", [1], f"{TOOL}->system({STRING})Ljava/lang/Object;", 1)]
    code.append(("check-cast", 1, manager))
    if not location:
        return [*code, *call("virtual", [1], method, 0)]
    last = call("virtual", [1, 2], f"{_MANAGER}->getLastKnownLocation({STRING}){_LOCATION}", 1)
    code += [*const(2, "gps"), *last, *call("virtual", [1], method, 2)]
    return [*code, *call("static", [2, 3], f"{STRING}->valueOf(D){STRING}", 0)]


def _merge(number: int) -> Code:
    """More data is added to what is there."""
    made: Code = [("move-object", 8, 0), *_source(number)]
    append = f"{BUILDER}->append({STRING}){BUILDER}"
    made += [*new(1, BUILDER), *call("virtual", [1, 8], append), *call("virtual", [1, 0], append)]
    return [*made, *call("virtual", [1], f"{BUILDER}->toString(){STRING}", 0)]


def _sink(number: int) -> Code:
    method = SINKS[number]
    if method == _SEND:
        code: Code = [*call("static", [], f"{SMS}->getDefault(){SMS}", 1), *const(2, "5551234"), ("const/4", 3, 0)]
        code += [("move-object", 4, 0), ("const/4", 5, 0), ("const/4", 6, 0)]
        return [*code, ("invoke-virtual/range", [1, 2, 3, 4, 5, 6], method)]
    if method.startswith("Ljava"):
        out: Code = [("sget-object", 1, "Ljava/lang/System;->out:Ljava/io/PrintStream;")]
        return [*out, *call("virtual", [1, 0], method)]
    if "println" in method:
        return [("const/4", 1, 4), *const(2, "tag"), *call("static", [1, 2, 0], method)]
    return [*const(1, "tag"), *call("static", [1, 0], method)]
