"""Key logs give up their secrets line by line, whatever else stands in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import keylog
from affidavit.network.names.keylog import KeyLog

RANDOM, OTHER = "0a" * 32, "0b" * 32
SHORT, LONG = "c1" * 32, "c2" * 64


def read(*pieces: str | bytes) -> KeyLog:
    log = KeyLog()
    for piece in pieces:
        log.add(piece if isinstance(piece, bytes) else piece.encode())
    return log


@pytest.mark.parametrize("label", keylog.LABELS)
@pytest.mark.parametrize("secret", [SHORT, "c3" * 48, LONG, SHORT.upper()])
def test_secrets_of_every_label_and_size_are_found(label, secret):
    log = read(f"{label} {RANDOM} {secret}\n")
    assert log.of(bytes.fromhex(RANDOM)) == {label: bytes.fromhex(secret)}
    assert (log.lines, len(log), log.beyond) == (1, 1, 0)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# CLIENT_RANDOM is explained here",
        f"client_random {RANDOM} {SHORT}",
        f"EXPORTER_SECRET {RANDOM} {SHORT}",
        f"CLIENT_RANDOM {RANDOM[:-2]} {SHORT}",
        f"CLIENT_RANDOM {RANDOM}00 {SHORT}",
        f"CLIENT_RANDOM {RANDOM} {SHORT[:-2]}",
        f"CLIENT_RANDOM {RANDOM} {SHORT}0",
        f"CLIENT_RANDOM {RANDOM} {LONG}00",
        f"CLIENT_RANDOM {RANDOM}",
        f"CLIENT_RANDOM  {RANDOM} {SHORT}",
        f" CLIENT_RANDOM {RANDOM} {SHORT}",
        f"CLIENT_RANDOM {RANDOM} {SHORT} more",
        f"RSA 0123456789abcdef {SHORT}",
        f"CLIENT_RANDOM {'zz' * 32} {SHORT}",
    ],
)
def test_lines_that_are_no_secrets_are_passed_over(line):
    log = read(f"{line}\nSERVER_TRAFFIC_SECRET_0 {OTHER} {SHORT}\n{line}\n")
    assert log.of(bytes.fromhex(RANDOM)) == {}
    assert list(log.of(bytes.fromhex(OTHER))) == ["SERVER_TRAFFIC_SECRET_0"]
    assert log.lines == 1


@pytest.mark.parametrize("end", ["", "\n", "\r\n", " \t\n", "\t\r\n", "\n\n\n"])
def test_lines_end_as_any_system_ends_them(end):
    lines = [f"CLIENT_RANDOM {RANDOM} {SHORT}", f"CLIENT_RANDOM {OTHER} {LONG}"]
    log = read((end or "\n").join(lines) + end)
    assert [len(log.of(bytes.fromhex(random))) for random in (RANDOM, OTHER)] == [1, 1]


def test_a_connection_has_one_secret_of_each_label_and_the_first_holds():
    line = f"CLIENT_TRAFFIC_SECRET_0 {RANDOM} "
    log = read(f"{line}{SHORT}\n{line}{LONG}\n", f"{line}{LONG}\nSERVER_TRAFFIC_SECRET_0 {RANDOM} {LONG}\n")
    assert log.of(bytes.fromhex(RANDOM)) == {
        "CLIENT_TRAFFIC_SECRET_0": bytes.fromhex(SHORT),
        "SERVER_TRAFFIC_SECRET_0": bytes.fromhex(LONG),
    }
    assert (len(log), log.lines) == (1, 4)


def test_connections_beyond_the_most_are_counted_and_known_ones_still_grow(monkeypatch):
    monkeypatch.setattr(keylog, "MOST", 2)
    log = KeyLog()
    for number in range(5):
        log.add(f"CLIENT_TRAFFIC_SECRET_0 {number:064x} {SHORT}\n".encode())
    log.add(f"SERVER_TRAFFIC_SECRET_0 {0:064x} {SHORT}\n".encode())
    assert (len(log), log.beyond, log.lines) == (2, 3, 3)
    assert len(log.of(bytes(32))) == 2


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=80), max_size=4), st.integers(0, 3))
def test_any_bytes_between_lines_change_nothing(noise, at):
    line = f"CLIENT_RANDOM {RANDOM} {SHORT}".encode()
    noise.insert(at, line)
    log = read(b"\n".join(noise))
    assert log.of(bytes.fromhex(RANDOM)) == {"CLIENT_RANDOM": bytes.fromhex(SHORT)}
