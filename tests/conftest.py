"""Fixtures shared by all tests: where real data is, and what was skipped and why, said at the end."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import samples
from tests.derived import Derived, deriver

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
"""Whether loops that the gate shortens go all the way: `make test-full`."""

# No test says how long an example may take: machines are noisy. `make test-full` asks for more examples.
settings.register_profile("usual", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


def pytest_report_header() -> str:
    """Say how far loops go."""
    return "loops over many cases go all the way" if THOROUGH else "some loops over many cases are cut: make test-full"


REPOSITORY = Path(__file__).parents[1]
CORPUS = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real artefacts with ground truth; where it exists (as in CI) its tests always run."""
    if not CORPUS.is_dir():
        pytest.skip("needs ../shared/data, absent here")
    return CORPUS


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Path]:
    """Give the path of a pinned sample app, fetching it when it is not cached; in CI it must be there."""

    def path_of(name: str) -> Path:
        try:
            return samples.fetch(name)
        except samples.SampleError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"sample {name}: {error}")

    return path_of


@pytest.fixture(scope="session")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Derived:
    """Gives the account of a real app, which is derived once for all tests; those of small built apps cost little."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "derived"
    folder.mkdir(exist_ok=True)
    return deriver(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped and why, one line per reason."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("not run")
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} skipped: {reason}")


def _reason(report: pytest.TestReport) -> str:
    """The text that was given with a skip."""
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
