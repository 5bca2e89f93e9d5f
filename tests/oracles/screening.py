"""Slow twins of what tells listed apps in records: every mark is tried, label by label, in the plainest way."""

from collections.abc import Mapping

Told = dict[str, tuple[str, str]]
"""App -> (by what, how sure)."""


def labels_of(host: str) -> list[str]:
    """Labels of a host."""
    return host.split(".")


def below(host: str, end: str) -> bool:
    """Whether a host is a domain or below it, label by label."""
    have, want = labels_of(host), labels_of(end)
    return len(have) >= len(want) and have[len(have) - len(want) :] == want


def host(
    name: str, domains: Mapping[str, tuple[str, str]], others: Mapping[str, str], zones: Mapping[str, str]
) -> tuple[Told, str]:
    """What a host tells, and why it is set aside.

    Args:
        name: the host.
        domains: domain -> (app, how sure); one app each.
        others: domain of something else -> what.
        zones: end that a provider gives out -> who chooses what stands before it.
    """
    listed = sorted({*domains, *others, *zones}, key=lambda end: -len(labels_of(end)))
    told: Told = {}
    for end in listed:
        if not below(name, end):
            continue
        if end in domains:
            app, sure = domains[end]
            told.setdefault(app, ("domain", sure))
        if end in others:
            return (told, "") if told else ({}, others[end])
        if end in zones and not told:
            before = labels_of(name)[: -len(labels_of(end))]
            return _inside(before, domains, zones[end]), ""
    return told, ""


def _inside(before: list[str], domains: Mapping[str, tuple[str, str]], chosen: str) -> Told:
    """What labels before a provider's own name tell."""
    if chosen == "code" or not before:
        return {}
    told: Told = {}
    for domain, (app, sure) in sorted(domains.items(), key=lambda item: -len(labels_of(item[0]))):
        if below(".".join(before), domain):
            told.setdefault(app, ("label", "M" if sure == "H" else sure))
    for domain, (app, _) in sorted(domains.items()):
        if f"-{before[-1]}".endswith("-" + domain.replace(".", "-")):
            told.setdefault(app, ("label", "L"))
    if chosen == "anyone":
        return {app: (by, "L") for app, (by, _) in told.items()}
    return told


def element(words: Mapping[str, tuple[str, ...]], matches: list[dict[str, str]]) -> str:
    """How far an element is shown; one match after the other, every condition by itself.

    Args:
        words: `shown`, `part`, `direct` ties and `kinds`.
        matches: `tie`, `kind`, `app`, `tier`, `confidence`, `arranged` of each, and whether its
            `days` are ``none``, ``that`` or ``other``.
    """
    answers = set()
    for match in matches:
        if match["tie"] in words["direct"]:
            if match["arranged"] == "route server":
                answers.add("not shown")
                continue
            enough = match["arranged"] == "bilateral"
            if match["tie"] in words["shown"]:
                enough = enough or not words["kinds"] or match["kind"] in words["kinds"]
        elif match["tie"] in words["shown"]:
            enough = not words["kinds"] or match["kind"] in words["kinds"]
        elif match["tie"] in words["part"]:
            enough = False
        else:
            answers.add("not shown")
            continue
        sure = match["app"] != "" and match["tier"] in {"S4", "S5"} and match["confidence"] in {"H", "M"}
        sure = sure and match["days"] in {"none", "that"}
        answers.add("shown" if enough and sure else "in part")
    return next((answer for answer in ("shown", "in part") if answer in answers), "not shown")
