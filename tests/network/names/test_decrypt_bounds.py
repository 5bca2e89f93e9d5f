"""Connections that cannot be decrypted say why; those that take an odd way to their keys are read all the same."""

import ssl

import pytest

from affidavit.network.names.decrypt import CLIENT, SERVER, Session
from affidavit.network.names.keylog import KeyLog
from tests.builders import traffic
from tests.builders.secure import Secure, contexts, recorded
from tests.oracles import tls_records

NEW, OLD = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
RANDOM = bytes(range(32))
SUITE = ("gcm", 16, "sha256")
LABELS = {
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET": b"\x01" * 32,
    "SERVER_HANDSHAKE_TRAFFIC_SECRET": b"\x02" * 32,
    "CLIENT_TRAFFIC_SECRET_0": b"\x03" * 32,
    "SERVER_TRAFFIC_SECRET_0": b"\x04" * 32,
    "CLIENT_EARLY_TRAFFIC_SECRET": b"\x05" * 32,
}
HELLO = traffic.records(traffic.client_hello(random=RANDOM))
ANSWER = traffic.records(traffic.server_hello(0x0304, 0x1301))
CHANGE = b"\x14\x03\x03\x00\x01\x01"
FINISHED = b"\x14\x00\x00\x20" + bytes(32) + b"\x16"
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def session(*left_out: str) -> Session:
    """With all secrets but some."""
    log = KeyLog()
    log.add("".join(f"{name} {RANDOM.hex()} {value.hex()}\n" for name, value in LABELS.items()
                    if name not in left_out).encode())  # fmt: skip
    return Session(log)


def record(label: str, number: int, content: bytes, suite: tuple[str, int, str] = SUITE) -> bytes:
    """A sealed record; the last byte of the content is its kind."""
    return b"".join(tls_records.sealed_13(LABELS[label], suite, number, content))


def said(made: Session, *flights: tuple[int, bytes]) -> list[tuple[int, bytes]]:
    return [found for side, data in flights for found in made.feed(side, data)]


SERVER_FLIGHT = ANSWER + CHANGE + record("SERVER_HANDSHAKE_TRAFFIC_SECRET", 0, FINISHED)
CLIENT_FLIGHT = CHANGE + record("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 0, FINISHED)
ASKED = record("CLIENT_TRAFFIC_SECRET_0", 0, b"asked\x17")
GOT = record("SERVER_TRAFFIC_SECRET_0", 0, b"got\x17" + bytes(20))


def test_a_connection_is_read_and_padding_is_taken_off():
    made = session()
    assert said(made, (CLIENT, HELLO), (SERVER, SERVER_FLIGHT), (CLIENT, CLIENT_FLIGHT + ASKED), (SERVER, GOT)) == [
        (CLIENT, b"asked"),
        (SERVER, b"got"),
    ]
    assert (made.problem, made.opened, made.held, made.has_keys) == ("", 8, 0, True)


def test_data_that_is_sent_early_is_read_with_its_own_key():
    early = record("CLIENT_EARLY_TRAFFIC_SECRET", 0, b"early\x17")
    end = record("CLIENT_EARLY_TRAFFIC_SECRET", 1, b"\x05\x00\x00\x00\x16")
    flights = ((CLIENT, HELLO + early), (SERVER, SERVER_FLIGHT), (CLIENT, end + CLIENT_FLIGHT + ASKED))
    made = session()
    assert said(made, *flights) == [(CLIENT, b"early"), (CLIENT, b"asked")]
    assert not made.problem


def test_data_that_was_sent_early_and_refused_is_passed_over():
    early = b"".join(record("CLIENT_EARLY_TRAFFIC_SECRET", number, b"early\x17") for number in range(3))
    made = session("CLIENT_EARLY_TRAFFIC_SECRET")
    flights = ((CLIENT, HELLO + early), (SERVER, SERVER_FLIGHT), (CLIENT, CLIENT_FLIGHT + ASKED))
    assert said(made, *flights) == [(CLIENT, b"asked")]
    assert not made.problem


def test_data_that_was_sent_early_and_refused_is_read_where_its_key_is_given():
    early = b"".join(record("CLIENT_EARLY_TRAFFIC_SECRET", number, b"early\x17") for number in range(2))
    made = session()
    flights = ((CLIENT, HELLO + early), (SERVER, SERVER_FLIGHT), (CLIENT, CLIENT_FLIGHT + ASKED))
    assert said(made, *flights) == [(CLIENT, b"early")] * 2 + [(CLIENT, b"asked")]
    assert not made.problem


def test_a_real_server_may_ask_for_another_hello(tmp_path):
    client, server = contexts(NEW, "", (), tmp_path / "keys")
    server.set_ecdh_curve("secp384r1")  # which clients offer, but not at once
    talk = Secure(client, server).say(CLIENT, b"question").say(SERVER, b"answer")
    answers = [data for side, data in talk.flights if side == SERVER]
    assert RETRY in answers[0]
    log = KeyLog()
    log.add((tmp_path / "keys").read_bytes())
    made = Session(log)
    assert said(made, *talk.flights) == [(CLIENT, b"question"), (SERVER, b"answer")]
    by_side = Session(log)
    flights = sorted(talk.flights, key=lambda flight: -flight[0])
    assert sorted(said(by_side, *flights)) == [(CLIENT, b"question"), (SERVER, b"answer")]
    assert (made.problem, by_side.problem) == ("", "")


def test_a_server_that_asks_for_another_hello_is_waited_for():
    message = traffic.server_hello(0x0304, 0x1301)
    retry = traffic.records(message[:6] + RETRY + message[38:])
    made = session()
    flights = ((CLIENT, HELLO), (SERVER, retry + CHANGE), (CLIENT, CHANGE + HELLO), (SERVER, SERVER_FLIGHT))
    assert said(made, *flights, (CLIENT, record("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 0, FINISHED) + ASKED)) == [
        (CLIENT, b"asked")
    ]
    assert not made.problem


@pytest.mark.parametrize("label", [name for name in LABELS if "EARLY" not in name])
def test_each_secret_is_needed(label):
    made = session(label)
    said(made, (CLIENT, HELLO), (SERVER, SERVER_FLIGHT), (CLIENT, CLIENT_FLIGHT + ASKED), (SERVER, GOT))
    assert made.problem == "a key that it takes was not given"
    assert made.has_keys


@pytest.mark.parametrize(
    ("flights", "problem"),
    [
        ([(CLIENT, b"\x13\x03\x01\x00\x01x")], "a record is malformed"),
        ([(CLIENT, b"\x19\x03\x01\x00\x01x")], "a record is malformed"),
        ([(CLIENT, b"\x16\x02\x01\x00\x01x")], "a record is malformed"),
        ([(CLIENT, b"\x16\x03\x01\x48\x01")], "a record is malformed"),
        ([(CLIENT, b"\x16\x03\x01\x00\x04\x01\x04\x00\x01")], "a message of the handshake is malformed"),
        ([(CLIENT, b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")], "the client's hello is malformed"),
        ([(CLIENT, HELLO), (SERVER, b"\x16\x03\x01\x00\x04\x02\x00\x00\x00")], "the server's hello is malformed"),
        ([(CLIENT, HELLO), (SERVER, CHANGE)], "the server's hello is not in the capture"),
        ([(CLIENT, HELLO), (SERVER, GOT)], "the handshake is not in the capture"),
        ([(CLIENT, HELLO), (SERVER, traffic.records(traffic.server_hello()))], "no key for it was given"),
        (
            [(CLIENT, HELLO), (SERVER, traffic.records(traffic.server_hello(0x0303, 0x000A)))],
            "version 0x0303 with suite 0x000a is not decrypted",
        ),
        (
            [(CLIENT, HELLO), (SERVER, traffic.records(traffic.server_hello(0x0304, 0x1305)))],
            "version 0x0304 with suite 0x1305 is not decrypted",
        ),
        ([(CLIENT, traffic.records(traffic.client_hello(random=bytes(32))))], "no key for it was given"),
        (
            [(CLIENT, HELLO), (SERVER, ANSWER + record("CLIENT_TRAFFIC_SECRET_0", 0, b"x\x17"))],
            "a record does not open with the keys that were given",
        ),
    ],
)
def test_why_a_connection_is_not_read_is_said(flights, problem):
    made = session()
    assert said(made, *flights) == []
    assert (made.problem, made.held) == (problem, 0)
    assert said(made, (CLIENT, HELLO), (SERVER, SERVER_FLIGHT)) == [], "nothing after it is read"


@pytest.mark.parametrize(("version", "ciphers"), [(NEW, ""), (OLD, "ECDHE-RSA-AES128-GCM-SHA256")])
def test_whatever_is_cut_off_only_what_was_sent_is_read(version, ciphers):
    flights, keys = recorded(version, ciphers, said=((CLIENT, b"question"), (SERVER, b"answer")))
    log = KeyLog()
    log.add(keys)
    seen = set()
    for drop in range(len(flights)):
        for cut in (0, 1, 5, 40):
            made, read = Session(log), {CLIENT: b"", SERVER: b""}
            for at, (side, data) in enumerate(flights):
                for which, content in made.feed(side, data[:-cut] if at == drop and cut else data):
                    read[which] += content
            assert read[CLIENT] in (b"", b"question")
            assert read[SERVER] in (b"", b"answer")
            seen.add(read[SERVER])
    assert seen == {b"", b"answer"}
