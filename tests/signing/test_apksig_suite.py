"""AOSP's own test APKs: verdict, schemes, signers and names of errors are those that apksig gives.

The table was made with apksig itself; rows with EXC are files at which it threw something (no RSA-PSS in that Java, or
a broken zip), for which it has no verdict: ours are stated below.
"""

import csv
import re
from pathlib import Path

import pytest

from affidavit.model.errors import UnreadableError
from affidavit.signing.platform import verdicts
from affidavit.signing.summary import Summary, summarise
from tests.signing.judging import schemes

pytestmark = pytest.mark.corpus

SCHEMES = {"1": "v1", "2": "v2", "3": "v3", "+": "v3.1"}
LEVELS = {"M": 23, "N": 24, "O": 26, "P": 28, "R": 30}

OURS = {
    "empty-unsigned.apk": "unreadable",
    "v1-only-empty.apk": "unreadable",
    "v3-only-empty.apk": "unreadable",
    "incorrect-manifest-size.apk": "jar-sig-malformed-zip-entry",
    "v2-only-truncated-cd.apk": "jar-sig-no-manifest",
}
"""What is said here of files that apksig calls malformed zips."""


def rows(corpus: Path) -> list[list[str]]:
    """File, verdict, schemes, names of errors, certificates."""
    lines = (corpus / "signing" / "apksig_oracle.tsv").read_text("utf-8").splitlines()
    return [[*line.split("\t"), "", "", "", ""][:5] for line in lines]


def words(names: str) -> set[str]:
    return {name.lower().replace("_", "-") for name in names.split(",") if name}


def differs(path: Path, row: list[str]) -> str:
    """How our answer differs from a row of the table; empty when it does not."""
    _, verdict, used, errors, signers = row
    with schemes(path) as (jar, blocks, declared):
        found = summarise(jar, blocks, declared)
        every = verdicts(jar, blocks, declared)
    expected = (
        "verified" if verdict == "true" else "refused",
        {SCHEMES[scheme] for scheme in used},
        words(errors),
        {digest for digest in signers.split(",") if digest},
    )
    got = (found.outcome, set(found.schemes), {issue.word for issue in found.issues}, set(found.signers))
    if got != expected:
        return f"{path.name}: {got}, expected {expected}"
    accepted = all(item.outcome == "accepted" for item in every)
    return "" if accepted == (verdict == "true") else f"{path.name}: the levels together say {accepted}"


def test_every_verdict_of_the_suite_is_apksigs(corpus):
    judged = [row for row in rows(corpus) if row[1] != "EXC"]
    wrong = [text for row in judged if (text := differs(corpus / "signing" / "apksig" / row[0], row))]
    assert wrong == []
    assert len(judged) >= 229


def test_rsa_pss_which_that_java_does_not_know_is_really_verified(corpus):
    names = [row[0] for row in rows(corpus) if row[3] == "NoSuchAlgorithmException"]
    for name in names:
        found = asked(corpus, name, lowest=24)
        assert (found.outcome, found.schemes) == ("verified", ("v2",)), name
    assert len(names) == 8


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_apksig_calls_malformed_has_a_stated_answer(corpus, name):
    if OURS[name] == "unreadable":
        with pytest.raises(UnreadableError, match=r"no zip directory|is a zip with neither"):
            asked(corpus, name)
        return
    found = asked(corpus, name)
    assert found.outcome != "verified"
    assert OURS[name] in {found.outcome, *(issue.word for issue in found.issues)}


def test_no_file_without_a_verdict_is_forgotten(corpus):
    assert {row[0] for row in rows(corpus) if row[3] == "ApkFormatException"} == set(OURS)


def asked(corpus: Path, name: str, lowest: int = 0, highest: int = 0x7FFFFFFF) -> Summary:
    with schemes(corpus / "signing" / "apksig" / name) as (jar, blocks, declared):
        return summarise(jar, blocks, declared, lowest, highest)


def bounds(call: str) -> tuple[int, int]:
    """The levels for which an assertion of apksig's tests is made."""
    level = re.search(r"AndroidSdkVersion\.(\w)|, (\d+)\)", call)
    number = (LEVELS[level[1]] if level[1] else int(level[2])) if level else 0
    return (0, number) if "MaxSdk" in call else (number, 0x7FFFFFFF)


def test_what_apksigs_own_tests_assert_at_their_levels_holds(corpus):
    with (corpus / "signing" / "apksig_expected.csv").open(encoding="utf-8") as file:
        asserted = list(csv.DictReader(file))
    for row in asserted:
        found = asked(corpus, row["apk"], *bounds(row["args"]))
        if row["assertion"] == "assertVerified":
            assert found.outcome == "verified", row
        else:
            assert found.outcome == "refused", row
            assert words(row["issue"]) <= {issue.word for issue in found.issues}, row
    assert len(asserted) == 43
