"""Real apps: the verdict and the signers are those of the installed apksigner, for the whole app and single levels.

`python -m benchmarks.signers` asks about every app at hand; here are as many as the gate has time for.
"""

import re
import shutil

import pytest

from benchmarks.signers import Answer, Row, compare, explain, explanations
from tests.signing.judging import file

needs_apksigner = pytest.mark.skipif(shutil.which("apksigner") is None, reason="needs apksigner")

REAL = [
    ("realapps/8vim/fdroid__repo__8vim_rc_v0.14.0-rc.3.apk", 0),
    ("realapps/wptagent/gnirehtet__gnirehtet.apk", 24),
    ("realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk", 0),
    ("realapps/androguard-androguard/TestActivity_signed_both_ffdc69bd.apk", 23),
    ("realapps/androguard-androguard/TestActivity_unsigned_3719abb8.apk", 0),
    ("constituent/apk/tiktok-opensdk-demo/OpenSdkDemo_2bb9c669.apk", 28),
    ("signing/fdroidserver/issue-1128-min-sdk-30-poc.apk", 0),
]


@needs_apksigner
@pytest.mark.corpus
@pytest.mark.parametrize(("name", "level"), REAL)
def test_apksigner_says_the_same_of_real_apps(corpus, name, level):
    row = compare(corpus / name, name, level)
    assert row.theirs.verdict in {"yes", "no"}
    assert row.agrees, row


@needs_apksigner
@pytest.mark.parametrize(("name", "level"), [("settings-8.0.10", 0), ("uiautomator2-server", 23), ("airtest", 30)])
def test_apksigner_says_the_same_of_samples(sample, name, level):
    row = compare(sample(name), name, level)
    assert row.agrees, row


@needs_apksigner
def test_what_is_no_app_is_refused_by_both_in_their_own_way(tmp_path):
    row = compare(file(tmp_path, b"junk"), "app.apk", 0)
    assert (row.theirs.verdict, row.ours.verdict) == ("cannot", "cannot")


def test_a_disagreement_is_explained_by_file_and_reason():
    known = Answer("cannot", (), "ApkFormatException: Missing AndroidManifest.xml")
    assert "no manifest" in explain("x.apk", known, Answer("no", (), "jar-sig-no-manifest"))
    assert explain("x.apk", Answer("no", (), "?"), Answer("yes")) == ""


def test_answers_agree_when_verdict_and_signers_do():
    assert Row("x", 0, Answer("yes", ("a",)), Answer("yes", ("a",)), "").agrees
    assert Row("x", 0, Answer("no", (), "one reason"), Answer("no", (), "another"), "").agrees
    assert not Row("x", 0, Answer("yes", ("a",)), Answer("yes", ("b",)), "").agrees
    assert not Row("x", 0, Answer("yes"), Answer("no"), "").agrees


def test_explanations_are_patterns_with_a_reason():
    assert explanations()
    for item in explanations():
        assert re.compile(item.file)
        assert re.compile(item.why)
        assert len(item.because) > 20
