"""Records as products and public formats write them: headings, members of exchanges, certificates cut anywhere."""

import json

import pytest

from affidavit.network.screen import certificates, exchange
from affidavit.network.screen.columns import kind_of, role_of
from affidavit.network.screen.knowledge import columns
from tests.builders.records import certificate_pem, screened, source, told

HEADINGS = [
    # the words of the headings, and what such a table is
    ("ClientIP ClientRequestHost ClientRequestURI EdgeResponseBytes EdgeResponseStatus", "access-log"),
    ("version cliIP reqHost reqPath statusCode totalBytes UA referer", "access-log"),
    ("date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-host-header", "access-log"),
    ("timestamp client_ip host url request_method response_status response_body_size", "access-log"),
    ("s-ip cs-method cs-uri cs(User-Agent) sc-status", "access-log"),
    ("Name Type TTL Content", "names"),
    ("hostname cname", "names"),
    ("Property Origin", "names"),
    ("CustomDomains OriginHostName", "names"),
    ("Common-Name Valid-From Valid-To", "certificates"),
    ("Subject Issuer SANs", "certificates"),
    ("dNSName SPKI-SHA256", "certificates"),
    ("Account-ID Customer-Name Country-Code", "customers"),
    ("Tenant-ID Primary-Domain", "customers"),
    ("Name Website", "customers"),
    ("Legal-Entity Jurisdiction", "customers"),
    ("neighbor_as description session_type", "peers"),
    ("ASN Peering-Type", "peers"),
    ("Statement-Descriptor MCC Amount", "merchants"),
    ("Payee Amount", "merchants"),
    ("Bundle-Identifier Short-Version Device-Name", "installed"),
    ("Package-Name Signing-Certificate-SHA256", "installed"),
    ("App-ID Serial-Number", "installed"),
    ("Package-Name Track Downloads", "listings"),
    ("applicationId storefront", "listings"),
    ("colour size", None),
    ("status bytes referer", None),
    ("country version group", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "kind"), HEADINGS)
def test_headings_of_everyday_exports_tell_the_kind_in_any_order_and_writing(headings, kind):
    names = headings.split()
    for each in (names, names[::-1], [name.upper() for name in names], [f"row.{name}" for name in names]):
        assert kind_of(each) == kind


def needs():
    return [(kind.kind, roles) for kind in columns().kinds for roles in kind.needs]


@pytest.mark.parametrize(("kind", "roles"), needs())
def test_each_set_of_roles_is_enough_and_no_part_of_it_is(kind, roles):
    one = {role: columns().roles[role][0] for role in roles}
    order = [item.kind for item in columns().kinds]
    found = kind_of(one.values())
    assert found is not None
    assert order.index(found) <= order.index(kind)
    for left in roles:
        less = kind_of(name for role, name in one.items() if role != left)
        alone = {item for item, other in needs() if set(other) < set(roles) and left not in other}
        assert less is None or less in alone


def test_a_word_with_a_known_end_is_known_by_the_part_behind_the_last_dot_alone():
    assert role_of("event.http.host") == "host"
    assert role_of("host.colour") == role_of("myhost") == role_of("") == role_of(".") == ""
    assert role_of("request.host.name") == role_of("name")


# Members of an exchange


def family(**served):
    return {"vlan_list": [{name: {"address": "192.0.2.1", "routeserver": by} for name, by in served.items()}]}


MEMBERS = [
    ([], "port"),
    ([family(ipv4=False)], "port"),
    ([family(ipv4=True)], "route server"),
    ([family(ipv6=True)], "route server"),
    ([family(ipv4=False, ipv6=True)], "route server"),
    ([family(ipv4=False), family(ipv4=True)], "route server"),
    (None, "port"),
    ("connections", "port"),
    ([None, 7, "x", []], "port"),
    ([{"vlan_list": None}, {"vlan_list": [None, {"ipv4": None, "ipv6": [1]}]}], "port"),
    ([{}] * exchange._MOST + [family(ipv4=True)], "port"),
    ([{}] * (exchange._MOST - 1) + [family(ipv4=True)], "route server"),
]


@pytest.mark.parametrize(("connections", "session"), MEMBERS, ids=range(len(MEMBERS)))
def test_a_member_is_reached_as_its_connections_say(connections, session):
    member = {"asnum": 138699, "name": "T", "connection_list": connections}
    found, (match,) = screened(json.dumps({"version": "1.0", "member_list": [member]}))
    assert (found.form, match.app, match.arranged) == ("ix-f", "tiktok", "route server" if session != "port" else "")


@pytest.mark.parametrize("number", [None, "", "x", -138699, 1386990, [138699], {"asnum": 138699}, True, 138699.5])
def test_a_member_without_a_number_of_the_app_tells_nothing(number):
    found, matches = screened(json.dumps({"member_list": [{"asnum": number}, {}, {"name": "138699"}]}))
    assert (found.read, matches) == (3, [])


def test_entries_that_are_no_members_are_counted():
    found, matches = screened(json.dumps({"member_list": [1, {"asnum": 138699}, None]}))
    assert (found.read, told(matches), matches[0].where) == (1, ["tiktok peers S5"], "member_list[1]")
    assert [(item.kind, item.where, item.count) for item in found.problems] == [("damaged", "member_list[0]", 2)]


def test_an_exchange_without_members_is_one_all_the_same():
    found, matches = screened('{"version": "1.0", "member_list": []}')
    assert (found.form, found.read, matches) == ("ix-f", 0, [])
    assert found.lacks


# Certificates

PEM = certificate_pem("a.tiktokcdn.com", "wechat.com", "b.example")
BEGIN, *BODY, END = PEM.strip().split(b"\n")


def test_a_certificate_that_is_cut_anywhere_is_counted_and_tells_nothing():
    good = certificate_pem("v.tiktokv.com")
    for cut in range(len(BEGIN) + 1, len(PEM) - 2, 37):
        found, matches = screened(good + PEM[:cut])
        assert (found.read, found.unread) == (1, 1), cut
        assert {item.kind for item in found.problems} <= {"truncated", "damaged"}
        assert [item.recorded for item in matches] == ["v.tiktokv.com"]


def test_a_certificate_with_lines_left_out_or_doubled_is_counted():
    for number in range(len(BODY)):
        lost = BODY[:number] + BODY[number + 1 :]
        twice = BODY[: number + 1] + BODY[number:]
        for body in (lost, twice) if number + 1 < len(BODY) else (lost,):
            found, matches = screened(b"\n".join([BEGIN, *body, END, PEM]))
            assert found.read + found.unread == 2
            assert {item.app for item in matches} == {"tiktok", "wechat"}


@pytest.mark.parametrize("more", [0, 1])
def test_a_certificate_is_read_up_to_a_size(more, monkeypatch):
    monkeypatch.setattr(certificates, "LARGEST", sum(map(len, BODY)) - more)
    found, _ = screened(PEM)
    assert (found.read, [item.kind for item in found.problems]) == (1 - more, ["too-large"] * more)


@pytest.mark.parametrize(("most", "apps"), [(1, {"tiktok"}), (2, {"tiktok", "wechat"}), (3, {"tiktok", "wechat"})])
def test_names_of_a_certificate_are_looked_at_up_to_a_number(most, apps, monkeypatch):
    monkeypatch.setattr(certificates, "_NAMES", most)
    assert {item.app for item in screened(PEM)[1]} == apps


def test_a_certificate_inside_another_begins_anew():
    found, matches = screened(b"\n".join([BEGIN, BODY[0], PEM]))
    assert (found.read, {item.where for item in matches}) == (1, {"line 3"})


def test_white_space_around_the_lines_of_a_certificate_is_nothing():
    spaced = b"".join(b"  " + line + b" \t\r\n" for line in PEM.split(b"\n"))
    assert told(screened(PEM + spaced)[1]) == told(screened(PEM)[1])
    with source(spaced) as opened:
        assert opened.head(5) == b"  ---"
