"""Each check of the register's linter finds its case, and says where it is and what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from affidavit.findings import lint as of_rules
from affidavit.law.lint import check_names, lint, unverified
from affidavit.law.lint.draft import SECTIONS
from tests.builders.measures import (
    APPS,
    CHILD,
    CRITERIA,
    PARENT,
    PLACES,
    ROLES,
    SHARED,
    WORDS,
    Files,
    event,
    fact,
    small_register,
    start,
    write_register,
)

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"
Change = Callable[[Files], Any]


def put(path: str, keys: str, value: Any) -> Change:
    """A change that sets one value; keys are names and numbers, joined by dots."""

    def change(files: Files) -> None:
        *way, last = [int(key) if key.isdecimal() else key for key in keys.split(".")]
        place = files[path]
        for key in way:
            place = place[key]
        place[last] = value

    return change


def add(path: str, keys: str, value: Any) -> Change:
    """A change that adds to a list."""

    def change(files: Files) -> None:
        place = files[path]
        for key in keys.split("."):
            place = place[int(key) if key.isdecimal() else key]
        place.append(value)

    return change


def drop(path: str, keys: str) -> Change:
    """A change that takes one key away."""

    def change(files: Files) -> None:
        *way, last = [int(key) if key.isdecimal() else key for key in keys.split(".")]
        place = files[path]
        for key in way:
            place = place[key]
        del place[last]

    return change


def move(path: str, target: str) -> Change:
    """A change that renames a file."""
    return lambda files: files.update({target: files.pop(path)})


def text(path: str, data: bytes) -> Change:
    """A change that writes a file as it is."""
    return lambda files: files.update({path: data})


def abroad(path: str) -> Change:
    """A change that gives a measure a jurisdiction that is not known, and moves its file there."""
    return both(put(path, "jurisdiction", "UZ"), move(path, path.replace("/us/", "/uz/")))


def both(*changes: Change) -> Change:
    return lambda files: [change(files) for change in changes]


DUE = {"op": "deadline", "due": "2020-12-01"}
AMEND = {"op": "amend", "field": "text", "start": "x"}
LATE = event("l-9", "identified", "2021-07-01", {"op": "schedule", "start": start("2021-08-01")})
NEW = "measures/us/new.yaml"
SOURCE = {"seen": "excerpt", "cite": "a paper"}
COUNTED = {"due": "2020-09-21", "computed_from": {"base": "2020-08-07", "days": 45}}
LIST = fact("order/list", kind="deadline", summary="Make a list.", duty_holder="app_store", **COUNTED)
MET = event("l-9", "deadline_met", "2020-12-01", {"op": "inform"})
EARLY = event("l-9", "correction", "2020-09-17", {"op": "inform"})

CASES: list[tuple[str, Change, str]] = [
    # reading
    ("file-name", move(CHILD, "measures/us/list.yml"), "rename it list.yaml"),
    ("size", text(NEW, b"a: b\n" * 300_000), "split it by measure"),
    ("yaml", text(NEW, b"a: [1"), "line 2"),
    ("yaml", text(NEW, b"? [a, b]\n: c\n"), "line 1: a list or an object stands where a key belongs"),
    ("yaml", text(NEW, b"a: !!python/name:os.system x\n"), "cannot be read"),
    ("yaml", text(NEW, b"a: b\n---\na: c\n"), "expected a single document"),
    ("yaml", text(NEW, b"a: \xff\n"), "cannot be read"),
    ("aliases", text(NEW, b"a: &here [1]\nb: *here\n"), "line 1: uses the anchor or alias 'here'; write the part out"),
    ("duplicate-key", text(NEW, b"id: a\ntitle: b\nid: c\n"), "line 3: has the key 'id' twice"),
    ("quoting", text(NEW, b"id: a\nno: 7\n"), "line 2: YAML reads the key no as a truth value, not as text"),
    ("quoting", text(NEW, b"2020: a\n"), "reads the key 2020 as a number"),
    ("quoting", text(NEW, b"a:\n  b: 2020-09-18\n"), "line 2: YAML reads the value 2020-09-18 as a date object, not"),
    ("quoting", text(NEW, b"in: NO\n"), 'write it in quotes: "NO"'),
    # form
    ("schema", drop(CHILD, "events.1.sources"), "l-2: has no 'sources'"),
    ("schema", drop(CHILD, "events.1.confidence"), "l-2: has no 'confidence'"),
    ("schema", drop(SHARED, "licence"), "has no 'licence'"),
    ("schema", put(CHILD, "provisions.0.kind", "prohibited"), "list-1, kind: unknown word 'prohibited'; did you mean"),
    ("schema", put(CHILD, "provisions.0.summary_", "x"), "list-1: unknown key 'summary_'; did you mean summary"),
    ("schema", put(CHILD, "events.1.effect.op", "blocks"), "l-2, effect.op: unknown word 'blocks'; did you mean block"),
    ("schema", put(CHILD, "events.1.effect.fro", "x"), "l-2, effect: unknown key 'fro'; did you mean from?"),
    ("schema", put(CHILD, "events.0.applies_to", "most"), "l-1, applies_to: unknown word 'most'; known are all"),
    ("schema", put(CHILD, "provisions.0.number", 1), "list-1, number: is a number, should be text; write it in quotes"),
    ("schema", put(CHILD, "provisions.0.weaker", {"a": "X"}), "list-1, weaker (one of its values): unknown word"),
    ("schema", put(CHILD, "authority", "An order"), "authority: is text, should be a list"),
    ("schema", put(CHILD, "events.0.effect.start.computed_from.days", "45"), "is text, should be a number"),
    ("schema", put(CHILD, "title", None), "title: is nothing, should be text"),
    ("schema", text(NEW, b""), "is nothing, should be an object"),
    ("schema", text(NEW, b"- a\n"), "is a list ([...]), should be an object"),
    # tables
    ("table", move(WORDS, "law/words.yaml"), "is missing"),
    ("table", move(ROLES, "roles/more.yaml"), "roles is roles/known.yaml alone"),
    ("jurisdiction", both(abroad(CHILD), abroad(PARENT)), "unknown jurisdiction 'UZ'; did you mean US"),
    ("jurisdiction", put(PLACES, "jurisdictions.US-MT.parent", "USA"), "US-MT: unknown parent 'USA'; did you mean US"),
    ("jurisdiction", put(PLACES, "jurisdictions.US.timezone", "America/Newyork"), "America/New_York"),
    ("jurisdiction", put(PLACES, "jurisdictions.US.timezone", "../../etc/passwd"), "unknown time zone"),
    ("outcome-words", drop(WORDS, "outcomes.LIFTED"), "outcomes: LIFTED is missing"),
    ("outcome-words", add(WORDS, "precedence", "PAUSED"), "precedence: unknown outcome 'PAUSED'"),
    ("outcome-words", add(WORDS, "precedence", "LIFTED"), "precedence: has an outcome twice"),
    ("actor-within", put(WORDS, "actors.app_store.within", ["any_persons"]), "did you mean any_person?"),
    ("entity", put(APPS, "apps.clip.operators.0.operator", "makers"), "app clip: unknown operator 'makers'; did you"),
    ("entity", put(APPS, "apps.chat.operators.1.in", "USS"), "app chat: unknown jurisdiction 'USS'"),
    ("entity", put(APPS, "organisations.maker.confidence", "high"), "organisation maker: unknown confidence 'high'"),
    ("entity", put(APPS, "marks", {"chta": {}}), "marks: unknown app 'chta'; did you mean chat?"),
    ("entity", lambda files: files.update({"entities/more.yaml": {**files[APPS], "organisations": {}}}), "app chat: i"),
    # names
    ("place", move(CHILD, "measures/us-mt/list.yaml"), "move it to measures/us/list.yaml"),
    ("place", move(CHILD, "measures/us/lists.yaml"), "call it us-lists, or rename the file"),
    ("unique-id", put(CHILD, "conditions.0.id", "o-3"), "the id 'o-3' is taken by"),
    ("unique-id", put(CRITERIA, "items.0.id", "list-1"), "the id 'list-1' is taken by provision list-1 in"),
    ("vocabulary", put(CHILD, "instrument", "agency_identifications"), "unknown instrument 'agency_identifications';"),
    ("vocabulary", put(CHILD, "events.5.type", "revokes"), "event l-6: unknown event type 'revokes'; did you mean rev"),
    ("vocabulary", put(CHILD, "provisions.0.transactions", ["app_update"]), "did you mean app_store_update?"),
    ("vocabulary", put(CHILD, "exceptions.0.transactions", ["wages"]), "did you mean pay_wages?"),
    ("vocabulary", put(CHILD, "provisions.0.actors", ["store"]), "provision list-1: unknown actor 'store'"),
    ("context", put(CHILD, "exceptions.0.context", {"purpos": ["x"]}), "list-x, context: unknown circumstance"),
    ("context", put(CHILD, "exceptions.0.context", {"purpose": ["security"]}), "did you mean security_research"),
    ("context", put(CHILD, "exceptions.0.context", {"purpose": []}), "purpose has no value, so it would free nothing"),
    ("holder", put(PARENT, "provisions.1.duty_holder", "the agence"), "order/list: unknown duty_holder 'the agence'"),
    ("holder", put(PARENT, "provisions.1.duty_holder", "app_stor"), "did you mean app_store? name one of these"),
    ("holder", put(CHILD, "provisions.1.duty_holder", "makers"), "did you mean maker or any_person?"),
    ("holder", put(ROLES, "holders.the agency.roles", ["app_stores"]), "holder the agency: unknown actor 'app_stores'"),
    ("holder", put(ROLES, "acts", {"app_stores": ["pay_wages"]}), "acts: unknown actor 'app_stores'; did you mean"),
    ("holder", put(ROLES, "acts.app_store", ["pay_wage"]), "acts, app_store: unknown transaction 'pay_wage'; did you"),
    ("target", put(CHILD, "targets.apps", ["chat", "chats"]), "targets: unknown app 'chats'; did you mean chat?"),
    ("target", put(CHILD, "targets.operators", ["makers"]), "unknown operator 'makers'; did you mean maker?"),
    ("target", put(CHILD, "events.3.apps", ["clip"]), "event l-4, apps: 'clip' is no target of the measure; add it"),
    ("target", put(CHILD, "open_questions.0.apps", ["chta"]), "open question 1: unknown app 'chta'; did you mean chat"),
    ("reference", put(CHILD, "events.1.applies_to", ["list-l"]), "event l-2: unknown provision of this measure 'list-"),
    ("reference", put(CHILD, "events.1.applies_to", []), "event l-2, applies_to: names no provision"),
    ("reference", put(CHILD, "events.1.proceeding", "court-2"), "unknown proceeding of this measure 'court-2'; did yo"),
    ("reference", put(CHILD, "exceptions.0.provisions", ["order/power"]), "exception list-x: unknown provision"),
    ("reference", put(CHILD, "open_questions.0.provisions", ["order/power"]), "open question 1: unknown provision or"),
    ("replaces", put(CHILD, "events.4.replaces", ["o-1"]), "event l-5, replaces: unknown event of this measure 'o-1'"),
    ("replaces", put(CHILD, "events.4.replaces", ["l-6"]), "event l-5, replaces: l-6 is not earlier"),
    ("replaces", put(CHILD, "events.4.replaces", ["l-5"]), "event l-5, replaces: l-5 is not earlier"),
    ("unblock", put(CHILD, "events.2.effect.of", ["l-1"]), "event l-3, effect.of: l-1 blocks nothing; blocks are l-2"),
    ("unblock", put(CHILD, "events.2.effect.of", ["l-22"]), "unknown event of this measure 'l-22'; did you mean l-2?"),
    ("unblock", put(CHILD, "events.2.effect.of", []), "event l-3, effect.of: names no event"),
    ("measure", put(PARENT, "depends_on", ["us-lost"]), "depends_on: unknown measure 'us-lost'; did you mean us-list"),
    ("measure", put(CHILD, "events.5.by", "us-orderx"), "event l-6, by: unknown measure 'us-orderx'; did you mean us-"),
    ("measure", put(PARENT, "criteria", "ordre"), "criteria: unknown criteria 'ordre'; did you mean order?"),
    ("cycle", put(PARENT, "depends_on", ["us-list"]), "us-list rests on us-order rests on us-list, which is a ring"),
    ("cycle", put(WORDS, "actors.any_person.within", ["app_store"]), "any_person rests on app_store rests on any_pers"),
    ("cycle", put(PLACES, "jurisdictions.US.parent", "US-MT"), "US rests on US-MT rests on US"),
    # dates
    ("date", put(CHILD, "dates", {"signed": "18 September 2020"}), "dates, signed: '18 September 2020' is no date; wr"),
    ("date", put(CHILD, "events.0.public_at", "2020-09-31"), "event l-1, public_at: '2020-09-31' is no date"),
    ("date", put(CHILD, "events.5.effect.at", "2021-6-9"), "event l-6, effect, at: '2021-6-9' is no date"),
    ("date", put(CHILD, "provisions.1.due", "soon"), "list-2, due: 'soon' is no date; write a day as"),
    ("date", put(CHILD, "conditions.0.due", "promptly"), "condition list-c, due: 'promptly' is no date"),
    ("date", put(CHILD, "events.0.effect.start.computed_from.base", "x"), "start, computed_from, base: 'x' is no date"),
    ("date", add(CHILD, "events", event("l-9", "correction", "2020-12-01", AMEND)), "effect, start: 'x' is no date"),
    ("date", put(APPS, "organisations.maker.formed", "in spring"), "organisation maker, formed: 'in spring' is no dat"),
    ("date", put(APPS, "apps.chat.operators.1.from", "2022"), "app chat, operator 2, from: '2022' is no date"),
    ("date-order", put(CHILD, "events.0.effect.start.earliest", "2020-09-21"), "earliest (2020-09-21) lies after late"),
    ("date-order", put(CHILD, "events.1.effect.until", "2020-09-26"), "event l-2, effect: from (2020-09-27) lies"),
    ("clocks", put(CHILD, "events.0.recorded_at", "2020-09-17"), "event l-1: became public (2020-09-18) after it was"),
    ("count", put(PARENT, "provisions.1.due", "2020-09-21"), "'2020-09-21' is not 45 days after 2020-08-06, which is"),
    ("count", put(CHILD, "provisions.1.computed_from", {"base": "2020-08-06", "days": 1}), "'promptly' is not 1 days"),
    ("count", put(CHILD, "events.0.effect.start.latest", "2020-09-22"), "start, latest: '2020-09-22' is not 45 days"),
    ("count", put(CHILD, "events.3.effect.until", None), "event l-4, effect, until: '' is not 30 days after 2020-11-0"),
    ("count", put(PARENT, "provisions.1.computed_from.days", 10**9), "is beyond the calendar"),
    ("base", put(PARENT, "provisions.1", LIST), "order/list, computed_from, base: 2020-08-07 is no date"),
    ("made-first", add(CHILD, "events", EARLY), "event l-9: became public (2020-09-17) before the measure was made"),
    ("blocked-first", put(CHILD, "events.2.public_at", "2020-09-26"), "(2020-09-26) before l-2, which it unblocks"),
    # sources
    ("sourced", put(CHILD, "events.0.sources", []), "event l-1, sources: is empty; name at least one source"),
    ("sourced", put(CHILD, "conditions.0.sources", []), "condition list-c, sources: is empty"),
    ("sourced", drop(CHILD, "proceedings.0.sources"), "proceeding court-1, sources: is empty"),
    ("sourced", put(CHILD, "limits", {"parties": "business_to_business_only"}), "limits, sources: is empty"),
    ("sourced", put(CHILD, "limits", {"territory": "the state"}), "limits, sources: is empty"),
    ("source-findable", drop(CHILD, "sources.DOCKET.cite"), "source DOCKET: nobody could find it; give it a cite"),
    ("source-findable", put(SHARED, "sources.ORDER", {"seen": "full", "note": "x"}), "source ORDER: nobody could find"),
    ("source-findable", put(SHARED, "sources.ORDER.cite", " "), "source ORDER: nobody could find"),
    ("source-known", put(CHILD, "events.0.sources", ["ORDERS"]), "unknown source 'ORDERS'; did you mean ORDER?"),
    ("source-known", put(PARENT, "events.0.sources", ["DOCKET"]), "'DOCKET' is in measures/us/list.yaml; move it to"),
    ("source-known", put(CRITERIA, "document", "ORDERS"), "unknown source 'ORDERS'; did you mean ORDER?"),
    ("source-known", put(CHILD, "limits", {"sources": ["ORDERS"]}), "limits, sources: unknown source 'ORDERS'"),
    ("source-unused", put(SHARED, "sources.OTHER", SOURCE), "source OTHER: is cited nowhere; cite it"),
    ("source-unused", put(CHILD, "sources.OTHER", SOURCE), "source OTHER: is cited nowhere in this file"),
    ("source-twice", put(CHILD, "sources.ORDER", SOURCE), "source ORDER: is shared by sources/shared.yaml"),
    ("source-twice", lambda files: files.update({"sources/x.yaml": files[SHARED]}), "source ORDER: is in sources/shar"),
    ("memory", both(put(CHILD, "provisions.1.confidence", "H"), drop(CHILD, "provisions.1.unverified")), "lower it to"),
    # shape
    ("schedule", put(CHILD, "events.0.applies_to", ["list-2"]), "provision list-1: no event schedules it; add one wit"),
    ("actors", drop(CHILD, "provisions.0.actors"), "provision list-1: has transactions but no actors"),
    ("incomplete", drop(CHILD, "provisions.0.transactions"), "list-1: is a prohibition and has no transactions, so it"),
    ("incomplete", drop(PARENT, "provisions.1.duty_holder"), "order/list: is a deadline and has no duty_holder"),
    ("incomplete", put(CHILD, "provisions.1.kind", "definition"), "list-2: is a definition and has no term"),
    ("empty", put(CHILD, "title", " "), "title: is empty; write a sentence"),
    ("empty", put(CHILD, "provisions.0.summary", ""), "provision list-1, summary: is empty"),
    ("empty", put(CHILD, "conditions.0.summary", ""), "condition list-c, summary: is empty"),
    ("empty", put(CHILD, "open_questions.0.text", ""), "open question 1, text: is empty"),
    ("empty", put(CHILD, "proceedings.0.case", ""), "proceeding court-1, case: is empty"),
    ("deadline", add(CHILD, "events", {**MET, "applies_to": ["list-1"]}), "was met, but list-1 is a prohibition"),
    ("deadline", add(CHILD, "events", event("l-9", "correction", "2020-12-01", DUE, ["list-2"])), "list-2 is a duty"),
    ("parent", drop(CHILD, "depends_on"), "event l-6: via_parent is true, but the measure has no depends_on"),
    ("parent", put(CHILD, "events.5.effect.at", "2021-06-10"), "ends are us-order at 2021-06-09"),
    ("parent", add(CHILD, "events", LATE), "event l-9: starts when us-order had already ended, by o-3"),
]  # fmt: skip


def problems(folder: Path, change: Change = lambda _: None) -> list:
    files = small_register()
    change(files)
    return lint(write_register(folder, files))


def test_a_small_register_has_no_problems(tmp_path):
    assert problems(tmp_path) == []


@pytest.mark.parametrize(("check", "change", "said"), CASES, ids=[f"{name}-{said[:40]}" for name, _, said in CASES])
def test_a_check_finds_its_case_and_no_other_check_does(tmp_path, check, change, said):
    found = problems(tmp_path, change)
    assert {item.check for item in found} == {check}
    assert any(said in item.message for item in found), found


def test_every_check_has_a_case():
    assert {name for name, _, _ in CASES} == set(check_names())
    assert len(check_names()) == len(set(check_names()))


def test_a_problem_prints_the_file_the_check_and_what_to_do(tmp_path):
    (problem,) = problems(tmp_path, put(CHILD, "targets.apps", ["chats"]))[:1]
    assert (
        str(problem)
        == "measures/us/list.yaml: target: event l-4, apps: 'chat' is no target of the measure; add it there"
    )


def test_meaning_is_checked_once_every_file_has_its_form(tmp_path):
    wrong = put(CHILD, "targets.apps", ["nobody"])
    assert {item.check for item in problems(tmp_path, both(wrong, text(NEW, b"a: [")))} == {"yaml"}


def test_what_is_right_in_an_unusual_way_is_no_problem(tmp_path):
    unusual = both(
        put(PARENT, "provisions.1.due", "2020-09-20"),
        put(CHILD, "provisions.1.due", "continuing"),
        put(CHILD, "events.0.public_at", "2020-09"),
        put(CHILD, "events.1.by", "D.D.C. (Judge Nichols)"),
        put(CHILD, "events.2.by", "US-Commerce"),
        put(PARENT, "open_questions", [{"text": "What of the list?", "provisions": ["list-1", "list-x"]}]),
    )
    assert problems(tmp_path, unusual) == []


@pytest.mark.parametrize("holder", ["maker", "Maker", "app_store", "the agency"])
def test_a_holder_is_an_organisation_a_role_or_has_a_row(tmp_path, holder):
    assert problems(tmp_path, put(PARENT, "provisions.1.duty_holder", holder)) == []


@pytest.mark.parametrize("public", ["2020-09-18", "2020-09", "2020-09-18T00:00:00-04:00"])
def test_what_is_public_on_the_day_on_which_a_measure_is_made_is_not_before_it(tmp_path, public):
    assert problems(tmp_path, add(CHILD, "events", {**EARLY, "public_at": public})) == []


def test_a_measure_may_be_announced_before_it_is_made(tmp_path):
    assert problems(tmp_path, add(CHILD, "events", {**EARLY, "type": "announcement"})) == []


def test_an_unblock_may_be_public_on_the_day_of_its_block(tmp_path):
    assert problems(tmp_path, put(CHILD, "events.2.public_at", "2020-09-27")) == []


@pytest.mark.parametrize("about", [(PARENT, ["order/list"]), (CHILD, ["list-2"])])
def test_a_deadline_and_a_duty_may_be_met(tmp_path, about):
    path, named = about
    assert problems(tmp_path, add(path, "events", {**MET, "applies_to": named})) == []


def test_a_date_may_be_counted_from_the_day_of_an_event(tmp_path):
    later = put(PARENT, "dates", {"signed": "2020-08-06", "published": "2020-08-07"})
    counted = put(PARENT, "provisions.1", LIST)
    assert problems(tmp_path, both(later, counted)) == []
    assert {item.check for item in problems(tmp_path, counted)} == {"base"}
    noticed = add(PARENT, "events", event("o-9", "correction", "2020-08-07", {"op": "inform"}))
    assert problems(tmp_path, both(counted, noticed)) == []


def test_a_child_may_start_as_its_parent_stood_then(tmp_path):
    early = event("l-9", "identified", "2021-06-01", {"op": "schedule", "start": start("2021-08-01")})
    assert problems(tmp_path, add(CHILD, "events", early)) == []


def test_a_source_that_only_a_claim_cites_is_used(tmp_path):
    made = both(put(CHILD, "sources.OTHER", SOURCE), put(SHARED, "sources.MORE", SOURCE))
    assert {item.check for item in problems(tmp_path, made)} == {"source-unused"}
    claims = {"source": "x", "licence": "x", "asserted_at": "2020-09-20", "claims": []}
    said = {f"claims/{name}.yaml": {**claims, "of": name} for name in ("OTHER", "MORE")}
    assert problems(tmp_path, both(made, lambda files: files.update(said))) == []


def test_a_folder_without_a_register_has_nothing_wrong_in_it(tmp_path):
    assert lint(tmp_path) == []


def test_what_is_marked_unverified_from_memory_or_weaker_is_listed(tmp_path):
    files = small_register()
    files[PARENT]["unverified"] = ["the number of the order"]
    found = unverified(write_register(tmp_path, files))
    assert [str(item) for item in found] == [
        "measures/us/list.yaml: memory: provision list-2: rests on memory alone (medium confidence)",
        "measures/us/list.yaml: unverified: provision list-2: its wording",
        "measures/us/list.yaml: weaker: provision list-2: due (low confidence)",
        "measures/us/order.yaml: unverified: us-order: the number of the order",
    ]


def test_the_two_linters_share_the_sections_between_them():
    assert set(SECTIONS) == of_rules.ELSEWHERE
    assert not set(of_rules.SECTIONS) & set(SECTIONS)


def test_the_register_passes_its_own_linter():
    assert [str(item) for item in lint(KNOWLEDGE)] == []


def test_the_register_says_what_nobody_has_verified_yet():
    listed = {(item.path, item.check) for item in unverified(KNOWLEDGE)}
    assert ("measures/us/doc-wechat-2020.yaml", "unverified") in listed
    assert {check for _, check in listed} == {"unverified", "memory", "weaker"}
