"""What is known of a value: constants, what is put together from them, and holes named by where they come from."""

from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

MAX_TEXT = 4_000
"""Characters of one constant."""
MAX_PARTS = 64
MAX_OPTIONS = 16
MAX_CONSTANTS = 64

LOOP = "loop"
"""A hole: what a value was in the round before."""
OTHERS = "others"
"""A hole: more possibilities than are listed."""
LONG = "longer text"
"""A hole: text past `MAX_TEXT`."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """An int, a char, a boolean, or null (0)."""

    value: int


@dataclass(frozen=True, slots=True)
class ClassName:
    """A class object, by descriptor."""

    descriptor: str


@dataclass(frozen=True, slots=True)
class Hole:
    """What is not known, named by where it comes from (``preference 'server'``)."""

    what: str


@dataclass(frozen=True, slots=True)
class Join:
    """Texts one after another."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, in order of their texts."""

    options: tuple["Expression", ...]


Expression: TypeAlias = Text | Number | ClassName | Hole | Join | Choice
Constant: TypeAlias = str | int | ClassName


@dataclass(frozen=True, slots=True)
class Constants:
    """Every constant that a value may be, and whether it may be something else as well."""

    values: frozenset[Constant]
    others: bool

    def texts(self) -> list[str]:
        """The strings, sorted."""
        return sorted(value for value in self.values if isinstance(value, str))

    def numbers(self) -> list[int]:
        """The numbers, sorted."""
        return sorted(value for value in self.values if isinstance(value, int))

    def classes(self) -> list[str]:
        """Descriptors of the class objects, sorted."""
        return sorted(value.descriptor for value in self.values if isinstance(value, ClassName))


def as_text(expression: Expression) -> Expression:
    """The value as a concatenation shows it: numbers in decimal, classes by name."""
    if isinstance(expression, Number):
        return Text(str(expression.value))
    if isinstance(expression, ClassName):
        return Text(f"class {dotted(expression.descriptor)}")
    if isinstance(expression, Choice):
        return choice([as_text(option) for option in expression.options])
    return expression


def joined(parts: list[Expression]) -> Expression:
    """A concatenation: neighbouring texts as one, bounded in parts and in length."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, Join) else (part,)
    out: list[Expression] = []
    for part in flat:
        if isinstance(part, Text) and out and isinstance(last := out[-1], Text):
            out[-1] = _cut(last.text + part.text)
        elif part != Text(""):
            out.append(part)
    if len(out) > MAX_PARTS:
        out = [*out[: MAX_PARTS - 1], Hole(LONG)]
    return out[0] if len(out) == 1 else Join(tuple(out)) if out else Text("")


def choice(options: list[Expression]) -> Expression:
    """One of the options; alike ones once, and past `MAX_OPTIONS` a hole in place of the rest."""
    flat: set[Expression] = set()
    for option in options:
        flat.update(option.options if isinstance(option, Choice) else (option,))
    if len(flat) == 1:
        return flat.pop()
    ordered = sorted(flat, key=lambda item: (shown(item), type(item).__name__))
    if len(ordered) > MAX_OPTIONS:
        kept = [item for item in ordered if item != Hole(OTHERS)]
        ordered = [*kept[: MAX_OPTIONS - 1], Hole(OTHERS)]
    return Choice(tuple(ordered)) if ordered else Hole("nothing")


def shown(expression: Expression) -> str:
    """The expression as text: ``https://{preference 'server'}/v1``; a brace of the text itself is doubled."""
    if isinstance(expression, Text):
        return expression.text.replace("{", "{{").replace("}", "}}")
    if isinstance(expression, Number):
        return str(expression.value)
    if isinstance(expression, ClassName):
        return expression.descriptor
    if isinstance(expression, Hole):
        return f"{{{expression.what}}}"
    if isinstance(expression, Join):
        return "".join(shown(part) for part in expression.parts)
    return "{" + "|".join(shown(option) for option in expression.options) + "}"


def constants(expression: Expression) -> Constants:
    """Every constant that the expression may be; at most `MAX_CONSTANTS` of them."""
    found, others = _expand(expression)
    return Constants(frozenset(found), others)


def whole(expression: Expression) -> bool:
    """Whether the expression is one constant."""
    return isinstance(expression, Text | Number | ClassName)


def dotted(descriptor: str) -> str:
    """``Lx/A;`` as Java writes it at run time: ``x.A``."""
    if descriptor.startswith("L"):
        return descriptor[1:-1].replace("/", ".")
    return descriptor.replace("/", ".")


def _cut(text: str) -> Expression:
    return Text(text) if len(text) <= MAX_TEXT else Join((Text(text[:MAX_TEXT]), Hole(LONG)))


def _expand(expression: Expression) -> tuple[list[Constant], bool]:
    """Constants in order, and whether there is more."""
    if isinstance(expression, Text):
        return [expression.text], False
    if isinstance(expression, Number):
        return [expression.value], False
    if isinstance(expression, ClassName):
        return [expression], False
    if isinstance(expression, Choice):
        pairs = [_expand(option) for option in expression.options]
        every = list(dict.fromkeys(value for values, _ in pairs for value in values))
        return every[:MAX_CONSTANTS], any(more for _, more in pairs) or len(every) > MAX_CONSTANTS
    if isinstance(expression, Join):
        return _products(expression)
    return [], True


def _products(expression: Join) -> tuple[list[Constant], bool]:
    """Every text that a concatenation may be."""
    texts: list[Constant] = [""]
    others = False
    for part in expression.parts:
        values, more = _expand(as_text(part))
        others |= more
        pairs = list(product(texts, values))
        others |= len(pairs) > MAX_CONSTANTS
        texts = [f"{before}{value}" for before, value in pairs[:MAX_CONSTANTS]]
    return texts, others
