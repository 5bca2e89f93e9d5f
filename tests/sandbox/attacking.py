"""A victim of attacks: files, sockets and a process, and what became of them."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit.sandbox import bubblewrap

NOBODY = 65_534
"""The user without rights (Debian's ``nobody``)."""
_ROOT = Path(__file__).resolve().parents[2]


def _code(environment: dict[str, str], arguments: list[str]) -> str:
    """Code of an attacker: it is told all by its own text, since bubblewrap clears the environment."""
    paths = [str(_ROOT), *filter(None, sys.path)]
    return (
        f"import os, sys; os.environ.update({environment!r}); sys.path[:] = {paths!r}; sys.argv[1:] = {arguments!r};"
        "from tests.sandbox.attacks import main; main()"
    )


class Victim:
    """Things outside of the walls, open to everybody so that only the walls protect them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.name = f"affidavit-{secrets.token_hex(8)}"
        self.local = socket.socket(socket.AF_UNIX)
        self.local.bind("\0" + self.name)
        self.local.listen()
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
        self.put_back()

    def put_back(self, user: int = -1) -> None:
        """Files and folders as they were, owned by `user`, so that rights of files stop nobody."""
        self.folder.chmod(0o777)
        (self.folder / "sub").mkdir(exist_ok=True)
        (self.folder / "sub").chmod(0o777)
        for path in (self.folder / "sub").iterdir():
            path.unlink()
        for path in (self.folder / "evidence", self.folder / "sub" / "victim"):
            path.write_bytes(b"evidence")
            path.chmod(0o666)
        if user >= 0 and os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user, user)

    def state(self) -> object:
        """What an attack on files would change."""
        files = sorted(path for path in self.folder.rglob("*"))
        return [
            (path.name, path.lstat().st_mode, path.lstat().st_nlink, path.is_file() and path.read_bytes())
            for path in files
        ]

    def attack(self, name: str, level: str, user: int, wrapper: str = "") -> str:
        """Have one thing tried by another process, in bubblewrap if `wrapper` is its path.

        Returns:
            ``succeeded``, or what stopped it.
        """
        with subprocess.Popen(["/bin/sleep", "60"], user=user, group=user) as other:
            environment = {
                "ATTACKED": str(self.folder),
                "ATTACKED_TCP": str(self.tcp.getsockname()[1]),
                "ATTACKED_UDP": str(self.udp.getsockname()[1]),
                "ATTACKED_NAME": self.name,
                "ATTACKED_PROCESS": str(other.pid),
                "ATTACKED_HANDLE": str(self.file.fileno()),
            }
            command = [sys.executable, "-S", "-c", _code(environment, [name, level, str(user)])]
            if wrapper:
                command = bubblewrap.wrapped(wrapper, command, [_ROOT, *map(Path, filter(None, sys.path))])
            done = subprocess.run(
                command, cwd="/", capture_output=True, timeout=60, check=False, pass_fds=[self.file.fileno()],
                start_new_session=True,
            )  # fmt: skip
            other.kill()
        if done.returncode < 0:
            return f"killed by signal {-done.returncode}"
        return done.stdout.decode().strip() or f"ended with {done.returncode}: {done.stderr.decode()[-300:]}"

    def close(self) -> None:
        """Let everything go."""
        for thing in (self.tcp, self.udp, self.local, self.file):
            thing.close()


@contextmanager
def victim() -> Iterator[Victim]:
    """A victim in a folder that every user can reach, gone afterwards."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        made = Victim(Path(folder))
        try:
            yield made
        finally:
            made.close()
