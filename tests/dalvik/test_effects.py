"""The language of library models: what each form means, and what is refused with advice."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.effects import LAUNCHES, Effect, Key, Operand, parse_effects
from affidavit.model.errors import KnowledgeError

THIS, RETURN, ALL = Operand("this"), Operand("return"), Operand("all")
FIRST, SECOND = Operand("argument", 0), Operand("argument", 1)


def only(text):
    (effect,) = parse_effects(text)
    return effect


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("this", THIS),
        ("return", RETURN),
        ("all", ALL),
        ("0", FIRST),
        ("17", Operand("argument", 17)),
        ("254", Operand("argument", 254)),
        ("this[0]", Operand("this", key=Key("argument", position=0))),
        ("this[*]", Operand("this", key=Key("any"))),
        ("1[+]", Operand("argument", 1, key=Key("append"))),
        ("this['result']", Operand("this", key=Key("literal", "result"))),
        ("@files", Operand("store", store="files")),
        ("@files[0]", Operand("store", store="files", key=Key("argument", position=0))),
        ("@ordered['data']", Operand("store", store="ordered", key=Key("literal", "data"))),
    ],
)
def test_operands(text, operand):
    assert only(f"register {text}").origin == operand


def test_derive_and_same_name_origin_and_target():
    assert only("0 -> this") == Effect("derive", FIRST, THIS, text="0 -> this")
    assert only("this == return") == Effect("same", THIS, RETURN, text="this == return")


def test_pure_has_neither():
    assert only("pure") == Effect("pure", text="pure")


def test_a_call_has_object_method_operands_and_result():
    effect = only("call this.doInBackground/1(0) == this['#result']")
    assert (effect.kind, effect.origin, effect.method, effect.arity) == ("call", THIS, "doInBackground", 1)
    assert effect.arguments == (FIRST,)
    assert effect.target == Operand("this", key=Key("literal", "#result"))


def test_a_call_may_give_fewer_operands_than_it_has_parameters():
    effect = only("call 0.onLoadFinished/2(this)")
    assert (effect.arity, effect.arguments, effect.target) == (2, (THIS,), None)


def test_a_call_may_be_on_an_entry_and_take_several_operands():
    effect = only("call this['#target'].handleMessage/3(0, this[*], @work['input'])")
    assert effect.origin == Operand("this", key=Key("literal", "#target"))
    assert [operand.base for operand in effect.arguments] == ["argument", "this", "store"]


@pytest.mark.parametrize("kind", ["register", "unregister", "clear", "result", "mix"])
def test_verbs_with_one_operand(kind):
    assert only(f"{kind} 1") == Effect(kind, SECOND, text=f"{kind} 1")


@pytest.mark.parametrize("word", LAUNCHES)
def test_an_intent_is_launched_to_a_kind_of_component(word):
    assert only(f"launch {word} 0") == Effect("launch", FIRST, word=word, text=f"launch {word} 0")


def test_received_has_only_a_target():
    assert only("received == return") == Effect("received", target=RETURN, text="received == return")


def test_effects_keep_their_order_and_their_own_text():
    effects = parse_effects("this[0] == return; 1 == this[0];  0 -> this['#key']")
    assert [effect.text for effect in effects] == ["this[0] == return", "1 == this[0]", "0 -> this['#key']"]


@pytest.mark.parametrize(("text", "slot", "field"), [("#key", True, ""), (".obj", True, "obj"), ("key", False, "")])
def test_some_words_are_places_of_the_library_s_own(text, slot, field):
    key = Key("literal", text)
    assert (key.is_slot, key.field) == (slot, field)


def test_other_keys_are_no_places_and_no_fields():
    assert not Key("any").is_slot
    assert Key("argument", position=0).field == ""


BROKEN = {
    "": "is no effect",
    "0": "is no effect",
    "0 - > this": "is no effect",
    "0 -> that": "is no operand",
    "0 -> ": "is no effect",
    "this[ -> return": "is no operand",
    "this[x] -> return": "is no operand",
    "this[''] -> return": "is no operand",
    "this['a]b'] -> return": "is no operand",
    "0[1][2] -> return": "is no operand",
    "-1 -> this": "is no operand",
    "1000 -> this": "is no operand",
    "@Files -> return": "is no operand",
    "0 -> all": "nothing goes to all",
    "all[*] -> this": "all has no key",
    "pure; 0 -> this": "is pure and yet",
    "pure 0": "is no effect",
    "call this": "is no call",
    "call this.run()": "is no call",
    "call this.run/0(": "is no call",
    "call this.run/0() -> return": "is no call",
    "call this.run/0(0)": "gives 1 operands to 0",
    "call here.run/0()": "is no operand",
    "launch rocket 0": "launches 'rocket'",
    "launch activity": "is no operand",
    "register": "is no operand",
    "received == ": "is no operand",
    "0 -> this;": "is no effect",
    "; ".join(["0 -> this"] * 41): "more than 40",
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.items())
def test_what_is_not_of_the_language_is_refused_with_advice(text, problem):
    with pytest.raises(KnowledgeError, match=problem) as caught:
        parse_effects(text)
    assert caught.value.advice


OPERANDS = st.one_of(
    st.sampled_from(["this", "return", "@files", "@preferences"]), st.integers(0, 254).map(str)
).flatmap(
    lambda base: st.sampled_from([base, f"{base}[*]", f"{base}[+]", f"{base}[0]", f"{base}['#key']", f"{base}['.obj']"])
)
EFFECTS = st.one_of(
    st.builds("{} -> {}".format, OPERANDS, OPERANDS),
    st.builds("{} == {}".format, OPERANDS, OPERANDS),
    st.builds("{} {}".format, st.sampled_from(["register", "unregister", "clear", "mix", "result"]), OPERANDS),
    st.builds("launch {} {}".format, st.sampled_from(LAUNCHES), OPERANDS),
    st.builds("call {}.run/2({}, {}) == {}".format, OPERANDS, OPERANDS, OPERANDS, OPERANDS),
)


def written(operand):
    """The text of an operand, from its parts."""
    base = {"argument": str(operand.position), "store": f"@{operand.store}"}.get(operand.base, operand.base)
    key = operand.key
    if key is None:
        return base
    inner = {"any": "*", "append": "+", "argument": str(key.position), "literal": f"'{key.text}'"}[key.kind]
    return f"{base}[{inner}]"


def rewritten(effect):
    """The text of an effect, from its parts."""
    origin = written(effect.origin)
    match effect.kind:
        case "derive":
            return f"{origin} -> {written(effect.target)}"
        case "same":
            return f"{origin} == {written(effect.target)}"
        case "launch":
            return f"launch {effect.word} {origin}"
        case "call":
            given_ = ", ".join(map(written, effect.arguments))
            return f"call {origin}.{effect.method}/{effect.arity}({given_}) == {written(effect.target)}"
    return f"{effect.kind} {origin}"


@given(st.lists(EFFECTS, min_size=1, max_size=6))
def test_what_is_parsed_can_be_written_again(texts):
    effects = parse_effects("; ".join(texts))
    assert [effect.text for effect in effects] == texts
    assert [rewritten(effect) for effect in effects] == texts


@given(st.text(max_size=60) | st.text(st.sampled_from("this0 ->=[]*'#;call.run/1()@pure"), max_size=40))
def test_no_text_raises_anything_else(text):
    with suppress(KnowledgeError):
        parse_effects(text)
