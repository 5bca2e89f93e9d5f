"""What is done with a parser's result, so that the readers behind the first one are reached too."""

from itertools import islice

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.directory import find_directory
from affidavit.artefact.inflate import inflate
from affidavit.artefact.media import media_of
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.resstrings import PoolStrings
from affidavit.artefact.stringpool import parse_pool
from affidavit.artefact.xmltree import Document
from affidavit.artefact.zip import read_entries
from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dexes
from affidavit.evidence import bundle, dsse, layout, statement
from affidavit.facts import declared, endpoints, native
from affidavit.facts.marks import read_fields
from affidavit.model.limitation import Limitation
from affidavit.signing.block import find_blocks, read_signers
from affidavit.signing.certificate import parse_certificate, parse_signed_data
from tests.builders import axml
from tests.builders.zip import zip_of
from tests.dalvik.test_hostile import use
from tests.mutation.blocks import joined
from tests.mutation.zips import directory_start

PLAIN = zip_of({"AndroidManifest.xml": b"\x03\x00\x08\x00"})
NAMING = axml.binary(axml.manifest(networkSecurityConfig="res/xml/n.xml"))
"""A manifest that names a network security file."""
_MOST = 1 << 20
_FEW = 200


def zip_file(data: bytes) -> None:
    """Directory, entries, and the bytes of the first entries."""
    said: list[Limitation] = []
    budget, notes, view = Budget(total_bytes=16 * _MOST, entry_bytes=4 * _MOST), Notes(said), memoryview(data)
    directory = find_directory(view, notes, "")
    if directory is None:
        return
    entries = read_entries(view, directory, "", budget, notes)
    part = Part("", "base", view, entries, budget=budget, notes=notes)
    assert len({entry.path for entry in entries}) == len(entries)
    for entry in entries[:_FEW]:
        entry.path.encode()
        content = part.read(entry)
        assert content is not None or said
    assert budget.inflated <= 3 * budget.total_bytes


def stream(data: bytes) -> None:
    """A deflate stream after four bytes that declare its size."""
    done = inflate(memoryview(data)[4:], int.from_bytes(data[:4], "little"), _MOST, Budget().check)
    assert (done.data is None) == bool(done.problem)
    assert len(done.data or b"") <= _MOST


def manifest(data: bytes) -> None:
    """XML, text or binary, and every fact that a manifest gives; it is its own network security file."""
    document = parse_axml(data, Budget(), "AndroidManifest.xml")
    _document(document)
    said: list[Limitation] = []
    for fact in declared.extract(document, None, "AndroidManifest.xml", said, lambda _: data):
        assert fact.place.entry


def security(data: bytes) -> None:
    """A network security file, named by a manifest that is sound."""
    document = parse_axml(NAMING, Budget(), "AndroidManifest.xml")
    list(declared.extract(document, None, "AndroidManifest.xml", [], lambda _: data))


def _document(document: Document) -> None:
    assert document.root is not None or document.limitations
    for element in islice(document.walk(), _FEW):
        assert element.offset >= 0
        element.text.encode()
        for attribute in element.attributes:
            attribute.text().encode()


def table(data: bytes) -> None:
    """A resource table: every text, and where its first ids lead."""
    opened = parse_arsc(data, "resources.arsc")
    for number, packages in islice(opened.packages.items(), 4):
        for kind in islice(packages[0].chunks, 8):
            for entry in range(8):
                wanted = number << 24 | kind << 16 | entry
                opened.resolve(wanted)
                opened.name(wanted).encode()
    opened.strings().blob()
    pool(data[12:])


def pool(data: bytes) -> None:
    """A string pool: text by text, and all at once, which must agree."""
    found = parse_pool(data, 0, len(data))
    starts, ends = found.spans()
    for index, text_ in enumerate(islice(found, _FEW)):
        text_.encode()
        assert (int(starts[index]), int(ends[index])) == (found.span(index) or (-1, -1))
    blob, first, last = PoolStrings(found, "resources.arsc").blob()
    assert not len(first) or (int(first.min()) >= 0 and int(last.max()) <= len(blob))


def dex(data: bytes) -> None:
    """A dex file: its tables, code, texts, and the endpoints in them."""
    for unit in read_dexes("classes.dex", data)[:4]:
        use(unit)
        endpoints.scan_unit(unit, [], None)


def class_file(data: bytes) -> None:
    """A class file, as the only one of a jar."""
    use(read_classes("a.jar", [("a.jar!/A.class", data)]))


def elf(data: bytes) -> None:
    """A native library and its facts."""
    said: list[Limitation] = []
    facts = list(native.extract("lib/x86/liba.so", data, said))
    assert facts or said


def certificate(data: bytes) -> None:
    """One certificate."""
    parsed = parse_certificate(data)
    parsed.subject.encode()
    parsed.issuer.encode()


def signed_data(data: bytes) -> None:
    """A v1 signature block file, and its certificates."""
    for der, _ in parse_signed_data(data).certificates:
        certificate(der)


def signing_block(data: bytes) -> None:
    """An APK Signing Block, put where it belongs in an app."""
    start = directory_start(PLAIN)
    view = memoryview(joined(PLAIN, start, start, data))
    blocks, _ = find_blocks(view)
    for block in blocks:
        for found in read_signers(view, block).certificates:
            assert len(found.der) <= len(data)


def media(data: bytes) -> None:
    """What the first bytes are."""
    assert media_of(data, "a.json")


def text(data: bytes) -> None:
    """A text: fields of build tools' notes, and endpoints."""
    read_fields(data)
    read_fields(data, as_json=True)
    for media_word in ("text", "unknown", "json"):
        for seen in endpoints.scan_entry("assets/a.js", data, media_word, []):
            assert seen


def bundle_file(data: bytes) -> None:
    """A bundle: the container, its members, its content."""
    named = dict(layout.unpack(data).members)
    if bundle.MANIFEST in named:
        bundle.read_content(bundle.read_manifest(named[bundle.MANIFEST]), named)


def envelope(data: bytes) -> None:
    """A signed statement."""
    payload, signature = dsse.read_envelope(data, "statement")
    stated = statement.read_statement(payload, "statement")
    dsse.check_signature(payload, signature, statement.public_key(stated, "statement"), "statement")
