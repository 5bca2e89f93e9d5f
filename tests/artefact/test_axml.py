"""Binary and text XML: known answers, lies, a slow twin, random damage, real manifests."""

import random
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact import xmltree
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.xmltree import ANDROID, Document, Element, value_text
from affidavit.model.errors import BudgetError
from tests.artefact import manifests
from tests.builders.axml import E, Lies, Raw, Ref, binary, e, manifest, string_pool, text
from tests.oracles import axml as oracle

SAMPLE = e(
    "manifest",
    {"package": "org.example.app", "android:versionCode": 7, "android:versionName": "1.7"},
    e("uses-sdk", {"android:minSdkVersion": 21, "android:targetSdkVersion": 33}),
    e(
        "application",
        {"android:label": Ref(0x7F010000), "android:debuggable": True},
        e("activity", {"android:name": ".Main", "android:exported": False}),
        e("meta-data", {"android:name": "note", "android:value": "Zeit für Pläne 🎈"}),
    ),
)


def kinds(document: Document) -> set[str]:
    return {item.kind for item in document.limitations}


def shape(element: Element) -> tuple:
    """What binary and text XML have in common."""
    attributes = sorted((item.namespace, item.name, item.text()) for item in element.attributes)
    return element.name, attributes, element.text.strip(), [shape(child) for child in element.children]


@pytest.mark.parametrize("utf8", [False, True])
def test_reads_elements_attributes_and_typed_values(utf8):
    document = parse_axml(binary(SAMPLE, Lies(utf8=utf8)), None, "AndroidManifest.xml")
    assert not document.limitations
    assert document.binary
    root = document.root
    assert root is not None
    assert root.plain("package").text() == "org.example.app"
    assert root.platform("versionCode", 0x0101021B, binary=True).data == 7
    application = root.first("application")
    assert application.platform("label", 0x01010001, binary=True).text() == "@7f010000"
    assert application.platform("debuggable", 0x0101000F, binary=True).text() == "true"
    names = [child.platform("name", 0x01010003, binary=True).text() for child in application.children]
    assert names == [".Main", "note"]
    assert application.children[1].attributes[1].text() == "Zeit für Pläne 🎈"
    assert [item.name for item in document.walk()] == ["manifest", "uses-sdk", "application", "activity", "meta-data"]
    assert [item.depth for item in document.walk()] == [0, 1, 1, 2, 2]


def test_offsets_lead_to_the_bytes_of_element_and_attribute():
    data = binary(SAMPLE)
    document = parse_axml(data)
    for element in document.walk():
        assert struct.unpack_from("<H", data, element.offset)[0] == 0x0102
        for item in element.attributes:
            assert data[item.offset + 15] == item.type
            assert struct.unpack_from("<I", data, item.offset + 16)[0] == item.data


def test_text_xml_gives_the_same_tree_with_offsets():
    data = text(SAMPLE)
    document = parse_axml(data)
    assert not document.binary
    assert not document.limitations
    assert shape(document.root) == shape(parse_axml(binary(SAMPLE)).root)
    for element in document.walk():
        assert data[element.offset :].startswith(b"<" + element.name.encode())
        for item in element.attributes:
            name = item.name if not item.namespace else "android:" + item.name
            assert data[item.offset :].startswith(name.encode())


def test_the_magic_number_is_not_checked_as_in_android():
    document = parse_axml(binary(SAMPLE, Lies(magic=0x0000)))
    assert shape(document.root) == shape(parse_axml(binary(SAMPLE)).root)
    assert kinds(document) == {"manifest/odd-magic"}


def test_unknown_chunks_are_skipped_before_and_between_nodes():
    junk = struct.pack("<HHI", 0x0777, 16, 24) + b"\xcc" * 16
    document = parse_axml(binary(SAMPLE, Lies(extra_chunk=junk, chunk_between_nodes=junk)))
    assert shape(document.root) == shape(parse_axml(binary(SAMPLE)).root)


def test_the_last_string_pool_before_the_nodes_is_used():
    decoy = string_pool(["decoy"] * 40, utf8=False)
    data = binary(SAMPLE)
    honest = data[8:]
    data = struct.pack("<HHI", 3, 8, 8 + len(decoy) + len(honest)) + decoy + honest
    assert parse_axml(data).root.name == "manifest"


def test_a_pool_after_the_first_node_has_no_effect():
    late = string_pool(["decoy"] * 40, utf8=False)
    assert parse_axml(binary(SAMPLE, Lies(chunk_between_nodes=late))).root.plain("package").text() == "org.example.app"


def test_attributes_are_read_at_the_stated_start_and_size():
    document = parse_axml(binary(SAMPLE, Lies(attribute_size=28, attribute_gap=8)))
    assert shape(document.root) == shape(parse_axml(binary(SAMPLE)).root)
    assert kinds(document) == {"manifest/odd-attribute-size"}


def test_names_may_be_hidden_and_ids_still_tell():
    document = parse_axml(binary(SAMPLE, Lies(names_hidden=True)))
    assert document.root.platform("versionCode", 0x0101021B, binary=True).data == 7


def test_without_a_resource_map_there_are_no_platform_attributes():
    document = parse_axml(binary(SAMPLE, Lies(no_resource_map=True)))
    item = document.root.attributes[0]
    assert (item.name, item.namespace, item.resource_id) == ("versionCode", ANDROID, 0)
    assert document.root.platform("versionCode", 0x0101021B, binary=True) is None


def test_an_attribute_after_a_greater_id_is_overlooked_as_by_android():
    root = E("activity", {"android:exported": True, "android:name": ".Main"})
    element = parse_axml(binary(root, Lies(unsorted=True))).root
    assert element.platform("exported", 0x01010010, binary=True) is not None
    assert element.platform("name", 0x01010003, binary=True) is None
    honest = parse_axml(binary(root)).root
    assert honest.platform("name", 0x01010003, binary=True).text() == ".Main"


def test_closing_names_are_not_compared():
    document = parse_axml(binary(SAMPLE, Lies(closing_name="other")))
    assert shape(document.root) == shape(parse_axml(binary(SAMPLE)).root)


def test_a_claimed_count_of_strings_beyond_the_pool_is_stated_and_survived():
    document = parse_axml(binary(SAMPLE, Lies(claimed_strings=0x3FFFFFFF)))
    assert document.root.name == "manifest"
    assert kinds(document) == {"manifest/bad-string-pool"}


def test_a_claimed_count_that_fits_the_chunk_is_no_problem():
    document = parse_axml(binary(SAMPLE, Lies(claimed_strings=40, pool_tail=b"\0" * 400)))
    assert document.root.plain("package").text() == "org.example.app"


def test_a_size_beyond_the_file_is_stated():
    document = parse_axml(binary(SAMPLE, Lies(claimed_size=1 << 30)))
    assert document.root is not None
    assert kinds(document) == {"manifest/truncated"}


def test_bytes_after_the_claimed_size_are_not_read():
    extra = binary(e("late"))[8:]
    data = binary(SAMPLE)
    assert shape(parse_axml(data + extra).root) == shape(parse_axml(data).root)


def test_a_second_root_has_no_effect_and_is_stated():
    element = struct.pack("<HHIII", 0x0102, 16, 36, 1, 0xFFFFFFFF) + struct.pack(
        "<IIHHHHHH", *[0xFFFFFFFF] * 2, *[0] * 6
    )
    document = parse_axml(binary(SAMPLE, Lies(trailing=element)))
    assert "manifest/second-root" in kinds(document)
    assert document.root.name == "manifest"


def test_a_node_that_leaves_the_file_ends_the_reading_with_a_limitation():
    broken = struct.pack("<HHIII", 0x0102, 16, 0xFFFFFF00, 1, 0)
    document = parse_axml(binary(SAMPLE, Lies(trailing=broken)))
    assert kinds(document) == {"manifest/bad-chunk"}
    assert document.root.name == "manifest"


def test_attributes_that_leave_their_chunk_end_the_reading():
    body = struct.pack("<IIHHHHHH", 0xFFFFFFFF, 0, 20, 20, 5000, 0, 0, 0)
    broken = struct.pack("<HHIII", 0x0102, 16, 16 + len(body), 1, 0) + body
    assert "manifest/bad-chunk" in kinds(parse_axml(binary(SAMPLE, Lies(trailing=broken))))


def test_nesting_is_bounded():
    depth = xmltree.TreeBuilder.MAX_DEPTH + 50
    root = E("leaf")
    for _ in range(depth):
        root = E("node", {}, (root,))
    document = parse_axml(binary(root))
    assert "manifest/too-deep" in kinds(document)
    assert max(item.depth for item in document.walk()) < xmltree.TreeBuilder.MAX_DEPTH


def test_the_number_of_elements_is_bounded(monkeypatch):
    monkeypatch.setattr(xmltree.TreeBuilder, "MAX_ELEMENTS", 100)
    document = parse_axml(binary(E("root", {}, tuple(E("leaf") for _ in range(500)))))
    assert document.elements == 100
    assert "manifest/too-many-elements" in kinds(document)


def test_overlapping_attributes_are_bounded(monkeypatch):
    monkeypatch.setattr(xmltree.TreeBuilder, "MAX_ATTRIBUTES", 1000)
    body = struct.pack("<IIHHHHHH", 0xFFFFFFFF, 0, 20, 0, 0xFFFF, 0, 0, 0) + b"\0" * 20
    node = struct.pack("<HHIII", 0x0102, 16, 16 + len(body), 1, 0) + body
    document = parse_axml(binary(SAMPLE, Lies(chunk_between_nodes=node)))
    assert sum(len(item.attributes) for item in document.walk()) <= 1000 + 20


def test_time_is_bounded():
    with pytest.raises(BudgetError):
        parse_axml(binary(E("root", {}, tuple(E("leaf") for _ in range(5000)))), Budget(seconds=-1.0))


@pytest.mark.parametrize("data", [b"", b"\x03", b"\x03\0\x08\0", b"\x03\0\x08\0\x08\0\0\0", b"\xff" * 64, b"\0" * 64])
def test_what_is_no_xml_gives_a_limitation(data):
    document = parse_axml(data)
    assert document.root is None
    assert "manifest/unreadable" in kinds(document)


def test_lone_surrogates_become_visible():
    for utf8 in (False, True):
        document = parse_axml(binary(E("root", {"name": "a\ud83d!"}), Lies(utf8=utf8)))
        assert document.root.plain("name").text() == "a\\ud83d!"


def test_long_strings_are_read_whole():
    for length in (0x7F, 0x80, 0x7FFF, 0x8000, 0x12345):
        for utf8 in (False, True):
            document = parse_axml(binary(E("root", {"name": "x" * length}), Lies(utf8=utf8)))
            assert len(document.root.plain("name").text()) == length


def test_character_data_is_the_text_of_its_element():
    root = e("domain-config", {}, e("domain", {}, text="example.org"), e("domain", {}, text="example.net"))
    assert [child.text for child in parse_axml(binary(root)).root.children] == ["example.org", "example.net"]


def test_character_data_is_bounded():
    document = parse_axml(binary(e("domain", {}, text="x" * 5000)))
    assert len(document.root.text) == xmltree.TreeBuilder.MAX_TEXT
    assert "manifest/long-text" in kinds(document)


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        (0x01, 0x7F010002, "@7f010002"),
        (0x02, 0x01010003, "?01010003"),
        (0x04, 0x40066666, "2.1"),
        (0x10, 0xFFFFFFFF, "-1"),
        (0x11, 0xFFFFFFFF, "0xffffffff"),
        (0x12, 0xFFFFFFFF, "true"),
        (0x12, 0, "false"),
        (0x1C, 5, "5"),
        (0x05, 0x101, "0x00000101/type05"),
        (0x00, 0, ""),
    ],
)
def test_typed_values_have_one_text(kind, data, shown):
    assert value_text(kind, data) == shown


def test_the_typed_value_counts_where_the_raw_text_differs():
    document = parse_axml(binary(E("root", {"android:exported": Raw(0x12, 0xFFFFFFFF, "false")})))
    assert document.root.attributes[0].text() == "true"


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a name="&c;">&c;</a>'
    document = parse_axml(bomb)
    assert document.root is None
    assert "manifest/entity-declaration" in kinds(document)


def test_an_external_entity_is_not_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    document = parse_axml(f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]><a>&b;</a>'.encode())
    assert document.root is None


def test_malformed_text_keeps_what_came_before():
    document = parse_axml(b'<manifest package="a.b"><uses-sdk/><broken')
    assert document.root.plain("package").text() == "a.b"
    assert kinds(document) == {"manifest/malformed-xml"}


@pytest.mark.parametrize(
    "data", [b"<", b"<a", b"<a b=>", b"<a:b/>", b"\xff\xfe<\0a\0/\0>\0", b"\xef\xbb\xbf<a/>", b"<a>\0</a>"]
)
def test_odd_text_never_raises(data):
    document = parse_axml(data)
    assert document.root is not None or document.limitations


def test_utf16_text_is_read():
    assert parse_axml('<manifest package="a.b"/>'.encode("utf-16")).root.plain("package").text() == "a.b"


names = st.sampled_from(["manifest", "application", "activity", "action", "data"])
values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.builds(Ref, st.integers(1, 2**32 - 1)),
)
attributes = st.dictionaries(
    st.sampled_from(["package", "split", "android:name", "android:exported", "android:label", "android:scheme"]), values
)
trees = st.recursive(
    st.builds(E, names, attributes),
    lambda inner: st.builds(E, names, attributes, st.lists(inner, max_size=4).map(tuple)),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(trees, st.booleans())
def test_equals_its_slow_twin(root, utf8):
    data = binary(root, Lies(utf8=utf8))
    document = parse_axml(data)
    assert not document.limitations
    manifests.assert_equal(document.root, oracle.read(data))


@settings(max_examples=100, deadline=None)
@given(trees)
def test_text_and_binary_agree(root):
    assert shape(parse_axml(text(root)).root) == shape(parse_axml(binary(root)).root)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data):
    parse_axml(b"\x03\0\x08\0" + struct.pack("<I", len(data) + 8) + data)
    parse_axml(b"<a" + data)


def test_random_damage_is_survived_in_bounded_time():
    chance = random.Random(20261121)  # noqa: S311 - a repeatable sequence
    honest = [binary(manifest(SAMPLE), Lies(utf8=utf8)) for utf8 in (False, True)]
    started = time.process_time()
    for _ in range(2000):
        parse_axml(manifests.damaged(chance.choice(honest), chance))
    assert time.process_time() - started < 60


@pytest.mark.corpus
def test_every_real_manifest_equals_its_slow_twin(corpus):
    seen = 0
    for path, data in manifests.all_manifests(corpus):
        document = parse_axml(data)
        expected = oracle.read(data)
        assert expected is not None, path
        manifests.assert_equal(document.root, expected)
        seen += 1
    assert seen > 300


@pytest.mark.corpus
def test_damaged_real_manifests_are_survived(corpus):
    chance = random.Random(7)  # noqa: S311 - a repeatable sequence
    some = [data for _, data in manifests.all_manifests(corpus)][::20]
    for _ in range(1500):
        parse_axml(manifests.damaged(chance.choice(some), chance))


MALFORMED = {
    "androguard/tests__data__AXML__AndroidManifest-xmlns.xml": ("com.real.RealPlayer", 208, set()),
    "androguard/tests__data__AXML__AndroidManifestExtraNamespace.xml": ("com.shopgate.android.app13182", 57, set()),
    "androguard/tests__data__AXML__AndroidManifestMaskingNamespace.xml": ("com.primedia.apartmentguide", 150, set()),
    "androguard/tests__data__AXML__AndroidManifestTextChunksXML.xml": ("com.tslstudio.tsladsudoku", 39, set()),
    "androguard/tests__data__AXML__AndroidManifest_NamespaceInAttributeName.xml": ("jyiaivi.ohduxbbylb", 47, set()),
    "androguard/tests__data__AXML__AndroidManifest_NamespaceInAttributeName2.xml": ("com.car2go", 230, set()),
    "androguard/tests__data__AXML__AndroidManifest_WrongChunkStart.xml": (
        "com.zxfxxx160.sucruri55633254",
        76,
        {"manifest/odd-magic"},
    ),
    "apkinspector/tests__res__manifest__AndroidManifest_CDATA.xml": (
        "com.erev0s.minimal",
        7,
        {"manifest/bad-chunk", "manifest/unclosed-element"},
    ),
    "apkinspector/tests__res__manifest__AndroidManifest_resource_map_not_found.xml": ("com.erev0s.minimal", 7, set()),
}
"""Manifests that break other readers: package, elements, limitations (CDATA's header leaves out the last node)."""


@pytest.mark.corpus
@pytest.mark.parametrize("name", MALFORMED)
def test_manifests_that_break_other_readers_are_read(corpus, name):
    package, elements, limits = MALFORMED[name]
    document = parse_axml((corpus / "malformed" / name).read_bytes())
    assert document.root.plain("package").text() == package
    assert (document.elements, kinds(document)) == (elements, limits)


def test_the_number_of_nodes_is_bounded_whatever_they_are(monkeypatch):
    monkeypatch.setattr(xmltree.TreeBuilder, "MAX_NODES", 50)
    namespace = struct.pack("<HHIIIII", 0x0100, 16, 24, 1, 0xFFFFFFFF, 0, 0)
    document = parse_axml(binary(SAMPLE, Lies(chunk_between_nodes=namespace * 200)))
    assert document.root is not None
    assert "manifest/too-many-nodes" in kinds(document)


def test_time_is_bounded_in_text_xml_too():
    with pytest.raises(BudgetError):
        parse_axml(text(E("root", {}, tuple(E("leaf") for _ in range(5000)))), Budget(seconds=-1.0))


def test_an_attribute_that_passes_the_end_of_the_file_is_left_out():
    """Attributes said to lie 0 bytes apart take no room in their chunk, wherever they begin."""
    data = bytearray(binary(E("root"))[:-24])  # up to the end of the only element's chunk
    struct.pack_into("<HHH", data, len(data) - 12, 20, 0, 1)
    document = parse_axml(bytes(data))
    assert document.root.name == "root"
    assert document.root.attributes == ()
    assert {"manifest/odd-attribute-size", "manifest/unclosed-element"} <= kinds(document)


def test_character_data_outside_of_the_root_element_is_nobodys_text():
    text_node = struct.pack("<HHII", 0x0104, 16, 28, 1) + struct.pack("<IIIHBBI", 0xFFFFFFFF, 0, 0, 8, 0, 3, 0)[:12]
    document = parse_axml(binary(e("root", text="inside"), Lies(trailing=text_node.ljust(28, b"\0"))))
    assert document.root.text == "inside"
    assert not document.limitations


def test_the_number_of_elements_is_bounded_in_text_xml_too(monkeypatch):
    monkeypatch.setattr(xmltree.TreeBuilder, "MAX_ELEMENTS", 100)
    document = parse_axml(b"<root>" + b"<leaf/>" * 500 + b"</root>")
    assert document.elements == 100
    assert kinds(document) == {"manifest/too-many-elements"}


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "iso-8859-1", "us-ascii"])
def test_text_in_an_encoding_that_every_reader_knows_is_read(name):
    document = parse_axml(f'<?xml version="1.0" encoding="{name}"?><manifest/>'.encode())
    assert document.root is not None
    assert not document.limitations


@pytest.mark.parametrize("name", ["cp1252", "cp037", "utf-7", "idna", "zlib"])
def test_text_in_an_encoding_that_python_alone_knows_is_not_read(name):
    document = parse_axml(f"<?xml version='1.0' encoding = '{name}'?><manifest/>".encode())
    assert document.root is None
    assert f"the XML is in the encoding '{name}'" in document.limitations[0].detail


def test_text_in_an_encoding_that_nobody_knows_is_stated():
    document = parse_axml(b'<?xml version="1.0" encoding="nobodys"?><manifest/>')
    assert document.root is None
    assert kinds(document) == {"manifest/malformed-xml", "manifest/unreadable"}
