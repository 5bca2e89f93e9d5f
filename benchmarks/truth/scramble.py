"""An obfuscator of smali text: strings are encrypted, code is cut and put in another order, calls are hidden.

It stands for commercial obfuscators that no registry has. Names are left as the shrinker made them, so that the
shrinker's map still tells which class is which.
"""

import random
import re
from pathlib import Path

from benchmarks.truth.reflect import Reflector

_CONST = re.compile(r'^(\s+)const-string(?:/jumbo)? (v\d+|p\d+), "(.*)"$')
_STATIC = re.compile(r'^(\.field .*static .*?)([^ ]+):Ljava/lang/String; = "(.*)"$')
_CLASS = re.compile(r"^\.class .*?(L[^ ]+;)$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_GUARD = re.compile(r"^\s+\.catch.* \{(:\S+) \.\. :\S+\}")
_TABLES = (".packed-switch", ".sparse-switch", ".array-data")
_BEFORE_CODE = (".registers", ".locals", ".param", ".end param", ".annotation", ".end annotation", ".end subannotation")
_ENDS = ("return", "throw ", "goto")
_PIECES = 8
_DECODER = """.class public final L{name};
.super Ljava/lang/Object;

.method public static d(Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    invoke-virtual {{p0}}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    array-length v1, v0
    const/4 v2, 0x0
    :again
    if-ge v2, v1, :done
    aget-char v3, v0, v2
    add-int/lit8 v4, v2, {step}
    mul-int/lit8 v4, v4, {factor}
    and-int/lit16 v4, v4, 0x7f
    xor-int/2addr v3, v4
    int-to-char v3, v3
    aput-char v3, v0, v2
    add-int/lit8 v2, v2, 0x1
    goto :again
    :done
    new-instance v1, Ljava/lang/String;
    invoke-direct {{v1, v0}}, Ljava/lang/String;-><init>([C)V
    return-object v1
.end method
"""


class Scrambler:
    """One app's obfuscator: its key, the name of its decoder, and its order of chunks."""

    def __init__(self, seed: int, *, reorder: bool = True, reflect: bool = False) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it only varies what is built
        self._step = self._random.randrange(1, 60)
        self._factor = self._random.randrange(3, 60, 2)
        self._reorder = reorder
        self.decoder = f"zz{seed % 1000:03d}/D"
        self._reflector = Reflector(f"L{self.decoder};") if reflect else None
        self._decode = f"L{self.decoder};->d(Ljava/lang/String;)Ljava/lang/String;"

    def folder(self, folder: Path) -> None:
        """Obfuscate every smali file below a folder in place, and add the decoder."""
        for path in sorted(folder.rglob("*.smali")):
            path.write_text(self.text(path.read_text("utf-8")), "utf-8")
        target = folder / f"{self.decoder}.smali"
        target.parent.mkdir(exist_ok=True)
        decoder = _DECODER.format(name=self.decoder, step=self._step, factor=self._factor)
        bodies = self._reflector.bodies if self._reflector is not None else []
        made = "\n".join(
            line for body in bodies for text in body.splitlines() for line in self._call(text, moved=False)
        )
        target.write_text(f"{decoder}\n{made}\n", "utf-8")

    def encrypted(self, text: str) -> str:
        """The text that the decoder turns into `text`; both are the contents of smali literals."""
        units = _unescaped(text)
        codes = [unit ^ ((at + self._step) * self._factor & 0x7F) for at, unit in enumerate(units)]
        return "".join(f"\\u{code:04x}" for code in codes)

    def text(self, source: str) -> str:
        """One class."""
        named = _CLASS.search(source)
        lines = self._statics(source.splitlines(), named[1] if named else "")
        out: list[str] = []
        body: list[str] | None = None
        for line in lines:
            if line.startswith(".method"):
                out.append(line)
                body = []
            elif line.startswith(".end method") and body is not None:
                out += self._method(body)
                out.append(line)
                body = None
            elif body is not None:
                body += self._call(line, moved=self._reflector is not None and self._random.random() < 0.5)
            else:
                out.append(line)
        return "\n".join(out) + "\n"

    def _call(self, line: str, *, moved: bool) -> list[str]:
        """A line of code; `moved` when a call of the platform is to go through reflection."""
        if moved and self._reflector is not None:
            line = self._reflector.call(line)
        found = _CONST.match(line)
        if found is None or not found[3]:
            return [line]
        space, register, text = found.groups()
        return [
            f'{space}const-string {register}, "{self.encrypted(text)}"',
            f"{space}invoke-static/range {{{register} .. {register}}}, {self._decode}",
            f"{space}move-result-object {register}",
        ]

    def _statics(self, lines: list[str], owner: str) -> list[str]:
        """Constants of fields become assignments in the class initialiser, where they are encrypted as others."""
        out: list[str] = []
        made: list[str] = []
        for line in lines:
            found = _STATIC.match(line)
            if found is None:
                out.append(line)
                continue
            head, name, text = found.groups()
            out.append(f"{head}{name}:Ljava/lang/String;")
            made += [
                f'    const-string v0, "{text}"',
                f"    sput-object v0, {owner}->{name}:Ljava/lang/String;",
            ]
        return _initialised(out, made) if made else out

    def _method(self, body: list[str]) -> list[str]:
        """The chunks of a method in another order, joined by jumps."""
        head, code, tail = _parts(body)
        chunks = _chunks(code)
        if not self._reorder or len(chunks) < 3:
            return body
        step = max(1, len(chunks) // _PIECES)
        pieces = [[line for chunk in chunks[at : at + step] for line in chunk] for at in range(0, len(chunks), step)]
        named = [[f"    :piece_{number}", *piece] for number, piece in enumerate(pieces)]
        for number, piece in enumerate(named[:-1]):
            if not _leaves(piece):
                piece.append(f"    goto/32 :piece_{number + 1}")
        order = list(range(len(named)))
        self._random.shuffle(order)
        shuffled = [line for number in order for line in named[number]]
        return [*head, "    goto/32 :piece_0", *shuffled, *tail]


def _unescaped(text: str) -> list[int]:
    def one(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _PLAIN_ESCAPES.get(found[2], found[2])

    data = _ESCAPE.sub(one, text).encode("utf-16-le", "surrogatepass")
    return [data[at] | data[at + 1] << 8 for at in range(0, len(data), 2)]


def _initialised(lines: list[str], made: list[str]) -> list[str]:
    """The class with `made` at the start of its initialiser, which is added where there is none."""
    for at, line in enumerate(lines):
        if line.startswith(".method") and line.endswith(" <clinit>()V"):
            words = lines[at + 1].split()
            lines[at + 1] = f"    {words[0]} {max(int(words[1]), 1)}"
            return [*lines[: at + 2], *made, *lines[at + 2 :]]
    start = ["", ".method static constructor <clinit>()V", "    .locals 1"]
    return [*lines, *start, *made, "    return-void", ".end method"]


def _parts(body: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before the code (registers, parameters, annotations), the code, and its tables."""
    start = 0
    for at, line in enumerate(body):
        if line.strip().startswith(_BEFORE_CODE):
            start = at + 1
    end = len(body)
    for at in range(start, len(body)):
        if body[at].strip().startswith(_TABLES):
            end = at
            while body[end - 1].strip().startswith(":") or not body[end - 1].strip():
                end -= 1
            break
    return body[:start], body[start:end], body[end:]


def _chunks(code: list[str]) -> list[list[str]]:
    """The code cut where it may be cut: not inside a guarded range, not before a result is moved."""
    code = [line for line in code if line.strip()]
    at_label = {line.strip(): at for at, line in enumerate(code) if line.strip().startswith(":")}
    closed = [False] * len(code)
    for at, line in enumerate(code):
        if found := _GUARD.search(line):
            for inside in range(at_label[found[1]] + 1, at + 1):
                closed[inside] = True
    chunks: list[list[str]] = []
    labelled = True
    for at, line in enumerate(code):
        word = line.strip()
        if labelled or closed[at] or word.startswith("move-result"):
            if not chunks:
                chunks.append([])
            chunks[-1].append(line)
        else:
            chunks.append([line])
        labelled = word.startswith(":")
    return chunks


def _leaves(piece: list[str]) -> bool:
    last = next((line.strip() for line in reversed(piece) if line.strip() and line.strip()[0] not in ":."), "")
    return last.startswith(_ENDS) and not piece[-1].strip().startswith(":")
