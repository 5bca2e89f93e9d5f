"""A review behind walls: the same account as without, and one that survives the death of its worker."""

import os
import struct
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.evidence import confined, process, walled
from affidavit.evidence.bundle import members_of
from affidavit.evidence.confined import review_confined
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import KnowledgeError, UnreadableError, UsageError
from affidavit.model.progress import silent
from affidavit.sandbox import bubblewrap
from tests.builders.apps import small_app
from tests.builders.payloads import PAYLOADS, payload_app
from tests.derived import Derived


def reviewed(path: Path, budget: Budget | None = None) -> Affidavit:
    return review_confined(path, budget or Budget(), silent, "auto")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "small.apk"
    path.write_bytes(small_app())
    return path


def children() -> list[int]:
    """The processes that this one has started."""
    own = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]


def start(patch: str) -> str:
    """Code that starts a worker which does something else in a stage: `patch` may speak of `name`, the stage."""
    return f"""
import sys; sys.path[:] = sys.argv[1:]
import ctypes, os, threading
from affidavit.evidence import examine, worker
whole = examine._outcome
def outcome(state, name, stage):
    {patch}
    return whole(state, name, stage)
examine._outcome = outcome
worker.main()
"""


def test_the_account_is_the_same_as_without_walls(app: Path):
    behind, bare = reviewed(app), derive(app)
    assert members_of(behind) == members_of(bare)
    assert behind.manifest.artefact == bare.manifest.artefact
    assert bare.manifest.protection == "none"
    assert behind.manifest.protection.startswith("limits, ")


@pytest.mark.parametrize("kind", PAYLOADS)
def test_what_is_imported_late_is_there_behind_the_walls(tmp_path: Path, kind):
    path = tmp_path / "payload.apk"
    path.write_bytes(payload_app(PAYLOADS[kind]))
    assert members_of(reviewed(path)) == members_of(derive(path))


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    [
        "realapps/sample-code-appium/selendroid-test-app_6a498e36.apk",
        "signing/apksig/v1v2v3-with-rsa-2048-lineage-3-signers.apk",
        "signing/apksig/v3-only-with-ecdsa-sha512-p384.apk",
        "signing/apksig/v1-only-with-dsa-sha1-1.2.840.10040.4.3-1024.apk",
        "signing/avast/testdata__asn1_unprintable.apk",
        "constituent/sdk/alipay/alipaySdk-20170725__Cuieney_671062fe.jar",
        "malformed/jadx/jadx-cli__src__test__resources__samples__test-lib.aar",
        "malformed/androguard/tests__data__AXML__AndroidManifest_ShortName.apk",
        "ios/apps/Crackmes__iOS__Level_01__UnCrackable-Level1.ipa",
    ],
)
def test_real_apps_give_the_same_behind_walls(corpus: Path, derived: Derived, name):
    path = corpus / name
    if not path.exists():
        path = next((corpus / name.partition("/")[0]).rglob(Path(name).name))
    behind = reviewed(path)
    assert members_of(behind) == members_of(derived(path))
    assert not [item for item in behind.limitations if item.kind == "tool/stage-failed"]


@pytest.mark.parametrize("stage", ["entries", "manifest", "signing", "code", "endpoints", "findings", "excerpts"])
def test_a_worker_that_dies_in_a_stage_costs_that_stage(app: Path, stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "_CODE", start(f"name == {stage!r} and ctypes.string_at(0)"))
    account = reviewed(app)
    [limitation] = [item for item in account.limitations if item.kind == "tool/worker-died"]
    assert (
        f"stage {stage!r} was left out: the process that reads the artefact was killed by signal 11"
        in limitation.detail
    )
    outcomes = {item.name: item.outcome for item in account.coverage.stages}
    assert outcomes[stage] == "skipped"
    assert account.manifest.artefact.kind == "apk"
    assert not list(broken(account))
    if stage not in {"entries", "manifest"}:
        assert any(fact.what.__struct_config__.tag == "package" for fact in account.facts)


def test_a_worker_that_asks_for_what_no_reading_needs_is_killed_and_that_is_said(
    app: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "_CODE", start("name == 'code' and os.fork()"))
    [item] = [item for item in reviewed(app).limitations if item.kind == "tool/worker-died"]
    assert "signal 31 (SIGSYS, for a system call that no reading needs)" in item.detail


def test_when_every_worker_dies_nothing_is_known_and_that_is_said(app: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "_CODE", start("ctypes.string_at(0)"))
    account = reviewed(app)
    assert account.manifest.artefact.kind == "unread"
    assert account.manifest.artefact.sha256 == derive(app).manifest.artefact.sha256
    assert {finding.answer.value for finding in account.findings} == {"undetermined"}
    assert [item.kind for item in account.limitations] == ["manifest/absent", *["tool/worker-died"] * 3]
    assert account.manifest.partial
    assert not list(broken(account))


def test_a_worker_that_hangs_is_killed(app: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "GRACE", 0.5)
    monkeypatch.setattr(process, "_CODE", start("name == 'code' and threading.Event().wait(60)"))
    account = reviewed(app, Budget(seconds=8))
    assert any("did not end in time and was killed" in item.detail for item in account.limitations)
    assert account.manifest.partial
    assert account.manifest.artefact.sha256 == derive(app).manifest.artefact.sha256


def test_a_budget_without_time_gives_a_partial_account_as_without_walls(app: Path):
    behind, bare = reviewed(app, Budget(seconds=0)), derive(app, Budget(seconds=0))
    assert behind.manifest.partial
    assert members_of(behind) == members_of(bare)


def test_bulky_code_lies_in_the_spool_behind_walls(app: Path, monkeypatch: pytest.MonkeyPatch):
    at_once = "from affidavit.artefact import spool; spool.Spool.__init__.__defaults__ = (0, None)\n"
    monkeypatch.setattr(process, "_CODE", start("pass").replace("whole = ", f"{at_once}whole = "))
    sizes = watched(monkeypatch)
    assert members_of(reviewed(app)) == members_of(derive(app))
    assert max(sizes) > 0


def test_behind_the_walls_there_is_no_file_to_fill_but_the_spool(app: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AFFIDAVIT_DEBUG", raising=False)
    monkeypatch.setattr(process, "_CODE", start("name == 'code' and os._exit(os.write(1, b'x') + os.write(2, b'xx'))"))
    sizes = watched(monkeypatch)
    assert "ended with code 3" in deaths(reviewed(app))[0]
    assert set(sizes) == {0}


def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the files that workers were given, when they ended."""
    sizes: list[int] = []
    whole = walled._nameless

    def nameless(held: ExitStack) -> IO[bytes] | None:
        file = whole(held)
        assert file
        held.callback(lambda: sizes.append(os.fstat(file.fileno()).st_size))
        return file

    monkeypatch.setattr(walled, "_nameless", nameless)
    return sizes


def test_the_artefact_can_only_be_read(app: Path, monkeypatch: pytest.MonkeyPatch):
    before = app.read_bytes()
    forging = """
def forged(fd):
    try:
        return os.pwrite(fd, b'forged', 0)
    except OSError:
        return 0
"""
    code = start("name == 'code' and os._exit(sum(map(forged, range(3, 30))))")
    monkeypatch.setattr(process, "_CODE", code.replace("whole = ", f"{forging}whole = "))
    assert "ended with code 6" in deaths(reviewed(app))[0]  # the spool alone
    assert app.read_bytes() == before


def test_no_process_is_left_behind(app: Path, monkeypatch: pytest.MonkeyPatch):
    before = children()
    reviewed(app)
    monkeypatch.setattr(process, "_CODE", start("name == 'code' and os._exit(3)"))
    assert any("ended with code 3" in item.detail for item in reviewed(app).limitations)
    assert children() == before


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (11, "signal 11 (SIGSEGV)"),
        (31, "signal 31 (SIGSYS, for a system call that no reading needs)"),
        (200, "signal 200"),
    ],
)
def test_signals_are_named(number, words):
    assert walled._signal_name(number) == words


def test_errors_are_the_same_as_without_walls(tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_bytes(b"no app at all")
    with pytest.raises(UsageError, match="cannot open"):
        reviewed(tmp_path / "none")
    with pytest.raises(UsageError, match="is a folder"):
        reviewed(tmp_path)
    with pytest.raises(UnreadableError, match="is empty"):
        reviewed(tmp_path / "empty")
    with pytest.raises(UnreadableError, match="has no zip directory") as caught:
        reviewed(tmp_path / "text")
    assert "give an APK" in caught.value.advice


def test_where_no_walls_can_be_raised_nothing_is_read(app: Path, monkeypatch: pytest.MonkeyPatch):
    broken_walls = "import sys; sys.stderr.write('no walls here\\n'); sys.exit(3)"
    monkeypatch.setattr(process, "_CODE", broken_walls)
    monkeypatch.setattr(bubblewrap, "found", lambda: "")
    with pytest.raises(UsageError, match="no process can be started behind walls: no walls here") as caught:
        reviewed(app)
    assert "--no-sandbox" in caught.value.advice
    with pytest.raises(UsageError, match="there is no bwrap"):
        review_confined(app, Budget(), silent, "bubblewrap")


@pytest.mark.skipif(not bubblewrap.found(), reason="bubblewrap (bwrap) is not installed")
def test_bubblewrap_gives_the_same_account(app: Path):
    account = review_confined(app, Budget(), silent, "bubblewrap")
    assert account.manifest.protection.startswith("bubblewrap, limits")
    assert members_of(account) == members_of(derive(app))


def framed(*frames: tuple[bytes, bytes]) -> bytes:
    return b"".join(struct.pack("<cI", kind, len(body)) + body for kind, body in frames)


def answering(*frames: tuple[bytes, bytes]) -> str:
    """Code of a worker that answers with these frames, whatever it is asked."""
    return f"import json, os, sys; os.write(json.load(sys.stdin)['answers'], {framed(*frames)!r})"


def deaths(account: Affidavit) -> list[str]:
    """What is said of workers that died."""
    return [item.detail for item in account.limitations if item.kind == "tool/worker-died"]


STANDING = (b"w", b'["wall"]')
UNREADABLE = b'{"error": "UnreadableError", "message": "a\\u001b[2J%s", "advice": "b"}' % (b"x" * 9_000)


@pytest.mark.parametrize(
    "frames", [[(b"r", b"{}")], [(b"w", b"[]"), (b"r", b"{}")], [(b"w", b"{}")], [(b"?", b"")], [(b"p", b"x")]]
)
def test_before_the_walls_stand_no_answer_is_taken(app: Path, monkeypatch: pytest.MonkeyPatch, frames):
    monkeypatch.setattr(process, "_CODE", answering(*frames))
    monkeypatch.setattr(bubblewrap, "found", lambda: "")
    with pytest.raises(UsageError, match="behind walls"):
        reviewed(app)


@pytest.mark.parametrize(
    "body", [b"{}", b"\xff", b"[" * 9_000, b'{"artefact": 1}', b'{"artefact": {"name": "a"}}', b"null"]
)
def test_an_answer_in_another_form_is_no_answer(app: Path, monkeypatch: pytest.MonkeyPatch, body):
    monkeypatch.setattr(process, "_CODE", answering(STANDING, (b"r", body)))
    account = reviewed(app)
    assert account.manifest.artefact.kind == "unread"
    assert any(
        words in deaths(account)[0]
        for words in ("answered in no form that is known here", "answered with what cannot be an account")
    )


@pytest.mark.parametrize(
    "frame",
    [
        STANDING,
        (b"p", b'["<b>", 0, 1]'),
        (b"p", b'["code", -1, 1]'),
        (b"p", b'["code", 1, %s]' % (b"9" * 3_000)),
        (b"p", b'["code", 0, 1, "%s"]' % (b"x" * 5_000)),
        (b"e", b"x" * 60_000 + b"x" * 6_000),
        (b"x", b""),
    ],
)
def test_only_what_a_worker_has_to_say_is_heard(app: Path, monkeypatch: pytest.MonkeyPatch, frame):
    heard: list[tuple[str, int, int]] = []
    monkeypatch.setattr(confined, "ATTEMPTS", 1)
    monkeypatch.setattr(process, "_CODE", answering(STANDING, (b"p", b'["code", 0, 1]'), frame))
    account = review_confined(app, Budget(), lambda *said: heard.append(said), "auto")
    assert heard == [("code", 0, 1)]
    assert account.manifest.protection == "wall"
    assert [item.kind for item in account.limitations] == ["manifest/absent", "tool/worker-died"]
    assert "answered in no form that is known here in stage 'code'" in account.limitations[1].detail


def test_a_frame_longer_than_any_is_refused_before_it_comes(app: Path, monkeypatch: pytest.MonkeyPatch):
    data = framed(STANDING) + struct.pack("<cI", b"r", (192 << 20) + 1)
    hanging = f"import json, os, sys, time; os.write(json.load(sys.stdin)['answers'], {data!r}); time.sleep(300)"
    monkeypatch.setattr(confined, "ATTEMPTS", 1)
    monkeypatch.setattr(process, "_CODE", hanging)
    assert "answered in no form" in deaths(reviewed(app))[0]


def test_behind_the_walls_a_worker_can_only_refuse_what_is_unreadable(app: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "_CODE", answering(STANDING, (b"e", UNREADABLE)))
    with pytest.raises(UnreadableError) as caught:
        reviewed(app)
    assert str(caught.value).startswith("a\\x1b[2Jx")
    assert len(str(caught.value)) < 5_000
    for error in ("UsageError", "KnowledgeError", "AffidavitError", "__builtins__", "WallError"):
        refusal = b'{"error": "%s", "message": "all is well\\u202e"}' % error.encode()
        monkeypatch.setattr(process, "_CODE", answering(STANDING, (b"e", refusal)))
        account = reviewed(app)
        assert account.manifest.artefact.kind == "unread"
        assert "gave up: all is well\\u202e in stage 'opening'" in account.limitations[-1].detail


def test_a_worker_that_cannot_be_started_again_leaves_what_became_of_the_first(
    app: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    mark = tmp_path / "started"
    code = answering(STANDING, (b"p", b'["code", 0, 1]'))
    once = f"import os, sys\nif os.path.exists({str(mark)!r}): sys.exit('no walls now')\nopen({str(mark)!r}, 'w')\n"
    monkeypatch.setattr(process, "_CODE", once + code)
    details = [item.detail for item in reviewed(app).limitations if item.kind == "tool/worker-died"]
    assert len(details) == 2
    assert any("ended without an answer in stage 'code'" in detail for detail in details)
    assert any("could not raise its walls again: no walls now" in detail for detail in details)


def test_a_worker_cannot_say_that_it_read_another_file(app: Path, monkeypatch: pytest.MonkeyPatch):
    other = b'{"artefact": {"name": "other.apk", "kind": "apk", "size": 1, "sha256": "00"}}'
    monkeypatch.setattr(process, "_CODE", answering(STANDING, (b"r", other)))
    artefact = reviewed(app).manifest.artefact
    assert (artefact.name, artefact.size, artefact.sha256) == (
        app.name, app.stat().st_size, derive(app).manifest.artefact.sha256,
    )  # fmt: skip


def test_the_environment_of_the_caller_stays_with_the_caller(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AFFIDAVIT_DEBUG", raising=False)
    assert walled.environment() == {"OPENBLAS_NUM_THREADS": "1"}


def test_knowledge_errors_come_back(app: Path, monkeypatch: pytest.MonkeyPatch):
    refusal = b'{"error": "KnowledgeError", "message": "missing", "advice": "make build"}'
    monkeypatch.setattr(process, "_CODE", answering((b"e", refusal)))
    with pytest.raises(KnowledgeError, match="missing"):
        reviewed(app)


def test_the_public_function_reads_behind_walls_unless_told_otherwise(app: Path):
    assert affidavit.review(app).affidavit.manifest.protection.startswith("limits")
    assert affidavit.review(app, sandbox="none").affidavit.manifest.protection == "none"
