"""Each check of the linter finds what it is for, in a tree that is otherwise without problems."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from affidavit.findings.lint import check_names, lint
from affidavit.findings.lint_flows import FLOW_CHECKS
from affidavit.findings.lint_models import MODEL_CHECKS
from affidavit.identity.code import catalogue
from affidavit.network.attribute import lint as networks

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
SECTIONS = ("lint", "hierarchy", "limitations", "permissions")
CATEGORY = {
    "id": "camera",
    "order": 1,
    "title": "Camera",
    "question": "Can it take pictures?",
    "covers": "the camera",
    "source": "own",
    "licence": "Apache-2.0",
}
CALL = "android.hardware.Camera.open"


def rule(**changes):
    document = {
        "id": "camera/open",
        "version": 1,
        "title": "Opens the camera",
        "category": "camera",
        "grade": "present",
        "severity": "info",
        "match": {"call": CALL},
        "with": {"declared": ["android.permission.CAMERA"]},
        "absence": "no call that opens a camera",
        "source": {"kind": "platform documentation", "ref": "Camera"},
        "masvs": ["MASVS-PRIVACY-1"],
        "examples": {"positive": [{"builder": {"calls": [CALL]}}], "negative": [{"builder": {}}]},
    }
    return {**document, **{key.replace("_", "-"): value for key, value in changes.items()}}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("knowledge")
    for section in SECTIONS:
        shutil.copytree(KNOWLEDGE / section, folder / section)
    (folder / "rules" / "camera").mkdir(parents=True)
    (folder / "categories").mkdir()
    write(folder / "categories" / "camera.yaml", CATEGORY)
    return folder


def write(path, document):
    unshared = json.loads(json.dumps(document))  # or YAML would write a part that is used twice as an alias
    path.write_text(yaml.safe_dump(unshared, sort_keys=False), "utf-8")


def problems(base, *documents):
    for number, document in enumerate(documents):
        name = str(document.get("id", "")).partition("/")[2] or f"r{number}"
        write(base / "rules" / "camera" / f"{name}.yaml", document)
    try:
        return lint(base)
    finally:
        for path in (base / "rules" / "camera").iterdir():
            path.unlink()


def checks(base, *documents):
    return {problem.check for problem in problems(base, *documents)}


def both(*children):
    return {"all": list(children)}


def test_a_good_rule_has_no_problems(base):
    assert problems(base, rule()) == []


def test_a_problem_prints_path_check_and_message(base):
    (problem,) = problems(base, rule(severity="fatal"))
    assert str(problem) == "rules/camera/open.yaml: severity: unknown severity 'fatal'"


STRING = {"string": "goldfish"}
CASES = {
    "schema": rule(match={"cal": CALL}),
    "category": rule(category="cameras"),
    "version": rule(version=0),
    "key-order": dict(reversed(rule().items())),
    "severity": rule(severity="fatal"),
    "grade": rule(grade="declared"),
    "title": rule(title="opens the camera."),
    "wording": rule(title="Opens the camera, which is not safe"),
    "absence": rule(absence="No call among {everything}."),
    "source-of-rule": rule(source={"kind": "hearsay", "ref": "x"}),
    "identifiers": rule(masvs=["MASVS-PRIVACY-9"]),
    "named-twice": rule(masvs=["MASVS-PRIVACY-1", "MASVS-PRIVACY-1"]),
    "size": rule(match={"any": [{"call": f"androidx.x.Y.m{n}"} for n in range(80)]}),
    "limits": rule(limits={"kind": "packed", "detail": "It is packed."}),
    "examples-exist": rule(examples={"positive": [{"builder": {}}], "negative": []}),
    "examples-shape": rule(examples={"positive": [{"builder": {"call": [CALL]}}], "negative": [{"web": "x"}]}),
    "examples-differ": rule(examples={"positive": [{"builder": {}}], "negative": [{"builder": {}}]}),
    "one-attribute": rule(match={"call": CALL, "string": "goldfish"}),
    "single-child": rule(match={"any": [{"call": CALL}]}),
    "repeated-child": rule(match={"any": [{"call": CALL}, {"call": CALL}]}),
    "always-true": rule(match={"any": [{"call": CALL}, {"not": STRING}]}),
    "contradiction": rule(match=both({"call": CALL}, STRING, {"not": STRING})),
    "nested-not": rule(match={"not": {"not": {"call": CALL}}}),
    "count-form": rule(match={"count": {"of": {"call": CALL}, "min": 4, "max": 2}}),
    "method-scope": rule(match={"method": both({"call": CALL}, {"permission": "android.permission.CAMERA"})}),
    "only-absence": rule(match={"not": {"call": CALL}}, absence="it is there"),
    "permission": rule(with_declared=None, match=both({"call": CALL}, {"permission": "android.permission.CAMERAS"})),
    "java-form": rule(match={"call": "Landroid/hardware/Camera;->open"}),
    "api-class": rule(match={"call": "android.hardware.Kamera.open"}),
    "class-or-interface": rule(match={"extends": "java.lang.Runnable"}),
    "string-form": rule(match={"string": {"contains": "x", "prefix": "yyy"}}),
    "regex": rule(match={"string": {"contains": "abc", "re": "(a+)+abc"}}),
    "sdk": rule(grade="declared", match={"sdk": {"target": "28"}}),
    "empty-query": rule(grade="declared", match={"component": {}}),
    "entry-glob": rule(match={"entry": "*.so"}),
}
del CASES["permission"]["with-declared"]


@pytest.mark.parametrize("check", CASES)
def test_check_finds_its_case(base, check):
    assert check in checks(base, CASES[check])


def test_every_check_is_tested():
    elsewhere = {"yaml", "source", "licence", "category-document", "limitation-areas", "id-is-path"}
    elsewhere |= {name for name, _ in (*FLOW_CHECKS, *MODEL_CHECKS)}  # test_lint_flows, test_lint_models
    elsewhere |= set(catalogue.CHECKS)  # tests/identity/code/test_catalogue
    elsewhere |= set(networks.CHECKS)  # tests/network/attribute/test_lint
    elsewhere.add("network-package")  # tests/network/snapshot/test_pins
    assert set(CASES) | elsewhere | {"duplicate-rule", "duplicate-title"} == set(check_names())


def test_an_id_that_is_not_the_path_is_found(base):
    write(base / "rules" / "camera" / "other.yaml", rule())
    assert [problem.check for problem in problems(base)] == ["id-is-path"]


def test_duplicates_are_found(base):
    found = problems(base, rule(), rule(id="camera/twin"))
    assert {(problem.path, problem.check) for problem in found} == {
        ("rules/camera/twin.yaml", "duplicate-rule"),
        ("rules/camera/twin.yaml", "duplicate-title"),
    }


@pytest.mark.parametrize(
    ("pattern", "is_good"),
    [
        ("^HmacSHA(1|256)$", True),
        ("abc[0-9]{2,8}", True),
        ("abc+", False),
        ("abc.", False),
        (r"abc\.x", True),
        (r"(abc)\1", False),
        ("abc(?=x)", False),
        ("((abc){1,9}){1,9}", False),
        ("abc(", False),
    ],
)
def test_patterns_are_bounded_and_exact(base, pattern, is_good):
    found = checks(base, rule(match={"string": {"contains": "abc", "re": pattern}}))
    assert ("regex" not in found) == is_good


def test_broken_yaml_is_a_problem(base):
    (base / "rules" / "camera" / "bad.yaml").write_text("a: [", "utf-8")
    assert "yaml" in {problem.check for problem in problems(base, rule())}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[" * 100_000, "more than 30 levels deep"),
        ("{a: " * 100_000, "more than 30 levels deep"),
        ("a: &a [x, x]\nb: [*a, *a]\n", "uses the anchor or alias"),
        ("a: " + "9" * 5_000, "digits"),
        ("a: 2020-99-99", "month"),
        ("? [a]\n: b", "unhashable"),
    ],
)
def test_hostile_yaml_is_a_problem(base, content, says):
    (base / "rules" / "camera" / "bad.yaml").write_text(content, "utf-8")
    told = [item.message for item in problems(base, rule()) if item.path == "rules/camera/bad.yaml"]
    assert len(told) == 1
    assert says in told[0]


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_only_has_the_name_of_a_file_is_a_problem(base, kind):
    path = base / "rules" / "camera" / f"{kind}.yaml"
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "link": lambda: path.symlink_to(path)}[kind]()
    try:
        found = lint(base)
    finally:
        path.rmdir() if kind == "folder" else path.unlink()
    assert (f"rules/camera/{kind}.yaml", "yaml") in {(item.path, item.check) for item in found}


def test_other_sections_need_source_and_licence(base):
    path = base / "lint" / "more.yaml"
    write(path, {"words": []})
    try:
        found = {(item.path, item.check) for item in problems(base, rule())}
    finally:
        path.unlink()
    assert found == {("lint/more.yaml", "source"), ("lint/more.yaml", "licence")}


@pytest.mark.parametrize(
    "change", [{"id": "lens"}, {"question": "Pictures."}, {"order": 1, "id": "second"}, {"id": "unused", "order": 2}]
)
def test_questions_are_checked(base, change):
    path = base / "categories" / ("camera.yaml" if change.get("id") in (None, "lens") else f"{change['id']}.yaml")
    write(path, {**CATEGORY, **change})
    try:
        assert "category-document" in checks(base, rule())
    finally:
        path.unlink()
        write(base / "categories" / "camera.yaml", CATEGORY)


def test_unknown_areas_of_limitations_are_found(base):
    path = base / "limitations" / "more.yaml"
    write(path, {"source": "x", "licence": "x", "rows": [{"kinds": ["a/*"], "hides": ["moon"], "why": "x"}]})
    try:
        assert "limitation-areas" in checks(base, rule())
    finally:
        path.unlink()
