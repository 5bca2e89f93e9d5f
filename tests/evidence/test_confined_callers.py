"""A review works in whatever process it is asked for, and takes its worker with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.sandbox import bubblewrap
from tests.builders.apps import small_app

ROOT = Path(__file__).resolve().parents[2]
START = f"""
import os, resource, signal, sys, threading, time
sys.path[:] = {[str(ROOT / "src"), *filter(None, sys.path)]!r}
from pathlib import Path
from affidavit.artefact.budget import Budget
from affidavit.evidence import confined, process
from affidavit.sandbox import bubblewrap
from affidavit.model.errors import UsageError
bubblewrap.found = lambda: ""
def review(path=sys.argv[1]):
    return confined.review_confined(Path(path), Budget(), lambda *_: None, "auto")
def walls():
    return review().manifest.protection.split(",")[0]
"""
HANG = "process._CODE = 'import os, time; os.write(2, b\"x\"); time.sleep(300)'\n"
NOBODY = 65_534


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "small.apk"
    path.write_bytes(small_app())
    return path


def said(code: str, app: Path, *, prefix: tuple[str, ...] = (), **options: object) -> str:
    """What a new process prints, or the last line of its error."""
    done = subprocess.run(  # type: ignore[call-overload]
        [*prefix, sys.executable, "-S", "-c", START + code, str(app)],
        capture_output=True, text=True, check=False, timeout=120, **options,
    )  # fmt: skip
    return str(done.stdout.strip() or done.stderr.strip().rpartition("\n")[2])


SITUATIONS = {
    "as usual": "",
    "no standard streams": "out = os.dup(1)\nfor fd in (0, 1, 2): os.close(fd)",
    "no standard input": "os.close(0)",
    "children are forgotten": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "many open files": (
        "resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 4096))\n"
        "many = [os.open('/', os.O_RDONLY) for _ in range(1500)]"
    ),
    "other threads": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "signals blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE})",
    "few files allowed": "resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))",
    "little memory": "resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))",
    "no folder for temporary files": "import tempfile\ntempfile.tempdir = '/nowhere'",
    "odd import paths": "sys.path += ['', '/nowhere', 'a b', '/usr']; sys.path.insert(0, '')",
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_review_works_in_any_process(app: Path, situation):
    code = f"out = 1\n{SITUATIONS[situation]}\nmade = walls()\nos.write(out, made.encode())"
    assert said(code, app) == "limits"


def test_reviews_in_several_threads_do_not_disturb_each_other(app: Path):
    code = """
made = []
threads = [threading.Thread(target=lambda: made.append(walls())) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(made)
"""
    assert said(code, app) == str(["limits"] * 4)


def test_where_no_process_can_be_started_that_is_said_and_nothing_is_left_open(app: Path):
    code = """
def tried():
    try:
        review()
    except UsageError as error:
        return str(error)
before = len(os.listdir('/proc/self/fd'))
sys.executable = '/nowhere/python'
print(tried(), '|', end=' ')
sys.executable = ''
print(tried() is not None, len(os.listdir('/proc/self/fd')) - before, end=' ')
resource.setrlimit(resource.RLIMIT_NOFILE, (before + 2, before + 2))
print('|', tried())
"""
    first, second, third = said(code, app).split(" | ")
    assert first == "no process can be started behind walls: No such file or directory"
    assert second == "True 0"
    assert third == "no process can be started behind walls: Too many open files"


@pytest.mark.parametrize("system", ["win32", "darwin", "freebsd14"])
def test_other_systems_are_told_what_there_is(app: Path, system):
    code = f"sys.platform = {system!r}\ntry: review()\nexcept UsageError as error: print(error, '|', error.advice)"
    told = said(code, app)
    assert told.startswith(f"there are no walls for a process on {system!r} | ")
    assert "--no-sandbox" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_has_the_same_walls(app: Path):
    code = f"""
process._CODE = '''
import sys; sys.path[:] = sys.argv[1:]
import os
from importlib import import_module
from affidavit.evidence import worker
for name in worker.LATER: import_module(name)
worker.knowledge.hold(); worker.opcodes.opcodes(); worker.jvm.opcodes()
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
worker.main()
'''
made = review()
print(made.manifest.protection.split(",")[0], {{item.outcome for item in made.coverage.stages}})
"""
    assert said(code, app) == "limits {'done'}"


needs_bwrap = pytest.mark.skipif(not bubblewrap.found(), reason="bubblewrap (bwrap) is not installed")
BARE = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev")


@needs_bwrap
def test_a_file_system_that_is_read_only_will_do(app: Path):
    assert said("print(walls())", app, prefix=(*BARE, "--proc", "/proc")) == "limits"


@needs_bwrap
def test_where_the_kernel_says_nothing_of_processes_nothing_is_read(app: Path):
    told = said("print(walls())", app, prefix=(*BARE, "--tmpfs", "/proc"))
    assert "no process can be started behind walls: [Errno 2] No such file or directory: '/proc/self/status'" in told


def children(process: int) -> Iterator[int]:
    """The processes that one has started."""
    for task in Path(f"/proc/{process}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def gone(process: int) -> bool:
    """Whether a process has ended, soon."""
    for _ in range(200):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def running(app: Path, code: str) -> tuple[subprocess.Popen[str], int]:
    """A process in the middle of a review, and its worker."""
    parent = subprocess.Popen(
        [sys.executable, "-S", "-c", START + code, str(app)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for _ in range(400):
        for worker in children(parent.pid):
            return parent, worker
        time.sleep(0.05)
    parent.kill()
    raise AssertionError(parent.communicate())


def test_an_interrupt_ends_the_worker_and_leaves_no_zombie(app: Path):
    code = """
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background are started deaf to it
try: review()
except KeyboardInterrupt: print('stopped', open(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read())
"""
    parent, worker = running(app, HANG + code)
    parent.send_signal(signal.SIGINT)
    assert parent.communicate(timeout=60)[0].strip() == "stopped"
    assert gone(worker)


RECORDS = """
from affidavit.evidence import records
records._CODE = 'import time; time.sleep(300)'
"""


@pytest.mark.parametrize(
    ("hang", "read"), [(HANG, "review()"), (RECORDS, "records.read_records([Path(sys.argv[1])], None)")]
)
def test_an_interrupt_while_a_process_is_started_leaves_none(app: Path, hang, read):
    code = f"""
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Thread(target=time.sleep, args=(99,), daemon=True).start()  # it may be the one that takes the signal
from affidavit.evidence import walled
started = walled.subprocess.Popen
def interrupted(*words, **options):
    process = started(*words, **options)
    os.kill(os.getpid(), signal.SIGINT)
    return process
walled.subprocess.Popen = interrupted
try: {read}
except KeyboardInterrupt: print('stopped', open(f'/proc/{{os.getpid()}}/task/{{os.getpid()}}/children').read())
"""
    assert said(hang + code, app).strip() == "stopped"


HOLD = """
process._CODE = '''
import sys; sys.path[:] = sys.argv[1:]
import threading
from affidavit.evidence import examine, worker
examine._outcome = lambda *_: threading.Event().wait(300)
worker.main()
'''
def told(stage, done, total):
    print(stage, flush=True)
    os.kill(os.getpid(), signal.SIGKILL) if stage == 'entries' else None
confined.review_confined(Path(sys.argv[1]), Budget(), told, 'auto')
"""


def test_a_worker_behind_its_walls_dies_with_its_parent(app: Path):
    parent, worker = running(app, HOLD)
    assert parent.communicate(timeout=60)[0].split() == ["opening", "entries"]
    assert parent.returncode == -signal.SIGKILL
    assert gone(worker)
