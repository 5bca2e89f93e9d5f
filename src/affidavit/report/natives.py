"""Native files of known code: which file of the app is, or holds, which file of a library."""

from affidavit.model.code_identity import NativeIdentity, NativeSearch
from affidavit.model.fact import Fact
from affidavit.report.overview import Facts
from affidavit.wording import plural

HEADS = ("Native file in the app", "Statement", "Who", "How like", "What both have")
_LISTED = 4
_ABSENCE = "That a file is not listed means that it is like none of these."


def rows(facts: Facts) -> list[tuple[str, str, str, str, str]]:
    """The five columns of every statement: files that are known ones first, those with most evidence first."""
    found = sorted(facts.pairs(NativeIdentity), key=_order)
    return [
        (fact.place.entry, statement(what), ", ".join(filter(None, (what.vendor, what.form))), like(what), shared(what))
        for fact, what in found
    ]


def searched(facts: Facts) -> str:
    """What native files were compared with, as sentences; empty when none were."""
    return " ".join(
        f"{plural(item.files, 'native file')} of {item.of:,} ({item.bytes:,} bytes) were compared with "
        f"{plural(item.known, 'known one')}; of {item.found:,} something is stated. {_ABSENCE}"
        for item in facts.about(NativeSearch)
    )


def statement(what: NativeIdentity) -> str:
    """What is stated of one file."""
    name, verb = what.title or what.family, "is" if what.relation == "is" else "holds"
    shown = ", ".join(what.versions[:_LISTED])
    more = f" and {what.allowed - _LISTED:,} more" if what.allowed > _LISTED else ""
    versions = f"any of {plural(what.known, 'known version')}" if what.allowed >= what.known > 1 else f"{shown}{more}"
    return f"{verb} {what.file} of {name}" + (f" ({versions})" if versions else "")


def like(what: NativeIdentity) -> str:
    """How much of each file is in the other."""
    build = "same build id; " if what.same_build else ""
    return (
        f"{build}{what.inside / 10:.0f} % of it is in the library's file, {what.around / 10:.0f} % of that in it; "
        f"{what.evidence / 100:,.0f} nats"
    )


def shared(what: NativeIdentity) -> str:
    """Some of what both have."""
    return "; ".join(what.shared)


def _order(item: tuple[Fact, NativeIdentity]) -> tuple[bool, int, str, str]:
    fact, what = item
    return what.relation != "is", -what.evidence, fact.place.entry, what.family
