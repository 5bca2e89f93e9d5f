"""Paths are read again before they are stated, and once more when somebody verifies the bundle."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence import bundle
from affidavit.evidence.bundle import PATHS_SHOWN, STEPS_SHOWN, excerpt_key
from affidavit.evidence.examine import examine
from affidavit.evidence.excerpt import Excerpter
from affidavit.evidence.flows_checked import REFUSED, checked, declared_of, drop_refused
from affidavit.evidence.plausible import ImplausibleError, read
from affidavit.evidence.proofs import broken, path_places
from affidavit.evidence.review import checked_paths
from affidavit.evidence.tool import this_tool
from affidavit.evidence.verify import Step, verify
from affidavit.facts.extract import Extraction, read_code, walk_entries
from affidavit.facts.reading import make_fact
from affidavit.knowledge import digest
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Excerpt
from affidavit.model.declared import Component
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.flow import Call, Edge, Entry, Flow, Reached
from affidavit.model.identity import Application
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.affidavits import key, small_affidavit
from tests.builders.apps import write_app
from tests.builders.dex import DexBuilder
from tests.dalvik.check.material import MAIN, SOURCE, App, leak, run

ACTIVITY = "Landroid/app/Activity;"
ENTRY = Entry("activity", MAIN, "onCreate(Landroid/os/Bundle;)V")
MADE = App().add(MAIN, [run(*leak(), name="onCreate", proto="(Landroid/os/Bundle;)V")], ACTIVITY)


def flow() -> Flow:
    """A flow within the start of the activity, with its chain."""
    made = MADE.flow(
        (Edge.SOURCE, "Main.onCreate:source", "result"),
        (Edge.USE, "Main.onCreate:sink", "operand 1"),
        (Edge.SINK, "Main.onCreate:sink", "operand 1"),
    )
    return replace(made, entry=ENTRY, chain=(Call(made.steps[0].place, "target"),))


def fact(what: Flow | Reached) -> Fact:
    return make_fact(what, MADE.place("Main.onCreate:source"), "flows/1")


def bent() -> Fact:
    """The flow with another operand."""
    steps = flow().steps
    return fact(replace(flow(), steps=(steps[0], replace(steps[1], role="operand 0"), steps[2])))


GOOD = fact(flow())
REACHED = fact(Reached("device-id", "device", SOURCE, ENTRY, flow().chain))
DECLARED = make_fact(Component("activity", "com.x.Main", exported=True, exported_why="stated"), Place("m", 1), "m/1")


def nothing() -> None:
    """A budget that never ends."""


def test_what_is_borne_out_is_kept_and_nothing_is_said():
    found = checked([DECLARED, GOOD, REACHED], MADE.program, tuple, nothing)
    assert found.kept == [DECLARED, GOOD, REACHED]
    assert found.limitations == []


def test_what_is_not_borne_out_is_left_out_and_that_is_said():
    found = checked([DECLARED, bent(), REACHED], MADE.program, tuple, nothing)
    assert found.kept == [DECLARED, REACHED]
    (said,) = found.limitations
    assert said.kind == REFUSED
    assert said.place == GOOD.place
    assert "a flow from device-id to log was not borne out by the code: step 2 (use): the value" in said.detail


def test_a_flow_whose_chain_alone_is_refused_is_kept_without_it():
    found = checked([GOOD, REACHED], MADE.program, tuple, nothing)  # no manifest declares the activity
    assert [item.what for item in found.kept] == [replace(flow(), entry=None, chain=())]
    assert [item.kind for item in found.limitations] == [REFUSED] * 2
    assert all("the manifest declares no Lcom/x/Main;" in item.detail for item in found.limitations)


def test_many_refusals_are_counted():
    found = checked([bent()] * 250, MADE.program, tuple, nothing)
    assert sum(item.count for item in found.limitations) == 250
    assert len(found.limitations) == 101


def test_facts_without_paths_cost_nothing():
    def ended() -> None:
        raise BudgetError("no time")

    assert checked([DECLARED], MADE.program, tuple, ended).kept == [DECLARED]


def test_every_class_that_the_manifest_names_is_declared():
    application = make_fact(Application(class_name="com.x.App", backup_agent="com.x.Backup"), Place("m", 1), "m/1")
    alias = Component("activity-alias", "com.x.Alias", exported=True, exported_why="stated", target="com.x.Target")
    found = declared_of([DECLARED, application, make_fact(alias, Place("m", 1), "m/1")])
    assert found == {f"Lcom/x/{name};" for name in ("Main", "App", "Backup", "Alias", "Target")}


# In an app


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_app(tmp_path, classes_dex=DexBuilder(MADE.classes).build())


@contextmanager
def extraction(app: Path, budget: Budget) -> Iterator[Extraction]:
    """The code of an app, read, with two flows."""
    with open_artefact(given(app), budget) as opened, Spool() as spool:
        state = Extraction(opened, budget, spool)
        walk_entries(state, lambda *_: None)
        read_code(state, lambda *_: None)
        state.facts = [DECLARED, GOOD, bent()]
        yield state


def test_the_stage_keeps_what_is_borne_out(app):
    with extraction(app, Budget()) as state:
        drop_refused(state)
        assert state.facts == [DECLARED, GOOD]
        assert [item.kind for item in state.limitations if item.kind == REFUSED] == [REFUSED]


def test_a_path_that_was_not_read_again_is_not_stated(app):
    with extraction(app, Budget()) as state:
        state.budget = Budget(seconds=0)
        with pytest.raises(BudgetError):
            drop_refused(state)
        assert state.facts == [DECLARED]


def test_every_step_and_link_is_shown_as_code(app):
    with extraction(app, Budget()) as state:
        excerpter = Excerpter(state.program, {}, state.set_aside)
        shown = [excerpter.of(place) for places in path_places([GOOD]) for place in places]
    texts = [item.lines[item.cited] for item in shown if item is not None]
    assert len(texts) == len(shown) == 4
    assert "getDeviceId" in texts[0]
    assert "Log;->i" in texts[1]


def claims(app: Path) -> Fact:
    """The flow and the manifest of `app`: its activity is declared as ``.Main`` of another package."""
    assert app.exists()
    return fact(replace(flow(), entry=None, chain=()))


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_claims_are_checked_behind_walls_and_without(app, sandbox):
    good = checked_paths(app, (claims(app),), sandbox=sandbox)
    assert (good.limitations, good.facts) == ((), ())
    assert [(item.name, item.outcome) for item in good.coverage.stages] == [("paths", "done")]
    bad = checked_paths(app, (claims(app), bent(), GOOD), sandbox=sandbox)
    assert [item.kind for item in bad.limitations] == [REFUSED] * 2


# In a bundle


def verified(app: Path, tmp_path: Path, *facts: Fact) -> Step:
    """Step 10 on a bundle about the app with these facts, however they came into it."""
    artefact = Artefact("small.apk", "apk", app.stat().st_size, sha256(app.read_bytes()).hexdigest())
    made = bundle.assemble(artefact, this_tool(), digest(), facts=facts, findings=(), limitations=(), excerpts={})
    path = tmp_path / "claimed.affidavit"
    bundle.write_bundle(path, made, key())
    return verify(path, app, check=checked_paths).steps[9]


def test_a_bundle_whose_paths_are_in_the_artefact_passes(app, tmp_path):
    step = verified(app, tmp_path, claims(app))
    assert step.passed is True
    assert step.detail == "3 steps of 1 flows, and 0 chains, accepted"


def test_a_bundle_with_a_path_that_is_not_in_the_artefact_fails_with_step_and_reason(app, tmp_path):
    step = verified(app, tmp_path, claims(app), bent())
    assert step.passed is False
    assert "step 2 (use): the value does not arrive at the operand" in step.detail


def test_a_bundle_about_another_artefact_or_without_paths_is_not_read(app, tmp_path):
    assert verified(app, tmp_path).detail == "none is stated"
    other = write_app(tmp_path, "other.apk")
    path = tmp_path / "claimed.affidavit"
    step = verify(path, other, check=checked_paths).steps[9]
    assert (step.passed, step.detail) == (None, "the artefact is another one")


def test_excerpts_of_paths_belong_to_an_affidavit():
    small = small_affidavit()
    facts = (*small.facts, GOOD)
    shown = {excerpt_key(place): Excerpt((), -1, "", "dex") for places in path_places(facts) for place in places}
    assert list(broken(replace(small, facts=facts, excerpts=small.excerpts | shown))) == []
    gone = shown.popitem()[0]
    assert any(gone in fault for fault in broken(replace(small, facts=facts, excerpts=small.excerpts | shown)))
    said = Limitation("tool/no-excerpt", "the bytes could not be read again")
    assert list(broken(replace(small, facts=facts, limitations=(*small.limitations, said)))) == []


def test_excerpts_of_paths_are_bounded():
    long = fact(replace(flow(), steps=flow().steps * 20, chain=flow().chain * 100))
    assert len(path_places([long] * (PATHS_SHOWN + 5))) == PATHS_SHOWN
    assert len(list(path_places([long])[0])) == 2 * STEPS_SHOWN + 1  # and the sink


@pytest.mark.parametrize("long", [flow().steps * 400, ()])
def test_an_account_with_longer_paths_than_the_checker_reads_is_none(app, long):
    honest = examine(given(app), Budget(), lambda *_: None)
    changes = {"steps": long} if long else {"chain": flow().chain * 1_100}
    told = replace(honest, facts=(*honest.facts, fact(replace(flow(), **changes))))
    with pytest.raises(ImplausibleError, match="more than 1024 steps"):
        read(msgspec.json.encode(told))
