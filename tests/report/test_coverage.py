"""The record of what was examined, as a person reads it."""

from pathlib import Path

from msgspec.structs import replace

from affidavit.evidence.derive import derive
from affidavit.model.bundle import Affidavit
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Coverage, StageCoverage
from affidavit.report import render
from affidavit.report.coverage import CODE_HEADS, CONTAINER_HEADS, code_rows, container_rows, examined
from affidavit.report.terminal import render_terminal
from tests.builders.apps import small_app

CONTAINER = ContainerCoverage("", "base", 9_000, 12, 3, 4, 1, 1, 1, 2, 8_000, (), 1_000)
CODE = CodeCoverage("classes.dex", 10, 100, 90, 80, 1_234)


def account(folder: Path) -> Affidavit:
    path = folder / "small.apk"
    path.write_bytes(small_app())
    return derive(path)


def with_coverage(made: Affidavit, coverage: Coverage, protection: str = "limits, seccomp") -> Affidavit:
    return replace(made, coverage=coverage, manifest=replace(made.manifest, protection=protection))


def test_a_whole_reading_is_one_sentence(tmp_path: Path):
    assert examined(account(tmp_path)) == (
        "5 of 5 entries read; 1 of 1 method with code decoded; read without a sandbox"
    )


def test_what_is_missing_is_in_the_sentence(tmp_path: Path):
    stages = (StageCoverage("entries", "done"), StageCoverage("code", "cut"), StageCoverage("calls", "skipped"))
    made = with_coverage(account(tmp_path), Coverage((CONTAINER, CONTAINER), (CODE,), stages))
    assert examined(made) == (
        "18 of 22 entries read, 2 archives among them not opened, 2,000 bytes that belong to none; "
        "80 of 90 methods with code decoded; stages not done: code cut, calls skipped; "
        "read in a process behind walls (limits, seccomp)"
    )


def test_a_reading_of_nothing_says_so(tmp_path: Path):
    assert examined(with_coverage(account(tmp_path), Coverage(), "none")) == "nothing was read; read without a sandbox"


def test_rows_have_a_cell_for_every_head():
    coverage = Coverage((CONTAINER,), (CODE,))
    [row] = container_rows(coverage)
    assert row == ("the file itself", "9,000", "1,000", "12", "3", "4", "1", "1", "1", "2")
    assert len(row) == len(CONTAINER_HEADS)
    [row] = code_rows(coverage)
    assert row == ("classes.dex", "10", "100", "90", "80", "1,234")
    assert len(row) == len(CODE_HEADS)


def test_every_form_for_people_has_it(tmp_path: Path):
    made = account(tmp_path)
    assert "5 of 5 entries read" in " ".join(render_terminal(made).split())
    assert "- Examined: 5 of 5 entries read" in render(made, "markdown").decode()
    page = render(made, "html").decode()
    assert "5 of 5 entries read" in page
    assert "How much of it was examined" in page
    assert '"coverage"' in render(made, "json").decode()
