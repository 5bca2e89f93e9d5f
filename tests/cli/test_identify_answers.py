"""``affidavit identify`` and ``affidavit compare``: what a person reads, what is refused, and what help promises."""

import json
import re
import shlex
from pathlib import Path

import pytest

from affidavit.cli import codes, compare
from affidavit.cli import identify as verb
from affidavit.evidence import indexes
from affidavit.identity.code import stage, store
from affidavit.identity.code.stage import match
from tests.builders.affidavits import APP
from tests.builders.apps import write_app as small
from tests.builders.known_code import FAMILY, library_index, matched_by_hand, write_app
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _no_index_of_the_product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_app(tmp_path)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stage, "match", matched_by_hand)
    path = tmp_path / "mine.index"
    path.write_bytes(store.written(library_index(), "mine", packed=False))
    return path


@pytest.fixture
def ask(run: Run):
    return lambda *words: run(*words, "-q", "--no-sandbox")


def joined(text: str) -> str:
    return " ".join(text.split())


def test_a_family_has_its_probability_and_what_else_could_explain_it(ask, app, index):
    done = ask("identify", app, "--libraries", index)
    said = joined(done.out)
    assert done.code == codes.DONE, done.err
    assert said.startswith("renamed.apk SHA-256 ")
    assert re.search(r"probability \d+\.\d %, evidence [\d,]+ nats", said)
    assert "not that it is not there" in said
    assert "stated by META-INF/com.tencent_wechat-opensdk.version: com.tencent:wechat-opensdk 2.0" in said


def test_every_line_fits_eighty_columns_except_the_digest(ask, app, index):
    lines = ask("identify", app, "--libraries", index, "--pairs", FAMILY.id).out.splitlines()
    assert len(lines) > 20
    assert all(len(line) <= 80 for line in lines)


def test_pairs_come_in_their_order_each_with_what_speaks_against_it(ask, app, index):
    said = joined(ask("identify", app, "--libraries", index, "--pairs", FAMILY.id).out)
    assert re.findall(r"(\d)\. a\.(\w) is com\.tencent\.mm\.opensdk\.(\w) ", said) == [
        (str(number), letter, letter) for number, letter in enumerate("ABCD", 1)
    ]
    assert said.count("against: ") == 4


def test_a_family_without_pairs_is_refused_with_those_that_have_some(ask, app, index):
    done = ask("identify", app, "--libraries", index, "--pairs", "okhttp")
    assert (done.code, done.out) == (codes.USAGE, "")
    assert f"families with pairs: {FAMILY.id}" in done.err


def test_a_mapping_file_gives_the_name_in_the_source(ask, app, index):
    Path("mapping.txt").write_text("com.tencent.mm.opensdk.A -> a.A:\n")
    said = joined(ask("identify", app, "--libraries", index, "--pairs", FAMILY.id, "--mapping", "mapping.txt").out)
    assert "a.A (com.tencent.mm.opensdk.A by the mapping) is" in said
    assert "a.B is" in said


def test_json_has_the_facts_on_code_and_no_others(ask, app, index):
    made = json.loads(ask("identify", app, "--libraries", index, "--format", "json").out)
    assert set(made) == {"schema", "artefact", "facts", "limitations"}
    kinds = {fact["what"]["kind"] for fact in made["facts"]}
    assert {"code-search", "code-identity", "class-pair", "library-version"} <= kinds
    assert kinds <= {
        *("code-search", "code-identity", "class-pair", "library", "library-version"),
        *("native-identity", "native-search"),
    }


@pytest.mark.parametrize("form", ["text", "json", "cyclonedx"])
def test_the_same_app_gives_the_same_bytes_and_a_file_has_what_stdout_has(ask, app, index, form):
    words = ("identify", app, "--libraries", index, "--format", form)
    first = ask(*words)
    assert ask(*words).out == first.out
    assert ask(*words, "-o", "out").out == ""
    assert Path("out").read_text() == first.out


def test_a_bill_of_materials_names_the_app_and_the_family(ask, app, index):
    made = json.loads(ask("identify", app, "--libraries", index, "--format", "cyclonedx").out)
    assert made["metadata"]["component"]["name"] == "org.example.app"
    assert f"code:{FAMILY.id}" in {item["bom-ref"] for item in made["components"]}


def test_a_mapping_file_belongs_to_an_app_and_not_to_a_bundle(ask, bundle):
    Path("mapping.txt").write_text("a.b -> a:\n")
    done = ask("identify", bundle, "--mapping", "mapping.txt")
    assert done.code == codes.USAGE
    assert "a bundle was given" in done.err
    assert "give the app" in done.err


def test_a_bundle_whose_code_was_not_compared_says_so(ask, bundle):
    said = joined(ask("identify", bundle).out)
    assert "The code was not compared with known code" in said
    assert "No family of known code was found" not in said


def test_an_app_with_nothing_known_says_what_was_searched(ask, index, tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "match", match)
    said = joined(ask("identify", small(tmp_path), "--libraries", index).out)
    assert "No family of known code was found." in said
    assert "class of the app" in said


@pytest.mark.parametrize("words", [["identify", "{}"], ["compare", "{}", "{app}"], ["compare", "{app}", "{}"]])
@pytest.mark.parametrize("path", ["missing.apk", "."])
def test_what_is_no_file_is_refused_with_advice(ask, tmp_path, words, path):
    app = small(tmp_path)
    done = ask(*(word.format(path, app=app) for word in words))
    assert (done.code, done.out) == (codes.USAGE, "")
    of_folder = path == "." and words[-1] == "{}" and words[0] == "compare"
    assert ("make some with" if of_folder else "give the path of an app or of an .affidavit bundle") in done.err


@pytest.mark.parametrize("words", [["identify", "no.apk"], ["compare", "no.apk", "no.apk"]])
def test_what_is_no_app_is_unreadable_and_writes_nothing(ask, words):
    Path("no.apk").write_bytes(b"no app at all\n" * 9)
    done = ask(*words, "-o", "out")
    assert done.code == codes.UNREADABLE
    assert "no.apk" in done.err
    assert "Traceback" not in done.err
    assert not Path("out").exists()


def test_a_bundle_that_was_changed_is_neither_identified_nor_compared(ask, bundle, tmp_path):
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"PK", b"KP", 1))
    for words in (("identify", bundle), ("compare", bundle, small(tmp_path))):
        done = ask(*words)
        assert done.code not in {codes.DONE, codes.INTERNAL}
        assert done.out == ""


def test_an_app_is_the_same_as_itself_under_another_name(ask, app, tmp_path):
    twin = tmp_path / "twin.apk"
    twin.write_bytes(app.read_bytes())
    made = json.loads(ask("compare", app, twin, "--format", "json").out)
    assert (made["first"], made["second"]) == ("renamed.apk", "twin.apk")
    assert made["likeness"]["level"] == "same code"
    assert {item["about"]: item["says"] for item in made["likeness"]["lines"]}["package"] == "same"


def test_comparing_the_other_way_round_gives_the_same_level(ask, app, tmp_path):
    other = small(tmp_path)
    there, back = (
        json.loads(ask("compare", *pair, "--format", "json").out)["likeness"] for pair in ((app, other), (other, app))
    )
    assert there["level"] == back["level"]
    assert (there["inside"], there["around"]) == (back["around"], back["inside"])


def test_a_bundle_without_code_is_undetermined_and_not_different(ask, bundle, app):
    assert APP  # the bundle is about bytes without code
    text = ask("compare", bundle, app).out
    assert "Own code     undetermined: it cannot be told from what was read" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["identify"], "required: APP"),
        (["compare", "a.apk"], "required: OTHER"),
        (["identify", "a.apk", "--format", "sarif"], "invalid choice"),
        (["compare", "a.apk", "b.apk", "--format", "cyclonedx"], "invalid choice"),
    ],
)
def test_wrong_words_are_refused_and_help_is_named(run: Run, words, said):
    done = run(*words)
    assert done.code == codes.USAGE
    assert said in done.err
    assert f"see affidavit {words[0]} --help" in done.err


@pytest.mark.parametrize(("name", "module"), [("identify", verb), ("compare", compare)])
def test_every_example_of_the_help_is_a_command_that_is_understood(run: Run, name, module):
    helped = run(name, "--help")
    assert helped.code == 0
    examples = re.findall(rf"^  affidavit ({name} .*?)(?:   .*)?$", module.EXAMPLES, re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        assert example in helped.out
        done = run(*shlex.split(example))
        assert done.code == codes.USAGE
        assert "no such file" in done.err  # its words were understood: only its files are not here
