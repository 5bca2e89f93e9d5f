"""What code that took over a worker would try, one thing in one process.

``python -m tests.sandbox.attacks`` reads lines of ``NAME LEVEL USER``. For each it makes a process, which tries the one
thing, and prints ``succeeded`` or what stopped it. `LEVEL` is how far the walls are up (``bare``, ``limits``,
``landlock``, ``seccomp``), `USER` a number to become first, where this is root. Whether files outside changed is for
the caller to see.
"""

import _thread
import ctypes
import encodings.ascii  # noqa: F401 - another user may be unable to load it later
import errno
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from affidavit.sandbox import landlock, limits, syscalls
from affidavit.sandbox.kernel import give_up_privileges
from affidavit.sandbox.limits import Limits
from affidavit.sandbox.walls import raise_walls

LEVELS = ("bare", "limits", "landlock", "seccomp")
"""Each has the walls of those before it; the last is what a review has."""
BOUNDS = Limits(memory=64 << 20, mapped=1 << 20, written=1 << 20, seconds=1)
FOLDER = Path(os.environ.get("ATTACKED", "/nowhere"))
"""A folder of the caller, with a file ``evidence`` and a folder ``sub`` that holds a file ``victim``."""
_NUMBERS = {"x86_64": 0, "aarch64": 1}
_LIBC = ctypes.CDLL(None, use_errno=True)
_PATIENCE = 60
"""Seconds that one attack may take."""


def call(x86: int, arm: int, *arguments: object) -> int:
    """A raw system call; an OSError when the kernel refuses."""
    result = _LIBC.syscall(ctypes.c_long((x86, arm)[_NUMBERS[platform.machine()]]), *arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def read_the_password_file():
    assert Path("/etc/passwd").read_bytes()


def read_other_evidence():
    assert (FOLDER / "evidence").read_bytes()


def read_the_parents_environment():
    assert Path(f"/proc/{os.getppid()}/environ").read_bytes() is not None


def list_a_folder():
    assert list(FOLDER.iterdir())


def see_whether_a_file_is_there():
    (FOLDER / "evidence").stat()


def write_a_file():
    (FOLDER / "sub" / "written").write_bytes(b"mine")


def change_evidence():
    with (FOLDER / "evidence").open("r+b") as file:
        file.write(b"forged")


def truncate_evidence():
    os.truncate(FOLDER / "evidence", 0)


def delete_a_file():
    (FOLDER / "sub" / "victim").unlink()


def rename_a_file():
    (FOLDER / "sub" / "victim").rename(FOLDER / "sub" / "moved")


def make_a_link():
    (FOLDER / "sub" / "link").symlink_to("/etc/passwd")


def make_a_hard_link():
    os.link(FOLDER / "sub" / "victim", FOLDER / "sub" / "hard")


def change_rights():
    (FOLDER / "sub" / "victim").chmod(0o777)


def change_times():
    os.utime(FOLDER / "sub" / "victim", (0, 0))


def connect_by_tcp():
    with socket.socket() as client:
        client.connect(("127.0.0.1", int(os.environ["ATTACKED_TCP"])))


def send_by_udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"secret", ("127.0.0.1", int(os.environ["ATTACKED_UDP"])))


def reach_an_abstract_socket():
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + os.environ["ATTACKED_NAME"])


def listen_for_commands():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def talk_to_the_kernel_by_netlink():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0):
        pass


def run_a_shell():
    assert os.system("true") == 0  # noqa: S605 - the attack


def become_another_program():
    os.execv("/bin/echo", ["echo", "succeeded"])  # noqa: S606 - the attack


def make_a_child():
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def make_a_child_by_clone3():
    arguments = (ctypes.c_uint64 * 11)(*([0] * 4), signal.SIGCHLD, *([0] * 6))
    if call(435, 435, ctypes.byref(arguments), ctypes.c_size_t(88)) == 0:
        os._exit(0)


def signal_the_parent():
    os.kill(int(os.environ["ATTACKED_PROCESS"]), signal.SIGCONT)


def signal_everybody_in_the_group():
    os.kill(0, signal.SIGCONT)


def trace_another_process():
    call(101, 117, ctypes.c_long(16), ctypes.c_long(int(os.environ["ATTACKED_PROCESS"])), None, None)


def read_the_memory_of_another():
    local = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(local), 8)
    remote = (ctypes.c_void_p * 2)(id(local), 8)
    victim = ctypes.c_long(int(os.environ["ATTACKED_PROCESS"]))
    try:
        call(310, 270, victim, vector, ctypes.c_ulong(1), remote, ctypes.c_ulong(1), ctypes.c_ulong(0))
    except OSError as error:
        if error.errno != errno.EFAULT:  # it may look; there is only nothing at that address
            raise


def take_much_memory():
    assert bytearray(1_500 << 20)


def take_much_shared_memory():
    mmap.mmap(-1, 3 << 30).close()


def write_much_into_an_open_file():
    handle = int(os.environ["ATTACKED_HANDLE"])
    for _ in range(3):
        os.write(handle, bytes(1 << 20))


def take_many_handles():
    for _ in range(1_000):
        os.dup(1)


def spin():
    while time.process_time() < BOUNDS.seconds + 1:
        pass


def raise_its_own_limits():
    resource.setrlimit(resource.RLIMIT_CPU, (3_600, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_bytes_that_it_wrote():
    mmap.mmap(-1, 4_096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def make_memory_executable():
    page = mmap.mmap(-1, 4_096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    call(10, 226, ctypes.c_void_p(address), ctypes.c_size_t(4_096), ctypes.c_long(4))


def load_a_library():
    ctypes.CDLL("libresolv.so.2")


def import_a_module():
    __import__("wave")


def make_a_file_in_memory():
    call(319, 279, ctypes.c_char_p(b"x"), ctypes.c_uint(0))


def use_io_uring():
    parameters = ctypes.create_string_buffer(120)
    call(425, 425, ctypes.c_uint(4), ctypes.byref(parameters))


def make_namespaces():
    call(272, 97, ctypes.c_int(0x10000000))


def load_a_kernel_program():
    call(321, 280, ctypes.c_int(0), ctypes.create_string_buffer(72), ctypes.c_uint(72))


def use_the_keyring():
    call(250, 219, ctypes.c_int(0), ctypes.c_int(-3), ctypes.c_int(0))


def start_a_thread():
    _thread.start_new_thread(time.sleep, (0.01,))


def change_how_an_open_file_works():
    fcntl.fcntl(int(os.environ["ATTACKED_HANDLE"]), fcntl.F_SETFL, os.O_APPEND)


def lock_an_open_file():
    fcntl.flock(int(os.environ["ATTACKED_HANDLE"]), fcntl.LOCK_EX)


def outlive_its_parent():
    call(157, 167, ctypes.c_int(1), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))


def take_hold_of_a_process():
    os.close(call(434, 434, ctypes.c_int(int(os.environ["ATTACKED_PROCESS"])), ctypes.c_uint(0)))


def change_its_own_name():
    call(157, 167, ctypes.c_int(15), ctypes.c_char_p(b"innocent"), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))


def type_into_the_terminal():
    call(16, 29, ctypes.c_int(int(os.environ["ATTACKED_HANDLE"])), ctypes.c_ulong(0x5421), ctypes.byref(ctypes.c_int()))


def change_the_root():
    os.chroot(FOLDER)


def become_another_user():
    os.setgid(os.getgid())


def use_numbers_of_another_interface():
    if platform.machine() == "x86_64":
        call(0x40000000 + 39, 0)
    else:
        raise OSError(errno.ENOSYS, "no such interface")


ATTACKS: dict[str, Callable[[], None]] = {
    name.replace("_", "-"): value
    for name, value in sorted(globals().items())
    if callable(value) and getattr(value, "__module__", "") == __name__ and name != "call"
}
"""Every attack by its name."""


def raise_to(level: str) -> None:
    """Raise the walls up to a level."""
    if level == "seccomp":
        raise_walls(BOUNDS, confined=False)
    elif level != "bare":
        give_up_privileges()
        limits.apply(BOUNDS)
        if level == "landlock":
            landlock.restrict()


def attempt(name: str, level: str, user: int) -> str:
    """Try one thing in this process; give what came of it."""
    signal.alarm(_PATIENCE)
    if user and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    assert syscalls.supported()
    try:
        raise_to(level)
    except OSError as error:
        return f"the walls are not up: {error}"
    try:
        ATTACKS[name]()
    except (OSError, MemoryError, ImportError, RuntimeError) as error:
        return f"stopped: {type(error).__name__} {error}"[:200]
    except BaseException as error:  # noqa: BLE001 - it must not go on as the process that makes the others
        return f"broke off with {error!r}"
    return "succeeded"


def outcome(name: str, level: str, user: int) -> str:
    """The same in a new process, which may die of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        os.write(1, attempt(name, level, user).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        said = file.read().decode().strip()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -signal.SIGALRM:
        return "did not end"
    return f"killed by signal {-code}" if code < 0 else said or f"ended with {code}"


def main() -> None:
    """Try one thing for each line."""
    for line in sys.stdin:
        name, level, user = line.split()
        sys.stdout.write(outcome(name, level, int(user)).replace("\n", " ") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
