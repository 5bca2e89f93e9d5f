"""Labelled apps on tap: `python -m benchmarks.truth --out DIR --apps N --seed S`; see benchmarks/README.md."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.truth import apps, given, real
from benchmarks.truth.builds import BUILDS
from benchmarks.truth.libraries import take
from benchmarks.truth.packages import HERE
from benchmarks.truth.toolbox import BuildError, Toolbox, toolbox

BACKGROUND = frozenset((HERE / "background.txt").read_text("utf-8").split())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of labelled apps")
    parser.add_argument("--apps", type=int, default=0, help="how many apps with a generated caller")
    parser.add_argument("--first", type=int, default=1, help="number of the first of them")
    parser.add_argument("--builds", nargs="+", choices=BUILDS, default=BUILDS, help="cfo and reflect need r8srk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--libraries", type=Path, action="append", default=[], help="folder of FAMILY__VERSION files")
    parser.add_argument("--given", type=Path, help="folder of apps that are labelled already")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="apps to obfuscate")
    return parser.parse_args()


def main() -> None:
    """Make what was asked for; an app that is there already is left as it is."""
    options = _options()
    out: Path = options.out
    (out / ".cache").mkdir(parents=True, exist_ok=True)
    (out / "libraries").mkdir(exist_ok=True)
    shutil.copyfile(HERE / "LAYOUT.txt", out / "README")
    for folder in options.libraries:
        take(folder, out / "libraries")
    if options.given:
        given.bring(options.given, out)
    with toolbox(out / ".cache") as tools:
        jars = apps.Jars(out / "libraries", out / ".cache", tools)
        for path in options.real:
            _obfuscated(path, jars, tools, options)
        for number in range(options.first, options.first + options.apps):
            _generated(number, jars, tools, options)


def _obfuscated(path: Path, jars: apps.Jars, tools: Toolbox, options: argparse.Namespace) -> None:
    name = f"real-{path.stem.lower()}"
    _unless_there(options.out, name, lambda: real.build(path, name, jars, tools, options.out, wanted=options.builds))


def _generated(number: int, jars: apps.Jars, tools: Toolbox, options: argparse.Namespace) -> None:
    never = frozenset(name for name in jars.files if apps.family(name) in BACKGROUND)
    chosen = apps.plan(number, options.seed, jars, never)
    _unless_there(options.out, chosen.name, lambda: apps.build(chosen, jars, tools, options.out, wanted=options.builds))


def _unless_there(out: Path, name: str, make: Callable[[], None]) -> None:
    if (out / "apps" / name / "meta.json").is_file():
        return
    print(name, flush=True)
    try:
        make()
    except BuildError as error:
        print(f"  given up: {error}", flush=True)


if __name__ == "__main__":
    main()
