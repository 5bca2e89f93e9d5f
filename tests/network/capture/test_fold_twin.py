"""Facts of random events are those of a second reading that keeps everything and works each out at the end."""

from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.network.capture.clock import instant
from affidavit.network.capture.events import Answer, Flow, Message, Where
from affidavit.network.capture.fold import BASES
from tests.network.capture.test_fold import NOON, Finder, folded, of, one
from tests.oracles import folding

HOSTS, SERVERS = st.sampled_from(["a.example", "b.example"]), st.sampled_from(["192.0.2.1", "2001:db8::1"])
APPS, PORTS = st.sampled_from(["", "org.a"]), st.sampled_from([80, 443])
TIMES = st.integers(NOON, NOON + 10**9) | st.just(-1)
PLACES = st.builds(Where, st.integers(0, 1 << 40), st.just("x"))
NAMES = st.lists(st.builds(Named, st.sampled_from(BASES[:-1]), HOSTS), max_size=2, unique_by=lambda item: item.basis)
FLOWS = st.builds(
    Flow, PLACES, TIMES, TIMES, st.just("10.0.0.2"), SERVERS, PORTS, st.sampled_from(["tcp", "udp"]),
    st.sampled_from(["", "tls", "dns", "http", "quic"]), APPS, st.integers(0, 9), st.integers(0, 9), NAMES,
    st.sampled_from(["", "a" * 32, "b" * 32]), st.sampled_from(["", "t13d"]), st.just(()),
    st.sets(st.sampled_from(["decrypted", "cleartext", "ech", "one-sided"]), max_size=2),
)  # fmt: skip
MESSAGES = st.builds(
    Message, PLACES, TIMES, HOSTS, SERVERS, PORTS, st.just("GET"), st.just("/"), APPS, st.just(""), st.just(()),
    st.none() | st.binary(max_size=3), st.just(200), st.just(()), st.none() | st.binary(max_size=3), st.booleans(),
    st.sampled_from(["", "http", "h2"]),
)  # fmt: skip
LINKS = st.lists(st.tuples(HOSTS, st.integers(-1, 99)), max_size=2).map(tuple)
ANSWERS = st.builds(
    Answer, PLACES, TIMES, st.just("10.0.0.2"), HOSTS, APPS, LINKS,
    st.lists(st.tuples(SERVERS, st.integers(-1, 99)), max_size=2).map(tuple),
)  # fmt: skip
EVENTS = st.lists(FLOWS | MESSAGES | ANSWERS, max_size=8)
FORMS = st.sampled_from(["pcap", "har", "zeek-conn"])


@settings(max_examples=60)
@given(EVENTS, FORMS)
def test_facts_are_those_of_the_second_reading(events, form):
    facts, _ = folded(*events, form=form)
    kinds = Contact | Lookup | Undecoded
    found = [(fact.place.offset, fact.what) for fact in facts if isinstance(fact.what, kinds)]
    wanted = folding.facts(events, form, instant)
    assert sorted(found, key=repr) == sorted(wanted, key=repr)


@settings(max_examples=20)
@given(EVENTS, FORMS)
def test_records_times_and_bytes_are_those_of_all_events(events, form):
    facts, limits = folded(*events, form=form)
    whole = one(Capture, facts)
    packets = form == "pcap"
    assert whole.records == sum(isinstance(event, Flow) or not packets for event in events)
    told = [
        at for event in events for at in ((event.begun, event.ended) if isinstance(event, Flow) else (event.at,))
    ]  # fmt: skip
    told = [at for at in told if at >= 0]
    assert (whole.first, whole.last) == (instant(min(told, default=-1)), instant(max(told, default=-1)))
    flows = [event for event in events if isinstance(event, Flow)]
    assert sum(item.connections for item in of(Contact, facts)) == len(flows)
    assert sum(item.requests for item in of(Contact, facts)) == sum(isinstance(event, Message) for event in events)
    assert sum(item.asked for item in of(Lookup, facts)) == sum(isinstance(event, Answer) for event in events)
    lost = sum(item.size for item in of(Undecoded, facts))
    assert bool(limits) == bool(lost)
    assert lost <= sum(flow.up for flow in flows)


@settings(max_examples=15)
@given(st.lists(MESSAGES, max_size=8))
def test_each_message_in_which_something_was_found_is_counted_once(messages):
    facts, _ = folded(*messages, form="har", seeker=Finder())
    wanted = {}
    for message in messages:
        key = message.host, message.server, message.app
        wanted[key] = wanted.get(key, 0) + 1
    assert {(item.host, item.address, item.app): item.count for item in of(Disclosure, facts)} == wanted
    odd = sum(message.where.offset % 2 for message in messages)
    assert sum(item.messages for item in of(Undecoded, facts)) == odd


@settings(max_examples=15)
@given(EVENTS)
def test_the_same_events_make_the_same_facts_in_the_same_order(events):
    assert folded(*events) == folded(*events)
