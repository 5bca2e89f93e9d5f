"""Apps to build: which libraries one takes, how much of each its code calls, what else is in it."""

import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.truth import dexes, given
from benchmarks.truth.builds import BUILDS, Bench, Subject
from benchmarks.truth.labels import counts
from benchmarks.truth.libraries import weight
from benchmarks.truth.toolbox import BuildError, Toolbox
from tests.builders import axml

_WORDS = ("pocket", "quick", "green", "daily", "north", "paper", "silver", "tiny", "river", "cloud")
_USUAL, _LARGE = 450_000, 2_500_000
_LARGE_EVERY = 15
_BEHIND = 250_000
_FEWEST, _LEAST = 8, 20_000
"""Classes and bytes of a library that can leave a trace; annotations alone cannot."""
_NEWEST = 57
_TURN, _MANY = 3, 4


@dataclass(frozen=True)
class Plan:
    """One app before it is built. Shares are of the public classes of a library that the app's code calls."""

    name: str
    seed: int
    package: str
    libraries: tuple[str, ...]
    background: tuple[str, ...]
    shares: tuple[float, ...]


class Jars:
    """The libraries as jars: what is there as dex is translated once."""

    def __init__(self, folder: Path, cache: Path, tools: Toolbox) -> None:
        self._cache = cache / "jars"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._tools = tools
        self._classes: dict[str, frozenset[str]] = {}
        self._weights: dict[str, int] = {}
        files = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix in {".jar", ".dex"}}
        self.files = {name: path for name, path in files.items() if path.suffix == ".dex" or _readable(path)}

    def path(self, name: str) -> Path:
        """The jar of a library."""
        source = self.files[name]
        if source.suffix == ".jar":
            return source
        made = self._cache / f"{name}.jar"
        if not made.is_file():
            self._tools.run("dex2jar", source, made)
        return made

    def classes(self, name: str) -> frozenset[str]:
        """The descriptors of a library's classes."""
        if name not in self._classes:
            source = self.files[name]
            self._classes[name] = dexes.in_jar(source) if source.suffix == ".jar" else dexes.defined(source)
        return self._classes[name]

    def families(self) -> dict[str, str]:
        """The family of each class; of several the first by name, since one carries the other's code."""
        found: dict[str, str] = {}
        for name in sorted(self.files):
            for item in self.classes(name):
                found.setdefault(item, family(name))
        return found

    def weight(self, name: str) -> int:
        """About the size of a library as a jar."""
        if name not in self._weights:
            self._weights[name] = weight(self.files[name])
        return self._weights[name]


def _readable(jar: Path) -> bool:
    """Whether every tool can read the classes; ProGuard 6.2 ends with those of Java 13."""
    return dexes.newest(jar) <= _NEWEST


def plan(number: int, seed: int, jars: Jars, background: frozenset[str]) -> Plan:
    """Choose the libraries of one app: five to nine families, one version of each, none that share a class.

    Args:
        number: of the app; each app starts with the next families in an order that is the same for the whole run, so
            that each comes up, whatever chance says. Of the rest those with several versions are taken more often.
        seed: of the whole run.
        jars: the libraries.
        background: those of them that are never indexed.
    """
    chance = random.Random(f"app {number} of {seed}")  # noqa: S311 - it only varies what is built
    families: dict[str, list[str]] = {}
    for name in sorted(set(jars.files) - background):
        if len(jars.classes(name)) >= _FEWEST and jars.weight(name) >= _LEAST:
            families.setdefault(family(name), []).append(name)
    every = random.Random(seed).sample(sorted(families), len(families))  # noqa: S311 - it only varies what is built
    turn = [every[(number * _TURN + step) % len(every)] for step in range(_TURN)]
    rest = sorted(every, key=lambda name: chance.random() ** (1 / min(len(families[name]), _MANY)), reverse=True)
    order = [chance.choice(families[name]) for name in (*turn, *rest)]
    wanted = chance.randint(5, 9)
    taken: list[str] = []
    classes: set[str] = set()
    size = 0
    most = _USUAL if number % _LARGE_EVERY else _LARGE
    for name in order:
        found = jars.classes(name)
        more = jars.weight(name)
        if family(name) in map(family, taken) or classes & found or more > most / 2 or size + more > most:
            continue
        taken.append(name)
        classes |= found
        size += more
        if len(taken) == wanted:
            break
    behind: list[str] = []
    for name in chance.sample(sorted(background), len(background)):
        found = jars.classes(name)
        if not classes & found and jars.weight(name) <= _BEHIND:
            behind.append(name)
            classes |= found
        if len(behind) == 1 + number % 2:
            break
    shares = tuple(round(chance.uniform(0.08, 0.45), 2) for _ in (*taken, *behind))
    package = f"com.{chance.choice(_WORDS)}.{chance.choice(_WORDS)}{number}"
    return Plan(f"gen{number:02d}", chance.randrange(10**6), package, tuple(taken), tuple(behind), shares)


def family(name: str) -> str:
    """The family of ``FAMILY__VERSION``."""
    return name.partition("__")[0]


def build(plan: Plan, jars: Jars, tools: Toolbox, target: Path, wanted: Sequence[str] = BUILDS) -> None:
    """Make builds of an app; `wanted` are their names."""
    with tempfile.TemporaryDirectory(dir=target / ".cache") as folder:
        scratch = Path(folder)
        owners = [*plan.libraries, *plan.background]
        paths = [jars.path(name) for name in owners]
        home = plan.package.replace(".", "/")
        driver = scratch / "driver.jar"
        called = [f"{share}:{path}" for share, path in zip(plan.shares, paths, strict=True)]
        tools.run("driver", str(plan.seed), home, driver, tools.android, *called)
        whole = scratch / "whole.jar"
        tools.run("merge", "keep", whole, driver, *paths)
        whose = {
            found: name if name in plan.libraries else f"background:{name}"
            for name in owners
            for found in sorted(jars.classes(name))
        }
        main = f"{plan.package}.MainActivity"
        subject = Subject(plan.name, plan.seed, whole, (main,), whose, manifest(plan.package, main))
        done = all_builds(tools, subject, target / "apps" / plan.name, scratch, wanted)
    said = {"libs": list(plan.libraries), "background": list(plan.background), "shares": list(plan.shares)}
    given.save_meta(target / "apps" / plan.name, {"kind": "driver", "seed": plan.seed, **said, "builds": done})


def all_builds(
    tools: Toolbox, subject: Subject, home: Path, scratch: Path, wanted: Sequence[str] = BUILDS
) -> dict[str, object]:
    """Those wanted builds that the tools do not refuse, as it stands in ``meta.json``."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    bench = Bench(tools, subject, home, scratch)
    done: dict[str, object] = {}
    for name in wanted:
        start = time.monotonic()
        try:
            built = bench.make(name)
        except BuildError as error:
            (home / f"{name}.apk").unlink(missing_ok=True)
            print(f"  {name}: {error}", flush=True)
            continue
        done[name] = {"options": list(built.options), "presence": counts(built.rows)}
        size = (home / f"{name}.apk").stat().st_size
        print(f"  {subject.name} {name}: {size} bytes, {time.monotonic() - start:.0f} s", flush=True)
    if not done:
        raise BuildError(f"no tool could build {subject.name}")
    return done


def manifest(package: str, *activities: str) -> bytes:
    """A binary manifest that names the package and its activities."""
    start = axml.e("action", {"android:name": "android.intent.action.MAIN"})
    shown = axml.e("intent-filter", {}, start)
    parts = [axml.e("activity", {"android:name": name, "android:exported": True}, shown) for name in activities]
    top: dict[str, axml.Item] = {"package": package, "android:versionCode": 1, "android:versionName": "1.0"}
    levels = axml.e("uses-sdk", {"android:minSdkVersion": 21, "android:targetSdkVersion": 33})
    return axml.binary(axml.E("manifest", top, (levels, axml.E("application", {}, tuple(parts)))))
