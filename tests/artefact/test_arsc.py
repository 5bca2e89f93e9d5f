"""Resource tables: every stored form, references, configurations, lies, a slow twin, real tables."""

import random
import struct
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.budget import Budget
from affidavit.artefact.resconfig import qualifiers
from affidavit.artefact.stringpool import parse_pool, text_of_utf8, text_of_utf16
from affidavit.model.errors import BudgetError
from tests.artefact import manifests
from tests.builders.arsc import DEFAULT, Bag, Kind, Table, config
from tests.builders.axml import Raw, Ref, string_pool
from tests.oracles import arsc as oracle

FORMS = ("plain", "sparse", "offset16", "compact")
FRENCH = config(language="fr", region="CA", sdk=21)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("utf8", [False, True])
def test_resolves_every_stored_form(form, utf8):
    builder = Table([Kind("string", {0: "Zürich", 3: "Bern", 7: 42, 9: True}, form=form)], utf8=utf8)
    table = parse_arsc(builder.build())
    assert not table.limitations
    texts = {entry: table.resolve(builder.id("string", entry)) for entry in range(12)}
    assert {entry: found.value.text for entry, found in texts.items() if found} == {
        0: "Zürich",
        3: "Bern",
        7: "42",
        9: "true",
    }
    assert table.name(builder.id("string", 3)) == "string/string_3"
    assert table.name(builder.id("string", 4)) == ""


def test_references_are_followed_and_listed():
    builder = Table([Kind("string", {0: "end", 1: Ref(0x7F010000), 2: Ref(0x7F010001)})])
    found = parse_arsc(builder.build()).resolve(0x7F010002)
    assert found.value.text == "end"
    assert found.via == (0x7F010002, 0x7F010001, 0x7F010000)
    assert not found.cycle


def test_a_cycle_of_references_is_stated():
    builder = Table([Kind("string", {0: Ref(0x7F010001), 1: Ref(0x7F010000)})])
    table = parse_arsc(builder.build())
    assert table.resolve(0x7F010000).cycle
    assert {item.kind for item in table.limitations} == {"resources/reference-cycle"}


def test_a_long_chain_is_bounded():
    entries = {index: Ref(0x7F010000 | index + 1) for index in range(60)} | {60: "end"}
    table = parse_arsc(Table([Kind("string", entries)]).build())
    assert table.resolve(0x7F010000).cycle
    assert table.resolve(0x7F010030).value.text == "end"


def test_a_reference_out_of_the_table_stays_what_it_is():
    table = parse_arsc(Table([Kind("string", {0: Ref(0x01040000), 1: Ref(0)})]).build())
    assert table.resolve(0x7F010000).value.text == "@01040000"
    assert table.resolve(0x7F010001).value.text == "@00000000"
    assert table.resolve(0x01040000) is None


def test_the_default_configuration_wins_wherever_it_stands():
    kinds = [Kind("string", {0: "bonjour", 1: "seul"}, FRENCH), Kind("string", {0: "hello"}, DEFAULT)]
    table = parse_arsc(Table(kinds).build())
    found = table.resolve(0x7F010000)
    assert (found.value.text, found.configs) == ("hello", ("", "fr-rCA-v21"))
    assert table.resolve(0x7F010001).value.text == "seul"
    assert [value.text for value in table.values(0x7F010000)] == ["bonjour", "hello"]


def test_lookups_are_bounded(monkeypatch):
    from affidavit.artefact import arsc

    monkeypatch.setattr(arsc, "_MAX_LOOKUPS", 500)
    table = parse_arsc(Table([Kind("string", {0: "a"}, config(sdk=level)) for level in range(1, 101)]).build())
    answers = [table.resolve(0x7F010000) for _ in range(20)]
    assert answers[0].value.text == "a"
    assert answers[-1] is None
    assert "resources/too-many-lookups" in {item.kind for item in table.limitations}


def test_a_bag_has_no_text():
    table = parse_arsc(Table([Kind("array", {0: Bag(3)})]).build())
    assert (table.resolve(0x7F010000).value.type, table.resolve(0x7F010000).value.text) == (-1, "")


def test_a_claimed_count_of_entries_is_clamped_and_stated():
    table = parse_arsc(Table([Kind("string", {0: "a"}, claimed=1 << 30)]).build())
    assert "resources/bad-type" in {item.kind for item in table.limitations}
    assert table.resolve(0x7F010000).value.text == "a"
    assert table.resolve(0x7F01FFFF) is None


def test_an_entry_outside_of_its_chunk_is_absent_and_stated():
    data = bytearray(Table([Kind("string", {0: "a"})]).build())
    chunk = next(at for at in range(0, len(data) - 4, 4) if data[at : at + 4] == struct.pack("<HH", 0x0201, 84))
    struct.pack_into("<I", data, chunk + 84, 0x00FFFFF0)
    table = parse_arsc(bytes(data))
    assert table.resolve(0x7F010000) is None
    assert {item.kind for item in table.limitations} == {"resources/bad-entry"}


@pytest.mark.parametrize("data", [b"", b"\x02\0\x0c\0", b"\0" * 40, b"\xff" * 400, b"\x02\0\x0c\0\x0c\0\0\0\0\0\0\0"])
def test_what_is_no_table_resolves_nothing(data):
    table = parse_arsc(data)
    assert table.resolve(0x7F010000) is None
    assert len(table.strings()) == 0
    starts = table.strings().blob()[1]
    assert len(starts) == 0


def test_a_bad_header_is_stated():
    assert {item.kind for item in parse_arsc(b"\xff" * 64).limitations} >= {"resources/bad-header"}


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (DEFAULT, ""),
        (config(size=28), ""),
        (config(language="de"), "de"),
        (config(language="pt", region="BR"), "pt-rBR"),
        (config(density=640, sdk=26), "xxxhdpi-v26"),
        (config(density=0xFFFF), "nodpi"),
        (config(density=300), "300dpi"),
        (struct.pack("<IHH", 48, 310, 4) + b"\0" * 40, "mcc310-mnc4"),
        (struct.pack("<I", 36) + b"\0" * 8 + b"\x02" + b"\0" * 23, "land"),
        (struct.pack("<I", 36) + b"\0" * 24 + b"\x11\0\0\0" + b"\0" * 4, "x0000000000000011"),
        (b"", ""),
        (b"\x01", ""),
    ],
)
def test_configurations_read_like_resource_folders(record, shown):
    assert qualifiers(record) == shown


def test_packed_three_letter_languages_are_read():
    packed = (ord("f") - 97) | (ord("i") - 97) << 5 | (ord("l") - 97) << 10 | 0x8000
    record = struct.pack("<IHH", 64, 0, 0) + struct.pack(">H", packed) + b"\0" * 54
    assert qualifiers(record) == "fil"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["x" * 0x90, "é" * 0x4001, "🎈"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=20), st.booleans())
def test_strings_in_bulk_equal_strings_one_by_one(items, utf8):
    data = string_pool(items, utf8=utf8)
    pool = parse_pool(data, 0, len(data))
    starts, ends = pool.spans()
    assert [pool.span(index) for index in range(len(items))] == list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert [pool[index] for index in range(len(items))] == items
    table = parse_arsc(struct.pack("<HHII", 2, 12, 12 + len(data), 0) + data, "resources.arsc")
    strings = table.strings()
    blob, first, last = strings.blob()
    assert [bytes(blob[a:z]).decode() for a, z in zip(first, last, strict=True)] == items
    assert all(strings.place(index)[1] == 12 + starts[index] for index in range(len(items)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120), st.booleans(), st.integers(0, 40))
def test_bulk_and_single_agree_on_damaged_pools(noise, utf8, count):
    start = 28 + 4 * count
    header = struct.pack("<HHIIIIII", 1, 28, start + len(noise), count, 0, 0x100 * utf8, start, 0)
    offsets = bytes((index * 7) % 64 if byte == 0 else 0 for index in range(count) for byte in range(4))
    data = header + offsets + noise
    pool = parse_pool(data, 0, len(data))
    starts, ends = pool.spans()
    single = [pool.span(index) or (-1, -1) for index in range(len(pool))]
    assert single == list(zip(starts.tolist(), ends.tolist(), strict=True))


def test_overlapping_strings_are_bounded(monkeypatch):
    from affidavit.artefact import stringpool

    monkeypatch.setattr(stringpool, "DECODED_LIMIT", 10_000)
    data = bytearray(string_pool(["x" * 4000] + ["y"] * 50, utf8=True))
    for index in range(51):
        struct.pack_into("<I", data, 28 + 4 * index, 0)
    pool = parse_pool(bytes(data), 0, len(data))
    assert sum(len(pool[index]) for index in range(51)) <= 14_000
    assert pool.refused > 40


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"a\xff", "a\\xff"), (b"\xed\xa0\xbd\xed\xb8\x80", "😀"), (b"\xed\xa0\xbd", "\\ud83d"), (b"", "")],
)
def test_modified_utf8_is_joined_and_bad_bytes_stay_visible(raw, shown):
    assert text_of_utf8(raw) == shown


def test_lone_utf16_surrogates_are_escaped():
    assert text_of_utf16(b"\x3d\xd8!\0") == "\\ud83d!"


entries = st.dictionaries(
    st.integers(0, 40),
    st.one_of(
        texts,
        st.integers(-(2**31), 2**31 - 1),
        st.booleans(),
        st.builds(Ref, st.integers(0x7F010000, 0x7F010040)),
        st.builds(Raw, st.sampled_from([0x04, 0x05, 0x1C]), st.integers(0, 2**32 - 1)),
    ),
    max_size=12,
)
kinds = st.lists(
    st.builds(
        Kind, st.sampled_from(["string", "bool"]), entries, st.sampled_from([DEFAULT, FRENCH]), st.sampled_from(FORMS)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=120, deadline=None)
@given(kinds, st.booleans())
def test_equals_its_slow_twin(chunks, utf8):
    compare(Table(chunks, utf8=utf8).build())


def compare(data: bytes) -> int:
    """Compare every value, name and string; give how many values there are."""
    table = parse_arsc(data)
    strings, values, names = oracle.read(data)
    assert not table.limitations
    assert [table.pool[index] for index in range(len(table.pool))] == [manifests.shown(text) for text in strings]
    for resource, expected in values.items():
        assert [(value.offset, value.type, value.data) for value in table.values(resource)] == expected
        assert table.name(resource) == manifests.shown(names[resource])
    return sum(len(items) for items in values.values())


def test_random_damage_is_survived_in_bounded_time():
    chance = random.Random(11)  # noqa: S311 - a repeatable sequence
    honest = [
        Table([Kind("string", {index: f"text {index}" for index in range(30)}, form=form)], utf8=utf8).build()
        for form in FORMS
        for utf8 in (False, True)
    ]
    started = time.process_time()
    for _ in range(1500):
        table = parse_arsc(manifests.damaged(chance.choice(honest), chance))
        for entry in range(0, 40, 7):
            table.resolve(0x7F010000 | entry)
        blob, starts, ends = table.strings().blob()
        assert np.all(starts <= ends)
        assert not len(ends) or int(ends.max()) <= len(blob)
    assert time.process_time() - started < 60


@pytest.mark.corpus
def test_real_tables_equal_their_slow_twin(corpus):
    seen = sum(compare(data) for _, data in list(manifests.all_members(corpus, "resources.arsc")))
    assert seen > 10_000


@pytest.mark.corpus
def test_opening_and_resolving_do_not_decode_everything(corpus):
    data = max((data for _, data in manifests.all_members(corpus / "realapps", "resources.arsc")), key=len)
    table = parse_arsc(data)
    assert table.resolve(0x7F010000)
    assert len(table.pool.cache) < 10


@pytest.mark.corpus
def test_compact_entries_of_a_real_file_are_read(corpus):
    path = corpus / "malformed" / "androguard"
    members = dict(manifests.all_members(path, "resources.arsc"))
    data = next(data for name, data in members.items() if "compact-entry" in name)
    table = parse_arsc(data)
    _, values, names = oracle.read(data)
    assert values
    assert all(table.resolve(resource).value.text or table.resolve(resource).value.type == -1 for resource in values)
    assert {table.name(resource) for resource in values} == set(names.values())


def test_names_count_as_lookups_too(monkeypatch):
    from affidavit.artefact import arsc

    monkeypatch.setattr(arsc, "_MAX_LOOKUPS", 500)
    table = parse_arsc(Table([Kind("string", {1: "a"}, config(sdk=level)) for level in range(1, 101)]).build())
    assert [table.name(0x7F010000) for _ in range(20)] == [""] * 20
    assert table.lookups > 500
    assert "resources/too-many-lookups" in {item.kind for item in table.limitations}


def test_time_is_looked_at_while_chunks_are_walked_and_values_asked_for():
    data = Table([Kind("string", {0: "a"}, config(sdk=level % 30)) for level in range(1_200)]).build()
    with pytest.raises(BudgetError):
        parse_arsc(data, "resources.arsc", Budget(seconds=-1))
    budget = Budget()
    table = parse_arsc(data, "resources.arsc", budget)
    budget.seconds = -1
    with pytest.raises(BudgetError):
        list(table.values(0x7F010000))


@pytest.mark.parametrize(
    ("chunk", "size", "kind"),
    [((0x0200, 288), 280, "resources/bad-package"), ((0x0201, 84), 20, "resources/bad-type")],
)
def test_a_header_too_short_for_its_fields_is_stated_and_its_chunk_left_out(chunk, size, kind):
    data = Table([Kind("string", {0: "a"})]).build()
    table = parse_arsc(data.replace(struct.pack("<HH", *chunk), struct.pack("<HH", chunk[0], size)))
    assert {item.kind for item in table.limitations} == {kind}
    assert table.resolve(0x7F010000) is None


@pytest.mark.parametrize("utf8", [False, True])
def test_strings_one_by_one_are_text_and_stored_bytes(utf8):
    data = Table([Kind("string", {0: "Zürich", 1: "Bern"})], utf8=utf8).build()
    strings = parse_arsc(data, "resources.arsc").strings()
    assert [strings[index] for index in range(3)] == ["Zürich", "Bern", ""]
    coding = "utf-8" if utf8 else "utf-16-le"
    assert [strings.raw(index) for index in range(3)] == ["Zürich".encode(coding), "Bern".encode(coding), b""]
    assert list(strings.pool) == ["Zürich", "Bern"]
    assert strings.place(2) == ("resources.arsc", -1)
