"""Settings: ``affidavit.toml`` in the working directory, then ``AFFIDAVIT_*`` variables; flags come after both."""

from collections.abc import Mapping
from pathlib import Path

from affidavit.model.errors import UsageError

KNOWN: Mapping[str, type] = {
    "format": str,
    "output_dir": str,
    "budget": str,
    "strict": bool,
    "fail_on": list,
    "quiet": bool,
}
"""Setting -> type, written in TOML as the flags are (``output-dir``). The key's file is $AFFIDAVIT_KEY alone."""

_TRUE = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_SIZE = 64 << 10


def settings(environ: Mapping[str, str], file: Path) -> dict[str, object]:
    """Every setting that was made, by option name.

    Raises:
        UsageError: the file is no TOML, or a setting is unknown or of the wrong type.
    """
    return _from_file(file) | _from_environment(environ)


def _from_file(file: Path) -> dict[str, object]:
    """The settings of the file; none if there is no such file."""
    if not file.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - only when there is a file

    try:
        with file.open("rb") as handle:
            found = tomllib.loads(handle.read(_SIZE).decode())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: {error}", advice="mend it, or remove it") from error
    made = {name.replace("-", "_"): value for name, value in found.items()}
    for name, value in made.items():
        _check(name, value, str(file))
    return made


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """The settings of the environment; its other variables (AFFIDAVIT_KEY, AFFIDAVIT_DEBUG) are left alone."""
    made: dict[str, object] = {}
    for name, kind in KNOWN.items():
        variable = f"AFFIDAVIT_{name.upper()}"
        text = environ.get(variable, "")
        if not text:
            continue
        if kind is bool and text.lower() not in _TRUE:
            raise UsageError(f"${variable}: {text!r} is neither yes nor no", advice="write 1 or 0")
        made[name] = _TRUE[text.lower()] if kind is bool else text.split(",") if kind is list else text
    return made


def _check(name: str, value: object, where: str) -> None:
    """Refuse a setting without meaning."""
    if name not in KNOWN:
        raise UsageError(f"{where}: no setting {name!r}", advice=f"known are {', '.join(sorted(KNOWN))}")
    kind = KNOWN[name]
    texts = kind is not list or (isinstance(value, list) and all(isinstance(item, str) for item in value))
    if not isinstance(value, kind) or not texts:
        raise UsageError(f"{where}: {name} = {value!r} is no {kind.__name__}", advice="see affidavit review --help")
