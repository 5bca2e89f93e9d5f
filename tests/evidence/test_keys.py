"""Keys: made once, private, never overwritten; their public half is one line of text."""

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence import keys
from affidavit.model.errors import UsageError
from tests.builders.affidavits import key
from tests.evidence.folders import listing

PUBLIC = key().public_key().public_bytes_raw()
LINE = keys.public_line(PUBLIC)


def raw(private):
    return private.private_bytes_raw()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"AFFIDAVIT_KEY": "/k.pem", "XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "/k.pem"),
        ({"AFFIDAVIT_KEY": "", "XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "/c/affidavit/key.pem"),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, "/h/.config/affidavit/key.pem"),
        ({"XDG_CONFIG_HOME": "", "HOME": "/h"}, "/h/.config/affidavit/key.pem"),
        ({"HOME": "/h"}, "/h/.config/affidavit/key.pem"),
        ({}, str(Path.home() / ".config/affidavit/key.pem")),
    ],
)
def test_where_the_key_is(environment, expected):
    assert keys.default_path(environment) == Path(expected)


def test_a_new_key_is_private_and_is_read_back(tmp_path):
    path = tmp_path / "new" / "folder" / "key.pem"
    made = keys.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert raw(keys.load(path)) == raw(made)
    assert listing(path.parent) == ["key.pem"]


def test_a_new_key_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        keys.create(tmp_path / "key.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def test_the_file_is_pkcs8_that_openssl_reads(tmp_path):
    made = keys.create(tmp_path / "key.pem")
    done = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key.pem", "-pubout", "-outform", "DER"], capture_output=True, check=True
    )
    assert done.stdout[-32:] == made.public_key().public_bytes_raw()


@pytest.mark.parametrize("content", [b"", b"precious"])
def test_an_existing_file_is_never_overwritten(tmp_path, content):
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is there already"):
        keys.create(path)
    assert path.read_bytes() == content


def test_a_dangling_link_is_not_followed(tmp_path):
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        keys.create(tmp_path / "key.pem")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make") as caught:
        keys.create(tmp_path / "file" / "key.pem")
    assert "AFFIDAVIT_KEY" in caught.value.advice


def test_a_missing_key_says_how_to_make_one(tmp_path):
    with pytest.raises(UsageError) as caught:
        keys.load(tmp_path / "key.pem")
    assert "affidavit key new" in caught.value.advice


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_read_or_change_is_refused(tmp_path, mode):
    path = tmp_path / "key.pem"
    keys.create(path)
    path.chmod(mode)
    with pytest.raises(UsageError, match="other users") as caught:
        keys.load(path)
    assert "chmod 600" in caught.value.advice


def pem(private, encryption=None):
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an unencrypted private key"),
        (b"\xff" * 100_000, "not an unencrypted private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not an unencrypted private key"),
        (pem(key(), serialization.BestAvailableEncryption(b"x")), "not an unencrypted private key"),
        (pem(generate_private_key(SECP256R1())), "not an Ed25519 one"),
    ],
)
def test_what_is_no_ed25519_key_is_refused_with_advice(tmp_path, content, why):
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match=why) as caught:
        keys.load(path)
    assert caught.value.advice


def test_the_first_use_makes_a_key_and_says_so_once(tmp_path):
    said = []
    first = keys.load_or_create(tmp_path / "key.pem", said.append)
    second = keys.load_or_create(tmp_path / "key.pem", said.append)
    assert raw(first) == raw(second)
    assert len(said) == 1
    assert str(tmp_path / "key.pem") in said[0]
    assert keys.public_line(first.public_key().public_bytes_raw()) in said[0]


def test_a_broken_key_is_not_replaced_by_a_new_one(tmp_path):
    (tmp_path / "key.pem").write_text("broken")
    (tmp_path / "key.pem").chmod(0o600)
    with pytest.raises(UsageError):
        keys.load_or_create(tmp_path / "key.pem", print)
    assert (tmp_path / "key.pem").read_text() == "broken"


def test_many_first_uses_at_once_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: raw(keys.load_or_create(tmp_path / "key.pem", lambda _: None)), range(24)))
    assert len(set(made)) == 1
    assert listing(tmp_path) == ["key.pem"]


@given(st.binary(min_size=32, max_size=32))
def test_a_public_line_is_parsed_back(public):
    assert keys.parse_public(keys.public_line(public)) == public


def test_a_public_line_is_one_line_of_three_words():
    assert LINE.split(" ")[0] == "affidavit-ed25519"
    assert len(LINE.split(" ")) == 3
    assert "\n" not in LINE


@pytest.mark.parametrize(
    "line",
    ["", "affidavit-ed25519", LINE.replace("ed25519", "rsa"), LINE + " x", LINE[:-1], LINE.replace("6kps", "6kpt"),
     LINE.replace("=", ""), "affidavit-ed25519 AA== 0000000000000000", "affidavit-ed25519 é 00"],
)  # fmt: skip
def test_a_line_that_was_changed_is_refused(line):
    with pytest.raises(UsageError) as caught:
        keys.parse_public(line)
    assert "affidavit key show" in caught.value.advice


def test_an_expected_key_is_a_line_or_a_file_that_holds_it(tmp_path):
    (tmp_path / "alice.pub").write_text(LINE + "\n")
    assert keys.expected_key(LINE) == PUBLIC
    assert keys.expected_key(str(tmp_path / "alice.pub")) == PUBLIC


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"hello"])
def test_an_expected_key_that_cannot_be_read_is_a_usage_error(tmp_path, content):
    if content is not None:
        (tmp_path / "alice.pub").write_bytes(content)
    for text in (str(tmp_path / "alice.pub"), "a\0b"):
        with pytest.raises(UsageError):
            keys.expected_key(text)


def test_the_one_spelling_that_is_written_is_read_without_the_general_reader(tmp_path, monkeypatch):
    made = keys.create(tmp_path / "key.pem")
    assert raw(keys._load_any((tmp_path / "key.pem").read_bytes(), tmp_path)) == raw(made)
    monkeypatch.setattr(keys, "_load_any", lambda *_: pytest.fail("read in general"))
    assert raw(keys.load(tmp_path / "key.pem")) == raw(made)


def test_other_spellings_of_the_same_key_are_read_too(tmp_path):
    path = tmp_path / "key.pem"
    made = keys.create(path)
    pem = path.read_bytes()
    for spelling in (b"a comment\n" + pem, pem.rstrip(), pem.replace(b"\n", b"\r\n"), pem[:60] + b"\n" + pem[60:]):
        path.write_bytes(spelling)
        assert raw(keys.load(path)) == raw(made)


@given(st.integers(28, 91), st.binary(min_size=1, max_size=1))
def test_a_changed_byte_is_read_as_the_general_reader_reads_it(position, byte):
    pem = keys_pem()
    changed = pem[:position] + byte + pem[position + 1 :]
    seed = keys._seed(changed)
    if seed:
        assert raw(keys._load_any(changed, Path("key"))) == seed


def keys_pem():
    form = serialization.PrivateFormat.PKCS8
    return key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
