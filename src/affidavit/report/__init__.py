"""For a reader: every format is made from the bundle alone."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from affidavit.model.errors import UsageError

if TYPE_CHECKING:  # importing the model's codec would cost whoever only asks for the help
    from affidavit.model.bundle import Affidavit

FORMATS: Mapping[str, tuple[str, str]] = {
    "terminal": ("affidavit.report.terminal", "render_terminal"),
    "html": ("affidavit.report.html", "render_html"),
    "json": ("affidavit.report.json", "render_json"),
    "sarif": ("affidavit.report.sarif", "render_sarif"),
    "csv": ("affidavit.report.csv", "render_csv"),
    "markdown": ("affidavit.report.markdown", "render_markdown"),
    "taf": ("affidavit.report.taf", "render_taf"),
}
"""Format -> module and function, each ``Affidavit -> str | bytes``; imported when asked for."""


def render(affidavit: "Affidavit", form: str) -> bytes:
    """The affidavit in one of `FORMATS`, as UTF-8. The same affidavit gives the same bytes anywhere.

    Raises:
        UsageError: there is no such format.
    """
    if form not in FORMATS:
        raise UsageError(f"no report format {form!r}", advice=f"choose one of {', '.join(FORMATS)}")
    module, function = FORMATS[form]
    renderer: Callable[[Affidavit], str | bytes] = getattr(import_module(module), function)
    made = renderer(affidavit)
    return made.encode("utf-8") if isinstance(made, str) else made
