"""What commands print besides reports: summaries, errors, progress, steps of a verification; the files they write."""

import io
import os
import shlex
from pathlib import Path

import pytest

import affidavit
from affidavit.cli.output import columns, note
from affidavit.cli.progress import Progress
from affidavit.cli.verify import text as verified
from affidavit.evidence.verify import Step, Verification
from tests.builders.affidavits import write_small_bundle
from tests.builders.apps import small_app
from tests.builders.payloads import payload_app
from tests.cli.conftest import Run
from tests.injection import rules
from tests.injection.corpus import payloads
from tests.oracles.visible import shown

DAYS = ("--on", "2020-10-01", "--known", "2020-10-01")


def creatable(text: str) -> bool:
    """Whether this system can have a file of that name, with room for a suffix."""
    return bool(text) and text not in {".", ".."} and not set(text) & {"/", "\0"} and len(os.fsencode(text)) <= 250


NAMES = [item.text for item in payloads() if item.text == item.utf8 and creatable(item.text)]
NASTY = [item.text for item in payloads() if item.kind in {"filename", "shell", "log"} and item.text in NAMES]


@pytest.mark.parametrize("block", range(2))
def test_an_artefact_of_any_name_is_reviewed_and_files_are_written_beside_nothing_else(run: Run, tmp_path, block):
    """File names that apps come with: downloads, attachments, uploads. Each file goes where it was asked for."""
    for number, name in enumerate(NASTY[block::4]):
        artefact, out = tmp_path / "apps" / f"{name}.apk", tmp_path / f"out{block}-{number}"
        artefact.parent.mkdir(exist_ok=True)
        artefact.write_bytes(small_app())
        done = run("review", artefact, "--output-dir", out)
        assert done.code == 0, name
        assert not list(rules.plain(done.out)) + list(rules.plain(done.err)), name
        written = sorted(path.name for path in out.iterdir())
        assert len(written) == 2, name
        assert not [fault for path in written for fault in rules.of_file_name(path)], name
        (check,) = [line for line in done.out.split("\n") if line.startswith("Check it")]
        words = shlex.split(check.removeprefix("Check it"))
        assert words == [
            "affidavit", "verify", shown(str(out / written[0]), 8_000), "--artefact", shown(str(artefact), 8_000)
        ], name  # fmt: skip
    assert not list((tmp_path / "here").iterdir())


@pytest.mark.parametrize("verb", ["review", "facts", "explain", "verify", "report", "bundle"])
def test_errors_name_a_file_on_one_line(run: Run, verb):
    more = {"explain": ("x",)}.get(verb, ())
    for name in NAMES[::15]:
        words = (verb, "list", f"./{name}") if verb == "bundle" else (verb, f"./{name}", *more)
        done = run(*words)
        assert done.code in {2, 4}, name
        assert not list(rules.plain(done.err)), name
        assert done.err.count("\n") == 2, name


def test_unknown_words_come_back_neutral(run: Run, bundle_of_payloads: Path):
    for item in [item for item in payloads() if item.text == item.utf8 and "\0" not in item.text][::15]:
        for words in (
            ("facts", bundle_of_payloads, f"--kind={item.text}"),
            ("explain", bundle_of_payloads, f" {item.text}"),
        ):
            done = run(*words)
            assert done.code == 2, item
            assert not list(rules.plain(done.err)), item
            assert done.err.count("\n") == 2, item


@pytest.fixture(scope="module")
def bundle_of_payloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of an app that carries payloads of every class and bears a listed app's package name."""
    folder = tmp_path_factory.mktemp("bundle")
    texts = ["com.tencent.mm", *(item.text for item in payloads()[::14])]
    (folder / "carrier\r\nx.apk").write_bytes(payload_app(*texts))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AFFIDAVIT_KEY", str(folder / "key.pem"))
        affidavit.review(folder / "carrier\r\nx.apk").write(folder / "carrier.affidavit")
    return folder / "carrier.affidavit"


@pytest.mark.parametrize(
    "words",
    [
        ("report", "B"), ("facts", "B"), ("findings", "B"), ("verify", "B"), ("bundle", "list", "B"),
        ("explain", "B", "location/last-known"), ("ask", "--bundle", "B", *DAYS),
        ("ask", "--bundle", "B", "--obligations", "--actor", "app_store", *DAYS),
    ],
)  # fmt: skip
def test_what_a_person_reads_of_a_bundle_is_neutral(run: Run, bundle_of_payloads: Path, words):
    done = run(*(bundle_of_payloads if item == "B" else item for item in words))
    assert done.code == 0, done.err
    assert len(done.out) > 100
    assert not list(rules.plain(done.out)) + list(rules.plain(done.err))


@pytest.mark.parametrize("words", [("facts", "B"), ("findings", "B"), ("verify", "B"), ("ask", "--bundle", "B", *DAYS)])
def test_the_json_of_commands_hides_nothing(run: Run, bundle_of_payloads: Path, words):
    done = run(*(bundle_of_payloads if item == "B" else item for item in words), "--format", "json")
    assert done.code == 0
    assert not list(rules.of_json(done.out.encode()))


def test_steps_of_a_verification_stay_on_their_lines():
    for item in payloads():
        steps = (Step(1, item.utf8, True, item.utf8), Step(2, "x", None, item.utf8))
        made = verified(Verification(steps, passed=True, key_id=""))
        assert not list(rules.plain(made)), item
        assert made.count("\n") == 4, item


def test_a_bundle_of_somebody_else_names_nothing_that_verify_passes_on(run: Run, tmp_path: Path):
    write_small_bundle(tmp_path / "x\x1b[2J.affidavit")
    done = run("verify", tmp_path / "x\x1b[2J.affidavit", "--key", "\x1b]0;x\x07\nkey")
    assert not list(rules.plain(done.out)) + list(rules.plain(done.err))


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_shows_a_stage_and_no_control_of_it(monkeypatch):
    monkeypatch.setattr("affidavit.cli.progress._REDRAW", 0.0)
    for stream in (Screen(), io.StringIO()):
        monkeypatch.setattr("affidavit.cli.progress.PATIENCE", 0.0)
        with Progress(stream) as progress:
            for item in payloads():
                progress(item.text, 1, 2)
        said = stream.getvalue().replace("\r\x1b[2K", "\n")
        assert said.count("1 of 2") == len(payloads())
        assert not list(rules.plain(said))


def test_narration_is_one_line(capsys):
    for item in payloads():
        note(f"made {item.text}")
    said = capsys.readouterr().err
    assert said.count("\n") == len(payloads())
    assert not list(rules.plain(said))


def test_columns_of_a_list_stay_under_each_other():
    made = columns([(item.text, "|", item.text) for item in payloads()])
    assert not list(rules.plain(made))
    assert made.count("\n") == len(payloads())


def test_a_column_is_as_wide_as_its_widest_cell_on_the_screen():
    lines = columns([("\u6f22\u5b57", "x"), ("e\u0301", "x"), ("abcd", "x")]).splitlines()
    assert {rules.wcswidth(line) for line in lines} == {7}
