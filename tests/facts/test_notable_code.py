"""Reflection, loading, bridges, native methods and the tables of ciphers."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts import notable_code
from affidavit.facts.crypto_constants import find_in_dex, find_in_native, needles
from affidavit.model.code import NotableCode
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from tests.builders.dex import DexBuilder, Method
from tests.facts.test_code import program_at, program_of

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
LOAD = "Ljava/lang/System;->loadLibrary(Ljava/lang/String;)V"
BRIDGE = "Landroid/webkit/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V"
FOR_NAME = "Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;"
SBOX = next(needle for needle, constant in needles() if constant.id == "aes-sbox")


def built(*code_: object, access: int = 0x1, extra: list[Method] | None = None) -> bytes:
    methods = [Method("run", "()V", code=[*code_, ("return-void",)], access=access), *(extra or [])]
    return DexBuilder().add_class("Lcom/x/A;", methods=methods).build()


def noted(data: bytes) -> list[tuple[str, str, int]]:
    return [(fact.what.form, fact.what.text, fact.what.sites) for fact in facts_of(data)]


def facts_of(*dexes: bytes) -> list[Fact]:
    limitations: list[Limitation] = []
    facts = list(notable_code.extract(program_of(*dexes), limitations))
    assert limitations == []
    assert all(isinstance(fact.what, NotableCode) for fact in facts)
    return facts


def test_native_loading_has_the_name_of_the_library():
    assert noted(built(("const-string", 0, "sec"), ("invoke-static", [0], LOAD))) == [("native-loading", "sec", 1)]


def test_a_name_that_comes_from_elsewhere_stays_empty():
    assert noted(built(("invoke-static", [0], LOAD))) == [("native-loading", "", 1)]


def test_a_constant_of_another_method_is_not_the_name():
    before = Method("aaa", "()V", code=[("const-string", 0, "other"), ("return-void",)])
    assert noted(built(("invoke-static", [0], LOAD), extra=[before])) == [("native-loading", "", 1)]


def test_a_constant_loaded_long_before_is_not_the_name():
    gap = [("invoke-static", [], "Ljava/lang/System;->gc()V")] * 6
    assert noted(built(("const-string", 0, "far"), *gap, ("invoke-static", [0], LOAD))) == [("native-loading", "", 1)]


def test_a_call_of_a_method_that_is_not_in_the_table_is_not_taken_for_the_last_one():
    data = bytearray(built(("invoke-static", [0], LOAD), ("invoke-static", [1], LOAD)))
    [fact] = facts_of(bytes(data))
    struct.pack_into("<H", data, fact.place.offset + 2, 0xFFFF)
    [left] = notable_code.extract(program_of(bytes(data)), [])
    assert (left.what.sites, left.place.pc) == (1, 3)


def test_equal_cases_are_one_fact_with_their_number():
    load = [("const-string", 0, "sec"), ("invoke-static", [0], LOAD)]
    [fact] = facts_of(built(*load, *load, *load))
    assert (fact.what.sites, fact.place.pc) == (3, 2)


def test_a_web_bridge_has_the_interfaces_name():
    code_ = [("const-string", 2, "Android"), ("invoke-virtual", [0, 1, 2], BRIDGE)]
    assert noted(built(*code_)) == [("webview-bridge", "Android", 1)]


def test_a_bridge_of_a_subclass_of_webview_counts():
    call = "Lcom/x/Web;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V"
    data = (
        DexBuilder()
        .add_class("Lcom/x/Web;", "Landroid/webkit/WebView;")
        .add_class(
            "Lcom/x/A;", methods=[Method("run", "()V", code=[("invoke-virtual", [0, 1, 2], call), ("return-void",)])]
        )
        .build()
    )
    assert noted(data) == [("webview-bridge", "", 1)]


def test_a_bridge_of_a_bundled_web_view_counts():
    call = "Lcom/tencent/smtt/sdk/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V"
    held = Method("addJavascriptInterface", "(Ljava/lang/Object;Ljava/lang/String;)V", code=[("return-void",)])
    data = (
        DexBuilder()
        .add_class("Lcom/tencent/smtt/sdk/WebView;", methods=[held])
        .add_class(
            "Lcom/x/A;", methods=[Method("run", "()V", code=[("invoke-virtual", [0, 1, 2], call), ("return-void",)])]
        )
        .build()
    )
    assert noted(data) == [("webview-bridge", "", 1)]


def test_reflection_names_the_class_asked_for():
    data = built(("const-string", 0, "android.os.SystemProperties"), ("invoke-static", [0], FOR_NAME))
    assert noted(data) == [("reflection", "android.os.SystemProperties", 1)]


@pytest.mark.parametrize(
    "loader", ["DexClassLoader", "PathClassLoader", "InMemoryDexClassLoader", "BaseDexClassLoader"]
)
def test_class_loaders_are_dynamic_loading(loader):
    data = built(("invoke-direct", [0], f"Ldalvik/system/{loader};-><init>()V"))
    assert noted(data) == [("dynamic-loading", f"dalvik.system.{loader}.<init>", 1)]


def test_load_dex_is_dynamic_loading():
    call = "Ldalvik/system/DexFile;->loadDex(Ljava/lang/String;Ljava/lang/String;I)Ldalvik/system/DexFile;"
    assert noted(built(("invoke-static", [0, 1, 2], call))) == [("dynamic-loading", "dalvik.system.DexFile.loadDex", 1)]


def test_the_apps_own_method_of_the_same_name_is_not_noted():
    own = Method("loadLibrary", "(Ljava/lang/String;)V", code=[("return-void",)], access=0x9)
    assert noted(built(("invoke-static", [0], "Lcom/x/A;->loadLibrary(Ljava/lang/String;)V"), extra=[own])) == []


def test_native_methods_are_counted_by_class():
    extra = [Method("one", "()V", access=0x101), Method("two", "()V", access=0x101)]
    [fact] = facts_of(built(extra=extra))
    assert (fact.what.form, fact.what.text, fact.what.sites) == ("native-method", "Lcom/x/A;", 2)
    assert fact.place.class_ == "Lcom/x/A;"
    assert fact.place.pc == -1


def test_code_of_an_ignored_duplicate_is_not_noted():
    plain = built()
    noisy = built(("const-string", 0, "sec"), ("invoke-static", [0], LOAD), extra=[Method("n", "()V", access=0x101)])
    assert facts_of(plain, noisy) == []


def test_a_table_in_an_array_is_found_with_its_method():
    data = built(("fill-array-data", 0, 1, list(SBOX)))
    [fact] = facts_of(data)
    assert (fact.what.form, fact.what.text) == ("crypto-constant", "AES S-box")
    assert data[fact.place.offset :].startswith(SBOX)
    assert fact.place.method == "run()V"
    assert fact.place.pc > 0


def test_a_table_of_numbers_is_found_as_the_format_stores_it():
    document = yaml.safe_load((KNOWLEDGE / "crypto" / "constants.yaml").read_text())
    words = next(item["words"] for item in document["constants"] if item["id"] == "sha-256-constants").split()
    numbers = [struct.unpack(">i", bytes.fromhex(word))[0] for word in words]
    assert [text for _, text, _ in noted(built(("fill-array-data", 0, 4, numbers)))] == ["SHA-256 round constants"]


def test_part_of_a_table_is_not_enough():
    assert noted(built(("fill-array-data", 0, 1, list(SBOX[:32])))) == []


@pytest.mark.parametrize("shift", [64, 4096])
def test_a_table_in_a_native_library_is_found_in_either_byte_order(shift):
    for needle, constant in needles():
        data = b"\x7fELF" + bytes(shift - 4) + needle + bytes(100)
        [fact] = notable_code.extract_native("lib/arm64-v8a/libx.so", data)
        assert (fact.what.text, fact.place.offset) == (constant.title, shift)


def test_what_is_no_native_library_has_no_tables():
    assert list(notable_code.extract_native("assets/x.bin", SBOX * 4)) == []


def test_the_first_words_of_the_tables_are_those_of_the_standards():
    heads = {constant.id: constant.words.replace(" ", "")[:16] for _, constant in needles()}
    assert heads["aes-sbox"] == "637c777bf26b6fc5"
    assert heads["sha-256-constants"] == "428a2f9871374491"
    assert heads["sha-512-constants"] == "428a2f98d728ae22"
    assert heads["md5-constants"] == "d76aa478e8c7b756"
    assert heads["sha-1-initial"] == "67452301efcdab89"
    assert heads["blowfish-p"] == "243f6a8885a308d3"
    assert heads["aes-t-table"] == "c66363a5f87c7c84"
    assert heads["sm4-ck"] == "00070e151c232a31"
    assert bytes.fromhex(heads["chacha-sigma"]) == b"expand 3"


def test_no_table_stands_in_for_another():
    tables = [needle for needle, _ in needles()]
    assert len(set(tables)) == len(tables)
    assert all(len(needle) >= 16 for needle in tables)


def slow_native(data: bytes) -> list[int]:
    return [at for at in range(0, len(data), 4) if any(data.startswith(needle, at) for needle, _ in needles())]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=30) | st.sampled_from([needle for needle, _ in needles()]), max_size=12))
def test_agrees_with_the_slow_twin_on_bytes_with_tables_in_them(pieces):
    data = b"".join(pieces)
    assert [found.offset for found in find_in_native(data)] == slow_native(data)


@pytest.mark.parametrize("size", range(12))
def test_tiny_inputs_hold_nothing(size):
    assert list(find_in_native(bytes(size))) == []
    assert list(find_in_dex(b"\0\x03\1\0"[:size])) == []


def test_more_cases_than_the_bound_become_a_limitation(monkeypatch):
    monkeypatch.setattr(notable_code, "FACTS_PER_FORM", 2)
    loads = [item for text in "abcd" for item in (("const-string", 0, text), ("invoke-static", [0], LOAD))]
    limitations: list[Limitation] = []
    facts = list(notable_code.extract(program_of(built(*loads)), limitations))
    assert [fact.what.text for fact in facts] == ["a", "b"]
    assert [limit.kind for limit in limitations] == ["code/notable-bounded"]


def test_a_broken_dex_has_nothing_notable():
    assert facts_of(b"dex\n035\0" + bytes(150)) == []


@pytest.mark.corpus
def test_finds_what_is_known_to_be_in_real_apps(corpus: Path):
    program = program_at(corpus / "vulnerable/quark-apk-samples/ovaa.apk")
    forms = {(fact.what.form, fact.what.text) for fact in notable_code.extract(program, [])}
    assert ("native-loading", "ovaa") in forms
    assert ("reflection", "java.lang.reflect.Method.invoke") in forms


@pytest.mark.samples
def test_finds_what_a_large_app_loads(sample: Callable[[str], Path]):
    program = program_at(sample("airtest"))
    facts = list(notable_code.extract(program, []))
    assert {"rime", "opencc", "rime_jni"} <= {fact.what.text for fact in facts}
