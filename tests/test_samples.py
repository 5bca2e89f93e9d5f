"""The pins are complete, and nothing is taken that is not pinned."""

import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests import samples

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def pinned(tmp_path, monkeypatch):
    """One made-up sample whose package a fake client delivers."""
    member = b"the app"
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as tarball:
        info = tarfile.TarInfo("package/a.apk")
        info.size = len(member)
        tarball.addfile(info, io.BytesIO(member))
    package = sink.getvalue()
    pin = samples.Pin(
        "one", "npm", "p", "1", hashlib.sha256(package).hexdigest(), "package/a.apk",
        hashlib.sha256(member).hexdigest(), len(member),
    )  # fmt: skip
    served = [package]

    def client(_, folder):
        (folder / "p.tgz").write_bytes(served[-1])
        served.append(served[-1])
        return folder / "p.tgz"

    monkeypatch.setattr(samples, "CACHE", tmp_path)
    monkeypatch.setattr(samples, "pins", lambda: {"one": pin})
    monkeypatch.setitem(samples._CLIENTS, "npm", client)
    return pin, served


def test_sample_is_fetched_once_and_then_cached(pinned):
    _, served = pinned
    assert samples.fetch("one").read_bytes() == b"the app"
    samples.fetch("one")
    assert len(served) == 2


def test_changed_package_is_not_used(pinned):
    _, served = pinned
    served.append(served[0] + b"x")
    with pytest.raises(samples.SampleError, match="not used"):
        samples.fetch("one")


def test_changed_member_in_the_cache_is_fetched_again(pinned):
    pin, served = pinned
    pin.path.write_bytes(b"the lie")
    assert samples.fetch("one").read_bytes() == b"the app"
    assert len(served) == 2


def test_unknown_name_lists_the_known_ones(pinned):
    with pytest.raises(samples.SampleError, match="there are: one"):
        samples.fetch("two")


def test_missing_npm_is_explained(pinned, monkeypatch):
    monkeypatch.setitem(samples._CLIENTS, "npm", samples._from_npm)
    monkeypatch.setattr(samples.shutil, "which", lambda _: None)
    with pytest.raises(samples.SampleError, match=r"install Node\.js with npm"):
        samples.fetch("one")


def test_every_pin_has_both_digests_and_a_known_registry():
    pins = samples.pins()
    assert len(pins) == 8
    for pin in pins.values():
        assert len(pin.sha256) == len(pin.package_sha256) == 64
        assert pin.registry in samples._CLIENTS
        assert pin.member.endswith((".apk", ".jar"))
    assert pins["uiautomator2"].registry == "pypi"  # `make review` uses it and must not need npm
    assert len({pin.path for pin in pins.values()}) == len(pins)


@pytest.mark.samples
def test_path_is_printed_for_one_sample(sample):
    expected = sample("uiautomator2")
    done = subprocess.run(
        [sys.executable, "-m", "tests.samples", "--path", "uiautomator2"],
        check=True,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{expected}\n"
    assert done.stderr == ""


def test_unknown_sample_fails_with_a_message_on_stderr():
    done = subprocess.run(
        [sys.executable, "-m", "tests.samples", "--path", "nothing"],
        check=False,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "no sample named 'nothing'" in done.stderr
