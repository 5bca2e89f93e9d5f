"""Files by their paths: what tells two of them apart, when where the app's folders lie is not known."""

from typing import Final

from affidavit.dalvik.whole.expressions import Expression, Hole, Join, shown, whole

FILES: Final = "{files folder}"
FOLDERS: Final = {
    "getFilesDir": FILES,
    "getCacheDir": "{cache folder}",
    "getExternalStorageDirectory": "{external storage}",
}
"""Method -> the folder that it gives, as expressions show it; it is the same for as long as the app is there."""
_PLACES = frozenset({*(Hole(text[1:-1]) for text in FOLDERS.values()), Hole("external files folder")})


def own_file(path: str) -> str:
    """A path as files are told apart by: one in the app's folder goes by its name, as ``openFileInput`` has it."""
    return path.removeprefix(f"{FILES}/")


def key_text(expression: Expression) -> str | None:
    """Text that is the same for equal constants, and paths in equal folders; None when an expression is neither."""
    if isinstance(expression, Join) and all(whole(part) or part in _PLACES for part in expression.parts):
        return f"Text {own_file(shown(expression))}"
    return f"{type(expression).__name__} {shown(expression)}" if whole(expression) else None
