"""What holds for every format: the same bytes for the same account, nothing from the app breaks out, bounded cost."""

import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.model.errors import UsageError
from affidavit.report import FORMATS, render
from tests.report.accounts import PAYLOADS, WORDS, crowded, full_affidavit, poisoned

TEXT_FORMATS = tuple(FORMATS)
BANNED = re.compile(r"\b(safe|clean|illegal|harmless|malicious|risk score)\b", re.IGNORECASE)


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_account_gives_the_same_bytes(form):
    assert render(full_affidavit(), form) == render(full_affidavit(), form)


@pytest.mark.parametrize("form", FORMATS)
def test_bytes_do_not_depend_on_hash_seed_time_zone_or_folder(form, tmp_path):
    code = (
        "import sys; from affidavit.report import render; from tests.report.accounts import full_affidavit\n"
        f"sys.stdout.buffer.write(render(full_affidavit(), {form!r}))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, cwd=folder,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": root, "LANG": "C", "PYTHONUTF8": "0"},
        ).stdout
        for root in [str(__import__("pathlib").Path(__file__).parents[2])]
        for seed, zone, folder in (("1", "UTC", tmp_path), ("77", "Asia/Tokyo", "/"))
    }  # fmt: skip
    assert made == {render(full_affidavit(), form)}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_ends_with_a_line_feed_and_is_utf8(form):
    made = render(full_affidavit(), form)
    assert made.endswith(b"\n")
    made.decode("utf-8")


def test_an_unknown_format_is_a_usage_error_that_names_the_known_ones():
    with pytest.raises(UsageError) as caught:
        render(full_affidavit(), "pdf")
    assert "markdown" in caught.value.advice


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_says_what_nobody_can_know(form):
    text = render(full_affidavit(), form).decode()
    assert not BANNED.search(text)


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_in_every_field_renders(form, name):
    """Nothing raises, nothing hides: what each format does with it is its own test."""
    for spare in (frozenset(), WORDS):
        made = render(poisoned(full_affidavit(), PAYLOADS[name], spare=spare), form)
        if form != "json":
            text = made.decode()
            assert not re.search(
                "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]", text
            )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.sampled_from(TEXT_FORMATS))
def test_any_text_in_every_field_renders(text, form):
    render(poisoned(full_affidavit(), text, spare=WORDS), form)


@pytest.mark.parametrize("form", ["html", "terminal", "markdown"])
def test_what_people_read_stays_bounded_for_a_huge_app(form):
    small, large = len(render(crowded(300), form)), len(render(crowded(3_000), form))
    assert large < 1.15 * small


@pytest.mark.parametrize("form", ["html", "terminal", "markdown"])
def test_limits_stand_before_answers(form):
    text = render(full_affidavit(), form).decode()
    assert 0 < text.index("its last 12 bytes were not decoded") < text.index("undetermined")


@pytest.mark.parametrize("form", ["html", "terminal", "markdown"])
def test_a_certificate_whose_signature_was_not_checked_is_not_called_verified(form):
    text = " ".join(render(full_affidavit(), form).decode().split())
    assert "CN=Example, not verified" in text
    assert not re.search(r"verified (by|signer)", text.replace("those of verified signers first", ""))
