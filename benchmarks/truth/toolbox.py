"""The tools, in one warm Java machine: a start of their machine for each build would cost ten times as much."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from benchmarks.truth.packages import HERE, PackageError, pinned

_MACHINE = (
    "-Xmx1500m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # the second compiler costs more than it saves in some hundreds of builds
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)


class BuildError(Exception):
    """A tool refused; the message is its own."""


class Toolbox:
    """Gives commands to the worker and waits for its answers."""

    def __init__(self, orders: IO[str], answers: IO[str], android: Path) -> None:
        self._orders = orders
        self._answers = answers
        self.android = android

    def run(self, tool: str, *words: str | Path) -> None:
        """Run one command to its end.

        Raises:
            BuildError: the tool failed, or the worker is gone.
        """
        self._orders.write("\t".join([tool, *map(str, words)]) + "\n")
        self._orders.flush()
        answer = self._answers.readline().rstrip("\n")
        if answer != "ok":
            raise BuildError(answer or "the Java worker ended")


def unpacked(cache: Path) -> dict[str, list[Path]]:
    """The jars of each tool, unpacked below the cache."""
    found: dict[str, list[Path]] = {}
    for package in pinned("tools.toml"):
        for tool, names in package.wanted["jars"].items():
            for name in names:
                path = cache / "tools" / tool / Path(name).name
                if not path.is_file():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(package.fetched(cache / "packages").read(name))
                found.setdefault(tool, []).append(path)
    return found


def _compiled(cache: Path, asm: Path) -> Path:
    """The worker's classes, compiled anew when a source is newer."""
    sources = sorted((HERE / "java").glob("*.java"))
    target = cache / "tools" / "worker"
    mark = target / "Worker.class"
    if not mark.is_file() or mark.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        compiler = shutil.which("javac")
        if compiler is None:
            raise PackageError("javac is missing: install a Java development kit, 17 or later")
        subprocess.run([compiler, "-cp", str(asm), "-d", str(target), *map(str, sources)], check=True)
    return target


@contextmanager
def toolbox(cache: Path) -> Iterator[Toolbox]:
    """The tools, fetched if need be; the machine ends with the block."""
    jars = unpacked(cache)
    asm = jars.pop("asm")[0]
    android = jars.pop("android")[0]
    classes = f"{_compiled(cache, asm)}:{asm}"
    tools = [f"{tool}={':'.join(map(str, paths))}" for tool, paths in sorted(jars.items())]
    java = shutil.which("java") or "java"
    options = [*_MACHINE, "-cp", classes]
    with (
        (cache / "worker.log").open("a") as log,
        subprocess.Popen(
            [java, *options, "Worker", *tools], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise BuildError("the Java worker has no pipes")
        try:
            yield Toolbox(process.stdin, process.stdout, android)
        finally:
            process.stdin.close()
