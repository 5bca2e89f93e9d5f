"""bubblewrap's command: Python and nothing else is in the new root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.sandbox import bubblewrap

needs_bwrap = pytest.mark.skipif(not bubblewrap.found(), reason="bubblewrap (bwrap) is not installed")


def inside(code: str) -> str:
    """What Python prints inside of it."""
    command = bubblewrap.wrapped(bubblewrap.found(), [sys.executable, "-I", "-c", code], [])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@needs_bwrap
def test_python_runs_inside():
    assert inside("print(6 * 7)") == "42"


@needs_bwrap
@pytest.mark.parametrize("path", ["/etc/passwd", "/root/.bashrc", "/home", "/var", __file__])
def test_nothing_else_is_there(path):
    assert inside(f"import os; print(os.path.exists({path!r}))") == "False"


@needs_bwrap
def test_nothing_can_be_written_and_no_network_is_there():
    assert inside("open('/new', 'w')").startswith("OSError: [Errno 30]")
    assert inside("import socket; print([name for _, name in socket.if_nameindex()])") == "['lo']"


@needs_bwrap
def test_other_processes_and_the_environment_are_hidden(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET", "x")
    count = "import os; print(sum(name.isdigit() for name in os.listdir('/proc')) < 4, 'SECRET' in os.environ)"
    assert inside(count) == "True False"


def test_links_at_the_root_stay_links_and_the_root_itself_is_never_shown():
    command = bubblewrap.wrapped("bwrap", ["python"], [Path("/")])
    assert "--ro-bind-try / /" not in " ".join(command)
    if os.path.islink("/lib"):  # noqa: PTH114 - what the link is, is not asked
        assert ["--symlink", os.readlink("/lib"), "/lib"] == command[command.index("--symlink") :][:3]  # noqa: PTH115
    assert command[-2:] == ["--", "python"]
