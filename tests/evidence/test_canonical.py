"""One byte sequence per value, by RFC 8785; the `rfc8785` package is the oracle."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence import bundle
from affidavit.evidence.canonical import decode_strict, encode, first_difference
from affidavit.facts.reading import make_fact
from affidavit.model.artefact import Artefact
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Affidavit, Category, Excerpt
from affidavit.model.declared import Permission
from affidavit.model.errors import VerificationError
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding, Proof
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.affidavits import small_affidavit
from tests.oracles import bundle as oracle

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(max_codepoint=127))
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=30,
)
SMALL = small_affidavit()
ARTEFACT = Artefact("a.apk", "apk", 3, "00")


@given(values)
def test_any_value_without_floats_encodes_as_rfc_8785_says(value):
    assert encode(value) == rfc8785.dumps(value)


@given(texts, texts, numbers)
def test_model_values_encode_as_rfc_8785_says(name, label, version):
    fact = make_fact(Package(name, label=label, version_code=version), Place(name, version), "manifest/1")
    assert encode(fact) == rfc8785.dumps(msgspec.to_builtins(fact))


@pytest.mark.parametrize("member", bundle.CONTENT)
def test_every_member_of_a_bundle_is_canonical(member):
    small = small_affidavit()
    content = bundle.members_of(small)
    assert rfc8785.dumps(json.loads(content[member])) == content[member]
    assert rfc8785.dumps(json.loads(encode(small.manifest))) == encode(small.manifest)


def test_control_characters_use_the_short_escapes_where_there_are_any():
    text = "".join(map(chr, range(0x20))) + '\x7f\u2028\u202e"\\/é😀'
    assert encode(text) == rfc8785.dumps(text)


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**63, 2**64 - 1, 2**64, 2**80, -(2**63)])
def test_integers_beyond_53_bits_are_written_in_full(number):
    """The one departure from RFC 8785: a version code of 64 bits is evidence, and is not rounded to a double."""
    data = encode(Package("p", version_code=number))
    assert str(number).encode() in data
    assert decode_strict(data, Package, "p").version_code == number


def test_only_excerpts_are_keyed_by_texts_from_an_app():
    """RFC 8785 and msgspec sort non-ASCII names differently, so no member may have a dict with keys from an app."""
    dicts = [path for form in (Fact, Finding, Limitation, Excerpt, Category, LawRecord) for path in dict_fields(form)]
    assert not dicts
    assert dict_fields(Affidavit) == ["Affidavit.excerpts"]


def dict_fields(form):
    """Paths of all dict fields in a Struct type and the types in it."""
    found, seen, waiting = [], set(), [msgspec.inspect.type_info(form)]
    while waiting:
        info: Any = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            found += [
                f"{info.cls.__name__}.{f.name}" for f in info.fields if isinstance(f.type, msgspec.inspect.DictType)
            ]
            waiting += [field.type for field in info.fields]
        for name in ("item_type", "types", "item_types"):
            inner = getattr(info, name, ())
            waiting += inner if isinstance(inner, tuple) else [inner]
    return found


def test_a_lone_surrogate_is_refused():
    with pytest.raises(UnicodeEncodeError):
        encode("\ud800")


@given(st.builds(Artefact, texts, texts, numbers, texts))
def test_what_was_encoded_is_read_back(artefact):
    assert decode_strict(encode(artefact), Artefact, "a") == artefact


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (b'{"kind":"apk"', "truncated"),
        (b"[1]", "Expected `object`"),
        (b'{"kind":"apk","name":"a.apk","size":3}', "missing required field"),
        (b'{"kind":"apk","name":"a.apk","sha256":"00","size":"3"}', "Expected `int`"),
        (b'{"kind":"apk","name":"a.apk","sha256":"00","size":3.0}', "Expected `int`, got `float`"),
        (b'{"kind":"apk","kind":"apk","name":"a.apk","sha256":"00","size":3}', "member 'kind' occurs twice"),
        (b'{"kind":"dex","name":"a.apk","sha256":"00","size":3,"kind":"apk"}', "member 'kind' occurs twice"),
        (b'{"extra":1,"kind":"apk","name":"a.apk","sha256":"00","size":3}', "first differs from it at byte 2"),
        (b'{ "kind":"apk","name":"a.apk","sha256":"00","size":3}', "first differs from it at byte 1"),
        (b'{"name":"a.apk","kind":"apk","sha256":"00","size":3}', "first differs"),
        (b'{"kind":"\\u0061pk","name":"a.apk","sha256":"00","size":3}', "first differs from it at byte 9"),
        (b'{"kind":"apk","name":"\xff","sha256":"00","size":3}', "UTF-8"),
        (b'{"kind":"apk","name":"\\ud800","sha256":"00","size":3}', "surrogate"),
        (encode(ARTEFACT) + b"\n", "first differs from it at byte"),
        (encode(ARTEFACT) + b"{}", "trailing"),
    ],
)
def test_every_other_spelling_is_refused_with_its_place(data, why):
    with pytest.raises(VerificationError) as caught:
        decode_strict(data, Artefact, "the thing")
    assert str(caught.value).startswith("the thing: ")
    assert why.casefold() in str(caught.value).casefold()
    assert caught.value.advice


def test_a_default_written_out_is_not_canonical():
    with pytest.raises(VerificationError, match="not in canonical form"):
        decode_strict(b'{"flags":[],"kind":"permission","name":"p"}', Permission, "p")


@pytest.mark.parametrize(
    "data",
    [
        b'{"kind":"apk","name":"a.apk","sha256":"00","size":' + b"9" * 5_000 + b"}",
        b'{"kind":"apk","name":"a.apk","sha256":"00","size":3,"x":' + b"9" * 5_000 + b"}",
        b'{"kind":"apk","name":"a.apk","sha256":"00","size":3,"x":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"kind":"apk","name":"a.apk","sha256":"00","size":3,'
        + b",".join(b'"%d":0' % n for n in range(99_999))
        + b"}",
    ],
)
def test_what_python_cannot_parse_cheaply_is_refused_all_the_same(data):
    with pytest.raises(VerificationError):
        decode_strict(data, Artefact, "a")


def test_messages_show_texts_from_outside_bounded_and_printable():
    for data in (
        b'{"answer":"\\u001b%s"}' % (b"x" * 9_999),
        b'{"\\u001b":1,"\\u001b":2,' + encode(SMALL.findings[0])[1:],
    ):
        with pytest.raises(VerificationError) as caught:
            decode_strict(data, Finding, "f")
        assert len(str(caught.value)) < 300
        assert str(caught.value).isprintable()


def test_nesting_without_end_is_refused():
    deep = b'{"children":[' * 100_000
    with pytest.raises(VerificationError):
        decode_strict(deep, Proof, "deep")
    with pytest.raises(VerificationError):
        decode_strict(b"[" * 1_000_000, list[Any], "deep")


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_the_first_difference_is_where_a_byte_by_byte_search_finds_it(common, left, right):
    assert first_difference(common + left, common + right) == oracle.first_difference(common + left, common + right)
