"""Methods of the app that hide constants are run; nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.whole.decoders import MAX_STEPS, Decoders
from affidavit.dalvik.whole.expressions import Hole, Number, Text
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import linked_of

S, B = "Ljava/lang/String;", "Ljava/lang/StringBuilder;"
XOR = [  # for (i = 0; i < s.length(); i++) out.append((char) (s.charAt(i) ^ key)); return out.toString()
    ("new-instance", 0, B),
    ("invoke-direct", [0], f"{B}-><init>()V"),
    ("const/4", 1, 0),
    ":top",
    ("invoke-virtual", [6], f"{S}->length()I"),
    ("move-result", 2),
    ("if-ge", 1, 2, ":end"),
    ("invoke-virtual", [6, 1], f"{S}->charAt(I)C"),
    ("move-result", 3),
    ("xor-int", 3, 3, 7),
    ("int-to-char", 3, 3),
    ("invoke-virtual", [0, 3], f"{B}->append(C){B}"),
    ("add-int/lit8", 1, 1, 1),
    ("goto", ":top"),
    ":end",
    ("invoke-virtual", [0], f"{B}->toString(){S}"),
    ("move-result-object", 4),
    ("return-object", 4),
]
ARRAY = [  # char[] c = s.toCharArray(); c[i] ^= table[i % 3] for all i; return new String(c)
    ("invoke-virtual", [7], f"{S}->toCharArray()[C"),
    ("move-result-object", 0),
    ("array-length", 1, 0),
    ("sget-object", 2, "Lx/A;->table:[B"),
    ("const/4", 3, 0),
    ":top",
    ("if-ge", 3, 1, ":end"),
    ("aget-char", 4, 0, 3),
    ("rem-int/lit8", 5, 3, 3),
    ("aget-byte", 5, 2, 5),
    ("xor-int/2addr", 4, 5),
    ("int-to-char", 4, 4),
    ("aput-char", 4, 0, 3),
    ("add-int/lit8", 3, 3, 1),
    ("goto", ":top"),
    ":end",
    ("new-instance", 4, S),
    ("invoke-direct", [4, 0], f"{S}-><init>([C)V"),
    ("return-object", 4),
]
TABLE = [
    ("const/4", 0, 3),
    ("new-array", 0, 0, "[B"),
    ("fill-array-data", 0, 1, [1, 2, -3]),
    ("sput-object", 0, "Lx/A;->table:[B"),
    ("return-void",),
]
REVERSE = [
    ("new-instance", 0, B),
    ("invoke-direct", [0, 2], f"{B}-><init>({S})V"),
    ("invoke-virtual", [0], f"{B}->reverse(){B}"),
    ("move-result-object", 0),
    ("invoke-virtual", [0], f"{B}->toString(){S}"),
    ("move-result-object", 0),
    ("return-object", 0),
]
CHOOSE = [
    ("packed-switch", 1, 5, [":five", ":six"]),
    ("const-string", 0, "other"),
    ("return-object", 0),
    ":five",
    ("const-string", 0, "five"),
    ("return-object", 0),
    ":six",
    ("invoke-static", [1], f"Lx/A;->again(I){S}"),
    ("move-result-object", 0),
    ("return-object", 0),
]
AGAIN = [
    ("add-int/lit8", 1, 1, -1),
    ("invoke-static", [1], f"Lx/A;->choose(I){S}"),
    ("move-result-object", 0),
    ("return-object", 0),
]


def result(method: Method, *arguments, more=(), fields=()):
    linked = linked_of(Class("Lx/A;", methods=[method, *more], fields=fields))
    found = linked.find_method(linked.type_of("Lx/A;"), method.name)
    plain = [
        Text(item) if isinstance(item, str) else Number(item) if isinstance(item, int) else item for item in arguments
    ]
    return Decoders(linked).result(found, plain)


def static(name: str, proto: str, code, registers: int) -> Method:
    return Method(name, proto, code=code, access=0x9, registers=registers)


def test_a_xor_decoder_is_run():
    hidden = "".join(chr(ord(char) ^ 42) for char in "https://x.example/")
    assert result(static("decode", f"({S}I){S}", XOR, 8), hidden, 42) == Text("https://x.example/")


@settings(max_examples=20)
@given(st.text(st.characters(max_codepoint=0xD7FF), max_size=8), st.integers(0, 0x7F))
def test_the_decoder_undoes_any_key(text, key):
    hidden = "".join(chr(ord(char) ^ key) for char in text)
    assert result(static("decode", f"({S}I){S}", XOR, 8), hidden, key) == Text(text)


def test_a_table_of_the_static_initialiser_is_used():
    more, fields = [static("<clinit>", "()V", TABLE, 1)], [Field("table", "[B", 0x9)]
    hidden = "".join(chr((ord(char) ^ key) & 0xFFFF) for char, key in zip("secret", (1, 2, -3, 1, 2, -3), strict=True))
    assert result(static("decode", f"({S}){S}", ARRAY, 8), hidden, more=more, fields=fields) == Text("secret")


def test_builders_and_calls_and_switches_are_run():
    assert result(static("decode", f"({S}){S}", REVERSE, 3), "cba") == Text("abc")
    more = [static("again", f"(I){S}", AGAIN, 2)]
    method = static("choose", f"(I){S}", CHOOSE, 2)
    assert result(method, 5, more=more) == Text("five")
    assert result(method, 6, more=more) == Text("five")
    assert result(method, 9, more=more) == Text("other")


def test_a_receiver_need_not_be_known():
    code = [("add-int/2addr", 1, 1), ("return", 1)]
    assert result(Method("twice", "(I)I", code=code, registers=2), Hole("this"), 21) == Number(42)


@pytest.mark.parametrize(
    "code",
    [
        [(":loop"), ("goto", ":loop")],
        [("const/4", 0, 0), ("div-int/2addr", 1, 0), ("return", 1)],
        [("invoke-static", [], "Landroid/os/SystemClock;->now()I"), ("move-result", 0), ("return", 0)],
        [("new-array", 0, 1, "[J"), ("return", 1)],
        [("const", 0, 1 << 30), ("new-array", 0, 0, "[I"), ("return", 1)],
        [("new-array", 0, 1, "[I"), ("aget", 1, 0, 1), ("return", 1)],
        [("sget", 0, "Lx/A;->missing:I"), ("return", 0)],
        [("invoke-static", [1], "Lx/A;->m(I)I"), ("move-result", 1), ("return", 1)],
        [("throw", 1)],
        [("if-nez", 1, 100), ("return", 1)],
        [("if-nez", 1, -1), ("return", 1)],
        [("return-void",)],
    ],
)
def test_what_is_not_understood_gives_no_answer(code):
    assert result(static("m", "(I)I", code, 2), 3) is None


def test_holes_and_wide_parameters_are_not_run():
    same = [("return", 1)]
    assert result(static("m", "(I)I", same, 2), Hole("x")) is None
    assert result(static("m", "(J)I", same, 2), 3) is None
    assert result(static("m", "()I", [("const/4", 0, 1), ("return", 0)], 1)) is None


def test_steps_are_bounded():
    code = [":top", ("add-int/lit8", 1, 1, -1), ("if-nez", 1, ":top"), ("return", 1)]
    assert result(static("m", "(I)I", code, 2), MAX_STEPS // 3) == Number(0)
    assert result(static("m", "(I)I", code, 2), MAX_STEPS) is None
