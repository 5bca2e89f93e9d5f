"""The documentation says what the program does: commands run, and nothing that a reader meets is missing from it."""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from affidavit.cli import codes
from affidavit.cli.facts import kinds
from affidavit.cli.main import VERBS, _parser
from affidavit.cli.settings import KNOWN
from affidavit.facts.extract import STAGES
from affidavit.findings import load
from affidavit.findings.features import OPERATORS, feature_of, tree_of, walk
from affidavit.findings.lint import lint
from affidavit.findings.schema import Node, Rule
from tests.cli.conftest import app_bytes

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
SOURCE = REPOSITORY / "src" / "affidavit"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "ARCHITECTURE.md", *sorted(DOCS.rglob("*.md"))]
SAMPLE = "uiautomator2-6f855947.apk"


@cache
def text(name: str) -> str:
    return (DOCS / name).read_text()


def blocks(page: str, language: str = "") -> list[str]:
    """The fenced blocks of a page in one language, without their indentation."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, named, body in found if named == language]


def section(page: str, heading: str) -> str:
    """What stands below a heading of second rank."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def words(table: str) -> set[str]:
    """The code spans in the first cells of the tables of a text."""
    return {word for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE) for word in re.findall(r"`([^`]+)`", row)}


# Commands


def ran(*command: object, **where: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **where)


def commands(page: str) -> list[str]:
    """The shell lines that a page shows, without those that make the environment."""
    lines = [line for block in blocks(page) for line in block.splitlines()]
    return [line for line in lines if line.strip() and not line.startswith("make ")]


@pytest.fixture(scope="module")
def reviewed(sample, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """A folder like the repository's after `make review`, and an environment with a key of its own."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / ".cache" / "samples").mkdir(parents=True)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    shutil.copy(sample("uiautomator2"), folder / ".cache" / "samples" / SAMPLE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AFFIDAVIT_")}
    environment["XDG_CONFIG_HOME"] = str(folder / "configuration")
    review = [".venv/bin/affidavit", "review", f".cache/samples/{SAMPLE}", "--output-dir", "out"]
    done = subprocess.run(review, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    (folder / "terminal.txt").write_text(done.stdout)
    return folder, environment


@pytest.mark.samples
@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_commands_that_a_new_reader_types_work(reviewed, page):
    folder, environment = reviewed
    script = "\n".join(["set -e", *commands((REPOSITORY / page).read_text())])
    done = ran("bash", "-c", script, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Every step that was checked holds; not checked: 6." in done.stdout


@pytest.mark.samples
def test_the_summary_that_the_readme_shows_is_what_the_program_prints(reviewed):
    folder, _ = reviewed
    printed = (folder / "terminal.txt").read_text().splitlines()
    shown = [line for block in blocks((REPOSITORY / "README.md").read_text(), "text") for line in block.splitlines()]
    assert shown == printed[: len(shown)]


@pytest.mark.samples
def test_the_output_that_the_tutorial_shows_is_what_the_program_prints(reviewed):
    folder, environment = reviewed
    script = "\n".join(commands(text("tutorial.md")))
    done = ran("bash", "-c", script, cwd=folder, env=environment)
    printed = (folder / "terminal.txt").read_text() + done.stdout
    makefile = (REPOSITORY / "Makefile").read_text()
    for line in (line for block in blocks(text("tutorial.md"), "text") for line in block.splitlines()):
        known = line in printed.splitlines() or line in {"", "..."}
        assert known or line.partition(":")[0] in makefile, line
    assert "exit code 1" in done.stdout


@pytest.mark.samples
def test_the_paths_that_the_page_on_flows_shows_are_what_the_program_prints(reviewed):
    folder, environment = reviewed
    page = text("how-to/follow-data.md")
    script = "\n".join(["set -e", *(line for line in commands(page) if " verify " not in line)])
    done = ran("bash", "-c", script, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    shown = [line for block in blocks(page, "text") for line in block.splitlines() if line != "..."]
    assert [line for line in shown if line not in done.stdout.splitlines()] == []
    assert json.loads((folder / "out" / "flows.json").read_bytes())["findings"]


@pytest.mark.samples
def test_a_verifier_of_standard_tools_agrees(reviewed, tmp_path):
    folder, environment = reviewed
    (script,) = blocks(text("reference/bundle.md"), "python")
    bundle = folder / "out" / f"{SAMPLE}.affidavit"

    def check(path: Path) -> subprocess.CompletedProcess[str]:
        return ran(sys.executable, "-I", "-c", script, path)

    held = check(bundle)
    shown = ran(".venv/bin/affidavit", "verify", bundle, cwd=folder, env=environment)
    assert held.returncode == 0, held.stderr
    assert held.stdout.split()[-1] in shown.stdout
    data = bundle.read_bytes()
    for mark in (b'"facts.json"', b'"payload":"ey'):
        changed = tmp_path / "changed.affidavit"
        at = data.index(mark) + len(mark) + 40
        changed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert check(changed).returncode != 0


def test_the_programs_that_pages_show_run(tmp_path):
    from affidavit.cli.main import main

    (tmp_path / "app.apk").write_bytes(app_bytes())
    assert (
        main(
            [
                "review",
                str(tmp_path / "app.apk"),
                "--no-files",
                "-q",
                "--format",
                "json",
                "-o",
                str(tmp_path / "app.json"),
            ]
        )
        == 0
    )
    (script,) = blocks(text("how-to/read-the-json.md"), "python")
    (public,) = blocks((REPOSITORY / "README.md").read_text(), "python")
    for program, expected in ((script, "location/last-known"), (public, "Reads the last known or current location")):
        done = ran(
            sys.executable, "-c", program, cwd=tmp_path, env=os.environ | {"AFFIDAVIT_KEY": str(tmp_path / "k.pem")}
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert expected in done.stdout


def test_every_command_that_a_page_shows_is_understood(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for page in PAGES:
        for line in (line for block in blocks(page.read_text()) for line in block.splitlines()):
            found = re.match(r"(?:\.venv/bin/)?affidavit (\w+)(.*?)(?:\s+#.*|>.*|\|\|.*)?$", line)
            if found and found[1] in VERBS:
                _parser(found[1]).parse_args([found[1], *found[2].split()])


# The command line


def parser_of(verb: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    import_module(f"affidavit.cli.{verb}").configure(made)
    return made


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_is_documented_and_no_other(verb, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    actions = [action for action in parser_of(verb)._actions if action.dest != "help"]
    known = {name for action in actions for name in (action.option_strings or [action.dest])}
    page = section(text("reference/cli.md"), f"affidavit {verb}")
    assert words(page) == known
    for action in actions:
        name = (action.option_strings or [action.dest])[-1]
        (row,) = [row for row in page.splitlines() if f"`{name}`" in row.rpartition(" | ")[0]]
        if action.choices and "as for `review`" not in row:
            assert all(str(choice) in row for choice in action.choices), row


def test_every_verb_has_its_section_and_line_of_help():
    headings = re.findall(r"^## affidavit (\w+)$", text("reference/cli.md"), re.MULTILINE)
    assert headings == list(VERBS)


def test_exit_codes_are_documented_and_no_other():
    known = {value for name, value in vars(codes).items() if name.isupper()}
    table = section(text("reference/cli.md"), "Exit codes")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == known
    readme = section((REPOSITORY / "README.md").read_text(), "Exit codes")
    assert {
        int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", readme, re.MULTILINE) for code in cell.split(",")
    } == known


def test_environment_variables_are_documented_and_no_other():
    used = {f"AFFIDAVIT_{name.upper()}" for name in KNOWN}
    for path in SOURCE.rglob("*.py"):
        used.update(re.findall(r"environ[a-z]*(?:\.get\(|\[)\"([A-Z_]+)\"", path.read_text()))
    assert words(section(text("reference/cli.md"), "Environment")) == used


def test_settings_are_documented_and_no_other():
    known = {name.replace("_", "-") for name in KNOWN}
    assert words(section(text("reference/cli.md"), "affidavit.toml")) == known


def test_kinds_of_facts_are_documented_and_no_other():
    (line,) = re.findall(r"^Kinds: (.*)$", text("reference/cli.md"), re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", line)) == kinds()


# Rules and limitations


def test_every_feature_and_operator_has_an_example_that_is_read():
    seen: set[str] = set()
    for block in blocks(text("reference/rules.md"), "yaml"):
        node = msgspec.convert(yaml.safe_load(block)["match"], Node)
        assert tree_of(node).features()
        for part in walk(node):
            feature = feature_of(part)
            seen.update([feature.kind] if feature else [name for name in OPERATORS if getattr(part, name) is not None])
    assert seen == set(Node.__struct_fields__)


def test_every_key_of_a_rule_is_documented_and_no_other():
    keys = {field.encode_name for field in msgspec.structs.fields(Rule)}
    assert words(section(text("reference/rules.md"), "Keys of a rule, in their order")) == keys


def test_the_rule_that_the_page_shows_passes_the_linter(tmp_path):
    (source,) = blocks(text("how-to/write-a-rule.md"), "yaml")
    made = tmp_path / "knowledge"
    shutil.copytree(REPOSITORY / "knowledge", made)
    (made / "rules" / "files" / "deletes-on-exit.yaml").write_text(source)
    assert lint(made) == []


def constants(node: ast.AST) -> Iterator[str]:
    return (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def emitted(path: Path) -> Iterator[str]:
    """Kinds of limitations that a module names in full, or by their cause alone."""
    areas = "container|manifest|resources|code|native|signing|text|flows|knowledge|budget|tool|identity|capture"
    tree = ast.parse(path.read_text())
    yield from (value for value in constants(tree) if re.fullmatch(rf"({areas})/[a-z-]+", value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            cause = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
            if path.name == "dex.py" and node.func.attr == "note":
                yield f"code/{cause}"
            elif path.name.startswith("elf") and node.func.attr == "fault" and cause:
                yield f"native/{cause}"
            elif path.name.startswith("elf") and node.func.attr == "table" and cause:
                yield f"native/truncated-{cause}-table"
        elif path.name == "header.py" and isinstance(node, ast.Tuple) and len(node.elts) == 2:
            cause = node.elts[0].value if isinstance(node.elts[0], ast.Constant) else ""
            if re.fullmatch(r"[a-z]+(-[a-z]+)+", str(cause)):
                yield f"code/{cause}"
        elif path.name == "part.py" and isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "cause":
            yield from (f"container/{cause}" for cause in constants(node.value) if cause != "encrypted-flag")
        elif path.name == "elf.py" and isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_records":
            what = next(constants(node))
            yield from (f"native/bad-{what}-size", f"native/truncated-{what}-table")


def test_every_limitation_that_can_be_emitted_is_documented_and_no_other():
    known = {kind for path in SOURCE.rglob("*.py") for kind in emitted(path)}
    known.update(f"budget/{name}" for name, _ in STAGES)
    known.update(("budget/libraries", "budget/identity", "budget/flows", "budget/findings", "budget/excerpts"))
    known.update(rule.limits.kind for rule in load.rules() if rule.limits is not None)
    documented = list(re.findall(r"^\| `([a-z]+/[a-z-]+)` \|", text("reference/limitations.md"), re.MULTILINE))
    assert set(documented) == known
    assert len(documented) == len(set(documented))


# The pages themselves


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_to_is_there(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
    for named in re.findall(r"`((?:docs|src|tests|benchmarks|knowledge)/[\w./-]+)`", page.read_text()):
        assert (REPOSITORY / named).exists() or "CATEGORY" in named, named


def test_every_page_is_reached_from_the_tutorial():
    linked = {(DOCS / target).resolve() for target in re.findall(r"\]\(([^)#:]+)\)", text("tutorial.md"))}
    assert {page.resolve() for page in DOCS.rglob("*.md")} - linked == {(DOCS / "tutorial.md").resolve()}


def test_the_bundle_page_names_the_members_and_the_layout(tmp_path, monkeypatch):
    import affidavit
    from affidavit.evidence.bundle import members

    (tmp_path / "app.apk").write_bytes(app_bytes())
    review = affidavit.review(tmp_path / "app.apk")
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key.pem"))
    review.write(tmp_path / "app.affidavit")
    named = members(tmp_path / "app.affidavit")
    assert words(section(text("reference/bundle.md"), "Container")) == set(named)
    for key in (*json.loads(named["manifest.json"]), *json.loads(named["statement.dsse.json"])):
        assert f"`{key}`" in text("reference/bundle.md")
    assert review.affidavit.manifest.schema in text("reference/bundle.md")
