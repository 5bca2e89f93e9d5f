"""The rules find what they are for: outputs as they would be without any escaping."""

import json

import pytest

from affidavit.report import render
from affidavit.report.paths import portable
from tests.injection import rules
from tests.injection.corpus import payloads
from tests.report.accounts import full_affidavit

PAGE = render(full_affidavit(), "html").decode()
TABLE = "row,id\r\nfact,{}\r\n"
LOG = json.loads(render(full_affidavit(), "sarif"))


@pytest.mark.parametrize(
    "text",
    ["\x1b[2J", "\x9b31m", "a\rb", "a\tb", "\u202eb", "a\u200bb", "e" + "\u0301" * 4, "\u0e01" + "\u0e47" * 9, "x" * 81,
     "\u6f22" * 41, "\x1b]8;;https://x.example\x07x", "\ud800", "\ue000", "\x07"],
)  # fmt: skip
def test_terminals(text):
    assert list(rules.plain(text, width=80))
    assert not list(rules.plain("plain \u6f22\u5b57 e\u0301\nand more", width=80))


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x1b[2J", "\x1b[31mred\x1b[0m\x1b[1m"])
def test_colours(text):
    assert list(rules.coloured(text))
    assert not list(rules.coloured("\x1b[1;33mred\x1b[0m plain"))


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<b onclick=x>b</b>", "</section>", "<p>", "<img src=x>", "<p style='x'>x</p>",
     "<a href=https://x.example/>x</a>", "<!-- x -->", "<p title='alert(1)'>x</p>", "\u202e", "<svg onload=x></svg>"],
)  # fmt: skip
def test_pages(text):
    assert list(rules.of_html(PAGE.replace("<main", f"{text}<main").encode()))
    assert not list(rules.of_html(PAGE.encode()))
    assert list(rules.of_html(PAGE.replace(rules.POLICY, "default-src *").encode()))


@pytest.mark.parametrize(
    "cell",
    ["=1", "+1", "-1", "@x", " =1", "\u00a0=1", "\u3000=1", "\uff1d1", "\ufe661", "\u200b=1", "x;=1", 'x; ""=1', "x;+1",
     "\t=1", "x,y", "\x85", '"=1"'],
)  # fmt: skip
def test_tables(cell):
    assert list(rules.of_csv(TABLE.format(cell).encode()))


@pytest.mark.parametrize("cell", ["'=1", "x=1", "La/B;->m", '"x;\'=1"', "\\u200b=1", ""])
def test_tables_that_are_neutral(cell):
    assert not list(rules.of_csv(TABLE.format(cell).encode()))


@pytest.mark.parametrize(
    "text",
    ["- [x](https://x.example)", "- ![x](y)", "- <b>x</b>", "<script>", "- x\n  ===", "- ```\n", "- https://x.example",
     "- @somebody", "    code", "> x", "---", "- www.x.example", "- &copy;", "- x\u202e", "[x]: y"],
)  # fmt: skip
def test_markdown(text):
    assert list(rules.of_markdown(f"# Title\n\n{text}\n".encode()))
    assert not list(rules.of_markdown(b"# Title\n\n- `[x](y)` and \\<b\\>\n\n| a | b |\n| --- | --- |\n| `1` | 2 |\n"))


@pytest.mark.parametrize("text", ["{0}", "{", "{{0}", "[x](https://x.example)", "[x](1)", "\u202e", "\x9b", ""])
def test_messages_of_sarif(text):
    log = json.loads(json.dumps(LOG))
    log["runs"][0]["results"][0]["message"]["text"] = text
    assert list(rules.of_sarif(json.dumps(log, ensure_ascii=False).encode()))
    assert not list(rules.of_sarif(json.dumps(LOG).encode()))


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//x.example/a", "/etc/passwd", "a/../../b", "..", "%2e%2e/b", "a%zz", "a b", "."],
)
def test_addresses_of_sarif(address):
    log = json.loads(json.dumps(LOG))
    log["runs"][0]["artifacts"][0]["location"]["uri"] = address
    assert list(rules.of_sarif(json.dumps(log).encode()))


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": ', '["\u2028"]', '["\x7f"]', '["\x9b"]', '["\n"]'])
def test_json(text):
    assert list(rules.of_json(text.encode()))
    assert not list(rules.of_json('["\\u2028", "é"]\n'.encode()))


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "-x", "~x", "con", "NUL.txt", "x.", "x ", "a:b", "a\nb", "x" * 256, "\u202ex"],
)
def test_names_of_files(name):
    assert list(rules.of_file_name(name))
    assert not list(rules.of_file_name("app \u6f22 1.0.apk.affidavit"))


def test_most_payloads_would_be_found_if_nothing_were_escaped():
    """In the terminal and in a page; what is meant for other programs is found by their rules."""
    aimed = {
        "terminal": rules.plain,
        "html": lambda text: rules.of_html(PAGE.replace("<main", f"{text}<main").encode()),
    }
    for kind, rule in aimed.items():
        listed = [item for item in payloads() if item.kind == kind]
        found = [item for item in listed if list(rule(item.utf8))]
        assert len(found) >= 0.85 * len(listed), [item.text for item in listed if item not in found]


def test_names_of_artefacts_would_be_refused_if_they_were_taken_over():
    listed = [item.text for item in payloads() if item.kind == "filename"]
    refused = [name for name in listed if list(rules.of_file_name(name))]
    assert len(refused) > len(listed) / 2
    assert not [name for name in listed if list(rules.of_file_name(portable(name, "ab" * 32)))]
