"""The envelope: DSSE's own vector, one spelling, and a signature that openssl accepts too."""

import base64
import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence import dsse
from affidavit.evidence.canonical import encode
from affidavit.model.errors import VerificationError
from tests.builders.affidavits import key
from tests.oracles import bundle as oracle

PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'
PUBLIC = key().public_key().public_bytes_raw()
ENVELOPE = dsse.seal(PAYLOAD, key())


def envelope(**changes):
    """The envelope with members changed, in canonical form."""
    return encode({**json.loads(ENVELOPE), **changes})


def check(data, public=PUBLIC):
    payload, signature = dsse.read_envelope(data, "envelope")
    dsse.check_signature(payload, signature, public, "envelope")
    return payload


def test_the_pre_authentication_encoding_is_that_of_the_protocol_document():
    """The worked example of the DSSE protocol document."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.preauth("http://example.com/HelloWorld", b"hello world") == expected


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [("", b"", b"DSSEv1 0  0 "), ("é", b"\x00 1", b"DSSEv1 2 \xc3\xa9 3 \x00 1")],
)
def test_lengths_are_counted_in_bytes(kind, payload, expected):
    assert dsse.preauth(kind, payload) == expected


@given(st.text(), st.binary(), st.text(), st.binary())
def test_no_two_inputs_have_the_same_encoding(kind, payload, other_kind, other_payload):
    same = dsse.preauth(kind, payload) == dsse.preauth(other_kind, other_payload)
    assert same == ((kind, payload) == (other_kind, other_payload))


def test_a_sealed_payload_is_read_back():
    assert check(ENVELOPE) == PAYLOAD


def test_the_envelope_has_the_members_that_dsse_names():
    read = json.loads(ENVELOPE)
    assert sorted(read) == ["payload", "payloadType", "signatures"]
    assert read["payloadType"] == "application/vnd.in-toto+json"
    assert [sorted(item) for item in read["signatures"]] == [["keyid", "sig"]]


def test_sealing_again_gives_the_same_bytes():
    assert dsse.seal(PAYLOAD, key()) == ENVELOPE
    assert dsse.seal(PAYLOAD, key(8)) != ENVELOPE


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_accepts_the_signature_and_refuses_another():
    signature = base64.b64decode(json.loads(ENVELOPE)["signatures"][0]["sig"])
    assert oracle.openssl_accepts(PUBLIC, signature, oracle.preauth(PAYLOAD))
    assert not oracle.openssl_accepts(PUBLIC, signature, oracle.preauth(PAYLOAD + b" "))
    assert not oracle.openssl_accepts(key(8).public_key().public_bytes_raw(), signature, oracle.preauth(PAYLOAD))


def test_a_flip_of_any_byte_is_refused():
    for offset in range(len(ENVELOPE)):
        for bit in (0, 5, 7):
            damaged = bytearray(ENVELOPE)
            damaged[offset] ^= 1 << bit
            with pytest.raises(VerificationError):
                check(bytes(damaged))


def test_every_truncation_is_refused():
    for size in range(len(ENVELOPE)):
        with pytest.raises(VerificationError):
            check(ENVELOPE[:size])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"payloadType": "text/plain"}, "payload type 'text/plain'"),
        ({"signatures": []}, "0 signatures"),
        ({"signatures": json.loads(ENVELOPE)["signatures"] * 2}, "2 signatures"),
        ({"payload": json.loads(ENVELOPE)["payload"] + "\n"}, "payload: not"),
        ({"payload": json.loads(ENVELOPE)["payload"].rstrip("=")}, "not base64"),
        ({"payload": "é"}, "not base64"),
        ({"signatures": [{"keyid": "", "sig": ""}]}, "key id is not the SHA-256"),
        ({"signatures": [{"keyid": dsse.key_id(PUBLIC), "sig": ""}]}, "this one 0"),
        ({"signatures": [{"keyid": dsse.key_id(PUBLIC), "sig": "AA=="}]}, "this one 1"),
        ({"signatures": [{"keyid": dsse.key_id(PUBLIC), "sig": "A" * 86 + "=="}]}, "not this key's signature"),
        ({"unknown": 1}, "not in canonical form"),
    ],
)
def test_every_other_envelope_is_refused_with_the_reason(changes, why):
    with pytest.raises(VerificationError, match=why) as caught:
        check(envelope(**changes))
    assert caught.value.advice


def test_another_key_is_refused():
    with pytest.raises(VerificationError, match="key id is not"):
        check(ENVELOPE, key(8).public_key().public_bytes_raw())


@pytest.mark.parametrize("public", [b"", PUBLIC[:31], PUBLIC + b"\0"])
def test_a_key_of_another_length_is_refused(public):
    with pytest.raises(VerificationError, match="has 32 bytes"):
        check(ENVELOPE, public)


def test_a_second_spelling_of_the_same_signature_is_refused():
    """Ed25519 signatures are malleable in verifiers that do not bound S (RFC 8032, section 5.1.7): ours has to."""
    order = 2**252 + 27742317777372353535851937790883648493
    raw = base64.b64decode(json.loads(ENVELOPE)["signatures"][0]["sig"])
    scalar = int.from_bytes(raw[32:], "little") + order
    other = raw[:32] + scalar.to_bytes(32, "little")
    signature = {"keyid": dsse.key_id(PUBLIC), "sig": base64.b64encode(other).decode()}
    with pytest.raises(VerificationError, match="not this key's signature"):
        check(envelope(signatures=[signature]))


@given(st.binary())
def test_base64_is_read_back(data):
    assert dsse.decode_base64(dsse.encode_base64(data), "x") == data


@pytest.mark.parametrize("text", ["AB==", "AAB=", "AA", "AA=", "AA==\n", " AA==", "AA==AA==", "-_==", "A", "AA==="])
def test_other_spellings_of_base64_are_refused(text):
    with pytest.raises(VerificationError, match="base64"):
        dsse.decode_base64(text, "x")
