"""Change apps and review them: `python -m tests.mutation --count 10000 --seed 1 --jobs 2`."""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tests.mutation import pool
from tests.mutation.runner import SECONDS, Outcome, run, run_case, warm
from tests.mutation.summary import table


def main() -> int:
    """Run cases, print the table; 1 when some case failed."""
    options = _options()
    warm()
    if options.only is None:
        seeds, apps = range(options.seed, options.seed + options.count), _pool(options)
        _say(f"{len(seeds)} cases of {len(apps)} apps")
        outcomes = _watched(run(seeds, apps, options.jobs, _folder(options.keep), options.seconds))
    else:
        outcomes = [_only(options)]
    sys.stdout.write(table(outcomes) + "\n")
    return int(any(item.faults for item in outcomes))


def _pool(options: argparse.Namespace) -> pool.Pool:
    groups = pool.own_names() | ({} if options.pool == "own" else pool.corpus_names())
    return pool.Pool(groups, options.largest)


def _only(options: argparse.Namespace) -> Outcome:
    """One case; the changed app is kept."""
    app, other = options.app, options.other or options.app
    if not app:
        apps = _pool(options)
        app, other = apps.name(options.only), apps.name(options.only, "other")
    folder = _folder(options.keep or Path("out"))
    _say(f"{app}; the changed app is left in {folder}")
    return run_case(options.only, app, other, folder, options.seconds)


def _folder(path: Path | None) -> Path | None:
    """The folder, made if need be."""
    if path is not None:
        path.mkdir(parents=True, exist_ok=True)
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="cases")
    parser.add_argument("--seed", type=int, default=1, help="the first seed; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="cases at a time")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="longest review by the clock")
    parser.add_argument("--pool", choices=("own", "all"), default="all", help="made apps and samples, or real ones too")
    parser.add_argument("--largest", type=int, default=pool.LARGEST, metavar="BYTES", help="largest app that is taken")
    parser.add_argument("--only", type=int, metavar="SEED", help="one case, left in the folder of --keep (or out/)")
    parser.add_argument("--app", help="with --only: the app that it is a case of, as a failure names it")
    parser.add_argument("--other", help="with --app: the app that it is spliced with")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where changed apps that failed are kept")
    return parser.parse_args()


def _watched(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """All outcomes, or those up to an interrupt, with a line on stderr now and then."""
    done: list[Outcome] = []
    started = said = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt):
        for outcome in outcomes:
            done.append(outcome)
            if outcome.faults:
                _say(f"{outcome.command}: {outcome.faults[0]}")
            if time.monotonic() - said > 5:
                said = time.monotonic()
                _say(f"{len(done)} done, {sum(bool(item.faults) for item in done)} failed, {said - started:.0f} s")
    return done


def _say(text: str) -> None:
    sys.stderr.write(f"mutation: {text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
