"""A flow, a reached call and their counts, made by hand: what reports and bundles have to cope with."""

import msgspec

from affidavit.facts.reading import make_fact
from affidavit.model.bundle import Affidavit, Excerpt
from affidavit.model.fact import Fact
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Edge, Entry, Flow, FlowCoverage, Reached, Step
from affidavit.model.place import Place
from tests.builders.affidavits import CALL_SITE

READ = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
SEND = "Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I"
MAIN = "Lcom/example/app/Main;"
START = Place("classes.dex", 4_000, MAIN, "onCreate(Landroid/os/Bundle;)V", 2)
END = Place("classes.dex", 4_300, "Lcom/example/tracker/Here;", "log(Ljava/lang/String;)V", 6)
ENTRY = Entry("activity", MAIN, "onCreate(Landroid/os/Bundle;)V")
CHAIN = (Call(START, "call"), Call(CALL_SITE, "target"))
STEPS = (
    Step(Edge.SOURCE, CALL_SITE, "result"),
    Step(Edge.USE, Place("classes.dex", 4_250, CALL_SITE.class_, CALL_SITE.method, 21), "operand 0"),
    Step(Edge.CALL, Place("classes.dex", -1, END.class_, END.method), "parameter 0"),
    Step(Edge.MODEL, END, "operand 1", "0 -> return"),
    Step(Edge.SINK, END, "operand 1"),
)
FLOW = Flow(
    "identifiers/device-id", "identifiers", READ, "log/android", "log", SEND, END, "proved",
    "an abstract execution carries it there", STEPS, ENTRY, CHAIN, False, "example-tracker",
    "own", "TAG {a preference}",
)  # fmt: skip
REACHED = Reached("identifiers/device-id", "identifiers", READ, ENTRY, CHAIN, "example-tracker")
COUNTS = FlowCoverage(3, 80, 41, 41, 2, 5, 4, 1, 1, 1, 2)


def flow_facts() -> tuple[Fact, ...]:
    """One fact of each kind."""
    subjects = ((FLOW, CALL_SITE), (REACHED, CALL_SITE), (COUNTS, Place("")))
    return tuple(make_fact(what, place, "flows/1") for what, place in subjects)


def flow_excerpts() -> dict[str, Excerpt]:
    """The instructions at the sink."""
    line = "invoke-static {v0, v1}, Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I"
    return {f"classes.dex@{END.offset}": Excerpt(("const-string v0", line), 1, "7120", "dex")}


def with_flows(account: Affidavit) -> Affidavit:
    """An affidavit whose first finding is followed to where its data goes."""
    added = flow_facts()
    first, *others = account.findings
    raised = msgspec.structs.replace(first, grade=Grade.FLOWS, entry=ENTRY, chain=CHAIN, flows=(added[0].id,))
    return msgspec.structs.replace(
        account,
        facts=(*account.facts, *added),
        findings=(raised, *others),
        excerpts={**account.excerpts, **flow_excerpts()},
    )
