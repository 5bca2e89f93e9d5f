"""From rules to findings: three answers, what was searched, grades and reasons, whose code, which limitations bear."""

import msgspec
import pytest

from affidavit.facts.reading import make_fact
from affidavit.findings.judge import judge
from affidavit.findings.schema import Rule
from affidavit.model.finding import Answer, Attribution, Grade
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.flows import COUNTS
from tests.builders.rule_app import build_app

DELETE = "java.io.File.delete"


def rule(match, **changes):
    document = {
        "id": "files/x",
        "version": 3,
        "title": "Deletes files",
        "category": "files",
        "grade": "present",
        "severity": "low",
        "match": match,
        "absence": "no call among {calls} instructions",
        "source": {"kind": "standard", "ref": "x"},
        "examples": {},
        **changes,
    }
    return msgspec.convert(document, Rule)


def finding(match, spec, limitations=(), libraries=None, **changes):
    app = build_app(spec)
    (found,) = judge(app.facts, app.program, libraries, limitations, [rule(match, **changes)]).findings
    return found


class Known:
    """Attributes everything below org.known."""

    def attribute(self, descriptor):
        return "known" if descriptor.startswith("Lorg/known/") else None


def test_shown_has_grade_place_and_reason():
    found = finding({"call": DELETE}, {"calls": [DELETE]})
    assert (found.answer, found.grade, found.severity, found.version) == (Answer.SHOWN, Grade.PRESENT, "low", 3)
    assert found.why_not_higher.startswith("the code or data is there")
    (place,) = found.proof.places
    assert (place.entry, place.class_, place.method, place.pc) == ("classes.dex", "Lcom/example/app/Main;", "m0()V", 0)
    assert place.offset > 0


def test_not_shown_says_what_was_searched_and_has_no_places():
    found = finding({"any": [{"call": DELETE}, {"string": "some text"}]}, {"calls": ["java.io.File.exists"]})
    assert found.answer is Answer.NOT_SHOWN
    assert found.grade is None
    assert found.why_not_higher == ""
    assert found.searched == (
        "No call among 1 instructions. "
        "Searched 1 class, 1 method and 1 instruction that names something (1 code file). "
        "Calls in native code, and those by reflection whose names are computed, are not resolved."
    )
    assert not any(leaf.places or leaf.facts for leaf in found.proof.children)


def test_a_part_that_matched_keeps_its_count_but_not_its_places_when_the_whole_did_not():
    found = finding({"all": [{"call": DELETE}, {"string": "absent"}]}, {"calls": [DELETE]})
    call, text = found.proof.children
    assert (call.matched, call.count, call.places) == (True, 1, ())
    assert (text.matched, text.count) == (False, 0)


def test_hidden_code_makes_absence_undetermined():
    gap = Limitation("code/undecoded", "one method")
    found = finding({"call": DELETE}, {}, [gap])
    assert found.answer is Answer.UNDETERMINED
    assert found.limitations == ("code/undecoded",)
    assert found.searched.startswith("Not settled, for what could decide it was not all examined (code/undecoded). ")
    assert "No call" not in found.searched


def test_hidden_code_does_not_touch_what_the_manifest_says():
    gap = Limitation("code/undecoded", "one method")
    assert finding({"permission": "p.A"}, {}, [gap]).answer is Answer.NOT_SHOWN


def test_what_was_found_stays_found_and_names_the_limitation():
    gap = Limitation("code/undecoded", "one method")
    found = finding({"call": DELETE}, {"calls": [DELETE]}, [gap])
    assert (found.answer, found.limitations) == (Answer.SHOWN, ("code/undecoded",))


def test_absence_is_a_statement_of_its_own():
    match = {"not": {"string": "pin"}}
    assert finding(match, {}).answer is Answer.SHOWN
    assert finding(match, {"strings": ["pin"]}).answer is Answer.NOT_SHOWN
    assert finding(match, {}, [Limitation("code/undecoded", "x")]).answer is Answer.UNDETERMINED


def test_without_a_manifest_its_questions_are_undetermined():
    found = finding({"permission": "p.A"}, {"package": False})
    assert (found.answer, found.limitations) == (Answer.UNDETERMINED, ("manifest/absent",))


def test_without_code_nothing_is_called():
    found = finding({"method": {"all": [{"call": DELETE}, {"string": "x"}]}}, {})
    assert found.answer is Answer.NOT_SHOWN
    assert "0 classes" in found.searched


def test_grade_falls_to_declared_when_only_the_manifest_carries_it():
    match = {"any": [{"call": DELETE}, {"permission": "p.A"}]}
    assert finding(match, {"permissions": ["p.A"]}).grade is Grade.DECLARED
    assert finding(match, {"permissions": ["p.A"], "calls": [DELETE]}).grade is Grade.PRESENT


def test_missing_permissions_are_said():
    more = {"with": {"declared": ["p.A", "p.B"]}}
    without = finding({"call": DELETE}, {"calls": [DELETE]}, **more)
    assert without.why_not_higher.endswith("the manifest asks for none of the permissions that it needs (A, B)")
    with_one = finding({"call": DELETE}, {"calls": [DELETE], "permissions": ["p.B"]}, **more)
    assert "manifest" not in with_one.why_not_higher
    unknown = finding({"call": DELETE}, {"calls": [DELETE], "package": False}, **more)
    assert "manifest" not in unknown.why_not_higher


def test_places_are_attributed_most_first():
    names = ["com.example.app.A", "com.example.application.B", "org.known.C", "org.known.D", "z.E"]
    spec = {"classes": [{"name": name, "calls": [DELETE]} for name in names]}
    found = finding({"call": DELETE}, spec, libraries=Known())
    assert found.who == (Attribution("known", 2), Attribution("other", 2), Attribution("own", 1))


def test_only_methods_that_hold_the_whole_are_attributed():
    spec = {
        "classes": [{"name": "z.A", "calls": [DELETE], "strings": ["x"]}, {"name": "org.known.B", "calls": [DELETE]}]
    }
    found = finding({"method": {"all": [{"call": DELETE}, {"string": "x"}]}}, spec, libraries=Known())
    assert found.who == (Attribution("other", 2),)


def test_what_lies_under_a_not_is_not_attributed():
    spec = {"classes": [{"name": "z.A", "calls": [DELETE]}]}
    assert finding({"all": [{"call": DELETE}, {"not": {"string": "x"}}]}, spec).who == (Attribution("other", 1),)


def test_components_are_attributed_by_their_class():
    spec = {"components": [{"form": "service", "name": "org.known.S"}]}
    found = finding({"component": {"form": "service"}}, spec, libraries=Known(), grade="declared")
    assert found.who == (Attribution("known", 1),)


PACKED = {"limits": {"kind": "code/packed", "detail": "It is packed."}}


def test_a_rule_can_be_a_limitation():
    packer = rule({"entry": "lib/libpack.so"}, id="hidden/packer", **PACKED)
    asks = rule({"call": DELETE})
    app = build_app({"entries": ["lib/libpack.so"]})
    judged = judge(app.facts, app.program, None, (), [asks, packer])
    assert judged.raised == (Limitation("code/packed", "It is packed."),)
    found = {item.rule: item for item in judged.findings}
    assert found["files/x"].answer is Answer.UNDETERMINED
    assert found["files/x"].limitations == ("code/packed",)
    assert found["hidden/packer"].answer is Answer.SHOWN


def test_a_rule_that_does_not_match_limits_nothing():
    packer = rule({"entry": "lib/libpack.so"}, **PACKED)
    app = build_app({"entries": ["lib/libother.so"]})
    assert judge(app.facts, app.program, None, (), [packer]).raised == ()


def test_findings_come_by_rule_id_whatever_the_order_of_rules():
    app = build_app({"calls": [DELETE]})
    rules = [rule({"call": DELETE}, id=f"files/{name}") for name in "cab"]
    one, other = (judge(app.facts, app.program, None, (), order).findings for order in (rules, rules[::-1]))
    assert one == other
    assert [item.rule for item in one] == ["files/a", "files/b", "files/c"]


@pytest.mark.parametrize(
    ("kind", "entry", "match", "expected"),
    [
        ("container/encrypted-entry", "classes2.dex", {"call": DELETE}, Answer.UNDETERMINED),
        ("container/encrypted-entry", "base.apk!/classes2.dex", {"call": DELETE}, Answer.UNDETERMINED),
        ("container/encrypted-entry", "res/x.png", {"call": DELETE}, Answer.NOT_SHOWN),
        ("container/duplicate-name", "classes.dex", {"call": DELETE}, Answer.NOT_SHOWN),
        ("container/encrypted-entry", "AndroidManifest.xml", {"permission": "p.A"}, Answer.UNDETERMINED),
        ("container/encrypted-entry", "lib/x/liba.so", {"native-import": "ptrace"}, Answer.UNDETERMINED),
        ("code/duplicate-class", "classes.dex", {"call": DELETE}, Answer.NOT_SHOWN),
        ("budget/time", "", {"signing": "v2"}, Answer.UNDETERMINED),
        ("budget/entry-bytes", "classes.dex", {"call": DELETE}, Answer.UNDETERMINED),
        ("budget/entry-bytes", "assets/film.mp4", {"call": DELETE}, Answer.NOT_SHOWN),
        ("text/endpoints-bounded", "", {"endpoint": {"role": "endpoint"}}, Answer.UNDETERMINED),
        ("unheard/of", "", {"call": DELETE}, Answer.NOT_SHOWN),
    ],
)
def test_a_limitation_bears_on_what_it_can_hide(kind, entry, match, expected):
    gap = Limitation(kind, "x", Place(entry) if entry else None)
    assert finding(match, {}, [gap]).answer is expected


@pytest.mark.parametrize(
    ("kind", "read", "expected"),
    [
        ("flows/many-targets", ("location",), Answer.UNDETERMINED),
        ("flows/many-targets", ("contacts",), Answer.NOT_SHOWN),
        ("flows/method-too-large", ("contacts",), Answer.UNDETERMINED),
    ],
)
def test_where_data_goes_is_hidden_only_of_data_that_is_read(kind, read, expected):
    app = build_app({})
    looked = make_fact(msgspec.structs.replace(COUNTS, categories=read), Place(""), "test/1")
    asked = rule({"flow": {"category": "location"}}, grade="flows")
    (found,) = judge([*app.facts, looked], app.program, None, [Limitation(kind, "x")], [asked]).findings
    assert found.answer is expected


def test_the_budget_is_asked_before_each_rule():
    app, asked = build_app({"calls": [DELETE]}), []
    rules = [rule({"call": DELETE}, id=f"files/{row}") for row in range(5)]
    judge(app.facts, app.program, None, (), rules, lambda: asked.append(1))
    assert len(asked) == 5
