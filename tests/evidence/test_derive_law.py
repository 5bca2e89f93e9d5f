"""The stage that ties an artefact to listed apps, within a whole review."""

import subprocess
import sys

import msgspec
import pytest

from affidavit.artefact.budget import Budget
from affidavit.evidence.bundle import LAW, assemble, members_of, read_bundle, write_bundle
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.evidence.verify import verify
from affidavit.identity import listed
from affidavit.law import dates
from affidavit.model.binding import LawRecord
from affidavit.model.determination import Outcome
from affidavit.report.html import render_html
from affidavit.report.markdown import render_markdown
from affidavit.report.terminal import render_terminal
from tests.builders import axml
from tests.builders.affidavits import key
from tests.builders.apps import main_manifest, write_app
from tests.builders.dex import DexBuilder, Method
from tests.report.test_html import Page

OPEN_SDK = "Lcom/tencent/mm/opensdk/openapi/WXApiImplV10;"
HOST = "https://open.weixin.qq.com/connect/sdk/qrconnect"


def code(*names: str) -> bytes:
    """A dex with classes of these names, each of which loads a WeChat address."""
    made = DexBuilder()
    for name in names:
        body = [("const-string", 1, HOST), ("return-void",)]
        made.add_class(name, "Ljava/lang/Object;", methods=[Method("run", "()V", body)])
    return made.build()


def called(package: str) -> bytes:
    """The small app's manifest with another package name."""
    root = main_manifest()
    return axml.binary(axml.E(root.name, {**root.attributes, "package": package}, root.children))


def ties(law: LawRecord) -> list[tuple[str, str, str]]:
    return [(item.app, item.relation, item.by) for item in law.bindings]


@pytest.fixture
def with_kit(tmp_path):
    return write_app(tmp_path, classes_dex=code("Lorg/example/app/Main;", OPEN_SDK))


def test_an_app_that_is_tied_to_nothing_says_what_was_searched_and_reads_no_register(tmp_path):
    path = write_app(tmp_path)
    law = derive(path).law
    assert (law.bindings, law.applicable, law.updated) == ((), (), "")
    assert law.searched.endswith("1 package name, 0 certificates, 0 known libraries, 2 hosts")
    script = (
        "import sys; from pathlib import Path; from affidavit.evidence.derive import derive;"
        f"derive(Path({str(path)!r}));"
        "sys.exit(str({'affidavit.law.register', 'affidavit.model.measure'} & set(sys.modules) or '') or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_code_of_a_kit_and_its_hosts_bring_up_the_law_on_using_them(with_kit):
    made = derive(with_kit)
    assert ties(made.law) == [("wechat", "contacts", "domain"), ("wechat", "contains", "library")]
    assert [(item.relation, [row.track.provision for row in item.provisions]) for item in made.law.applicable] == [
        ("contains", ["wx-code", "eo13943/s1a"]),
        ("contacts", ["wx-code"]),
    ]
    assert not list(broken(made))


def test_the_same_code_under_another_name_is_not_recognised(tmp_path):
    path = write_app(tmp_path, classes_dex=code("Lorg/example/app/Main;", "La/b/C;"))
    assert ties(derive(path).law) == [("wechat", "contacts", "domain")]


def test_an_app_that_calls_itself_wechat_is_declared_to_be_it(tmp_path):
    (item,) = derive(write_app(tmp_path, manifest=called("com.tencent.mm"))).law.bindings
    assert (item.app, item.relation, item.grade) == ("wechat", "is", "declared")
    assert "no certificate was read here" in item.note


def test_code_under_the_name_that_an_app_gave_itself_is_declared(tmp_path):
    name = "com.tencent.mm.evil"
    path = write_app(tmp_path, manifest=called(name), classes_dex=code("Lcom/tencent/mm/evil/Main;"))
    law = derive(path).law
    (item,) = (each for each in law.bindings if each.by == "library")
    assert (item.mark, item.relation, item.grade) == ("wechat-app", "contains", "declared")
    assert "the app's own statement" in item.note
    assert {tie.relation: tie.grade for tie in law.applicable} == {"contains": "declared", "contacts": "present"}


def test_an_app_outside_the_joint_venture_is_shown_with_its_low_confidence_to_the_end(tmp_path):
    """Review, bundle, page: a bar that is in doubt is nowhere shown as certain."""
    made = derive(write_app(tmp_path, manifest=called("com.larksuite.suite")))
    write_bundle(tmp_path / "a", made, key())
    read = read_bundle(tmp_path / "a")
    (tie,) = read.law.applicable
    (bar,) = (item for item in tie.provisions if item.track.provision == "paf-1")
    assert (tie.app, tie.relation, bar.standing.outcome, bar.confidence) == ("lark", "is", Outcome.PROHIBITED, "L")
    page = " ".join("".join(Page(render_html(read)).text).split())
    said = page[page.index("paf-1") : page.index("paf-2")]
    assert f"As recorded on {read.law.updated}: barred, since 2026-01-24" in said
    assert "Confidence low" in said
    assert "Open: ByteDance apps outside the joint venture" in said
    text = " ".join(render_terminal(read).split())
    assert "bears the name or certificate of Lark (declared)" in text
    assert "2 of low confidence" in text
    assert "Confidence low. Open: ByteDance apps outside the joint venture" in render_markdown(read).replace("\\", "")


def test_a_divestiture_is_shown_with_who_disputes_it(tmp_path):
    made = derive(write_app(tmp_path, manifest=called("com.lemon.lvoverseas")))
    (lifted,) = (item for item in made.law.applicable[0].provisions if item.track.provision == "paf-1")
    assert (lifted.standing.outcome, lifted.standing.contested) == (Outcome.LIFTED, True)
    page = " ".join("".join(Page(render_html(made)).text).split())
    assert "Contested: Divestiture closed:" in page
    assert "Disputed by lawmakers: whether the divestiture conforms with the Act" in page


def test_gaps_that_can_hide_a_mark_are_named(tmp_path):
    law = derive(write_app(tmp_path, classes_dex=b"dex\n035\0 damaged")).law
    assert any(kind.startswith("code/") for kind in law.limitations)
    assert "manifest/absent" in derive(write_app(tmp_path, manifest=None)).law.limitations


def test_marks_are_compared_with_what_a_cut_short_review_had_read(tmp_path):
    made = derive(write_app(tmp_path, manifest=called("com.tencent.mm")), Budget(seconds=0.0))
    assert made.manifest.partial
    assert "were compared" in made.law.searched
    assert made.law.limitations


def test_a_stage_that_breaks_leaves_a_record_that_claims_no_search(with_kit, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(listed, "bind", fail)
    monkeypatch.delenv("AFFIDAVIT_DEBUG", raising=False)
    made = derive(with_kit)
    assert made.law == LawRecord()
    assert "stage 'law' broke off" in next(item.detail for item in made.limitations if item.kind == "tool/stage-failed")
    assert made.findings


def test_the_record_travels_in_the_bundle(with_kit, tmp_path):
    made = derive(with_kit)
    write_bundle(tmp_path / "a", made, key())
    read = read_bundle(tmp_path / "a")
    assert read.law == made.law
    assert read.law.applicable[0].provisions[0].track.segments[0].outcome is None
    assert Outcome.ENJOINED in {part.outcome for part in read.law.applicable[0].provisions[0].track.segments}


def test_a_binding_that_was_taken_out_fails_by_reviewing_again(with_kit, tmp_path):
    made = derive(with_kit)
    law = msgspec.structs.replace(made.law, bindings=made.law.bindings[1:], applicable=made.law.applicable[:1])
    parts = {
        name: getattr(made, name) for name in ("facts", "findings", "limitations", "excerpts", "categories", "coverage")
    }
    manifest = made.manifest
    turned = assemble(manifest.artefact, manifest.tool, manifest.knowledge_sha256, **parts, law=law)
    write_bundle(tmp_path / "a", turned, key())
    step = verify(tmp_path / "a", with_kit, derive=lambda path, *_: members_of(derive(path))).steps[8]
    assert step.passed is False
    assert step.detail.startswith("law.json: binding wechat by domain weixin.qq.com is derived from the artefact")


def test_the_record_reads_no_clock(with_kit, monkeypatch):
    before = members_of(derive(with_kit))[LAW]

    class Elsewhen(dates.datetime):
        @classmethod
        def now(cls, *_):
            pytest.fail("asked for the time")

        today = utcnow = now

    monkeypatch.setattr(dates, "datetime", Elsewhen)
    assert members_of(derive(with_kit))[LAW] == before
