"""``affidavit ask --bundle``: what binds an app under review, and the answers that follow."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

import affidavit
from affidavit.cli import codes
from affidavit.evidence.bundle import assemble, write_bundle
from tests.builders.affidavits import key, small_affidavit
from tests.builders.axml import binary, manifest
from tests.builders.dex import DexBuilder, Method
from tests.builders.zip import zip_of
from tests.cli.asking import DAY, flat
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of an app that bears WeChat's package name and names a host of it."""
    folder = tmp_path_factory.mktemp("bound")
    root = manifest()
    root.attributes["package"] = "com.tencent.mm"
    code = [("const-string", 1, "https://api.weixin.qq.com/sns"), ("return-void",)]
    dex = DexBuilder().add_class("Lorg/example/Main;", methods=[Method("f", "()V", code, registers=4)]).build()
    (folder / "wx.apk").write_bytes(zip_of({"AndroidManifest.xml": binary(root), "classes.dex": dex}))
    environment = pytest.MonkeyPatch()
    environment.setenv("AFFIDAVIT_KEY", str(folder / "key.pem"))
    affidavit.review(folder / "wx.apk").write(folder / "wx.apk.affidavit")
    environment.undo()
    return folder / "wx.apk.affidavit"


def test_a_bundle_gets_the_answers_for_what_binds_it(run: Run, bound):
    days = ("--on", "2020-10-01", "--known", "2020-10-01")
    done = run("ask", "--bundle", bound, *days)
    assert (done.code, done.err) == (codes.DONE, "")
    page = flat(done.out)
    assert "wechat: package name com.tencent.mm, grade declared (is)" in page
    assert "wechat: domain weixin.qq.com" in page
    assert "app_store_update enjoined wx-1 enjoined; eo13943/s1a power" in page
    assert "code_utilisation enjoined wx-code enjoined" in page


def test_the_json_of_a_bundle_has_bindings_answers_and_evidence(run: Run, bound):
    words = ("ask", "--bundle", bound, "--on", "2020-10-01", "--known", "2020-10-01", "--format", "json")
    made = json.loads(run(*words).out)
    assert {item["relation"] for item in made["bindings"]} == {"is", "contacts"}
    ties = {case["relation"]: case for case in made["cases"]}
    headlines = {(item["question"]["transaction"], item["headline"]) for item in ties["is"]["answers"]}
    assert ("app_store_update", "ENJOINED") in headlines
    assert {item["question"]["transaction"] for item in ties["contacts"]["answers"]} == {"code_utilisation"}
    assert not ties["is"]["evidence"]
    more = json.loads(run(*words, "--obligations", "--actor", "app_store").out)
    (case,) = [case for case in more["cases"] if case["relation"] == "is"]
    assert {item["actor"] for item in case["obligations"]} == {"app_store"}
    assert any(one["stance"] == "for" for item in case["evidence"] for one in item["items"])


def test_obligations_with_evidence_are_printed_for_a_bundle(run: Run, bound):
    words = ("ask", "--bundle", bound, "--on", "2020-10-01", "--known", "2020-10-01")
    done = run(*words, "--obligations", "--actor", "app_store")
    assert "In the review: " in done.out
    assert "In the review: " not in run(*words).out


def test_one_act_and_role_of_a_bundle_are_answered_in_full(run: Run, bound):
    words = ("--transaction", "app_store_update", "--actor", "app_store", "--on", "2020-10-01", "--known", "2020-10-01")
    done = run("ask", "--bundle", bound, *words)
    assert "* wx-1  ENJOINED" in done.out


def test_a_bundle_that_speaks_of_an_app_not_in_this_register_is_refused(run: Run, bundle):
    done = run("ask", "--bundle", bundle, "--on", "2020-10-01", "--known", "2020-10-01")
    assert done.code == codes.USAGE
    assert "the bundle speaks of chat" in done.err


def write_with_ties(path, ties):
    """A signed bundle like `small_affidavit`, with other law in it."""
    base = small_affidavit()
    about = base.manifest
    made = assemble(
        about.artefact, about.tool, about.knowledge_sha256, facts=base.facts, findings=base.findings,
        limitations=base.limitations, excerpts=base.excerpts, law=replace(base.law, applicable=ties),
    )  # fmt: skip
    write_bundle(path, made, key())
    return path


def test_a_bundle_from_elsewhere_may_lack_names_but_not_say_things_twice(run: Run, tmp_path):
    tie = replace(small_affidavit().law.applicable[0], app="wechat", names=())
    for ties, code, says in (((tie,), codes.DONE, "contains code of wechat"), ((tie, tie), codes.USAGE, "twice")):
        done = run("ask", "--bundle", write_with_ties(tmp_path / "x.affidavit", ties), *DAY)
        assert done.code == code
        assert says in flat(done.out + done.err)
