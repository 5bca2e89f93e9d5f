"""The builds of one app: what every obfuscator makes of the same classes, with the truth by class."""

import random
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.truth import dexes, labels
from benchmarks.truth.maps import read_map
from benchmarks.truth.scramble import Scrambler
from benchmarks.truth.split import split
from benchmarks.truth.toolbox import BuildError, Toolbox

BUILDS = ("d8", "r8srk", "r8full", "r8new", "pgflat", "pgopt", "cfo", "reflect", "split")
_ATTRIBUTES = (
    "",
    "-keepattributes SourceFile,LineNumberTable",
    "-keepattributes *Annotation*,Signature,InnerClasses,EnclosingMethod",
)
_SHRUNK = ("", "-repackageclasses 'q'", "-flattenpackagehierarchy 'f'")
_FULL = ("-repackageclasses ''", "-repackageclasses 'a.b'", "")
_FLAT = ("-flattenpackagehierarchy ''", "-repackageclasses 'o'", "-repackageclasses ''")


@dataclass(frozen=True)
class Subject:
    """What is built: all classes in one jar, which of them stay by name, whose they are, and the manifest."""

    name: str
    seed: int
    jar: Path
    kept: tuple[str, ...]
    whose: Mapping[str, str]
    manifest: bytes


@dataclass(frozen=True)
class Built:
    """One build that is done."""

    options: tuple[str, ...]
    rows: tuple[labels.Row, ...]


class Bench:
    """Builds one app in a folder of its own; files between the steps live in `scratch`."""

    def __init__(self, tools: Toolbox, subject: Subject, home: Path, scratch: Path) -> None:
        self._tools = tools
        self._subject = subject
        self._home = home
        self._scratch = scratch
        self._helpers: dict[str, str] = {}
        self._random = random.Random(f"{subject.name} {subject.seed}")  # noqa: S311 - it only varies what is built
        self._level = str(self._random.choice((21, 24, 26)))
        self._attributes = self._random.choice(_ATTRIBUTES)

    def make(self, build: str) -> Built:
        """Make one build: the app and its truth by class.

        Raises:
            BuildError: the tool refused this app.
        """
        rules = {name: getattr(self, f"_{name}") for name in BUILDS}
        options, mapping = rules[build]()
        path = self._home / f"{build}.apk"
        present = dexes.defined(path)
        if mapping is None:
            rows = labels.unchanged(present, self._subject.whose)
        else:
            with mapping.open(encoding="utf-8") as lines:
                rows = labels.label(read_map(lines), self._subject.whose, present)
            rows = labels.helped(rows, self._helpers) if build == "split" else rows
        labels.write(self._home / f"{build}.truth.tsv.xz", rows)
        return Built(options, tuple(rows))

    def _d8(self) -> tuple[tuple[str, ...], Path | None]:
        self._dex("r8old", self._subject.jar, self._home / "d8.apk")
        return (f"min-api {self._level}",), None

    def _r8srk(self) -> tuple[tuple[str, ...], Path | None]:
        generation = self._random.choice(("r8old", "r8old", "r8new"))
        return self._shrink("r8srk", generation, ["-dontoptimize", self._random.choice(_SHRUNK)])

    def _r8full(self) -> tuple[tuple[str, ...], Path | None]:
        return self._shrink("r8full", "r8old", [self._random.choice(_FULL)])

    def _r8new(self) -> tuple[tuple[str, ...], Path | None]:
        rules = ["-allowaccessmodification", self._random.choice(_FULL)]
        options, mapping = self._shrink("r8new", "r8new", rules)
        if self._random.random() < 0.5:
            self._scramble(self._home / "r8new.apk", self._home / "r8new.apk", reorder=False)
            options = (*options, "strings encrypted")
        return options, mapping

    def _pgflat(self) -> tuple[tuple[str, ...], Path | None]:
        return self._proguard("pgflat", ["-dontoptimize", self._random.choice(_FLAT)])

    def _pgopt(self) -> tuple[tuple[str, ...], Path | None]:
        passes = self._random.choice((1, 2))
        rules = [f"-optimizationpasses {passes}", "-allowaccessmodification", "-mergeinterfacesaggressively"]
        rules += [self._random.choice(_FLAT)]
        try:
            return self._proguard("pgopt", [*rules, "-overloadaggressively"])
        except BuildError:  # names that differ in their result only confuse D8 on SDKs that were obfuscated before
            return self._proguard("pgopt", rules)

    def _cfo(self) -> tuple[tuple[str, ...], Path | None]:
        mapping = self._scratch / "r8srk.map"
        if not mapping.is_file():
            raise BuildError("there is no r8srk build to obfuscate further")
        reorder = self._scramble(self._home / "r8srk.apk", self._home / "cfo.apk", reorder=True)
        return ("of r8srk", "strings encrypted", *(("chunks reordered",) if reorder else ())), mapping

    def _reflect(self) -> tuple[tuple[str, ...], Path | None]:
        mapping = self._scratch / "r8srk.map"
        if not mapping.is_file():
            raise BuildError("there is no r8srk build to obfuscate further")
        self._scramble(self._home / "r8srk.apk", self._home / "reflect.apk", reorder=False, reflect=True)
        return ("of r8srk", "strings encrypted", "half of the platform's methods called by reflection"), mapping

    def _split(self) -> tuple[tuple[str, ...], Path | None]:
        mapping = self._scratch / "r8srk.map"
        if not mapping.is_file():
            raise BuildError("there is no r8srk build to obfuscate further")
        source = self._unpacked(self._home / "r8srk.apk")
        self._helpers = split(source, self._subject.seed)
        self._assembled(source, self._home / "split.apk")
        return ("of r8srk", "methods moved to helper classes"), mapping

    def _shrink(self, name: str, generation: str, rules: list[str]) -> tuple[tuple[str, ...], Path]:
        rules = [rule for rule in (*rules, self._attributes) if rule]
        config, mapping, out = (self._scratch / f"{name}.{end}" for end in ("pro", "map", "zip"))
        config.write_text("\n".join([*rules, *self._common()]) + "\n", "utf-8")
        files: list[str | Path] = ["--pg-conf", config, "--pg-map-output", mapping, "--output", out, self._subject.jar]
        self._tools.run(generation, *self._words(), *files)
        self._pack(out, self._home / f"{name}.apk")
        return (generation, f"min-api {self._level}", *rules), mapping

    def _proguard(self, name: str, rules: list[str]) -> tuple[tuple[str, ...], Path]:
        # Line numbers carry what was inlined from where into the mapping; D8 would write them into the app.
        config, mapping, out, bare = (self._scratch / f"{name}.{end}" for end in ("pro", "map", "jar", "bare.jar"))
        out.unlink(missing_ok=True)
        files = ["-injars", self._subject.jar, "-outjars", out, "-libraryjars", self._tools.android]
        said = [f'{option} "{path}"' for option, path in zip(files[::2], files[1::2], strict=True)]
        said += [f'-printmapping "{mapping}"', "-dontpreverify", "-dontnote", "-keepattributes LineNumberTable"]
        config.write_text("\n".join([*said, *rules, *self._common()]) + "\n", "utf-8")
        self._tools.run("proguard", config)
        self._tools.run("merge", "keep" if "Line" in self._attributes else "strip", bare, out)
        self._dex("r8old", bare, self._home / f"{name}.apk")
        return (f"min-api {self._level}", *rules), mapping

    def _words(self) -> list[str]:
        return ["--release", "--min-api", self._level, "--thread-count", "1", "--lib", str(self._tools.android)]

    def _common(self) -> list[str]:
        kept = [f"-keep class {name} {{ <init>(); }}" for name in self._subject.kept]
        return ["-dontwarn **", "-ignorewarnings", *kept]

    def _dex(self, generation: str, jar: Path, to: Path) -> None:
        out = self._scratch / "dexed.zip"
        self._tools.run(generation.replace("r8", "d8"), *self._words(), "--output", out, jar)
        self._pack(out, to)

    def _scramble(self, source: Path, target: Path, *, reorder: bool, reflect: bool = False) -> bool:
        """Obfuscate the code of an app further; gives whether its order was changed."""
        for order in (True, False) if reorder else (False,):
            folder = self._unpacked(source)
            Scrambler(self._subject.seed, reorder=order, reflect=reflect).folder(folder)
            try:
                self._assembled(folder, target)
            except BuildError:  # a branch that got too long
                if not order:
                    raise
                continue
            return order
        raise BuildError("smali refused the code in any order")

    def _unpacked(self, source: Path) -> Path:
        """The code of an app as a folder of smali files."""
        dex, folder = self._scratch / "classes.dex", self._scratch / "smali"
        with zipfile.ZipFile(source) as archive:
            if "classes2.dex" in archive.namelist():
                raise BuildError("too large for one dex file")
            dex.write_bytes(archive.read("classes.dex"))
        shutil.rmtree(folder, ignore_errors=True)
        self._tools.run("baksmali", dex, folder)
        return folder

    def _assembled(self, folder: Path, target: Path) -> None:
        out = self._scratch / "assembled.dex"
        self._tools.run("smali", folder, out)
        self._write(target, {"classes.dex": out.read_bytes()})

    def _pack(self, source: Path, target: Path) -> None:
        with zipfile.ZipFile(source) as archive:
            self._write(target, {name: archive.read(name) for name in archive.namelist() if name.endswith(".dex")})

    def _write(self, target: Path, files: dict[str, bytes]) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {"AndroidManifest.xml": self._subject.manifest, **files}.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
