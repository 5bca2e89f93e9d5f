"""What neutral means, output by output: each rule gives the faults that it finds, none when the text stayed text.

Rules look at the output alone, with a parser of the format that is not ours, and know nothing of how it was escaped.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
from wcwidth import wcswidth

from tests.oracles.visible import hidden
from tests.report.test_html import ELEMENTS, VALUE, Page
from tests.report.test_markdown import HARMLESS, INSIDE, PARSER
from tests.report.test_sarif import SUBSET

csv.field_size_limit(1 << 24)
COLOUR = re.compile("\x1b\\[[0-9;]*m")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ATTRIBUTES = {
    "aria-label", "aria-labelledby", "charset", "class", "content", "data-label", "href", "http-equiv", "id", "lang",
    "name", "open", "role", "scope", "tabindex",
    "height", "viewBox", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
LINE = re.compile(r"#{1,3} |- |\| |\|( --- \|)+|\*\*The budget|The first \d|[\d,]+ further string|No |$")
"""How a line of our Markdown begins."""
WRITTEN = re.compile(r"\\[!-/:-@\[-`{-~]|(`+)(?!`)(?:.*?[^`])?\1(?!`)")
"""Escaped punctuation and code spans: what a host expands is looked for in the rest."""
LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
"""A link in a message, as a careless viewer finds it."""
PILE = re.compile(
    "[\u0300-\u036f]{4}|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{4}|[\u064b-\u065f]{4}|[\u0f71-\u0f7e]{4}|[\u20d0-\u20f0]{4}"
)
"""Marks on top of each other: Latin, Thai, Arabic, Tibetan, around signs."""
UNWRAPPED = re.compile("Check it|Ask  |Report|Bundle|SHA-256")
"""Lines that are to be copied whole."""


def unseen(text: str) -> Iterator[str]:
    """Hidden characters other than line feeds."""
    yield from (f"{ord(letter):04x} is hidden in it" for letter in sorted(set(text) - {"\n"}) if hidden(letter))


def plain(text: str, *, width: int = 0) -> Iterator[str]:
    """Lines for people: nothing hidden but the line feeds between them, no line wider than `width`."""
    yield from unseen(text)
    for line in text.split("\n"):
        if PILE.search(line):
            yield f"marks piled up in {line[:80]!r}"
        if width and not UNWRAPPED.match(line) and wcswidth(line) > width:
            yield f"{wcswidth(line)} columns: {line[:80]!r}"


def coloured(text: str, *, width: int = 0) -> Iterator[str]:
    """The same with our own colours, which end where the line does."""
    yield from plain(COLOUR.sub("", text), width=width)
    for line in text.split("\n"):
        codes = COLOUR.findall(line)
        if codes and codes[-1] != "\x1b[0m":
            yield f"a colour goes on: {line[:80]!r}"


def of_json(data: bytes) -> Iterator[str]:
    """JSON without double names, in which nothing is hidden."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a name twice in {pairs}")
        return dict(pairs)

    text = data.decode("utf-8")
    try:
        json.loads(text, object_pairs_hook=once, parse_constant=float)
    except ValueError as error:
        yield str(error)[:200]
    yield from unseen(text)


@lru_cache(1)
def page_of(data: bytes) -> Page:
    """A page taken apart; the last one is remembered, as several things are asked of it."""
    return Page(data.decode("utf-8"))


def of_html(data: bytes) -> Iterator[str]:
    """Our elements with our attributes, balanced, under the policy, and nothing hidden."""
    text = data.decode("utf-8")
    page = page_of(data)
    yield from page.problems + [f"<{name}> is left open" for name in page.open]
    for name, attributes in page.elements:
        if name not in ELEMENTS:
            yield f"an element {name}"
        for attribute, value in attributes.items():
            if attribute not in ATTRIBUTES or (name != "meta" and not VALUE.match(value or "")):
                yield f"{name} has {attribute}={value!r}"
        if name == "a" and not (attributes.get("href") or "").startswith("#"):
            yield f"a link to {attributes.get('href')!r}"
    policies = [given.get("content") for _, given in page.elements if "http-equiv" in given]
    yield from [] if policies == [POLICY] else [f"the policy is {policies}"]
    yield from unseen(text)


def of_csv(data: bytes) -> Iterator[str]:
    """No cell that a spreadsheet would evaluate, by commas or by semicolons, and as many cells in each row."""
    text = data.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len(set(map(len, rows))) != 1:
        yield "rows of different lengths"
    yield from (f"a formula: {cell[:60]!r}" for row in rows for cell in row if _evaluated(cell))
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        yield from (f"a formula behind a semicolon: {cell[:60]!r}" for cell in row if _evaluated(cell.replace('"', "")))
    yield from unseen(text.replace("\r\n", "\n"))


def _evaluated(cell: str) -> bool:
    """Whether the cell begins a formula once white space and what is hidden were left out; ``->`` begins none."""
    seen = next((at for at, letter in enumerate(cell) if not (letter.isspace() or hidden(letter))), len(cell))
    first = unicodedata.normalize("NFKC", cell[seen : seen + 1])
    return first in {"=", "+", "-", "@"} and not cell.startswith("->", seen)


def of_markdown(data: bytes) -> Iterator[str]:
    """CommonMark with tables: our own blocks only, no link, image or HTML, and nothing that a host expands."""
    text = data.decode("utf-8")
    tokens = PARSER.parse(text)
    for token in tokens:
        if token.type not in HARMLESS or (token.type == "heading_open" and not token.markup.startswith("#")):
            yield f"a block {token.type}"
        yield from (
            f"{child.type} in {token.content[:80]!r}" for child in token.children or () if child.type not in INSIDE
        )
    yield from (f"a line of its own: {line[:80]!r}" for line in text.split("\n") if not LINE.match(line))
    yield from (f"expanded: {found!r}" for found in re.findall(r"://|www\.|@\w|<\w|&\w+;", WRITTEN.sub("", text)))
    yield from unseen(text)


def of_sarif(data: bytes) -> Iterator[str]:
    """The schema's subset, relative addresses that stay below, messages without placeholders, links or Markdown."""
    yield from of_json(data)
    log = json.loads(data)
    yield from (error.message[:200] for error in jsonschema.Draft202012Validator(SUBSET).iter_errors(log))
    for name, value in _texts(log):
        if name == "markdown":
            yield "a text in Markdown"
        if name == "text" and re.search("[{}]", value.replace("{{", "").replace("}}", "")):
            yield f"a placeholder: {value[:80]!r}"
        if name == "text" and LINK.search(value):
            yield f"a link: {value[:80]!r}"
        if name == "uri" and not _below(value):
            yield f"an address: {value[:80]!r}"


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the name that it has."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)


def _below(uri: str) -> bool:
    """Whether an address leads to something below where it is read from."""
    split = urlsplit(uri)
    safe = re.fullmatch(r"[A-Za-z0-9/!~\-._%]+", uri) and not re.search("%(?![0-9A-F]{2})", uri)
    return bool(safe) and not (split.scheme or split.netloc or uri.startswith("/")) and _inside(unquote(uri))


def _inside(path: str) -> bool:
    return not {"..", "."} & set(path.split("/"))


def of_file_name(name: str) -> Iterator[str]:
    """A name that Linux, macOS and Windows take, that is one level deep, and that no program takes for an option."""
    stem = name.split(".", maxsplit=1)[0].casefold().rstrip()
    if re.search(r'[<>:"/\\|?*]', name) or any(map(hidden, name)) or name in {"", ".", ".."}:
        yield f"a character that is refused: {name!r}"
    if name.startswith(("-", "~", " ")) or name.endswith((".", " ")):
        yield f"read as something else: {name!r}"
    if re.fullmatch(r"con|prn|aux|nul|(com|lpt)[0-9¹²³]", stem):
        yield f"a device: {name!r}"
    if len(name.encode("utf-8", "surrogatepass")) > 255:
        yield f"{len(name)} characters"
