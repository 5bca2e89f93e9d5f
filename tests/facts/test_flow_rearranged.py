"""Findings about flows do not depend on names, on dex files and their order, nor on which method holds the code."""

import zipfile
from collections import Counter

import pytest

from affidavit.evidence.derive import derive
from affidavit.model.flow import Flow, FlowCoverage
from tests.builders.lift import assembled, lift, outlined, renamed, split
from tests.builders.zip import zip_of
from tests.conftest import THOROUGH

LARGE = (
    "droidbench/apk/Threading/JavaThread1.apk",
    "ubcbench/apk/Sensitivity/FlowSensitivity.apk",
)
APPS = (
    "droidbench/apk/FieldAndObjectSensitivity/InheritedObjects1.apk",
    "droidbench/apk/InterComponentCommunication/ActivityCommunication2.apk",
    "droidbench/apk/Reflection/Reflection3.apk",
    *(LARGE if THOROUGH else ()),
)


@pytest.fixture(scope="module", params=APPS, ids=lambda path: path.rpartition("/")[2])
def files(request, corpus):
    with zipfile.ZipFile(corpus / "taint" / request.param) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("META-INF/")}


def flows(tmp_path, files):
    """What is said of flows, without places and names, and how many entry points there are."""
    path = tmp_path / "app.apk"
    path.write_bytes(zip_of(files))
    facts = [fact.what for fact in derive(path).facts]
    found = [what for what in facts if isinstance(what, Flow)]
    said = Counter(
        (what.source, what.source_api, what.sink, what.sink_api, what.verdict, what.implicit) for what in found
    )
    (counts,) = [what for what in facts if isinstance(what, FlowCoverage)]
    return said, (counts.sources, counts.sinks, counts.proved, counts.undecided, counts.refuted)


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory):
    """What is said of the app as it is."""
    return flows(tmp_path_factory.mktemp("whole"), files)


def with_dexes(files, dexes):
    kept = {name: data for name, data in files.items() if not name.endswith(".dex")}
    return kept | {f"classes{row + 1 if row else ''}.dex": dex for row, dex in enumerate(dexes)}


@pytest.mark.corpus
def test_other_names_of_packages_and_classes_change_nothing(tmp_path, files, expected):
    assert flows(tmp_path, renamed(files)) == expected


@pytest.mark.corpus
def test_dex_files_split_and_turned_around_change_nothing(tmp_path, files, expected):
    classes = lift(files["classes.dex"])
    for count in (1, 3) if THOROUGH else (3,):
        assert flows(tmp_path, with_dexes(files, split(classes, count))) == expected


@pytest.mark.corpus
def test_code_moved_to_another_method_of_its_class_changes_nothing(tmp_path, files, expected):
    classes = lift(files["classes.dex"])
    assert flows(tmp_path, with_dexes(files, [assembled(outlined(classes))])) == expected


@pytest.mark.corpus
def test_taking_apart_and_assembling_changes_no_instruction(files):
    classes = lift(files["classes.dex"])
    assert lift(assembled(classes)) == classes
