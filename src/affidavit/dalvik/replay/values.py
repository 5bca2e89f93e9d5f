"""What an abstract execution knows of one value: which data it carries, and what it can be.

Dalvik has one zero for the number and for null, so null is the constant 0. Values are tuples: cheap to make, compared
by content. Nothing here knows the heap; `refs` are numbers of objects that `heap` holds.
"""

from typing import NamedTuple, TypeAlias

LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
STRING = "Ljava/lang/String;"
CLASS = "Ljava/lang/Class;"


class Taint(NamedTuple):
    """Data of one source.

    Attributes:
        source: its index. implicit: the data decided a branch and is not itself copied.
        exact: nothing was passed on the way that could have invented it.
    """

    source: int
    implicit: bool = False
    exact: bool = True


class Klass(NamedTuple):
    """The constant of const-class: a class object."""

    descriptor: str


class Range(NamedTuple):
    """A number from `low` to `high`, both included."""

    low: int
    high: int


Taints: TypeAlias = frozenset[Taint]
Refs: TypeAlias = frozenset[int]
Constant: TypeAlias = int | str | Klass | Range | None
NONE: Taints = frozenset()
NO_REFS: Refs = frozenset()
GUESS = -1
"""What stands for a source where code that was passed over decided: nothing certain rests on it."""
GUESSED: Taints = frozenset({Taint(GUESS, implicit=False, exact=False)})
"""What a value carries that code which was passed over gave or may have changed."""
GUESSING: Taints = frozenset({Taint(GUESS, implicit=True, exact=False)})
"""What a value carries that is there because of such a value."""


class Value(NamedTuple):
    """What is known of a value.

    Attributes:
        taint: data that it carries itself (what lies in objects that it refers to is in the heap).
        const: what it is: a number, null (0), a text, a class, or a range of numbers; None when it is not known.
        refs: objects of the heap that it may refer to.
        opaque: it may also be anything that the heap does not hold.
        nullable: it may be null (for numbers: zero).
        type: descriptor of a type that the opaque part belongs to; empty when not known.
    """

    taint: Taints = NONE
    const: Constant = None
    refs: Refs = NO_REFS
    opaque: bool = True
    nullable: bool = True
    type: str = ""

    @property
    def is_null(self) -> bool:
        """Whether it is certainly null (or the number zero)."""
        return self.const == 0 and isinstance(self.const, int)

    @property
    def text(self) -> str | None:
        """The text when it is a known one."""
        return self.const if isinstance(self.const, str) else None

    @property
    def number(self) -> int | None:
        """The number when it is a known one."""
        return self.const if isinstance(self.const, int) else None

    def tainted(self, taint: Taints) -> "Value":
        """The same with more data in it."""
        return self if taint <= self.taint else self._replace(taint=self.taint | taint)

    def with_taint(self, taint: Taints) -> "Value":
        """The same, carrying exactly this."""
        return self._replace(taint=taint)


UNKNOWN = Value()
ZERO = Value(NONE, 0, NO_REFS, False, True, "")
NULL = ZERO
ONE = Value(NONE, 1, NO_REFS, False, False, "")


def number(value: int, taint: Taints = NONE) -> Value:
    """A known number; 0 is null as well."""
    if not taint and -1 < value < 2:
        return ONE if value else ZERO
    return Value(taint, value, NO_REFS, False, value == 0, "")


def between(low: int, high: int, taint: Taints = NONE) -> Value:
    """A number in a range."""
    if low == high:
        return number(low, taint)
    return Value(taint, Range(low, high), NO_REFS, False, low <= 0 <= high, "")


def text(value: str, taint: Taints = NONE) -> Value:
    """A known string."""
    return Value(taint, value, NO_REFS, False, False, STRING)


def klass(descriptor: str, taint: Taints = NONE) -> Value:
    """A class object."""
    return Value(taint, Klass(descriptor), NO_REFS, False, False, CLASS)


def opaque(type_: str = "", taint: Taints = NONE, *, nullable: bool = True) -> Value:
    """Something unknown, of a type when that is known."""
    return Value(taint, None, NO_REFS, True, nullable, type_)


def reference(*objects: int, taint: Taints = NONE) -> Value:
    """A reference to one of the objects, not null."""
    return Value(taint, None, frozenset(objects), False, False, "")


def bounds(value: Value) -> tuple[int, int]:
    """Lowest and highest number that the value can be."""
    const = value.const
    if isinstance(const, Range):
        return const
    if isinstance(const, int):
        return const, const
    return LOWEST, HIGHEST


def inexact(taint: Taints) -> Taints:
    """The same data, no longer certain."""
    return taint and frozenset(Taint(item.source, item.implicit, False) for item in taint)


def implied(taint: Taints) -> Taints:
    """The same data, as something that decided a branch."""
    return taint and frozenset(Taint(item.source, True, item.exact) for item in taint)


def is_guess(taint: Taints) -> bool:
    """Whether code that was passed over had a part in it."""
    return bool(taint) and any(item.source == GUESS for item in taint)


def join(left: Value, right: Value) -> Value:
    """What is known when the value is one or the other."""
    if left is right or left == right:
        return left
    taint = left.taint | right.taint if left.taint is not right.taint else left.taint
    one, two = left.const, right.const
    if one is not None and one == two and type(one) is type(two):
        return left._replace(taint=taint)
    if isinstance(one, int | Range) and isinstance(two, int | Range):
        (low, high), (other_low, other_high) = bounds(left), bounds(right)
        return between(min(low, other_low), max(high, other_high), taint)
    if left.is_null:
        return right._replace(taint=taint, nullable=True, const=None, opaque=right.opaque or two is not None)
    if right.is_null:
        return left._replace(taint=taint, nullable=True, const=None, opaque=left.opaque or one is not None)
    return Value(
        taint,
        None,
        left.refs | right.refs,
        left.opaque or right.opaque or one is not None or two is not None,
        left.nullable or right.nullable,
        _joined_type(left, right),
    )


def widen(before: Value, after: Value) -> Value:
    """Join for a loop that does not end by itself: a bound that moves is given up."""
    joined = join(before, after)
    if not isinstance(joined.const, Range) or joined.const == before.const:
        return joined
    low, high = bounds(before)
    return between(
        low if joined.const.low >= low else LOWEST, high if joined.const.high <= high else HIGHEST, joined.taint
    )


def _joined_type(left: Value, right: Value) -> str:
    """Type of the opaque part: what both say, or the one side that has an opaque part."""
    if left.type == right.type:
        return left.type
    if not left.opaque and left.const is None:
        return right.type
    if not right.opaque and right.const is None:
        return left.type
    return ""
