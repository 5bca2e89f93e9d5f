"""What is given to ``--libraries`` and is no index: said by name, with what to do, as a mistake of the request."""

import os
from pathlib import Path

import pytest

from affidavit.evidence import indexes
from affidavit.identity.code import store
from affidavit.identity.code.index import Index
from tests.builders.apps import small_app
from tests.builders.known_code import library_index
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture
def app(run: Run) -> Path:
    path = Path("app.apk")
    path.write_bytes(small_app())
    return path


def of_scheme(number: int) -> bytes:
    """An index as a version with other tokens would have written it."""
    parts = {name: getattr(library_index(), name) for name in Index.__dataclass_fields__}
    return store.written(Index(**{**parts, "scheme": number}), "other", packed=False)


def damaged(how: str) -> bytes:
    good = store.written(library_index(), "good", packed=False)
    return {
        "an app": small_app(),
        "empty": b"",
        "only its first bytes": good[:20],
        "cut short": good[: len(good) // 2],
        "one bit": good[:-40] + bytes([good[-40] ^ 1]) + good[-39:],
        "other byte order": good[:8] + good[8:12][::-1] + good[12:],
        "later format": good[:8] + b"\x09" + good[9:],
        "other scheme": of_scheme(999),
    }[how]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("an app", "not an index of known code"),
        ("empty", "an empty file is not an index"),
        ("only its first bytes", "cut short: it has 20 bytes"),
        ("cut short", "damaged or cut short"),
        ("one bit", "damaged or cut short"),
        ("other byte order", "other byte order"),
        ("later format", "has format 9"),
        ("other scheme", "tokens of scheme 999"),
    ],
)
def test_a_file_that_is_no_index_is_a_mistake_of_the_request(run: Run, app, how, said):
    Path("bad.idx").write_bytes(damaged(how))
    done = run("identify", app, "--libraries", "bad.idx", "-q", "--no-sandbox")
    assert (done.code, done.out) == (2, "")
    first, advice = done.err.splitlines()
    assert first.startswith("affidavit: bad.idx: ")
    assert said in first
    assert "affidavit knowledge build libraries" in advice


@pytest.mark.parametrize("verb", ["review", "identify"])
def test_behind_walls_it_is_said_by_the_same_name(run: Run, app, verb):
    Path("bad.idx").write_bytes(damaged("one bit"))
    done = run(verb, app, "--libraries", "bad.idx", "-q")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("affidavit: bad.idx: the index is damaged or cut short")
    assert not list(Path().glob("*.affidavit*"))


@pytest.mark.parametrize(("name", "said"), [("none.idx", "No such file"), (".", "Is a directory"), ("pipe", "a pipe")])
def test_what_cannot_be_read_to_an_end_is_not_waited_for(run: Run, app, name, said):
    os.mkfifo("pipe")
    done = run("identify", app, "--libraries", name, "-q")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_name_that_is_no_text_is_shown_with_escapes(run: Run, app):
    name = os.fsdecode(b"\xff\x1b.idx")
    Path(name).write_bytes(b"x")
    done = run("identify", app, "--libraries", name, "-q")
    assert done.code == 2
    assert "\\udcff\\x1b.idx: not an index" in done.err


def test_the_products_own_index_when_damaged_is_no_mistake_of_the_request(run: Run, app, monkeypatch, tmp_path):
    own = tmp_path / "own.idx"
    own.write_bytes(damaged("one bit"))
    monkeypatch.setattr(indexes, "FINGERPRINTS", own)
    done = run("identify", app, "-q")
    assert done.code == 70
    assert "comes along cannot be used" in done.err
    assert "make build" in done.err
