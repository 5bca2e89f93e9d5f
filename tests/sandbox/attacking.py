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


def _code(environment: dict[str, str]) -> str:
    """Code of an attacker: it is told all by its own text, since bubblewrap clears the environment."""
    paths = [str(_ROOT), *filter(None, sys.path)]
    return (
        f"import os, sys; os.environ.update({environment!r}); sys.path[:] = {paths!r};"
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
        self._attackers: dict[tuple[int, str], subprocess.Popen[str]] = {}
        self._others: list[subprocess.Popen[bytes]] = []
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
        if (user, wrapper) not in self._attackers:
            self._attackers[user, wrapper] = self._attacker(user, wrapper)
        attacker = self._attackers[user, wrapper]
        assert attacker.stdin
        assert attacker.stdout
        attacker.stdin.write(f"{name} {level} {user}\n")
        attacker.stdin.flush()
        return attacker.stdout.readline().strip()

    def _attacker(self, user: int, wrapper: str) -> subprocess.Popen[str]:
        """A process that makes one for each attack."""
        become = {"user": user, "group": user} if os.geteuid() == 0 else {}
        self._others.append(subprocess.Popen(["/bin/sleep", "3600"], **become))  # type: ignore[call-overload]
        environment = {
            "ATTACKED": str(self.folder),
            "ATTACKED_TCP": str(self.tcp.getsockname()[1]),
            "ATTACKED_UDP": str(self.udp.getsockname()[1]),
            "ATTACKED_NAME": self.name,
            "ATTACKED_PROCESS": str(self._others[-1].pid),
            "ATTACKED_HANDLE": str(self.file.fileno()),
        }
        command = [sys.executable, "-S", "-c", _code(environment)]
        if wrapper:
            command = bubblewrap.wrapped(wrapper, command, [_ROOT, *map(Path, filter(None, sys.path))])
        return subprocess.Popen(
            command, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            pass_fds=[self.file.fileno()], start_new_session=True,
        )  # fmt: skip

    def close(self) -> None:
        """Let everything go."""
        for process in (*self._attackers.values(), *self._others):
            process.kill()
            process.communicate()
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
