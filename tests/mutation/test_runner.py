"""The runner: what it counts as a failure, what it says of it, and that a failure can be shown again."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.apps import small_app
from tests.conftest import REPOSITORY
from tests.mutation import pool, runner
from tests.mutation.child import Ended
from tests.mutation.review import review
from tests.mutation.runner import MEMORY, Outcome, run
from tests.mutation.summary import table

pytestmark = pytest.mark.usefixtures("_warm")
APPS = pool.Pool({"builder": {"builder:small.apk": 1, "builder:signed.apk": 1}})


@pytest.fixture(scope="module")
def _warm() -> None:
    runner.warm()


def judged(value: object = None, cause: str = "", memory: int = 0, processor: float = 0.5) -> tuple[str, list[str]]:
    return runner._judged(Ended(value, cause, 1.0, processor, memory))


def test_a_sound_app_ends_in_an_account_without_faults(tmp_path: Path):
    path = tmp_path / "a.apk"
    path.write_bytes(small_app())
    assert review(path, twice=True) == {"outcome": "account", "faults": []}


def test_what_is_no_app_is_unreadable_with_advice(tmp_path: Path):
    path = tmp_path / "a.apk"
    path.write_bytes(b"nothing")
    assert review(path, twice=False) == {"outcome": "unreadable", "faults": []}


def test_another_exception_is_a_fault_with_its_place(tmp_path: Path):
    found = review(tmp_path / "absent.apk", twice=False)
    assert found["outcome"] == "exception"
    assert "UsageError" in found["faults"][0]
    assert "opening.py" in found["faults"][0]


def test_endings_are_judged():
    fine = {"outcome": "account", "faults": []}
    assert judged(fine) == ("account", [])
    assert judged(fine, memory=MEMORY + 1)[1] == ["1024 MiB of memory"]
    assert judged({"outcome": "account", "faults": ["a proof"]}) == ("account", ["a proof"])
    assert judged(fine, processor=20.5)[1] == ["20.5 s of processor time"]
    assert judged(cause="hang") == ("hang", ["the review ended by hang after 1.0 s, 0.5 s of processor time"])
    assert judged(cause="signal 11")[0] == "signal"


def test_outcomes_do_not_depend_on_the_jobs():
    seeds = range(6)

    def told(jobs: int) -> set[tuple[int, str, str, str]]:
        return {(item.seed, item.app, item.mutator, item.outcome) for item in run(seeds, APPS, jobs)}

    assert told(1) == told(2)
    assert len(told(1)) == len(seeds)


def test_the_changed_app_of_a_failure_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "MEMORY", 1)
    [outcome] = run([5], APPS, keep=tmp_path)
    assert outcome.faults
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [outcome.size]


def test_the_table_has_every_case_and_the_command_of_each_failure():
    outcomes = [
        Outcome(1, "builder:a.apk", "dex", "account", 0.5, 0.2, 10 << 20, 4096),
        Outcome(2, "builder:b.apk", "zip fields", "hang", 20.0, 3.0, 20 << 20, 4096, ["the review ended by hang"]),
    ]
    text = table(outcomes)
    assert "failures: 1" in text
    assert "python -m tests.mutation --only 2 --app 'builder:b.apk'" in text
    assert Outcome(3, "a", "splice", "account", other="b").command.endswith("--only 3 --app 'a' --other 'b'")
    rows = [line.split() for line in text.splitlines()[:4]]
    assert rows == [
        ["changed", "by", "account", "hang", "cases"],
        ["dex", "1", "0", "1"],
        ["zip", "fields", "0", "1", "1"],
        ["all", "1", "1", "2"],
    ]
    assert table(outcomes[:1]).endswith("failures: none")


def test_the_command_shows_one_case_again(tmp_path: Path):
    command = [sys.executable, "-m", "tests.mutation", "--only", "7", "--app", "builder:signed.apk", "--keep", tmp_path]
    done = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    [outcome] = run([7], pool.Pool({"builder": {"builder:signed.apk": 1}}))
    assert outcome.mutator in done.stdout
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [outcome.size]
