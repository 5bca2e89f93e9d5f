"""What Java's methods give for known values: known answers from the documentation, and properties."""

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.replay.strings import LONGEST, Thrown, Unknown, evaluate, formatted, parameters_of, text_of

STRING = "Ljava/lang/String;"
INTEGER, LONG, CHARACTER = "Ljava/lang/Integer;", "Ljava/lang/Long;", "Ljava/lang/Character;"
texts = st.text(string.printable, max_size=20)


@pytest.mark.parametrize(
    ("name", "proto", "values", "expected"),
    [
        ("length", "()I", ["abc"], 3),
        ("charAt", "(I)C", ["abc", 1], ord("b")),
        ("substring", f"(II){STRING}", ["abcd", 1, 3], "bc"),
        ("substring", f"(I){STRING}", ["abcd", 2], "cd"),
        ("concat", f"({STRING}){STRING}", ["ab", "cd"], "abcd"),
        ("contains", "(Ljava/lang/CharSequence;)Z", ["abc", "bc"], 1),
        ("startsWith", f"({STRING})Z", ["abc", "ab"], 1),
        ("startsWith", f"({STRING}I)Z", ["abc", "bc", 1], 1),
        ("endsWith", f"({STRING})Z", ["abc", "b"], 0),
        ("equals", "(Ljava/lang/Object;)Z", ["abc", None], 0),
        ("equalsIgnoreCase", f"({STRING})Z", ["abc", "ABC"], 1),
        ("indexOf", "(I)I", ["abc", ord("c")], 2),
        ("indexOf", f"({STRING})I", ["abc", "x"], -1),
        ("lastIndexOf", f"({STRING})I", ["abab", "ab"], 2),
        ("replace", f"(CC){STRING}", ["aXa", ord("a"), ord("b")], "bXb"),
        ("replaceAll", f"({STRING}{STRING}){STRING}", ["a.b.c", r"\.", "-"], "a-b-c"),
        ("replaceFirst", f"({STRING}{STRING}){STRING}", ["xx", "x", "y"], "yx"),
        ("trim", f"(){STRING}", [" a\t"], "a"),
        ("toUpperCase", f"(){STRING}", ["aß"], "ASS"),
        ("hashCode", "()I", ["hello"], 99162322),
        ("compareTo", f"({STRING})I", ["b", "a"], 1),
        ("compareTo", f"({STRING})I", ["abc", "ab"], 1),
        ("isEmpty", "()Z", [""], 1),
        ("matches", f"({STRING})Z", ["ab", "ab"], 1),
        ("valueOf", f"(C){STRING}", [ord("x")], "x"),
        ("valueOf", f"(Z){STRING}", [1], "true"),
        ("valueOf", f"(I){STRING}", [-5], "-5"),
        ("valueOf", f"(D){STRING}", [1.5], "1.5"),
        ("repeat", f"(I){STRING}", ["ab", 2], "abab"),
    ],
)
def test_methods_of_string(name: str, proto: str, values: list[object], expected: object):
    assert evaluate(STRING, name, proto, values) == expected


@pytest.mark.parametrize(
    ("class_", "name", "proto", "values", "expected"),
    [
        (INTEGER, "parseInt", f"({STRING})I", ["-42"], -42),
        (INTEGER, "parseInt", f"({STRING}I)I", ["ff", 16], 255),
        (INTEGER, "toHexString", f"(I){STRING}", [-1], "ffffffff"),
        (INTEGER, "toBinaryString", f"(I){STRING}", [5], "101"),
        (INTEGER, "toString", f"(II){STRING}", [255, 16], "ff"),
        (INTEGER, "bitCount", "(I)I", [255], 8),
        (INTEGER, "sum", "(II)I", [(1 << 31) - 1, 1], -(1 << 31)),
        (LONG, "hashCode", "()I", [1 << 32], 1),
        (LONG, "parseLong", f"({STRING})J", ["9999999999"], 9999999999),
        ("Ljava/lang/Boolean;", "parseBoolean", f"({STRING})Z", ["TRUE"], 1),
        (CHARACTER, "isDigit", "(C)Z", [ord("7")], 1),
        (CHARACTER, "toUpperCase", "(C)C", [ord("q")], ord("Q")),
        (CHARACTER, "getNumericValue", "(C)I", [ord("a")], 10),
        (CHARACTER, "forDigit", "(II)C", [11, 16], ord("b")),
        ("Ljava/lang/Math;", "sqrt", "(D)D", [49.0], 7.0),
        ("Ljava/lang/Math;", "abs", "(I)I", [-3], 3),
        ("Ljava/lang/Math;", "round", "(D)J", [2.5], 3),
        ("Ljava/lang/Math;", "floorMod", "(II)I", [-7, 3], 2),
        ("Ljava/lang/Double;", "parseDouble", f"({STRING})D", ["2.50"], 2.5),
        ("Landroid/text/TextUtils;", "isEmpty", "(Ljava/lang/CharSequence;)Z", [None], 1),
        ("Landroid/text/TextUtils;", "equals", "(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Z", ["a", "a"], 1),
    ],
)
def test_methods_of_numbers(class_: str, name: str, proto: str, values: list[object], expected: object):
    assert evaluate(class_, name, proto, values) == expected


@pytest.mark.parametrize(
    ("class_", "name", "proto", "values", "thrown"),
    [
        (STRING, "charAt", "(I)C", ["abc", 3], "StringIndexOutOfBoundsException"),
        (STRING, "substring", f"(II){STRING}", ["abc", 2, 1], "StringIndexOutOfBoundsException"),
        (INTEGER, "parseInt", f"({STRING})I", ["x"], "NumberFormatException"),
        (INTEGER, "parseInt", f"({STRING})I", ["99999999999"], "NumberFormatException"),
        (INTEGER, "parseInt", f"({STRING})I", [None], "NumberFormatException"),
        (STRING, "length", "()I", [None], "NullPointerException"),
    ],
)
def test_what_java_throws(class_: str, name: str, proto: str, values: list[object], thrown: str):
    with pytest.raises(Thrown) as caught:
        evaluate(class_, name, proto, values)
    assert thrown in caught.value.descriptor


@pytest.mark.parametrize(
    ("class_", "name", "proto", "values"),
    [
        (STRING, "matches", f"({STRING})Z", ["aaaa", "(a+)+b"]),
        (STRING, "replaceAll", f"({STRING}{STRING}){STRING}", ["a", "a", "$1"]),
        (STRING, "length", "()I", ["😀"]),
        (STRING, "length", "()I", ["x" * (LONGEST + 1)]),
        (STRING, "repeat", f"(I){STRING}", ["ab", 1 << 30]),
        (STRING, "concat", f"({STRING}){STRING}", ["x" * LONGEST, "y"]),
        (STRING, "nothing", "()I", ["a"]),
        ("Lt/Own;", "length", "()I", ["a"]),
        ("Ljava/lang/Math;", "sqrt", "(D)D", [-1.0]),
        ("Ljava/lang/Math;", "pow", "(DD)D", [1e300, 1e300]),
        (STRING, "concat", f"({STRING}){STRING}", ["a", None]),
        (STRING, "valueOf", f"(D){STRING}", [1e99]),
    ],
)
def test_what_is_not_worked_out(class_: str, name: str, proto: str, values: list[object]):
    with pytest.raises(Unknown):
        evaluate(class_, name, proto, values)


@given(texts, texts)
def test_parts_of_a_joined_text_are_found(left: str, right: str):
    joined = evaluate(STRING, "concat", f"({STRING}){STRING}", [left, right])
    assert evaluate(STRING, "substring", f"(I){STRING}", [joined, len(left)]) == right
    assert evaluate(STRING, "startsWith", f"({STRING})Z", [joined, left]) == 1
    assert evaluate(STRING, "length", "()I", [joined]) == len(left) + len(right)


@given(st.integers(-(1 << 31), (1 << 31) - 1), st.integers(2, 36))
def test_a_number_is_read_as_it_is_written(value: int, radix: int):
    text = evaluate(INTEGER, "toString", f"(II){STRING}", [value, radix])
    assert evaluate(INTEGER, "parseInt", f"({STRING}I)I", [text, radix]) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e6))
def test_a_root_times_itself_is_near(value: float):
    root = evaluate("Ljava/lang/Math;", "sqrt", "(D)D", [value])
    assert isinstance(root, float)
    assert math.isclose(root * root, value, rel_tol=1e-9, abs_tol=1e-9)


@given(
    st.sampled_from([STRING, INTEGER, LONG, CHARACTER, "Ljava/lang/Math;", "Ljava/lang/Double;"]),
    st.sampled_from(["charAt", "substring", "parseInt", "valueOf", "toUpperCase", "abs", "equals", "indexOf", "pow"]),
    st.sampled_from(["()I", "(I)C", f"({STRING}){STRING}", "(II)I", "(DD)D", f"(){STRING}", "(C)Z", "(", ""]),
    st.lists(st.one_of(st.none(), texts, st.integers(), st.floats()), max_size=3),
)
def test_nothing_else_is_ever_raised(class_: str, name: str, proto: str, values: list[object]):
    try:
        found = evaluate(class_, name, proto, values)
    except (Unknown, Thrown):
        return
    assert found is None or isinstance(found, str | int | float)


def test_formats():
    assert formatted("%s is %d", [("x", STRING), (3, "I")]) == "x is 3"
    assert formatted(
        "%05d|%-4s|%x|%c|%b|%%|%.2f", [(7, "I"), ("a", STRING), (255, "I"), (65, "C"), (1, "Z"), (1.5, "D")]
    ) == ("00007|a   |ff|A|true|%|1.50")
    assert formatted("%2$s %1$S", [("a", STRING), ("b", STRING)]) == "b A"


@pytest.mark.parametrize("pattern", ["%q", "%,d", "%5$", "%", "%d"])
def test_formats_that_are_not_worked_out(pattern: str):
    with pytest.raises((Unknown, Thrown)):
        formatted(pattern, [("x", STRING)])


def test_a_format_without_its_values_throws():
    with pytest.raises(Thrown):
        formatted("%s %s", [("x", STRING)])


def test_texts_of_values():
    assert text_of(None, STRING) == "null"
    assert text_of(0, "Z") == "false"
    assert text_of(65, "C") == "A"
    assert text_of(0.5, "D") == "0.5"


def test_prototypes():
    assert parameters_of("(I[J[[Ljava/lang/String;Z)V") == (["I", "[J", "[[Ljava/lang/String;", "Z"], "V")
    assert parameters_of("()[I") == ([], "[I")
    assert parameters_of("") == ([], "")
