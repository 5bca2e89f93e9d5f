"""JAR signatures of AOSP's apksig suite: the same verdict, words and signers as apksig, and as Debian's apksigner."""

import csv
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.artefact.part import Part
from affidavit.model.errors import UnreadableError
from affidavit.signing.block import find_blocks
from affidavit.signing.jar import JarScheme
from affidavit.signing.outcome import SchemeResult
from tests.builders.jar_signing import Info, Jar, attributes_of, block, manifest, signature_file
from tests.builders.signing import certificate, name
from tests.builders.zip import Item

pytestmark = pytest.mark.corpus

NUMBERS = {"v2": 2, "v3": 3, "v3.1": 31}
FIRST = {2: 24, 3: 28, 31: 33}
NO_ZIP = {"empty-unsigned.apk", "v1-only-empty.apk", "v3-only-empty.apk"}
"""Files of the suite without any app in them, which are not opened at all."""


def rows(corpus: Path) -> Iterator[tuple[str, str, str, list[str], list[str]]]:
    """File, verdict, schemes that hold, JAR errors as our words, signers."""
    with (corpus / "signing" / "apksig_oracle.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t"):
            file, verified, schemes, errors, *signers = [*row, "", "", ""][:5]
            found = [word.lower().replace("_", "-") for word in errors.split(",") if word.startswith("JAR")]
            yield file, verified, schemes, found, [item for item in "".join(signers).split(",") if item]


def min_sdk(part: Part) -> int:
    """The app's lowest API level, 1 if it says none."""
    entry = part.find("AndroidManifest.xml")
    root = parse_axml(part.read(entry) or b"", Budget()).root if entry else None
    stated = root.first("uses-sdk") if root else None
    item = stated.platform("minSdkVersion", 0x0101020C, binary=True) if stated else None
    return item.data if item and item.type in (16, 17) else 1


def results(path: Path) -> dict[int, SchemeResult]:
    """What the levels from the app's lowest on make of its JAR signature."""
    budget = Budget()
    with open_artefact(path, budget) as opened:
        part = opened.parts[0]
        blocks = {NUMBERS[item.scheme] for item in find_blocks(part.view)[0] if item.scheme in NUMBERS}
        jar, lowest = JarScheme(part, budget), min_sdk(part)
        levels = [level for level in sorted(jar.levels | {lowest, 33}) if level >= lowest]
        return {level: jar.at(level, frozenset(item for item in blocks if FIRST[item] <= level)) for level in levels}


def errors(result: SchemeResult) -> set[str]:
    return {issue.word for issue in result.every_issue if issue.error}


def test_every_file_of_the_suite_has_the_verdict_the_words_and_the_signers_of_apksig(corpus: Path):
    seen = {"true": 0, "false": 0, "EXC": 0}
    for file, verified, schemes, words, signers in rows(corpus):
        if file in NO_ZIP:
            with pytest.raises(UnreadableError):
                results(corpus / "signing" / "apksig" / file)
            continue
        found = results(corpus / "signing" / "apksig" / file)
        if "1" in schemes:
            assert {level for level, item in found.items() if not item.holds} == set(), file
        if "1" in schemes and not {"2", "3"} & set(schemes) and signers:
            assert {hashlib.sha256(one.certificates[0].der).hexdigest() for one in found[33].signers} == set(signers), (
                file
            )
        if words:
            assert not all(item.holds for item in found.values()), file
            assert set(words) <= set().union(*map(errors, found.values())), file
        seen[verified] += bool("1" in schemes or words)
    assert seen["true"] >= 100
    assert seen["false"] >= 60


def test_a_manifest_of_a_false_size_is_refused(corpus: Path):
    found = results(corpus / "signing" / "apksig" / "incorrect-manifest-size.apk")
    assert {word for item in found.values() for word in errors(item)} == {"jar-sig-malformed-zip-entry"}


# --- Debian's apksigner on files of our own -------------------------------------------------------------------------

TEXT = Jar().own_text()
OTHER = certificate(name(CN="Other"), kind="rsa")
BUILT = {
    "plain": Jar(),
    "rsa-sha1": Jar(digests=("sha1",), kind="rsa", digest="sha1"),
    "dsa": Jar(kind="dsa"),
    "attributes": Jar(block=block(Info(TEXT, attributes=attributes_of(TEXT)))),
    "attributes-in-other-order": Jar(block=block(Info(TEXT, attributes=attributes_of(TEXT)[::-1]))),
    "attributes-without-type": Jar(block=block(Info(TEXT, attributes=attributes_of(TEXT)[1:]))),
    "attributes-of-other-bytes": Jar(block=block(Info(TEXT, attributes=attributes_of(b"x")))),
    "second-signer-info": Jar(block=block(Info(b"x", OTHER, "rsa"), Info(TEXT))),
    "other-bytes": Jar(block=block(Info(b"x"))),
    "no-certificate": Jar(block=block(Info(TEXT), certificates=[])),
    "garbage": Jar(block=b"garbage"),
    "no-whole-digest": Jar(text=signature_file(manifest(Jar().files), whole=False)),
    "no-version": Jar(text=signature_file(manifest(Jar().files), version=False)),
    "stripped": Jar(text=signature_file(manifest(Jar().files), main=[("X-Android-APK-Signed", "2")])),
    "some-names": Jar(text=signature_file(manifest(Jar().files), names=["classes.dex"])),
    "added": Jar(more=[Item("added", b"x")]),
    "added-in-meta-inf": Jar(more=[Item("META-INF/x", b"x")]),
    "twice": Jar(more=[Item("classes.dex", b"x")]),
}
ASKED = [*((title, 23) for title in BUILT), ("attributes", 18), ("second-signer-info", 24)]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], bool]:
    """What apksigner says of each built file at each level; a file takes it a second."""
    if shutil.which("apksigner") is None:
        pytest.skip("needs apksigner")
    folder, found = tmp_path_factory.mktemp("jars"), {}
    for title, jar in BUILT.items():
        (folder / title).write_bytes(jar.build())
    for title, level in ASKED:
        options = ["--min-sdk-version", str(level), "--max-sdk-version", str(level)]
        done = subprocess.run(
            ["apksigner", "verify", *options, folder / title], check=False, capture_output=True, timeout=120
        )
        found[title, level] = done.returncode == 0
    return found


def test_apksigner_agrees_on_built_files(verdicts: dict[tuple[str, int], bool], tmp_path: Path):
    ours = {}
    for title, level in verdicts:
        (tmp_path / title).write_bytes(BUILT[title].build())
        with open_artefact(tmp_path / title, Budget()) as opened:
            ours[title, level] = JarScheme(opened.parts[0], Budget()).at(level, frozenset()).holds
    assert {item for item in ours if ours[item] != verdicts[item]} == set()
