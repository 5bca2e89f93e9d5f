"""A second reading of `network.capture.fold`: everything is kept, and each fact is worked out at the end.

It has no bounds, no tables and no clock of its own: events of plausible times, few and with short names alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from affidavit.model.capture import Contact, Lookup, Named, Undecoded
from affidavit.network.capture.events import Answer, Event, Flow, Message
from affidavit.network.capture.fold import BASES

Row = tuple[int, Contact | Lookup | Undecoded]


def facts(events: Iterable[Event], form: str, instant: Any) -> set[Row]:
    """Facts with the offset of each, as a set."""
    every = list(events)
    flows = [event for event in every if isinstance(event, Flow)]
    messages = [event for event in every if isinstance(event, Message)]
    answers = [event for event in every if isinstance(event, Answer)]
    looked = list(_lookups(answers, instant))
    found: set[Row] = set(looked)
    asked = [what for _, what in looked]
    return found | set(_contacts(flows, messages, asked, instant)) | set(_undecoded(flows, form))


def _host(flow: Flow) -> str:
    """The name that is best by its basis; the first of several by the same."""
    return min(flow.names, key=lambda item: BASES.index(item.basis)).value if flow.names else ""


def _lookups(answers: Sequence[Answer], instant: Any) -> Iterable[tuple[int, Lookup]]:
    for (host, app, chain), mine in _by_chain(answers).items():
        lives = [seconds for answer in mine for _, seconds in (*answer.chain, *answer.addresses) if seconds >= 0]
        times = [answer.at for answer in mine if answer.at >= 0]
        yield (
            min(answer.where.offset for answer in mine),
            Lookup(
                host,
                len(mine),
                app,
                chain,
                tuple(sorted({address for answer in mine for address, _ in answer.addresses})),
                min(lives, default=-1),
                instant(min(times, default=-1)),
                instant(max(times, default=-1)),
            ),
        )


def _chain(answer: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, _ in answer.chain))


def _by_chain(answers: Sequence[Answer]) -> dict[tuple[str, str, tuple[str, ...]], list[Answer]]:
    """Answers by name, app and chain; what was asked and not answered goes with the first that was."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Answer]] = {}
    for answer in answers:
        found.setdefault((answer.name, answer.app, _chain(answer)), []).append(answer)
    for host, app, chain in list(found):
        others = [key for key in found if key[:2] == (host, app) and key[2]]
        if not chain and others and not any(answer.addresses for answer in found[host, app, ()]):
            found[others[0]] += found.pop((host, app, ()))
    return found


def _undecoded(flows: Sequence[Flow], form: str) -> Iterable[Row]:
    left: dict[tuple[str, str, str, str], list[Flow]] = {}
    for flow in flows:
        if flow.up == 0 or flow.marks & {"decrypted", "cleartext"}:
            continue
        greeted = any(item.basis in {"tls-sni", "quic-sni"} for item in flow.names)
        if greeted or flow.protocol in {"tls", "quic", "h2", "h3", "https", "ssl"}:
            why = "encrypted"
        elif flow.protocol in {"dns", "http", "icmp", "llmnr", "mdns"}:
            continue
        else:
            why = "opaque" if form in {"har", "mitmproxy", "pcap", "pcapng"} else "not-kept"
        left.setdefault((_host(flow), flow.server, flow.app, why), []).append(flow)
    for (host, address, app, why), mine in left.items():
        size = sum(flow.up for flow in mine)
        yield min(flow.where.offset for flow in mine), Undecoded(host, why, len(mine), size, address, app)


def _contacts(
    flows: Sequence[Flow], messages: Sequence[Message], asked: Sequence[Lookup], instant: Any
) -> Iterable[Row]:
    groups: dict[tuple[str, str, int, str, str], list[Flow]] = {}
    for flow in flows:
        groups.setdefault((_host(flow), flow.server, flow.port, flow.transport, flow.app), []).append(flow)
    spoken: dict[tuple[str, str, int, str], list[Message]] = {}
    for message in messages:
        spoken.setdefault((message.host, message.server, message.port, message.app), []).append(message)
    carried: dict[tuple[str, str, int, str, str], list[Message]] = {}
    alone = []
    for (host, address, port, app), said in spoken.items():
        carriers = [
            key
            for key, group in groups.items()
            if (key[1], key[2], key[4]) == (address, port, app)
            and host in {key[0], *(item.value for flow in group for item in flow.names)}
        ]
        if carriers:
            carried.setdefault(carriers[0], []).extend(said)
        else:
            alone.append(((host, address, port, "", app), said))
    for key, group in groups.items():
        yield _contact(key, group, carried.get(key, []), asked, instant)
    for key, said in alone:
        yield _contact(key, [], said, asked, instant)


def _contact(
    key: tuple[str, str, int, str, str],
    flows: Sequence[Flow],
    said: Sequence[Message],
    asked: Sequence[Lookup],
    instant: Any,
) -> Row:
    host, address, port, transport, app = key
    names = {item for flow in flows for item in flow.names} | {("url", message.host) for message in said}
    marks = {mark for flow in flows for mark in flow.marks}
    marks |= {"decrypted" if message.encrypted else "cleartext" for message in said}
    greeted = {value for basis, value in map(_pair, names) if basis in {"tls-sni", "quic-sni"}}
    requested = {value for basis, value in map(_pair, names) if basis in {"http-host", "http2-authority"}}
    marks |= {"fronting"} if greeted and requested - greeted else set()
    marks |= set() if host else {"no-name"}
    source = flows or said
    times = (
        [at for flow in flows for at in (flow.begun, flow.ended)] if flows else [message.at for message in said]
    )  # fmt: skip
    times = [at for at in times if at >= 0]
    looked = [one for one in asked if one.host == host and one.app == app]
    looked = looked or [one for one in asked if one.host == host and not one.app]
    ups = [flow.up for flow in flows] if flows else [len(message.sent or b"") for message in said]
    downs = [flow.down for flow in flows] if flows else [len(message.received or b"") for message in said]
    return min(event.where.offset for event in source), Contact(
        host,
        _basis(host, flows),
        address,
        port,
        transport,
        next((event.protocol for event in source if event.protocol), ""),
        app,
        len(flows),
        sum(ups),
        sum(downs),
        instant(min(times, default=-1)),
        instant(max(times, default=-1)),
        tuple(sorted({_named(*_pair(item)) for item in names})),
        next((one.chain for one in looked if address in one.addresses), ()),
        tuple(sorted({flow.ja3 for flow in flows} - {""})),
        tuple(sorted({flow.ja4 for flow in flows} - {""})),
        (),
        tuple(sorted(marks)),
        len(said),
    )


def _pair(item: Any) -> tuple[str, str]:
    return item if isinstance(item, tuple) else (item.basis, item.value)


def _named(basis: Any, value: str) -> Named:
    return Named(basis, value)


def _basis(host: str, flows: Sequence[Flow]) -> Any:
    """What named the host first, in the order in which connections were told."""
    if not flows:
        return "url"
    firsts = [min(flow.names, key=lambda item: BASES.index(item.basis)).basis for flow in flows if flow.names]
    return firsts[0] if host else "none"
