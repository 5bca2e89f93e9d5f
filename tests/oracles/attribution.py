"""What must follow from claims, written as the explanation page has it: no step of this is taken from the code."""

from datetime import date

WAYS = ("prefix", "zone", "certificate", "header", "network")


def operator(answer):
    """The operator that the best way tells."""
    claims = [item for item in answer.claims if item.about == "operator"]
    claims = [item for item in claims if "carrier" not in item.why_not and "several providers" not in item.why_not]
    told = sorted((WAYS.index(item.kind), item.value) for item in claims)
    return {value for way, value in told if way == told[0][0]} or {""}


def place(answer):
    """The one country that all votes that count name; empty when there are none, or several."""
    votes = {item.value for item in answer.claims if item.about == "country" and item.counts}
    return votes.pop() if len(votes) == 1 else ""


def strength(asked, answer, sources):
    """The tier, by the table of tiers."""
    if asked.record:
        return "S5"
    named = bool(answer.host) and answer.host != answer.address
    if not named or not _is_name(answer):
        return "S0"
    connected = asked.contacted and "stale-answer" not in asked.marks
    if not connected:
        return "S1" if asked.looked_up or asked.contacted else "S0"
    ways = {item.kind for item in answer.claims if item.about == "operator" and item.value == answer.operator}
    ranged = [item for item in answer.claims if item.about == "operator" and item.kind == "prefix" and item.counts]
    fresh = asked.day and any(_days(asked.day, sources[item.source].date) <= 730 for item in ranged)
    if _inside(answer.address) or "proxied" in asked.marks or not ("zone" in ways or fresh):
        return "S2"
    both = asked.received > 0 and "one-sided" not in asked.marks and ways & {"certificate", "header"}
    return "S4" if both else "S3"


def _inside(address):
    """Whether an address, also one of version 4 in one of version 6, is a private or documented one."""
    return address.startswith(("10.", "203.0.113.", "2001:db8:"))


def _is_name(answer):
    *_, last = labels = answer.host.removesuffix(".").split(".")
    return all(labels) and not last.isdigit() and ":" not in answer.host


def _days(day, text):
    return abs((day - date.fromisoformat(text)).days) if day else 0


def gap(asked, claim, source):
    """Days from the data to the observation; none without a day."""
    if asked.day is None:
        return None
    return (asked.day - date.fromisoformat(claim.date)).days
