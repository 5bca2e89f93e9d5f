"""``affidavit compare --beside``: two apps class by class, as text, as JSON and as a page."""

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.main import main
from tests.builders.known_code import code_class, dex_of
from tests.builders.zip import zip_of

QUIET = ("--no-sandbox", "--quiet")


def write(path, names: str, numbers) -> str:
    called = [names.format(number) for number in numbers]
    classes = [code_class(names.format(number), number, called[at - 1]) for at, number in enumerate(numbers)]
    path.write_bytes(zip_of({"classes.dex": dex_of(classes)}))
    return str(path)


@pytest.fixture
def apps(tmp_path):
    return [write(tmp_path / "one.zip", "La/q{};", range(1, 13)), write(tmp_path / "two.zip", "Lz/r{};", range(1, 13))]


@pytest.fixture
def stranger(tmp_path):
    return write(tmp_path / "other.zip", "La/q{};", range(101, 113))


def test_pairs_of_two_renamed_apps_are_listed_and_laid_side_by_side(apps, capsys):
    assert main(["compare", *apps, "--beside", *QUIET]) == codes.DONE
    said = capsys.readouterr().out
    assert said.startswith("one.zip  and  two.zip\n")
    assert "12 classes of the first app, with 100 % of the instructions" in said
    assert "No pair kept its name." in " ".join(said.split())
    assert " 1.   100 %" in said or "1.   100 %" in said
    assert "library" not in said.partition("Side by side")[2], "the words are those of two apps"
    assert "2 pairs more are not laid side by side" in said
    assert '= const-string "speaks of ' in " ".join(said.split())


def test_unrelated_apps_have_no_pairs_and_it_says_what_was_compared(apps, stranger, capsys):
    assert main(["compare", apps[0], stranger, "--beside", *QUIET]) == codes.DONE
    said = " ".join(capsys.readouterr().out.split())
    assert "No class is shown to be in both. 12 classes of the first app's own code were looked for in 12" in said
    assert "That is no proof that there is none" in said
    assert "Side by side" not in said


def test_a_page_has_the_pairs_and_links_them_to_their_code(apps, stranger, tmp_path):
    page = tmp_path / "x.html"
    assert main(["compare", *apps, "--beside", "-o", str(page), *QUIET]) == codes.DONE
    text = page.read_text()
    assert text.count('href="#b') == text.count('<details class="fold" id="b') == 10
    assert '<th scope="col">First app</th><th scope="col">Second app</th>' in text
    assert "<script" not in text
    assert "La/q" not in text, "names are written as programmers write them"
    assert "a.<wbr>q1<" in text
    assert main(["compare", apps[0], stranger, "--beside", "-o", str(page), *QUIET]) == codes.DONE
    assert "No class is shown to be in both." in page.read_text()
    assert "Side by side" not in page.read_text()


def test_json_is_the_same_behind_the_walls(apps, capsys):
    words = ["compare", *apps, "--beside", "--format", "json", "--quiet"]
    assert main([*words, "--no-sandbox"]) == codes.DONE
    open_ = capsys.readouterr().out
    assert main(words) == codes.DONE
    assert capsys.readouterr().out == open_
    found = msgspec.json.decode(open_)
    assert found["likeness"]["level"] == "same code"
    assert [fact["what"]["rank"] for fact in found["facts"]] == list(range(1, 13))
    assert found["beside"]["own"]["paired"] == 12
    assert {pair["library"][:4] for pair in found["beside"]["pairs"]} == {"Lz/r"}


def test_code_is_needed_of_exactly_two_apps(apps, stranger, tmp_path, capsys):
    bundle = tmp_path / "one.zip.affidavit"
    bundle.write_bytes(b"")
    for given in ([str(bundle), apps[1]], [apps[0], str(bundle)]):
        assert main(["compare", *given, "--beside", *QUIET]) == codes.USAGE
        said = capsys.readouterr().err
        assert "a bundle holds none" in said
        assert "give the app that the bundle is about" in said
    assert main(["compare", *apps, stranger, "--beside", *QUIET]) == codes.USAGE
    assert "3 were given" in capsys.readouterr().err
    assert main(["compare", apps[0], str(tmp_path / "none.apk"), "--beside", *QUIET]) == codes.USAGE


def test_what_is_no_app_is_refused(apps, tmp_path, capsys):
    text = tmp_path / "x.txt"
    text.write_text("no app")
    assert main(["compare", apps[0], str(text), "--beside", *QUIET]) == codes.UNREADABLE
