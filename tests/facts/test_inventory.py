"""Every entry becomes one fact."""

import hashlib
import re
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.facts.inventory import entry_fact, media_of, oddity_table
from affidavit.model.inventory import EntryFact
from tests.artefact.reading import read_zip
from tests.builders.zip import Item, build_zip, zip_of

SOURCE = Path(__file__).parents[2] / "src" / "affidavit"


def facts_of(data):
    read = read_zip(data)
    return [entry_fact(read.part, entry, read.part.read(entry)) for entry in read.part.entries]


def test_fact_has_digest_sizes_offsets_and_media():
    content = b"dex\n035\0" * 40
    (fact,) = facts_of(build_zip([Item("classes.dex", content)], prefix=b""))
    assert isinstance(fact.what, EntryFact)
    assert fact.what.sha256 == hashlib.sha256(content).hexdigest()
    assert (fact.what.size, fact.what.header, fact.what.data) == (len(content), 0, 30 + len("classes.dex"))
    assert fact.what.compressed < fact.what.size
    assert (fact.what.media, fact.what.oddities) == ("dex", ())
    assert (fact.place.entry, fact.place.offset, fact.extractor) == ("classes.dex", -1, "inventory/1")


def test_unread_entry_has_no_digest_and_its_declared_size():
    (fact,) = facts_of(build_zip([Item("a", b"abc", stream=b"\xff")]))
    assert (fact.what.sha256, fact.what.media, fact.what.size) == ("", "unread", 3)


def test_size_is_the_real_one_and_the_lie_is_an_oddity():
    (fact,) = facts_of(build_zip([Item("a", b"abc" * 9, central={"size": 5}, local={"size": 5})]))
    assert (fact.what.size, fact.what.oddities) == (27, ("size-differs",))


@pytest.mark.parametrize(
    ("name", "data", "odd"),
    [
        ("assets/logo.png", b"dex\n035\0", True),
        ("assets/font.TTF", b"PK\x03\x04", True),
        ("assets/a.txt", b"\x7fELF", True),
        ("assets/plugin.bin", b"dex\n035\0", False),
        ("assets/logo.png", b"\x89PNG\r\n\x1a\n", False),
        ("assets/logo.png", b"\xff\xd8\xff\xe0", False),
        ("lib/x86/liba.so", b"\x7fELF", False),
        ("assets/a.zip", b"PK\x03\x04", False),
    ],
)
def test_code_under_a_harmless_name_is_an_oddity(name, data, odd):
    (fact,) = facts_of(zip_of({name: data}))
    assert ("disguised-code" in fact.what.oddities) == odd


def test_duplicates_are_two_facts_at_two_places():
    first, second = facts_of(build_zip([Item("a", b"1"), Item("a", b"2")]))
    assert (first.place.entry, second.place.entry) == ("a", "a#2")
    assert first.id != second.id


def test_facts_of_hostile_names_are_encodable():
    names = [b"\xff" * 9, "a\u202eb", "\0", "x" * 65_000]
    found = list(facts_of(build_zip([Item(name, b"1") for name in names])))
    assert len(found) == len(names)
    for fact in found:
        assert fact.place.entry.encode("utf-8").decode("utf-8").isprintable()
        assert len(fact.place.entry) < 2_100


def test_every_word_that_the_reader_can_say_is_explained():
    said = set()
    for file in (SOURCE / "artefact").glob("*.py"):
        if file.stem in {"zip", "part", "names"}:
            for line in file.read_text().splitlines():
                if "mark(" in line or "words" in line or "return -1" in line:
                    said |= set(re.findall(r'"([a-z0-9-]+)"', line))
    words = oddity_table().oddities
    assert said | {"disguised-code"} == words.keys()
    assert all(word.title and word.android for word in words.values())


def test_each_of_thousands_of_entries_has_its_own_fact():
    read = read_zip(zip_of({f"res/{number}.png": b"\x89PNG\r\n\x1a\n%d" % number for number in range(5_000)}))
    facts = [entry_fact(read.part, entry, read.part.read(entry)) for entry in read.part.entries]
    assert len({fact.id for fact in facts}) == 5_000


@pytest.mark.samples
def test_inventory_of_a_real_app_is_complete_and_the_same_every_time(sample):
    runs = []
    for _ in range(2):
        with open_artefact(sample("uiautomator2"), Budget()) as opened:
            part = opened.parts[0]
            runs.append([entry_fact(part, entry, part.read(entry)) for entry in part.entries])
            assert opened.limitations == []
    assert runs[0] == runs[1]
    media = {fact.place.entry: fact.what.media for fact in runs[0]}
    assert media["AndroidManifest.xml"] == "axml"
    assert media["resources.arsc"] == "arsc"
    assert media["classes.dex"] == "dex"
    assert media["META-INF/MANIFEST.MF"] == "jar-manifest"
    assert not any(fact.what.oddities for fact in runs[0])


def test_media_of_is_offered_here_too():
    assert media_of(b"dex\n035\0", "x") == "dex"
