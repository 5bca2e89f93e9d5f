"""The page of ``affidavit attribute``: what follows first, then every claim, then the sources."""

from affidavit.model.network import Attributed, Claimed, NetworkRecord, Source, Strength
from affidavit.report.attributed import as_text
from affidavit.report.columns import cells_of

SOURCES = (
    Source("aa", "asn", "table of networks", "2026-06-17", "CC BY 4.0", "by somebody"),
    Source("bb", "country-geo", "table of networks", "2024-01-01", "CC BY-SA 4.0"),
)
HOST = Attributed(
    "www.example.org", "192.0.2.1", "", asked_on="2026-06-20",
    claims=(
        Claimed("owner", "example", "Example Ltd.", "example.org", source="aa", date="2026-06-17"),
        Claimed("country", "US", "", "192.0.2.0/24", "geo", "bb", "2024-01-01", 901, False, "it is too old"),
    ),
    owner="example", operator="cloud", parent="group", seat="CN", service="cloud", why_no_place="it is too old",
    strength=Strength.S2, missing="S3 takes a name",
)  # fmt: skip
RECORD = NetworkRecord(SOURCES, (("cloud", "Cloud Inc."), ("example", "Example Ltd."), ("group", "Group")), (HOST,))


def test_conclusions_claims_and_sources_by_number():
    assert as_text(RECORD, 100).splitlines() == [
        "www.example.org at 192.0.2.1, on 2026-06-20",
        "  whose name   Example Ltd.",
        "  who runs it  Cloud Inc., cloud; last parent Group, seat CN",
        "  where        undetermined: it is too old",
        "  how strong   S2, served from: not shown; S3 takes a name",
        "  claim        owner: Example Ltd. example; by example.org [1], data of 2026-06-17",
        "  claim        country (feeds of use): US; by 192.0.2.0/24 [2], data of 2024-01-01, 901 days older",
        "               than the observation: dated; does not count: it is too old",
        "",
        "Claims rest on these sources:",
        "  [1]          table of networks (asn); data of 2026-06-17; CC BY 4.0; by somebody",
        "  [2]          table of networks (country-geo); data of 2024-01-01; CC BY-SA 4.0",
    ]


def test_nothing_is_wider_than_the_paper():
    for width in (40, 80, 200):
        assert max(map(cells_of, as_text(RECORD, width).splitlines())) <= max(width, 45)


def test_hostile_names_stay_on_their_line():
    record = NetworkRecord(endpoints=(Attributed("a\n  claim  b\x1b[2J\u202e.example", "", ""),))
    page = as_text(record, 80)
    assert page.splitlines()[0].endswith(".example")
    assert not {"\x1b", "\u202e"} & set(page)
    assert page.splitlines()[-1] == "Claims rest on no source:"
