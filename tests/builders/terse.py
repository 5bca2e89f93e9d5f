"""Code of small apps in short lines, so that an app of several components can be read on one page.

    v1 = virtual v14 Landroid/content/Intent;->getExtras()Landroid/os/Bundle;
    v2 = "pdus"
    v3 = new Ljava/lang/StringBuilder;          # made without arguments
    v3 = make Ljava/io/File; v1 v2 (Ljava/io/File;Ljava/lang/String;)
    aget-object v4 v2 v5                        # any instruction, as `DexBuilder` takes it
    :again                                      # a label

In a method the receiver and the parameters have the last of sixteen registers, the last parameter v15.
"""

import re
from collections.abc import Sequence

from tests.builders.dex import Class, Field, Method
from tests.builders.dex_code import Instruction
from tests.builders.dex_pools import OBJECT

SHORT = {
    "S": "Ljava/lang/String;",
    "O": "Ljava/lang/Object;",
    "Ctx": "Landroid/content/Context;",
    "Uri": "Landroid/net/Uri;",
    "Int": "Landroid/content/Intent;",
    "Sb": "Ljava/lang/StringBuilder;",
    "Cur": "Landroid/database/Cursor;",
    "List": "Ljava/util/ArrayList;",
    "File": "Ljava/io/File;",
    "Http": "Lorg/apache/http/client/",
    "Phone": "Landroid/telephony/",
    "Res": "Landroid/content/ContentResolver;",
    "Msg": "Landroid/telephony/SmsMessage;",
    "Bun": "Landroid/os/Bundle;",
    "Out": "Ljava/io/OutputStream;",
    "Con": "Ljava/net/URLConnection;",
    "Pair": "Lorg/apache/http/message/BasicNameValuePair;",
}
"""What ``%S`` stands for."""
_SPARE = 12
"""The register that keeps an argument whose register the new object gets."""
_LISTED = 5
_INVOKE = re.compile(r"(virtual|static|direct|super|interface) ((?:v\d+ )*)(\S+)")
_MAKE = re.compile(r"make (\S+) ((?:v\d+ )*)(\S+)")


def _long(text: str) -> str:
    """A text without short names."""
    return re.sub(f"%({'|'.join(sorted(SHORT, key=len, reverse=True))})", lambda found: SHORT[found[1]], text)


def code(text: str) -> list[Instruction]:
    """The instructions of some lines; a return is added."""
    text = _long(text)
    found: list[Instruction] = []
    for line in text.splitlines():
        found += _line(line.strip()) if line.strip() else []
    return found if found and found[-1][0].startswith("return") else [*found, ("return-void",)]


def _line(line: str) -> list[Instruction]:
    if line.startswith(":"):
        return [line]
    target, equals, rest = line.partition(" = ")
    if not equals or not re.fullmatch(r"v\d+", target):
        target, rest = "", line
    at = int(target[1:]) if target else -1
    word, _, more = rest.partition(" ")
    if rest.startswith('"'):
        return [("const-string", at, rest[1:-1])]
    if rest.startswith("#"):
        return [("const/16", at, int(rest[1:]))]
    if word in {"class", "new"}:
        return [("const-class", at, more)] if word == "class" else _made(at, more, [], "()")
    if made := _MAKE.fullmatch(rest):
        return _made(at, made[1], _registers(made[2]), made[3])
    return _call(at, call) if (call := _INVOKE.fullmatch(rest)) else _plain(line)


def _call(at: int, call: re.Match[str]) -> list[Instruction]:
    moved: list[Instruction] = [(_moving(call[3]), at)] if at >= 0 else []
    registers = _registers(call[2])
    return [(f"invoke-{call[1]}{'/range' if len(registers) > _LISTED else ''}", registers, call[3]), *moved]


def _plain(line: str) -> list[Instruction]:
    name, *operands = line.split()
    return [(name, *(int(item[1:]) if re.fullmatch(r"[v#]-?\d+", item) else item for item in operands))]


def _made(at: int, class_: str, registers: list[int], proto: str) -> list[Instruction]:
    kept: list[Instruction] = [("move-object", _SPARE, at)] if at in registers else []
    taken = [_SPARE if item == at else item for item in registers]
    return [*kept, ("new-instance", at, class_), ("invoke-direct", [at, *taken], f"{class_}-><init>{proto}V")]


def _registers(text: str) -> list[int]:
    return [int(item[1:]) for item in text.split()]


def _moving(reference: str) -> str:
    returned = reference.rpartition(")")[2][0]
    return "move-result" + ("-object" if returned in "L[" else "-wide" if returned in "JD" else "")


def class_(
    name: str, super_: str = OBJECT, *, fields: str = "", implements: Sequence[str] = (), **methods: str
) -> Class:
    """A class ``Lp/NAME;`` of methods by name: the prototype, then lines; a name with ``static_`` before it is static.

    Fields are ``name:type``, static ones with ``static `` before. A constructor without arguments is added.
    """
    short = _long(fields)
    made = []
    for key, text in {"<init>": f"()V\ndirect v15 {super_}-><init>()V", **methods}.items():
        proto, _, lines = text.strip().partition("\n")
        access = {"<init>": 0x10001, "static_<clinit>": 0x10008}.get(key, 0x9 if key.startswith("static_") else 0x1)
        made.append(Method(key.removeprefix("static_"), _long(proto.strip()), code(lines), access))
    own = [[*item.removeprefix("static ").split(":"), item.startswith("static ")] for item in short.split(", ") if item]
    listed = [Field(str(word), str(kind), 0x9 if static else 0x1) for word, kind, static in own]
    return Class(f"Lp/{name};", super_, list(implements), methods=made, fields=listed)
