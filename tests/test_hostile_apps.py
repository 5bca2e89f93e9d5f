"""Whole hostile apps through the whole program: bytes changed at random, and text that is meant for the reader's tools.

Every case runs with ``AFFIDAVIT_DEBUG``, so that a stage which breaks raises instead of becoming a limitation.
"""

import csv
import io
import json
import random
import re
import struct
import time
import zipfile
from functools import cache
from pathlib import Path

import pytest

from affidavit.evidence.bundle import members_of
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import UnreadableError
from affidavit.model.identity import Package
from affidavit.report import render
from affidavit.report.terminal import render_terminal
from tests.builders.apps import small_app
from tests.builders.payloads import PAYLOADS, payload_app
from tests.builders.zip import zip_of
from tests.report.test_html import Page, check

CASES = 40
SECONDS = 30.0
"""Longest review of one case; each takes some hundredths of a second on a quiet machine."""
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WEIGHTS = {"dex": 6.0, "xml": 3.0, "arsc": 6.0, "so": 4.0, "RSA": 2.0}
CORPUS_APPS = (
    "malformed/jadx/jadx-cli__src__test__resources__samples__resources-only.apk",
    "malformed/androguard/tests__data__APK__Test-debug.apk",
    "realapps/wptagent/gnirehtet__gnirehtet.apk",
    "realapps/mobsf-ondevice/JustTrustMe.apk",
    "vulnerable/mas-crackmes/Android__Level1__app__release__UnCrackable-Level1.apk",
    "bundles/bundletool/src__test__resources__com__android__tools__build__bundletool__testdata__apk__com.test.app.apk",
)
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COLOUR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _raising(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFIDAVIT_DEBUG", "1")


def changed(draw: random.Random, data: bytes) -> bytes:
    """A few bytes, numbers or stretches of `data` changed; heads more often than tails."""
    made = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 32))):
        if len(made) < 8:
            break
        at = draw.randrange(min(len(made) - 4, draw.choice((128, 4_096, len(made)))) or 1)
        kind = draw.randrange(6)
        if kind == 0:
            made[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            struct.pack_into("<I", made, at & ~3, draw.choice((*EDGES, len(made), draw.randrange(len(made)))))
        elif kind == 2:
            struct.pack_into("<H", made, at & ~1, draw.choice(EDGES) & 0xFFFF)
        elif kind == 3:
            made[at : at + 4] = made[: len(made[at : at + 4])]
        elif kind == 4:
            made[at] = draw.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif draw.random() < 0.2:
            del made[draw.randrange(len(made)) :]
    return bytes(made)


def mutated(seed: int, app: bytes, files: dict[str, bytes]) -> bytes:
    """The app with its container, its entries, or the bytes of one entry changed."""
    draw = random.Random(seed)  # noqa: S311 - tests need the same cases every time
    way = draw.random()
    if way < 0.1 or not files:
        return app[: draw.randrange(1, len(app))]
    if way < 0.3:
        tail = draw.choice((22, 400, 8_000, len(app)))
        return app[:-tail] + changed(draw, app[-tail:])
    names = list(files)
    weights = [WEIGHTS.get(name.rpartition(".")[2], 0.3) for name in names]
    first, second = draw.choices(names, weights, k=2)
    if way < 0.4:
        return zip_of({**files, first: files[second], second: files[first]}, draw.choice((0, 8)))
    return zip_of({**files, first: changed(draw, files[first])}, draw.choice((0, 8)))


def entries_of(app: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(app)) as opened:
            return {item.filename: opened.read(item) for item in opened.infolist() if not item.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError):
        return {}


def reviewed(path: Path) -> Affidavit | None:
    """The account, within bounded time, with proofs that hold; None for what is no app at all."""
    started = time.process_time()
    try:
        account = derive(path)
    except UnreadableError:
        account = None
    assert time.process_time() - started < SECONDS
    assert account is None or not list(broken(account))
    return account


def survive(app: bytes, folder: Path, cases: range) -> None:
    files, path = entries_of(app), folder / "case.apk"
    for seed in cases:
        path.write_bytes(mutated(seed, app, files))
        try:
            account = reviewed(path)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        if account is not None and seed % 10 == 0:
            again = derive(path)
            assert members_of(again) == members_of(account), f"seed {seed}"
            render(account, "html")


@pytest.mark.parametrize("block", range(3))
def test_the_small_app_survives_any_change(tmp_path: Path, block):
    survive(small_app(), tmp_path, range(block * CASES, (block + 1) * CASES))


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_signed_app_with_a_native_library_survives_any_change(tmp_path: Path, kind):
    survive(payload_app(PAYLOADS[kind]), tmp_path, range(6))


@pytest.mark.corpus
@pytest.mark.parametrize("name", CORPUS_APPS)
def test_real_apps_survive_any_change(corpus: Path, tmp_path: Path, name):
    survive((corpus / name).read_bytes(), tmp_path, range(12))


@cache
def account_of(kind: str, folder: Path) -> Affidavit:
    path = folder / "payload.apk"
    path.write_bytes(payload_app(PAYLOADS[kind]))
    return derive(path)


@pytest.fixture(params=PAYLOADS)
def payload(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Affidavit:
    folder = tmp_path_factory.getbasetemp() / "payloads"
    folder.mkdir(exist_ok=True)
    return account_of(request.param, folder)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_payload_reached_the_facts(kind, tmp_path: Path):
    account = account_of(kind, tmp_path)
    [package] = [fact.what for fact in account.facts if isinstance(fact.what, Package)]
    assert package.label == PAYLOADS[kind]
    assert {fact.what.__struct_config__.tag for fact in account.facts} >= {"permission", "component", "native-library"}


def test_no_payload_adds_an_element_to_the_page(payload: Affidavit):
    page = render(payload, "html").decode()
    check(Page(page))
    assert not HIDDEN.search(page)


def test_no_payload_reaches_the_terminal(payload: Affidavit):
    plain = render_terminal(payload, width=80, colour=False, written=[])
    assert not HIDDEN.search(plain)
    assert not HIDDEN.search(COLOUR.sub("", render_terminal(payload, width=80, colour=True, written=[])))
    assert "\nNothing was found in this app" not in plain


def test_no_payload_is_a_formula_or_another_row(payload: Affidavit):
    text = render(payload, "csv").decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert not HIDDEN.search(text.replace("\r\n", "\n"))


def test_no_payload_is_markup_in_markdown(payload: Affidavit):
    text = render(payload, "markdown").decode()
    assert not HIDDEN.search(text)
    prose = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"(?<!\\)<[a-z/!]", prose)
    assert not re.search(r"(?<!\\)\]\(", prose)
    assert "\n# head" not in text


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_json_forms_stay_json_and_show_no_controls(payload: Affidavit, form):
    data = render(payload, form).decode()
    assert json.loads(data)
    assert not re.search("[\x00-\x09\x0b-\x1f]", data)


def test_sarif_messages_hold_no_hidden_characters(payload: Affidavit):
    [run] = json.loads(render(payload, "sarif"))["runs"]
    texts = [result["message"]["text"] for result in run["results"]]
    assert texts
    assert not [text for text in texts if HIDDEN.search(text)]
