"""Whose code is in it, for a reader: the same five columns everywhere, doubts said, absence never claimed."""

import json

import pytest
from msgspec.structs import replace

from affidavit.identity.code.evidence import facts_of
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, StatedVersion
from affidavit.model.errors import UsageError
from affidavit.model.fact import Fact
from affidavit.model.library import Library, LibraryVersion
from affidavit.model.place import Place
from affidavit.report.cyclonedx import sbom
from affidavit.report.html import render_html
from affidavit.report.identified import Account, as_json, as_text
from affidavit.report.identity import NOT_COMPARED, agrees, compared, families, limits, statement, sure, versions
from affidavit.report.markdown import render_markdown
from affidavit.report.overview import Facts
from affidavit.report.terminal import render_terminal
from tests.builders.affidavits import small_affidavit
from tests.builders.known_code import compared_by_hand

STATED = Fact("f0", LibraryVersion("com.tencent:wechat-opensdk", "2.0"), Place("META-INF/x.version"), "x/1")
FACTS = tuple(facts_of(compared_by_hand(), [STATED]))
FOUND = next(fact.what for fact in FACTS if isinstance(fact.what, CodeIdentity))
ARTEFACT = Artefact("app.apk", "apk", 7, "ab" * 32)


def with_facts(facts=FACTS) -> Affidavit:
    return replace(small_affidavit(), facts=(*small_affidavit().facts, *facts))


def joined(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


def test_a_statement_says_family_versions_classes_and_code():
    assert statement(FOUND).startswith(
        "Contains code of WeChat Open SDK 2.0 (nearest of 2 known): 4 classes, 100 % of the library's 4, "
    )


def test_too_little_is_never_stated_as_found():
    little = replace(FOUND, decision="too-little")
    assert statement(little).startswith("Too little to tell whether code of WeChat Open SDK is left")
    assert families(Facts([replace(FACTS[1], what=little)]), {})[0].columns[1] == ""


@pytest.mark.parametrize(
    ("labels", "allowed", "known", "said"),
    [
        (("2.0",), 1, 2, "2.0 (nearest of 2 known)"),
        (("2.0",), 1, 1, "2.0 (the one known version)"),
        (("1.0", "1.1"), 2, 9, "1.0 or 1.1 (nearest of 9 known)"),
        (tuple("123456"), 6, 9, "1, 2, 3, 4 and 2 more (nearest of 9 known)"),
        (("1.0", "2.0"), 2, 2, "(any of 2 known versions)"),
        ((), 0, 2, "(version not told, 2 known)"),
        ((), 0, 1, ""),
    ],
)
def test_versions_are_those_that_the_bytes_allow(labels, allowed, known, said):
    assert versions(replace(FOUND, versions=labels, allowed=allowed, known=known)) == said


def test_a_mark_of_a_version_that_no_index_has_is_not_contradicted():
    stated = StatedVersion("3.0", "com.x:lib", "META-INF/lib.version")
    assert agrees(FOUND, stated) == "no index has this version to compare with"
    assert agrees(FOUND, replace(stated, known=True)) == "the code does not allow it"
    assert agrees(FOUND, replace(stated, known=True, allowed=True)) == "the code allows it"
    assert agrees(replace(FOUND, versions=()), stated) == "the code tells no version"


def test_what_else_could_explain_it_is_said_where_the_statement_is():
    doubted = replace(
        FOUND, tried=tuple(replace(item, excluded=item.hypothesis != "name-only") for item in FOUND.tried)
    )
    assert limits(FOUND) == sure(FOUND)
    assert limits(doubted).endswith("it may be that only texts name it")


def test_certainty_is_never_printed_as_a_hundred_per_cent():
    assert "over 99.9 %" in sure(replace(FOUND, probability=1_000_000))
    assert "99.9 %" in sure(replace(FOUND, probability=998_700))


def test_absence_says_what_was_compared():
    said = compared([next(fact.what for fact in FACTS if isinstance(fact.what, CodeSearch))])
    assert "5 classes of the app" in said
    assert "3 versions of 2 families" in said
    assert "not that it is not there" in said
    assert compared([]) == NOT_COMPARED


@pytest.mark.parametrize("render", [render_terminal, render_html, render_markdown])
def test_every_form_says_whose_code_it_is_and_what_was_compared(render):
    text = joined(render(with_facts()))
    for said in ("Whose code is in it", "Contains code of WeChat Open SDK 2.0", "were compared with"):
        assert said in text
    assert NOT_COMPARED not in text
    assert NOT_COMPARED in joined(render(small_affidavit()))


def test_the_page_opens_pairs_with_texts_rarity_and_what_was_tried():
    page = render_html(with_facts())
    for said in ("La/<wbr>A;", "speaks of 1", "in 1 family", "An interface without its implementation", "excluded"):
        assert said in page


def test_hostile_texts_of_an_app_stay_texts():
    pair = next(fact for fact in FACTS if isinstance(fact.what, ClassPair))
    token = replace(pair.what.tokens[0], text="<script>alert(1)</script>\u202e`|")
    hostile = replace(pair, what=replace(pair.what, tokens=(token,)))
    account = with_facts([FACTS[0], FACTS[1], hostile])
    assert "<script>alert(1)" not in render_html(account)
    assert "\u202e" not in render_html(account) + render_markdown(account)
    assert "\u202e" not in as_text(Account(ARTEFACT, account.facts, ()), FOUND.family)


def test_identify_lists_families_and_shows_the_pairs_of_one():
    account = Account(ARTEFACT, FACTS, ())
    assert "1. a.A is com.tencent.mm.opensdk.A" in as_text(account, FOUND.family)
    assert "1. a.A is" not in as_text(account)
    with pytest.raises(UsageError, match="no pairs") as caught:
        as_text(account, "okhttp")
    assert FOUND.family in caught.value.advice


def test_the_json_of_identify_has_the_facts_as_a_bundle_has_them():
    made = json.loads(as_json(Account(ARTEFACT, FACTS, ())))
    assert made["schema"] == "affidavit/identify/1"
    assert [fact["what"]["kind"] for fact in made["facts"]] == ["code-search", "code-identity", *["class-pair"] * 4]


LIBRARY = Fact(
    "f1", Library("okhttp", "OkHttp", ("package:okhttp3",), 3), Place("classes.dex", 9, "Lokhttp3/A;"), "x/1"
)


def bill(facts):
    return json.loads(sbom(ARTEFACT, facts))


def test_the_bill_of_materials_says_how_sure_each_identity_is():
    made = bill([*FACTS, STATED])
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    by_ref = {item["bom-ref"]: item for item in made["components"]}
    code = by_ref["code:wechat-opensdk"]
    assert code["version"] == "2.0"
    name, version = code["evidence"]["identity"]
    assert (name["field"], name["confidence"], name["methods"][0]["technique"]) == ("name", 0.9987, "binary-analysis")
    assert (version["field"], version["concludedValue"]) == ("version", "2.0")
    assert code["evidence"]["occurrences"][0]["symbol"] == "La/A;"


def test_a_version_that_only_a_mark_states_is_named_as_such_and_has_no_confidence():
    (mark,) = (item for item in bill([STATED])["components"] if item["bom-ref"].startswith("mark:"))
    assert mark["evidence"]["identity"] == [{"field": "version", "concludedValue": "2.0"}]
    assert mark["properties"] == [{"name": "affidavit:version-stated-by-mark", "value": "META-INF/x.version"}]


def test_what_kept_its_names_is_a_component_without_a_number_unless_its_code_was_found():
    (named,) = bill([LIBRARY])["components"]
    assert "confidence" not in named["evidence"]["identity"][0]
    both = replace(LIBRARY, what=replace(LIBRARY.what, id=FOUND.family))
    assert [item["bom-ref"] for item in bill([*FACTS, both])["components"]] == ["code:wechat-opensdk"]


def test_too_little_is_no_component_and_several_versions_are_no_version():
    little = replace(FACTS[1], what=replace(FOUND, decision="too-little"))
    assert bill([little])["components"] == []
    several = replace(FACTS[1], what=replace(FOUND, versions=("1.0", "2.0"), allowed=2))
    (made,) = bill([several])["components"]
    assert "version" not in made
    assert "concludedValue" not in made["evidence"]["identity"][1]


def test_the_same_facts_give_the_same_bill_and_others_another_number():
    assert sbom(ARTEFACT, FACTS) == sbom(ARTEFACT, FACTS)
    assert bill(FACTS)["serialNumber"] != bill([LIBRARY])["serialNumber"]
