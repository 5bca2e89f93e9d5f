"""Every payload in every text of an account, in every form: what is shown is the payload's visible form and no more."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.report.json import parse_json
from tests.injection.corpus import Payload, payloads
from tests.injection.outputs import OUTPUTS, faults
from tests.injection.rules import page_of
from tests.oracles.visible import shown
from tests.report.accounts import WORDS, full_affidavit, poisoned

KINDS = {
    item.kind: [other for other in payloads() if other.kind == item.kind] for item in payloads() if item.kind != "size"
}
"""Texts of thousands of characters are in the apps: here each would be in hundreds of fields at once."""

PIECES = [
    "<", ">", "&", '"', "'", "`", "{{", "}}", "{0}", "](", "[", "|", "\\", "=", "-", ";", "@", "\t", "\r\n", "\x1b[",
    "\x9b", "\u202e", "\u200b", "\u0301", "\u0e47", "\u2028", "\0", "#", "*", "_", "://", "www.", "..", "/", " ",
    "a", "\u6f22",
]  # fmt: skip


def account_of(text: str):
    """A text in every field but those whose words decide which branch a report takes."""
    return poisoned(full_affidavit(), text, spare=WORDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_stays_text_in_every_form(kind):
    for item in KINDS[kind]:
        account = account_of(item.utf8)
        for form, output in OUTPUTS.items():
            made = output.make(account)
            assert not list(output.faults(made)), (form, item)
            assert not spoofed(made, item), (form, item)
            if form == "html":
                assert shown(item.utf8, 2_000) in "".join(page_of(made).text), item
            if form == "json":
                assert parse_json(made) == account, item
            if form in {"facts", "findings"}:
                assert made.count("\n") == len(getattr(account, form)), item


def spoofed(made: str | bytes, item: Payload) -> bool:
    """Whether a line begins with what the payload has behind a line break."""
    later = [part.strip() for part in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", item.text)[1:]]
    told = [part for part in later if len(part) > len("not shown")]
    text = made if isinstance(made, str) else made.decode()
    return bool(told) and any(line.startswith(part) for part in told for line in text.split("\n"))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_every_syntax_in_any_order_stay_text(text):
    account = account_of(text or "x")
    for form in OUTPUTS:
        assert not faults(form, account), (form, text)
