"""Whatever a worker says, it is a well-formed account or none: bounded, of our questions, at one with itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given as opened
from affidavit.evidence import plausible
from affidavit.evidence.bundle import excerpt_key
from affidavit.evidence.conclude import conclude
from affidavit.evidence.examine import examine
from affidavit.evidence.examined import Examined
from affidavit.evidence.plausible import ImplausibleError, read
from affidavit.evidence.proofs import broken, cited_places
from affidavit.evidence.request import LONGEST, RESULT, STAGES
from affidavit.facts.extract import STAGES as READING
from affidavit.facts.reading import make_fact
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding, Proof
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.report import FORMATS, render
from tests.builders.apps import small_app
from tests.builders.payloads import PAYLOADS, payload_app
from tests.report.test_formats import BANNED

PARTS = ["<", ">", "&", '"', "'", "`", "{{", "](", "|", "=", "\x1b[", "\r\n", "\u202e", "\0", "/", "://", "a", "\u6f22"]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    """What is said of a small app."""
    return examined_of(tmp_path_factory.mktemp("honest") / "small.apk", small_app())


def examined_of(path: Path, data: bytes) -> Examined:
    path.write_bytes(data)
    return examine(opened(path), Budget(), lambda *_: None)


def heard(examined: Examined) -> Examined:
    return read(msgspec.json.encode(examined))


def lying(examined: Examined, text: str) -> Examined:
    """The account that a worker under somebody's command would give: `text` wherever there is a choice."""
    facts = {fact.id: told(fact, text) for fact in examined.facts}
    ids = {old: new.id for old, new in facts.items()}
    findings = tuple(said(finding, text, ids) for finding in examined.findings)
    excerpt = next(iter(examined.excerpts.values()))
    return replace(
        examined,
        artefact=replace(examined.artefact, name=text, sha256=text, v4_signature=text, size=-1),
        facts=tuple({fact.id: fact for fact in facts.values()}.values()),
        findings=findings,
        limitations=(*(replace(item, detail=text) for item in examined.limitations), Limitation("a/b", text)),
        excerpts={
            excerpt_key(place): poisoned(excerpt, text) for finding in findings for place in cited_places(finding)
        },
        coverage=replace(poisoned(examined.coverage, text), stages=examined.coverage.stages),
    )


def told(fact: Fact, text: str) -> Fact:
    return make_fact(poisoned(fact.what, text), poisoned(fact.place, text), text)


def said(finding: Finding, text: str, ids: dict[str, str]) -> Finding:
    def proven(proof: Proof) -> Proof:
        return replace(
            poisoned(proof, text), facts=tuple(ids[item] for item in proof.facts),
            children=tuple(map(proven, proof.children)),
        )  # fmt: skip

    who = tuple(poisoned(item, text) for item in finding.who)
    return replace(finding, searched=text, why_not_higher=text, who=who, proof=proven(finding.proof))


def poisoned(value: Any, text: str) -> Any:
    """The same with a text for every string that msgspec lets be any."""
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    if not isinstance(value, msgspec.Struct):
        return text if type(value) is str else value
    made = replace(value, **{name: poisoned(getattr(value, name), text) for name in value.__struct_fields__})
    try:
        return msgspec.json.decode(msgspec.json.encode(made), type=type(value))
    except msgspec.ValidationError:  # a field that has words of its own, which no other passes
        return value


def test_stages_are_those_that_run(honest: Examined):
    assert STAGES[1 : 1 + len(READING)] == tuple(name for name, _ in READING)
    assert [item.name for item in honest.coverage.stages] == [
        name for name in STAGES[1:] if name not in {"captures", "names"}
    ]


@pytest.mark.parametrize("kind", PAYLOADS)
def test_what_an_honest_worker_says_is_taken(tmp_path: Path, kind):
    examined = examined_of(tmp_path / "payload.apk", payload_app(PAYLOADS[kind]))
    assert heard(examined) == examined


def test_what_an_honest_worker_says_is_far_from_the_bounds(honest: Examined):
    body = msgspec.json.encode(honest)
    assert len(body) * 500 < LONGEST[RESULT]
    assert sum(map(body.count, (b",", b"[", b"{"))) * 500 < plausible.VALUES


def deep(levels: int) -> Proof:
    proof = Proof("and", matched=False)
    for _ in range(levels):
        proof = Proof("and", matched=False, children=(proof,))
    return proof


def first(examined: Examined, **changes: Any) -> Examined:
    """The account with another first finding."""
    return replace(examined, findings=(replace(examined.findings[0], **changes), *examined.findings[1:]))


LIES: dict[str, Callable[[Examined], Examined]] = {
    "no such kind": lambda it: replace(it, artefact=replace(it.artefact, kind="<b>")),
    "no such stages": lambda it: replace(it, coverage=replace(it.coverage, stages=it.coverage.stages[::-1])),
    "not in this order": lambda it: replace(it, coverage=replace(it.coverage, stages=it.coverage.stages * 2)),
    "of no kind": lambda it: replace(it, limitations=(Limitation("all is well", ""),)),
    "of no number": lambda it: replace(it, limitations=(Limitation("a/b", "", count=-1),)),
    "or of no": lambda it: replace(it, limitations=(Limitation("a/b", "", count=1 << 70),)),
    "not one finding for each rule": lambda it: replace(it, findings=it.findings[1:]),
    "one finding for each": lambda it: replace(it, findings=it.findings * 2),
    "for each rule": lambda it: first(it, rule="made/up"),
    "is another rule": lambda it: first(it, title="Nothing at all was found"),
    "another rule": lambda it: first(it, severity="critical"),
    "too deep": lambda it: first(it, proof=deep(plausible.DEPTH)),
    "which is not there": lambda it: first(it, proof=Proof("and", matched=False, facts=("f0",))),
    "has the id": lambda it: replace(it, facts=(replace(it.facts[0], id="f" + "0" * 16), *it.facts[1:])),
    "no limitation": lambda it: first(it, limitations=("code/invented",)),
    "has no excerpt": lambda it: replace(it, excerpts={}),
}


@pytest.mark.parametrize("why", LIES)
def test_what_cannot_be_an_account_is_none(honest: Examined, why):
    with pytest.raises(ImplausibleError, match=why):
        heard(LIES[why](honest))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"null", b"[" * 99_999, b'{"artefact":' * 9_999, b"\xff", b'{"artefact": {"name": "\\ud800"}}',
        b"[" + b"1," * plausible.VALUES + b"1]",
        b'{"artefact":{"name":"a","kind":"apk","size":%s,"sha256":""}}' % (b"9" * 5_000),
    ],
    ids=range(9),
)  # fmt: skip
def test_bytes_that_are_no_account_are_refused(body):
    with pytest.raises(ImplausibleError):
        read(body)


def test_a_proof_deeper_than_python_is_refused(honest: Examined):
    body = msgspec.json.encode(first(honest, proof=Proof("and", matched=False)))
    node = b'{"op":"and","matched":false'
    nested = body.replace(node + b"}", node + (b',"children":[' + node) * 9_000 + b"}" + b"]}" * 9_000, 1)
    assert nested != body
    with pytest.raises(ImplausibleError, match="RecursionError"):
        read(nested)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_an_account_with_some_bytes_changed_is_an_account_or_none(honest: Examined, data):
    body = bytearray(msgspec.json.encode(honest))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        examined = read(bytes(body))
    except ImplausibleError:
        return
    assert not list(broken(conclude(examined, "none")))


def test_a_worker_that_lies_everywhere_gives_a_whole_account_in_every_format(honest: Examined):
    for text in PAYLOADS.values():
        check_formats(honest, text)


@settings(max_examples=5, deadline=None)
@given(text=st.lists(st.sampled_from(PARTS), min_size=1, max_size=9).map("".join))
def test_texts_of_any_syntax_stay_texts(honest: Examined, text):
    check_formats(honest, text)


def check_formats(honest: Examined, text: str) -> None:
    account = conclude(heard(lying(honest, text)), "limits")
    assert not list(broken(account))
    for form in FORMATS:
        made = render(account, form)
        assert len(made) < 8 << 20
        assert not {"\x1b", "\u202e", "\0", "\u2028"} & set(made.decode())
        assert not BANNED.search(made.decode())


def test_numbers_of_any_size_are_shown(honest: Examined):
    huge = replace(honest.facts[0].place, offset=1 << 200) if honest.facts else Place("")
    fact = make_fact(honest.facts[-1].what, huge, "x")
    account = conclude(heard(replace(honest, facts=(*honest.facts, fact))), "limits")
    for form in FORMATS:
        assert render(account, form)
