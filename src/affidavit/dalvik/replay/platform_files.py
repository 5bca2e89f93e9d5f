"""Files by their paths: equal paths are one file, whichever object names it; folders of the app have own names."""

from typing import Final

from affidavit.dalvik.replay.platform_call import PATH, Behaviour, Call
from affidavit.dalvik.replay.platform_reflect import known_text
from affidavit.dalvik.replay.values import NULL, STRING, Value, opaque, text
from affidavit.dalvik.whole.files import FILES, FOLDERS, own_file

FILE: Final = "Ljava/io/File;"


def _made(call: Call) -> Value | None:
    """``new File(path)``, ``new File(folder, name)``."""
    parts = [_path(call, value) for value in call.given]
    for value in call.given:
        call.state.fill(call.this, call.state.taint_of(value))
    known = None not in parts and call.parameters[:1] != ["Ljava/net/URI;"]
    path = "/".join(part.removesuffix("/") for part in parts[:-1] if part) if known else ""
    last = (parts[-1] or "") if known else ""
    joined = own_file(f"{path}/{last}" if path or (len(parts) > 1 and parts[0]) else last)
    call.state.write(call.this, PATH, text(joined) if known else opaque(STRING))
    return NULL


def _path(call: Call, value: Value) -> str | None:
    """The path that a text or file stands for."""
    if value.is_null:
        return ""
    if len(value.refs) == 1 and not value.opaque:
        known = call.state.read(value, PATH).text
        if known is not None:
            return known
    return known_text(call, value)


def _as_text(call: Call) -> Value | None:
    """The path of a file as text."""
    known = _path(call, call.this)
    return None if known is None else text(known, call.state.taint_of(call.this))


def _folder(call: Call) -> Value:
    """A folder that the platform has made for the app."""
    return _at(call, FOLDERS[call.name])


def _in_files(call: Call) -> Value | None:
    """``getFileStreamPath(name)``."""
    name = known_text(call, call.argument(0))
    return None if name is None else _at(call, own_file(f"{FILES}/{name}"))


def _at(call: Call, path: str) -> Value:
    made = call.make_object(FILE)
    call.state.write(made, PATH, text(path))
    return made


_OF_FILE: Final[dict[str, Behaviour]] = {
    "<init>": _made,
    **dict.fromkeys(("getPath", "getAbsolutePath", "getCanonicalPath", "toString"), _as_text),
    **dict.fromkeys(("getAbsoluteFile", "getCanonicalFile"), lambda call: call.this),
}
_OF_CONTEXT: Final[dict[str, Behaviour]] = {**dict.fromkeys(FOLDERS, _folder), "getFileStreamPath": _in_files}
PATHS: Final[dict[str, dict[str, Behaviour]]] = {
    FILE: _OF_FILE,
    "Landroid/content/Context;": _OF_CONTEXT,
    "Landroid/os/Environment;": {"getExternalStorageDirectory": _folder},
}
