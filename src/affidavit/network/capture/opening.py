"""Which format a file of captured traffic has: told by its content, never by its name."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from affidavit.artefact.notes import Notes
from affidavit.model.errors import UnreadableError
from affidavit.network.capture import (
    cloud_flow,
    dns_logs,
    dnsmasq,
    har,
    mitmproxy,
    mitmproxy_json,
    nfdump,
    packets,
    phone_reports,
    records,
    vpc_flow,
    zeek,
)
from affidavit.network.capture.events import Event
from affidavit.network.capture.source import Source

Read = Callable[[Source, Notes], Iterator[Event]]
"""A reader: events in the order of the file; what it leaves out comes as `Unread`, so `Notes` are for what is of the
whole file."""

_LOOK: Final = 1 << 16
"""Bytes of the content that tell its format."""


class Format(NamedTuple):
    """One kind of file.

    Attributes:
        title: what a person calls it.
        form: what the first bytes of the content are, as `Capture.form` says it; empty when they are something else.
        read: its events.
    """

    title: str
    form: Callable[[bytes], str]
    read: Read


def _alone(read: Callable[[Source], Iterator[Event]]) -> Read:
    """A reader that has nothing to note of the whole file; what its source left out comes last."""

    def both(source: Source, _notes: Notes) -> Iterator[Event]:
        yield from read(source)
        yield from source.unread()

    return both


FORMATS: Final[tuple[Format, ...]] = (
    Format("packets (pcap, pcapng)", records.form, packets.read),
    Format("mitmproxy dump", mitmproxy.form, _alone(mitmproxy.read)),
    Format("VPC flow log", vpc_flow.form, _alone(vpc_flow.read)),
    Format("Zeek log (conn, dns, http, quic, ssl)", zeek.form, _alone(zeek.read)),
    Format("PCAPdroid connections (CSV)", phone_reports.pcapdroid_form, _alone(phone_reports.read_pcapdroid)),
    Format("TrackerControl report", phone_reports.trackercontrol_form, _alone(phone_reports.read_trackercontrol)),
    Format("nfdump flows (CSV)", nfdump.form, _alone(nfdump.read)),
    Format("dnsmasq or Pi-hole log", dnsmasq.form, _alone(dnsmasq.read)),
    Format("BIND query log", dns_logs.bind_form, _alone(dns_logs.read_bind)),
    Format("AdGuard Home or Route 53 query log", dns_logs.json_form, _alone(dns_logs.read_json)),
    Format("DNS queries (CSV)", dns_logs.table_form, _alone(dns_logs.read_table)),
    Format("Azure flow log", cloud_flow.azure_form, _alone(cloud_flow.read_azure)),
    Format("HTTP archive (HAR)", har.form, _alone(har.read)),
    Format("flows of mitmproxy's web interface (JSON)", mitmproxy_json.form, _alone(mitmproxy_json.read)),
    Format("Google Cloud flow log", cloud_flow.gcp_form, _alone(cloud_flow.read_gcp)),
)
"""In the order in which they are asked: what a magic number tells stands before what is told by words."""


def opened(source: Source) -> tuple[str, Read]:
    """What the file is, and what reads it.

    Raises:
        UnreadableError: it is of no format that is read here.
    """
    head = source.head(_LOOK)
    for known in FORMATS:
        if form := known.form(head):
            return form, known.read
    titles = ", ".join(known.title for known in FORMATS)
    raise UnreadableError(
        f"{source.name!r} is no capture of a format that is read here", advice=f"give one of: {titles}"
    )
