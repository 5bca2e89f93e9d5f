"""Real connections of TLS are read with their secrets, and with those alone."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names.decrypt import CLIENT, SERVER, Session
from affidavit.network.names.keylog import KeyLog
from affidavit.network.names.sealing import SUITES, expand
from tests.builders.secure import Secure, contexts, recorded

NEW, OLD = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
SAID = ((CLIENT, b"GET / HTTP/1.1\r\n\r\n"), (SERVER, b"x" * 40_000), (CLIENT, b"more"), (SERVER, b"\x00" * 5))
CIPHERS = (
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA256",
    "AES256-SHA256",
)


def opened(flights, keys: bytes, session: Session | None = None) -> tuple[dict[int, bytes], Session]:
    """What each side has said, as decrypted."""
    log = KeyLog()
    log.add(keys)
    session = session or Session(log)
    found = {CLIENT: b"", SERVER: b""}
    for side, data in flights:
        for which, content in session.feed(side, data):
            found[which] += content
    return found, session


def said(side: int) -> bytes:
    return b"".join(data for which, data in SAID if which == side)


@pytest.mark.parametrize(("version", "ciphers"), [(NEW, ""), *((OLD, name) for name in CIPHERS)])
def test_a_connection_is_read_with_its_keys(version, ciphers):
    flights, keys = recorded(version, ciphers, said=SAID)
    found, session = opened(flights, keys)
    assert not session.problem
    assert found == {CLIENT: said(CLIENT), SERVER: said(SERVER)}
    assert session.opened == len(said(CLIENT)) + len(said(SERVER))
    assert session.hello is not None
    assert session.hello.server_name == "api.example.com"


@pytest.mark.parametrize("version", [NEW, OLD])
def test_it_does_not_matter_how_the_bytes_arrive(version):
    flights, keys = recorded(version, said=SAID)
    single = [(side, data[at : at + 7]) for side, data in flights for at in range(0, len(data), 7)]
    assert opened(single, keys)[0] == {CLIENT: said(CLIENT), SERVER: said(SERVER)}
    server_first = [flight for flight in flights if flight[0] == SERVER] + [
        flight for flight in flights if flight[0] == CLIENT
    ]
    assert opened(server_first, keys)[0] == {CLIENT: said(CLIENT), SERVER: said(SERVER)}


def test_resumed_connections_are_read_too(tmp_path):
    for version in (NEW, OLD):
        log = tmp_path / str(version)
        client, server = contexts(version, "", (), log)
        first = Secure(client, server)
        again = Secure(client, server, session=first.ends[CLIENT].session)
        again.say(CLIENT, b"second").say(SERVER, b"answer")
        assert again.ends[CLIENT].session_reused
        assert opened(again.flights, log.read_bytes())[0] == {CLIENT: b"second", SERVER: b"answer"}


def test_without_keys_nothing_is_read_and_the_reason_is_said():
    flights, keys = recorded(NEW, said=SAID)
    found, session = opened(flights, b"")
    assert (found[CLIENT], session.problem) == (b"", "no key for it was given")
    assert not session.has_keys
    half = b"\n".join(line for line in keys.split(b"\n") if b"TRAFFIC_SECRET_0" not in line)
    found, session = opened(flights, half)
    assert found == {CLIENT: b"", SERVER: b""}
    assert "was not given" in session.problem


def test_wrong_keys_open_nothing():
    for version in (NEW, OLD):
        flights, keys = recorded(version, said=SAID)
        wrong = b"\n".join(line[:-8] + b"00000000" for line in keys.split(b"\n"))
        found, session = opened(flights, wrong)
        assert found == {CLIENT: b"", SERVER: b""}
        assert "does not open" in session.problem


def test_a_changed_byte_is_not_taken_for_content():
    for version, ciphers in ((NEW, ""), (OLD, CIPHERS[0]), (OLD, CIPHERS[4])):
        flights, keys = recorded(version, ciphers, said=SAID)
        side, data = flights[-1]
        changed = bytes([data[-1] ^ 1])
        found, session = opened([*flights[:-1], (side, data[:-1] + changed)], keys)
        assert found[SERVER] == b"x" * 40_000
        assert session.problem


def test_a_gap_ends_the_reading():
    flights, keys = recorded(NEW, said=SAID)
    found, session = opened(flights[:-2], keys)
    session.gap()
    more, _ = opened(flights[-2:], keys, session)
    assert found[CLIENT]
    assert more == {CLIENT: b"", SERVER: b""}
    assert "missing" in session.problem


def test_the_middle_of_a_connection_cannot_be_read():
    for version in (NEW, OLD):
        flights, keys = recorded(version, said=SAID)
        found, session = opened(flights[2:], keys)
        assert found == {CLIENT: b"", SERVER: b""}
        assert session.problem or session.held < 1 << 21


def test_key_updates_are_followed():
    """RFC 8446, section 7.2: the secrets of records after an update come from those before it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from affidavit.network.names import sealing
    from tests.builders import traffic

    suite, random = SUITES[0x1301], bytes(range(32))
    names = ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET")
    names += ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
    secrets = {name: bytes([at + 1] * 32) for at, name in enumerate(names)}
    keys = "".join(f"{name} {random.hex()} {secret.hex()}\n" for name, secret in secrets.items()).encode()

    def sealed(secret: bytes, number: int, content: bytes, kind: int) -> bytes:
        key, nonce = expand(secret, "key", 16, "sha256"), int.from_bytes(expand(secret, "iv", 12, "sha256"), "big")
        head = b"\x17\x03\x03" + (len(content) + 17).to_bytes(2, "big")
        return head + AESGCM(key).encrypt((nonce ^ number).to_bytes(12, "big"), content + bytes([kind]), head)

    data = secrets["SERVER_TRAFFIC_SECRET_0"]
    later = sealing.next_secret(data, suite)
    server = traffic.records(traffic.server_hello(0x0304, 0x1301))
    server += sealed(secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"], 0, b"\x14\x00\x00\x20" + bytes(32), 22)
    server += sealed(data, 0, b"one", 23) + sealed(data, 1, b"\x18\x00\x00\x01\x00", 22) + sealed(later, 0, b"two", 23)
    flights = [(CLIENT, traffic.records(traffic.client_hello(random=random))), (SERVER, server)]
    found, session = opened(flights, keys)
    assert found[SERVER] == b"onetwo"
    assert not session.problem


def test_key_logs_are_read_line_by_line_and_bounded(monkeypatch):
    log = KeyLog()
    random, secret = "ab" * 32, "cd" * 48
    log.add(
        f"# made by hand\r\nCLIENT_RANDOM {random} {secret}\r\nNONSENSE {random} {secret}\nCLIENT_RANDOM x y".encode()
    )
    log.add(f"CLIENT_RANDOM {random} {'ee' * 48}\n".encode())
    assert log.of(bytes.fromhex(random)) == {"CLIENT_RANDOM": bytes.fromhex(secret)}
    assert log.of(bytes(32)) == {}
    monkeypatch.setattr("affidavit.network.names.keylog.MOST", 1)
    log.add(f"CLIENT_RANDOM {'00' * 32} {secret}\n".encode())
    assert (len(log), log.beyond) == (1, 1)


@settings(max_examples=40)
@given(st.data())
def test_no_bytes_raise(data):
    version = data.draw(st.sampled_from([NEW, OLD]))
    flights, keys = recorded(version, said=SAID)
    changed = [bytearray(part) for _, part in flights]
    for _ in range(data.draw(st.integers(1, 6))):
        part = changed[data.draw(st.integers(0, len(changed) - 1))]
        part[data.draw(st.integers(0, min(len(part) - 1, 200)))] = data.draw(st.integers(0, 255))
    found, session = opened([(side, bytes(part)) for (side, _), part in zip(flights, changed, strict=True)], keys)
    assert said(SERVER).startswith(found[SERVER])
    assert session.held < 3 << 20
