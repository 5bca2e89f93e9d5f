"""Where fuzzing starts: for each target, files of its format out of made apps, samples and the corpus."""

import hashlib
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from affidavit.evidence import bundle, layout
from affidavit.evidence.derive import derive
from affidavit.signing.certificate import UnreadableCertificateError, parse_signed_data
from tests.builders import axml, signing
from tests.builders.zip import zip_of
from tests.fuzz import uses_captures, uses_networks
from tests.fuzz.files import made_files
from tests.fuzz.uses_records import made as records_of_each_kind
from tests.fuzz.uses_traffic import seeds as traffic_seeds
from tests.fuzz.uses_worker import answer
from tests.mutation import blocks, zips
from tests.mutation.apps import MADE

LARGEST = 64 << 10
"""Bytes of a seed that are kept here; a target may want smaller ones."""
MOST = 200
"""Seeds of one target."""
REGRESSIONS = Path(__file__).parent / "regressions"
_NAMES = (
    (r".*\.dex", "dex"),
    (r".*\.class", "class"),
    (r".*\.so", "elf"),
    (r"resources\.arsc", "arsc"),
    (r"(?i)META-INF/.*\.(RSA|DSA|EC)", "pkcs7"),
    (r".*\.plist", "plist"),
    (r".*\.mobileprovision", "profile"),
    (r"(?i)META-INF/.*\.(MF|SF)", "jar-manifest"),
    (r".*\.(txt|json|properties|version|js|html)", "text"),
)
Seeds = dict[str, list[bytes]]


def of_app(app: bytes, seeds: Seeds) -> None:
    """Add what an app holds to the seeds of the targets that read it."""
    zipped = zips.take_apart(app)
    if zipped is None:
        seeds["dex" if app[:4] == b"dex\n" else "zip"].append(app)
        return
    seeds["zip"].append(app)
    seeds["signed-app"].append(app)
    if zipped.block:
        seeds["signing-block"].append(zipped.block)
        seeds["certificate"] += [der for _, value in blocks.pairs_of(zipped.block) for der in certificates_in(value)]
    for item in zipped.items[:400]:
        of_entry(item.raw.decode("utf-8", "replace"), zips.content(item), item.payload(), seeds)


def of_entry(name: str, data: bytes, stored: bytes, seeds: Seeds) -> None:
    """Add one entry; `stored` are its bytes as the container has them."""
    seeds["media"].append(data[:512])
    if stored is not data and len(stored) < 4_096:
        seeds["inflate"].append(len(data).to_bytes(4, "little") + stored)
    if name.endswith(".xml"):
        seeds["axml" if data[:1] == b"\x03" else "text-xml"].append(data)
        if "network" in name:
            seeds["network-security"].append(data)
    elif name.endswith((".jar", ".apk")):
        of_app(data, seeds)
    elif data[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe") and not name.endswith(".class"):
        seeds["code-signature"].append(data[:LARGEST])
    for pattern, target in _NAMES:
        if re.fullmatch(pattern, name):
            seeds[target].append(data)
    if name == "resources.arsc":
        seeds["string-pool"].append(data[12 : 12 + LARGEST])
    if re.fullmatch(_NAMES[4][0], name):
        seeds["signed-data"].append(data)
        seeds["certificate"] += certificates_of(data)


def certificates_of(data: bytes) -> list[bytes]:
    """The certificates in a v1 signature block file."""
    try:
        return [der for der, _ in parse_signed_data(data).certificates]
    except UnreadableCertificateError:
        return []


def certificates_in(value: bytes) -> list[bytes]:
    """Whatever has its length before it and starts as a certificate does."""
    found = [match.start() for match in re.finditer(rb"\x30\x82..\x30\x82", value, re.DOTALL)]
    return [value[at : at + 4 + int.from_bytes(value[at + 2 : at + 4], "big")] for at in found[:4]]


@cache
def made() -> dict[str, list[bytes]]:
    """Seeds that need no app: out of builders alone."""
    seeds: Seeds = defaultdict(list)
    for app in MADE.values():
        of_app(app(), seeds)
    for target, items in (made_files() | uses_captures.made() | uses_networks.seeds()).items():
        seeds[target] += items
    seeds["bundle"], seeds["envelope"] = _bundle()
    seeds["worker"].append(answer())
    for target, items in (traffic_seeds() | records_of_each_kind()).items():
        seeds[target] += items
    return {name: few(items) for name, items in seeds.items()}


def few(items: Iterable[bytes], largest: int = LARGEST) -> list[bytes]:
    """The distinct ones that are not too large, the small ones first."""
    distinct = {hashlib.sha256(item).digest(): item for item in items if 0 < len(item) <= largest}
    return sorted(distinct.values(), key=lambda item: (len(item), item))[:MOST]


def _bundle() -> tuple[list[bytes], list[bytes]]:
    """A bundle of a small app, its findings left out to make it small; and the signed statement in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.apk"
        path.write_bytes(zip_of({"AndroidManifest.xml": axml.binary(axml.manifest())}))
        members = layout.unpack(bundle.bundle_bytes(derive(path), signing.key("ed25519"))).members
    short = [(name, data if len(data) < 8_000 else b"[]\n") for name, data in members]
    return [layout.pack(short), layout.pack(short[:3])], [dict(members)[bundle.STATEMENT]]


def regressions(target: str) -> dict[str, bytes]:
    """Inputs that once broke a parser: hex in ``regressions/<target>--<what>.hex``, lines from ``#`` on are notes."""
    found = {}
    for path in sorted(REGRESSIONS.glob(f"{target}--*.hex")):
        lines = (line.partition("#")[0] for line in path.read_text("ascii").splitlines())
        found[path.stem] = bytes.fromhex("".join(lines))
    return found
