"""Real HTTP archives: which recipients get which identifiers, by entry and path, with and without a profile."""

from pathlib import Path

import pytest

from affidavit.model.capture import Disclosure, Undecoded
from affidavit.network.capture.events import Message
from affidavit.network.personal.profile import read_profile
from affidavit.network.personal.seek import Seeker
from tests.builders.captures import events_of
from tests.oracles.personal import reaches

pytestmark = pytest.mark.corpus

AAID = "1209d0b9-b959-42e6-b921-aa5d9d08c1af"
DEVICE = "ad2140b6-25f1-42d7-b45c-4c0e224ca64f"
ANONYMOUS = "XZ9dd82044-772f-4b99-b17b-208e9c3cc38b"
"""Values of the device, read by eye in the archive."""
PROFILE = f"identifiers: {{advertising-id: {AAID}, installation-ids: [{DEVICE}, {ANONYMOUS}]}}".encode()
BRANCH, FACEBOOK = "api2.branch.io", "graph.facebook.com"
SESSIONS, NOTIFY = "sessions.bugsnag.com", "notify.bugsnag.com"
OPENED = (
    ("deviceId", "body json:$.device_fingerprint_id"),
    ("userId", "body json:$.identity_id"),
    ("deviceId", "body json:$.hardware_id"),
    ("localIp", "body json:$.local_ip"),
    ("advertisingId", "body json:$.advertising_ids.aaid"),
    ("advertisingId", "body json:$.google_advertising_id"),
)
PLACES = [
    (4, SESSIONS, "deviceId", "body json:$.device.id"),
    (4, SESSIONS, "userId", "body json:$.sessions[0].user.id"),
    (5, FACEBOOK, "advertisingId", "query form:advertiser_id"),
    *((entry, FACEBOOK, "otherIdentifiers", "body form:anon_id") for entry in (7, 8, 14)),
    *((entry, FACEBOOK, "advertisingId", "body form:advertiser_id") for entry in (7, 8, 14)),
    *((entry, BRANCH, *row) for entry in (9, 11, 12) for row in OPENED),
    (15, NOTIFY, "userId", "body json:$.events[0].user.id"),
    (15, NOTIFY, "deviceId", "body json:$.events[0].device.id"),
]
VALUES = [
    (4, SESSIONS, DEVICE, "body json:$.device.id"),
    (5, FACEBOOK, AAID, "query form:advertiser_id"),
    *((entry, FACEBOOK, ANONYMOUS, "body form:anon_id") for entry in (7, 8, 14)),
    *((entry, FACEBOOK, AAID, "body form:advertiser_id") for entry in (7, 8, 14)),
    *((entry, BRANCH, AAID, "body json:$.advertising_ids.aaid") for entry in (9, 11, 12)),
    *((entry, BRANCH, AAID, "body json:$.google_advertising_id") for entry in (9, 11, 12)),
    (15, NOTIFY, DEVICE, "body json:$.events[0].device.id"),
]


def messages(path: Path) -> list[Message]:
    return [event for event in events_of(path.read_bytes()) if isinstance(event, Message)]


def facts(seeker: Seeker, path: Path) -> list[tuple[int, Message, Disclosure | Undecoded]]:
    found = []
    for message in messages(path):
        number = int(message.where.name.split("/")[1])
        found += [(number, message, item.fact) for item in seeker.seek(message)]
    return found


def told(seeker: Seeker, path: Path, method: str) -> list[tuple[int, Message, Disclosure]]:
    found = [row for row in facts(seeker, path) if isinstance(row[2], Disclosure)]
    return [row for row in found if row[2].method == method and row[2].category]


@pytest.mark.parametrize("name", ["android", "ios"])
def test_recipients_get_identifiers_where_they_are_known_to(corpus, name):
    path = corpus / "net" / "reporthar" / f"fixtures__{name}__first-run.har"
    rows = told(Seeker(), path, "adapter")
    assert sorted((entry, fact.host, fact.property, " ".join(fact.path)) for entry, _, fact in rows) == sorted(PLACES)
    assert not told(Seeker(), path, "key")


def test_the_devices_values_are_found_at_each_place_and_the_paths_lead_there(corpus):
    path = corpus / "net" / "reporthar" / "fixtures__android__first-run.har"
    rows = told(Seeker(read_profile(PROFILE), reveal=True), path, "known-value")
    assert sorted((entry, fact.host, fact.shown, " ".join(fact.path)) for entry, _, fact in rows) == sorted(VALUES)
    assert all(reaches(message, fact.path, fact.shown) for _, message, fact in rows)


def test_all_of_a_first_run_could_be_read(corpus):
    path = corpus / "net" / "reporthar" / "fixtures__android__first-run.har"
    assert not [fact for _, _, fact in facts(Seeker(), path) if isinstance(fact, Undecoded)]


def test_candidates_and_what_could_not_be_read_of_a_session_in_a_browser(corpus):
    found = facts(Seeker(), corpus / "net" / "mitmproxy" / "flows__diff_data.har")
    unread = [(entry, fact.host, fact.why, fact.size) for entry, _, fact in found if isinstance(fact, Undecoded)]
    assert unread == [
        (0, "jnn-pa.googleapis.com", "opaque", 828),
        (3, "clients4.google.com", "opaque", 1_778),
        (4, "slack.com", "opaque", 153),
    ]
    rows = [
        (entry, fact.property, fact.path) for entry, _, fact in found if isinstance(fact, Disclosure) and fact.category
    ]
    assert rows == [
        (3, "email", ("body", "protobuf:1")),
        (3, "otherIdentifiers", ("body", "protobuf:4.1.1")),
        (3, "otherIdentifiers", ("body", "protobuf:4.1.1")),
        (4, "otherIdentifiers", ("query", "form:session_id")),
        (4, "otherIdentifiers", ("header:cookie", "cookie:ssb_instance_id")),
    ]


@pytest.mark.parametrize(
    "name", ["event_stream", "incomplete_log", "successful_log", "websocket", "corrupted_gzip_body"]
)
def test_sessions_without_personal_data_have_none(corpus, name):
    found = facts(Seeker(read_profile(PROFILE)), corpus / "net" / "mitmproxy" / f"flows__{name}.har")
    assert not [fact for _, _, fact in found if isinstance(fact, Disclosure) and fact.category]
