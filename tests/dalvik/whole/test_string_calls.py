"""Library calls on constants, as Java's documentation has them."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.whole.expressions import ClassName, Hole, Number, Text, choice, constants, joined, shown
from affidavit.dalvik.whole.string_calls import RULES, call, character, constructed, formatted, path

STRING = "Ljava/lang/String;"
HOST = Hole("preference 'host'")


def of(*values: object):
    plain = {str: Text, int: Number}
    return [plain[type(value)](value) if type(value) in plain else value for value in values]


@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [
        ("concat", ["a", "b"], Text("ab")),
        ("substring", ["hello", 2], Text("llo")),
        ("substring", ["hello", 1, 3], Text("el")),
        ("subSequence", ["hello", 1, 3], Text("el")),
        ("substring", ["hello", 9], None),
        ("replace", ["a-b", "-", "+"], Text("a+b")),
        ("replace", ["a-b", 45, 43], Text("a+b")),
        ("toLowerCase", ["AbC"], Text("abc")),
        ("toUpperCase", ["AbC"], Text("ABC")),
        ("trim", [" a "], Text("a")),
        ("length", ["four"], Number(4)),
        ("charAt", ["four", 1], Number(ord("o"))),
        ("charAt", ["four", 7], None),
        ("indexOf", ["four", "u"], Number(2)),
        ("indexOf", ["four", 111], Number(1)),
        ("intern", ["a"], Text("a")),
        ("getBytes", ["a"], Text("a")),
        ("trim", [0], None),
    ],
)
def test_methods_of_strings(name, operands, wanted):
    assert call(STRING, name, "()V", of(*operands)) == wanted


@pytest.mark.parametrize(
    ("owner", "name", "proto", "operands", "wanted"),
    [
        ("Ljava/lang/Integer;", "toString", "(I)Ljava/lang/String;", [42], Text("42")),
        ("Ljava/lang/Integer;", "parseInt", "(Ljava/lang/String;)I", ["42"], Number(42)),
        ("Ljava/lang/Integer;", "parseInt", "(Ljava/lang/String;I)I", ["ff", 16], Number(255)),
        ("Ljava/lang/Integer;", "parseInt", "(Ljava/lang/String;)I", ["no"], None),
        ("Ljava/lang/Integer;", "valueOf", "(I)Ljava/lang/Integer;", [3], Number(3)),
        ("Ljava/lang/Integer;", "toHexString", "(I)Ljava/lang/String;", [-1], Text("ffffffff")),
        ("Ljava/lang/Character;", "toString", "(C)Ljava/lang/String;", [65], Text("A")),
        ("Landroid/net/Uri;", "parse", "(Ljava/lang/String;)Landroid/net/Uri;", ["tel:1"], Text("tel:1")),
        ("Landroid/net/Uri;", "encode", "(Ljava/lang/String;)Ljava/lang/String;", ["a b/c"], Text("a%20b%2Fc")),
        ("Ljava/net/URLDecoder;", "decode", "(Ljava/lang/String;)Ljava/lang/String;", ["a+b%2Fc"], Text("a b/c")),
        ("Landroid/util/Base64;", "decode", "(Ljava/lang/String;I)[B", ["aGVsbG8=", 0], Text("hello")),
        ("Landroid/util/Base64;", "decode", "(Ljava/lang/String;I)[B", ["aGVsbG8", 8], Text("hello")),
        ("Landroid/util/Base64;", "decode", "(Ljava/lang/String;I)[B", ["/w==", 0], None),
    ],
)
def test_other_methods(owner, name, proto, operands, wanted):
    assert call(owner, name, proto, of(*operands)) == wanted


def test_names_of_classes():
    inner = [ClassName("Lx/y/A$B;")]
    assert call("Ljava/lang/Class;", "getName", "()", inner) == Text("x.y.A$B")
    assert call("Ljava/lang/Class;", "getSimpleName", "()", inner) == Text("B")
    assert call("Ljava/lang/Class;", "getCanonicalName", "()", inner) == Text("x.y.A.B")
    assert call("Ljava/lang/Class;", "getName", "()", [Hole("class")]) is None


def test_classes_by_name():
    assert call("Ljava/lang/Class;", "forName", "(Ljava/lang/String;)", of("x.A")) == ClassName("Lx/A;")
    loader = [Hole("loader"), Text("x.A")]
    assert call("Ljava/lang/ClassLoader;", "loadClass", "", loader) == ClassName("Lx/A;")
    some = call("Ljava/lang/Class;", "forName", "", [choice([Text("x.A"), Hole("user input")])])
    assert constants(some).classes() == ["Lx/A;"]
    assert constants(some).others
    assert call("Ljava/lang/Class;", "forName", "", [Hole("user input")]) is None


def test_every_combination_of_alternatives_is_computed():
    found = call(STRING, "substring", "", [choice([Text("abc"), Text("xyz")]), choice([Number(0), Number(1)])])
    assert constants(found).texts() == ["abc", "bc", "xyz", "yz"]
    assert call(STRING, "toLowerCase", "", [choice([Text("A"), HOST])]) is None


@pytest.mark.parametrize(
    ("pattern", "values", "wanted"),
    [
        ("%s/%d", ["a", 1], "a/1"),
        ("%2$s%1$s", ["x", "y"], "yx"),
        ("%%%n", [], "%\n"),
        ("%02x", [10], "0a"),
        ("%c", [65], "A"),
        ("%s", [], "{format}"),
        ("https://%s/v1?x=%d", [HOST, 2], "https://{preference 'host'}/v1?x=2"),
    ],
)
def test_formats(pattern, values, wanted):
    assert shown(formatted(Text(pattern), of(*values))) == wanted


def test_a_locale_before_the_pattern_is_passed_over():
    proto = "(Ljava/util/Locale;Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;"
    assert call(STRING, "format", proto, [Hole("locale"), Text("%s"), Text("x")]) == Text("x")


@pytest.mark.parametrize(
    ("owner", "proto", "operands", "wanted"),
    [
        (STRING, "()V", [], ""),
        (STRING, "([C)V", ["abc"], "abc"),
        ("Ljava/net/URL;", "(Ljava/lang/String;)V", ["http://a"], "http://a"),
        ("Ljava/net/URL;", "(Ljava/net/URL;Ljava/lang/String;)V", ["http://a/b/", "c"], "http://a/b/c"),
        (
            "Ljava/net/URL;",
            "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V",
            ["https", HOST, "/x"],
            "https://{preference 'host'}/x",
        ),
        (
            "Ljava/net/URL;",
            "(Ljava/lang/String;Ljava/lang/String;ILjava/lang/String;)V",
            ["http", "a", 80, "/x"],
            "http://a:80/x",
        ),
        ("Ljava/io/File;", "(Ljava/lang/String;Ljava/lang/String;)V", ["/data", "x"], "/data/x"),
    ],
)
def test_constructors(owner, proto, operands, wanted):
    assert shown(constructed(owner, proto, of(*operands))) == wanted


def test_constructors_of_other_classes_say_nothing():
    assert constructed("Lx/A;", "(Ljava/lang/String;)V", of("a")) is None
    assert constructed(STRING, "([CII)V", of("abc", 1, 1)) is None


def test_paths_and_characters():
    assert path(Text("/a/"), Text("b")) == Text("/a/b")
    assert shown(path(HOST, Text("b"))) == "{preference 'host'}/b"
    assert character(Number(65), "(C)V") == Text("A")
    assert character(Number(0xD800), "(C)V") == Text("\ufffd")
    assert character(Number(1), "(Z)V") == Text("true")
    assert character(choice([Number(65), Number(66)]), "(C)V") == choice([Text("A"), Text("B")])


@given(st.binary(max_size=40))
def test_base64_is_undone_when_it_is_text(data: bytes):
    encoded = base64.b64encode(data).decode()
    found = call("Landroid/util/Base64;", "decode", "(Ljava/lang/String;I)[B", of(encoded, 0))
    try:
        assert found == Text(data.decode())
    except UnicodeDecodeError:
        assert found is None


OPERANDS = st.one_of(
    st.text(string.printable, max_size=8).map(Text),
    st.integers(-(2**31), 2**31 - 1).map(Number),
    st.sampled_from([HOST, ClassName("Lx/A;"), joined([Text("a"), HOST]), choice([Text("a"), Number(1)])]),
)


@given(st.lists(OPERANDS, max_size=5), st.data())
def test_no_operands_make_a_rule_fail(operands, data):
    owner = data.draw(st.sampled_from(sorted(RULES)))
    name = data.draw(st.sampled_from(sorted(RULES[owner])))
    call(owner, name, "(Ljava/lang/String;)V", operands)
    constructed(data.draw(st.sampled_from(["Ljava/net/URL;", "Ljava/io/File;", STRING])), "(I)V", operands)
