"""Which way a branch goes, and what is known on each side of it. Opcodes 0x32 to 0x3d: eq, ne, lt, ge, gt, le."""

from collections.abc import Callable

from affidavit.dalvik.replay.values import HIGHEST, LOWEST, Klass, Range, Value, between, bounds

EQ, NE, LT, GE, GT, LE = range(6)
NEGATED = (NE, EQ, GE, LT, LE, GT)
_MIRRORED = (EQ, NE, GT, LE, LT, GE)


def decided(relation: int, left: Value, right: Value) -> bool | None:
    """Whether a relation holds; None when either is possible."""
    if relation in {EQ, NE}:
        equal = _equal(left, right)
        return None if equal is None else equal == (relation == EQ)
    if not _numeric(left) and not _numeric(right):
        return None
    (low, high), (other_low, other_high) = bounds(left), bounds(right)
    return _ORDER[relation](low, high, other_low, other_high)


def refined(relation: int, left: Value, right: Value) -> Value | None:
    """What `left` is where the relation to `right` holds; None when it cannot."""
    if relation == EQ:
        return _same(left, right)
    if relation == NE:
        return _other(left, right)
    low, high = bounds(left)
    other_low, other_high = bounds(right)
    if relation in {LT, LE}:
        high = min(high, other_high - (relation == LT and other_high != HIGHEST))
    else:
        low = max(low, other_low + (relation == GT and other_low != LOWEST))
    if low > high:
        return None
    if left.refs or isinstance(left.const, str | Klass) or (low, high) == bounds(left):
        return left
    return between(low, high, left.taint)


def refined_right(relation: int, left: Value, right: Value) -> Value | None:
    """What `right` is where `left` has the relation to it."""
    return refined(_MIRRORED[relation], right, left)


def _numeric(value: Value) -> bool:
    return isinstance(value.const, int | Range)


def _equal(left: Value, right: Value) -> bool | None:
    """Whether two values are the same number or the same object."""
    one, two = left.const, right.const
    if isinstance(one, int) and isinstance(two, int):
        return one == two
    if _numeric(left) and _numeric(right):
        (low, high), (other_low, other_high) = bounds(left), bounds(right)
        return False if low > other_high or other_low > high else None
    if (left.is_null and not right.nullable) or (right.is_null and not left.nullable):
        return False
    if isinstance(one, Klass) and isinstance(two, Klass):
        return one == two
    known = not (left.opaque or right.opaque or left.nullable or right.nullable) and one is None and two is None
    return False if known and not left.refs & right.refs else None


def _same(left: Value, right: Value) -> Value | None:
    """What a value is where it equals another."""
    if right.is_null:
        return right._replace(taint=left.taint) if left.nullable or left.opaque else None
    if isinstance(right.const, int) and not left.refs:
        return right._replace(taint=left.taint)
    if left.refs and right.refs and not left.opaque and not right.opaque:
        meet = left.refs & right.refs
        return left._replace(refs=meet, nullable=left.nullable and right.nullable) if meet else left
    return left


def _other(left: Value, right: Value) -> Value | None:
    """What a value is where it differs from another."""
    number = right.number
    if number is None:
        return left
    if number == left.number:
        return None
    if isinstance(left.const, Range):
        low, high = left.const
        if number == low:
            return between(low + 1, high, left.taint)
        if number == high:
            return between(low, high - 1, left.taint)
        return left
    return left._replace(nullable=False) if number == 0 else left


_ORDER: dict[int, Callable[[int, int, int, int], bool | None]] = {
    LT: lambda a, b, c, d: True if b < c else False if a >= d else None,
    GE: lambda a, b, c, d: True if a >= d else False if b < c else None,
    GT: lambda a, b, c, d: True if a > d else False if b <= c else None,
    LE: lambda a, b, c, d: True if b <= c else False if a > d else None,
}
