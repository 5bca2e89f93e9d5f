"""From what code can do to *observed*: a capture shows that data of a category was sent.

Only statements that data leaves the device are raised, by values that are known to be the device's or that stand where
a recipient is known to have them sent. That a value has the form of one, or that its field is called so, is a
candidate: it makes "not shown" open and proves nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec.structs import replace

from affidavit.findings.features import SHOWN
from affidavit.findings.schema import Rule
from affidavit.model.apple import AppleBundle
from affidavit.model.capture import Capture, Contact, Disclosure, Undecoded
from affidavit.model.fact import Fact
from affidavit.model.finding import Answer, Finding, Grade, Proof
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.wording import plural

PROVING: Final = frozenset({"known-value", "adapter"})
"""Methods that tell a value for certain (see `capture.Method`)."""
CANDIDATES: Final = "capture/candidates"
NOT_SOUGHT: Final = "capture/not-sought"
OPEN: Final = frozenset(
    {
        CANDIDATES, NOT_SOUGHT, "budget/captures", "capture/bomb", "capture/damaged", "capture/not-decrypted",
        "capture/not-kept", "capture/too-large", "capture/truncated", "capture/undecoded", "capture/unsupported",
    }
)  # fmt: skip
"""Kinds of limitations that keep open whether something was sent. A wrong clock does not."""
_NUMBER: Final = re.compile(r"uid \d+")
_NETWORK: Final = "network"
_BY_THE_CAPTURE: Final = "it was seen in captured traffic that the capture says is this app's: no grade is higher"
_BY_ITS_TITLE: Final = (
    "it was seen in captured traffic of an app with this one's title, as the capture says: no grade is higher; that "
    "title others can have as well"
)
_BY_ITS_GIVER: Final = (
    "it was seen in captured traffic: no grade is higher; that it was this app that sent it is the word of whoever "
    "gave the capture, which does not say whose traffic it is"
)


class Traffic:
    """What captures show of one app.

    Args:
        facts: of the whole artefact. sought: categories of which values were looked for that are known to be the
            device's.
    """

    def __init__(self, facts: Iterable[Fact], sought: AbstractSet[str]) -> None:
        self.sought = sought
        self.captures, self.messages, self.undecoded, self.others = 0, 0, 0, 0
        self._sent: dict[str, list[tuple[str, Disclosure]]] = {}
        self._candidates: dict[str, int] = {}
        facts = tuple(facts)
        apps = [fact.what for fact in facts if isinstance(fact.what, Package | AppleBundle)]
        self._names = {app.name for app in apps}
        self._titles = {app.label for app in apps if app.label}
        for fact in facts:
            self._take(fact)

    def _take(self, fact: Fact) -> None:
        what = fact.what
        if isinstance(what, Capture):
            self.captures += 1
        elif isinstance(what, Contact):
            self.messages += what.requests if self._of_this_app(what.app) else 0
        elif isinstance(what, Undecoded):
            self.undecoded += what.size
        elif isinstance(what, Disclosure) and what.sent:
            if not self._of_this_app(what.app):
                self.others += what.count
            elif what.method in PROVING:
                self._sent.setdefault(what.category, []).append((fact.id, what))
            else:
                self._candidates[what.category] = self._candidates.get(what.category, 0) + what.count

    def _of_this_app(self, app: str) -> bool:
        """Whether traffic is this app's (package, process, title), or nobody's by what the capture says."""
        return not _told(app) or app.partition(":")[0] in self._names or app in self._titles

    def whose(self, apps: Iterable[str]) -> str:
        """Why no grade is higher, by how captures name the app whose traffic it is: the surest of several ways."""
        named = {app for app in apps if _told(app)}
        if any(app.partition(":")[0] in self._names for app in named):
            return _BY_THE_CAPTURE
        return _BY_ITS_TITLE if named else _BY_ITS_GIVER

    def sent(self, category: str) -> Sequence[tuple[str, Disclosure]]:
        """Disclosures that prove, with the ids of their facts."""
        return self._sent.get(category, ())

    def candidates(self, category: str) -> int:
        """How often something that may be of the category was sent."""
        return self._candidates.get(category, 0)

    @property
    def searched(self) -> str:
        """What was searched, as a sentence with counts."""
        said = f"Searched in {plural(self.captures, 'capture')}: {plural(self.messages, 'message')}"
        left = f"; {self.undecoded:,} bytes that were sent were not decoded" if self.undecoded else ""
        other = f"; not counted: {plural(self.others, 'value')} that other apps sent" if self.others else ""
        return f"{said}{left}{other}."


def _told(app: str) -> str:
    """The name that a capture gives an app; empty for the number of a user (``uid 10123``), which is none."""
    return "" if _NUMBER.fullmatch(app) else app


def observed(
    findings: Sequence[Finding], rules: Iterable[Rule], traffic: Traffic, limitations: Iterable[Limitation]
) -> tuple[tuple[Finding, ...], tuple[Limitation, ...]]:
    """Findings with what captures say of them, and the limitations that follow.

    Args:
        findings: one for each rule.
        rules: the same.
        traffic: what captures show.
        limitations: all that are known.
    """
    asked = {rule.id: category for rule in rules if (category := _category(rule))}
    if not traffic.captures:
        return tuple(findings), ()
    added = tuple(_added(sorted(set(asked.values())), traffic))
    kinds = {item.kind for item in (*limitations, *added)} & OPEN
    return tuple(
        _one(finding, asked[finding.rule], traffic, kinds) if finding.rule in asked else finding for finding in findings
    ), added


def _category(rule: Rule) -> str:
    """The category of data of which a rule says that it leaves over a network; empty for every other rule."""
    flow = rule.match.flow
    return flow.category if flow is not None and not flow.source and _NETWORK in (flow.sinks or (_NETWORK,)) else ""


def _added(categories: Iterable[str], traffic: Traffic) -> Iterable[Limitation]:
    """What keeps categories open: nothing was known to look for, or something may be one of them."""
    names = tuple(categories)
    unknown = [name for name in names if name not in traffic.sought and not traffic.sent(name)]
    if unknown:
        detail = (
            f"no value of the device was given for {', '.join(unknown)}: in captures they can be told by what is known "
            "of recipients and of the names of fields alone"
        )
        yield Limitation(NOT_SOUGHT, detail)
    for name in names:
        if traffic.candidates(name) and not traffic.sent(name):
            many = plural(traffic.candidates(name), "value")
            yield Limitation(CANDIDATES, f"{many} may be data of {name}, by the name of a field or by their form")


def _one(finding: Finding, category: str, traffic: Traffic, kinds: AbstractSet[str]) -> Finding:
    """One statement that data of a category is sent."""
    searched = f"{finding.searched} {traffic.searched}"
    sent = traffic.sent(category)
    if sent:
        ids = tuple(ident for ident, _ in sent[:SHOWN])
        count = sum(what.count for _, what in sent)
        leaf = Proof("feature", matched=True, feature=f"traffic: {category}", count=count, facts=ids)
        return replace(
            finding,
            answer=Answer.SHOWN,
            grade=Grade.OBSERVED,
            why_not_higher=traffic.whose(what.app for _, what in sent),
            searched=searched,
            proof=Proof("or", matched=True, children=(finding.proof, leaf)),
        )
    mine = _bearing(category, traffic, kinds)
    if finding.answer is not Answer.NOT_SHOWN or not mine:
        return replace(finding, searched=searched)
    why = f"Not settled: no path in the code was found, and captures leave it open ({', '.join(mine)})."
    return replace(
        finding,
        answer=Answer.UNDETERMINED,
        searched=f"{why} {searched}",
        limitations=tuple(sorted({*finding.limitations, *mine})),
    )


def _bearing(category: str, traffic: Traffic, kinds: AbstractSet[str]) -> list[str]:
    """Kinds that keep one category open."""
    not_mine: Mapping[str, bool] = {
        CANDIDATES: not traffic.candidates(category),
        NOT_SOUGHT: category in traffic.sought,
    }
    return sorted(kind for kind in kinds if not not_mine.get(kind, False))
