"""The bundle: what is written is read back, the same content gives the same bytes, anything else is refused."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence import bundle, dsse, layout
from affidavit.model.bundle import SCHEMA, Excerpt
from affidavit.model.errors import BudgetError, UsageError, VerificationError
from affidavit.model.place import Place
from tests.builders.affidavits import facts, key, small_affidavit, tiny_affidavit, write_small_bundle
from tests.evidence.folders import listing
from tests.oracles import bundle as oracle

texts = st.text(st.characters(exclude_categories=["Cs"]))
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def written(tmp_path):
    write_small_bundle(tmp_path / "a.affidavit")
    return tmp_path / "a.affidavit"


def test_what_was_written_is_read_back(tmp_path):
    signed = write_small_bundle(tmp_path / "a.affidavit")
    assert bundle.read_bundle(tmp_path / "a.affidavit") == signed
    assert msgspec.structs.replace(signed, key_id="") == small_affidavit()
    assert signed.key_id == dsse.key_id(key().public_key().public_bytes_raw())


def test_the_standard_library_and_openssl_find_that_it_holds(written):
    assert oracle.holds(written.read_bytes())
    other = written.read_bytes().replace(b"location/last-known", b"location/lost-known")
    with pytest.raises(Exception, match="CRC"):
        oracle.holds(other)


def test_members_come_in_their_order_and_the_manifest_lists_the_content(written):
    named = bundle.members(written)
    assert list(named) == [
        "manifest.json",
        "categories.json",
        "coverage.json",
        "excerpts.json",
        "facts.json",
        "findings.json",
        "law.json",
        "limitations.json",
        "network.json",
        "statement.dsse.json",
    ]
    manifest = json.loads(named["manifest.json"])
    assert manifest["schema"] == SCHEMA
    assert manifest["protection"] == "none"
    for item in manifest["members"]:
        assert item["sha256"] == hashlib.sha256(named[item["path"]]).hexdigest()
        assert item["size"] == len(named[item["path"]])
    assert [item["path"] for item in manifest["members"]] == list(bundle.CONTENT)


def test_an_empty_affidavit_is_written_and_read(tmp_path):
    small = small_affidavit().manifest
    empty = bundle.assemble(
        small.artefact, small.tool, "33" * 32, facts=(), findings=(), limitations=(), excerpts={}, partial=True
    )
    signed = bundle.write_bundle(tmp_path / "a", empty, key())
    assert bundle.read_bundle(tmp_path / "a") == signed
    assert signed.manifest.partial


@given(
    st.dictionaries(texts, st.builds(Excerpt, st.tuples(texts), st.just(0), st.just("00"), st.just("xml")), max_size=6)
)
def test_excerpts_keyed_by_any_text_are_read_back_sorted(excerpts):
    small = small_affidavit()
    content = bundle.content_members((), (), (), excerpts)
    assert [item for item, _ in json.loads(content["excerpts.json"])] == oracle.excerpt_list(excerpts)
    manifest = msgspec.structs.replace(small.manifest, members=bundle.describe(content))
    assert bundle.read_content(manifest, content).excerpts == excerpts


def test_excerpts_are_the_same_bytes_in_whatever_order_they_were_made():
    small = small_affidavit()
    turned = dict(reversed(small.excerpts.items()))
    assert bundle.content_members((), (), (), turned) == bundle.content_members((), (), (), small.excerpts)


def test_the_key_of_an_excerpt_is_entry_and_offset():
    assert bundle.excerpt_key(Place("base.apk!/classes.dex", 12, "La;", "m()V", 3)) == "base.apk!/classes.dex@12"


def test_two_processes_write_the_same_bytes(tmp_path):
    """Different hash seeds, time zones, locales and working directories."""
    script = (
        "import sys; from pathlib import Path; from tests.builders.affidavits import write_small_bundle;"
        "write_small_bundle(Path(sys.argv[1]))"
    )
    settings = (("1", "UTC", "C", "one"), ("77", "Asia/Kathmandu", "C.UTF-8", "two"))
    for seed, zone, language, name in settings:
        folder = tmp_path / name
        folder.mkdir()
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": str(REPOSITORY)}
        subprocess.run([sys.executable, "-c", script, "out"], cwd=folder, env=environment, check=True)
    assert (tmp_path / "one/out").read_bytes() == (tmp_path / "two/out").read_bytes()


def test_another_key_changes_the_statement_alone(tmp_path):
    one = dict(layout.unpack(bundle.bundle_bytes(small_affidavit(), key(1))).members)
    two = dict(layout.unpack(bundle.bundle_bytes(small_affidavit(), key(2))).members)
    assert [name for name in one if one[name] != two[name]] == ["statement.dsse.json"]


def test_a_manifest_that_does_not_describe_the_content_is_not_signed():
    changed = msgspec.structs.replace(small_affidavit(), facts=facts()[1:])
    with pytest.raises(UsageError, match="does not describe"):
        bundle.bundle_bytes(changed, key())


def test_a_bundle_larger_than_a_reader_accepts_is_not_written(monkeypatch):
    monkeypatch.setattr(layout, "FILE_LIMIT", 1 << 20)
    with pytest.raises(BudgetError):
        bundle.bundle_bytes(small_affidavit(), key())


def test_a_file_larger_than_any_bundle_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(layout.FILE_LIMIT + 1)
    with pytest.raises(VerificationError, match="larger than"):
        bundle.read_bundle(path)


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_is_not_there_is_a_usage_error(tmp_path, name):
    with pytest.raises(UsageError) as caught:
        bundle.read_bundle(tmp_path / name)
    assert caught.value.advice


@pytest.mark.parametrize("content", [b"", b"PK", b"not a bundle", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_refused_with_advice(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(VerificationError) as caught:
        bundle.read_bundle(tmp_path / "a")
    assert "affidavit verify" in caught.value.advice


def test_a_damaged_bundle_is_refused_wherever_the_damage_is(tmp_path):
    path = tmp_path / "a"
    bundle.write_bundle(path, tiny_affidavit(), key())
    whole = path.read_bytes()
    for offset in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[offset] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(VerificationError):
            bundle.read_bundle(path)


def repacked(path, change):
    """Pack the members of a bundle again after `change`, which edits a dict of them."""
    named = bundle.members(path)
    change(named)
    path.write_bytes(layout.pack([(name, named[name]) for name in layout.in_order(named)]))
    return path


@pytest.mark.parametrize("name", ["manifest.json", "facts.json", "excerpts.json", "statement.dsse.json"])
def test_a_bundle_without_one_of_its_members_is_refused(written, name):
    repacked(written, lambda named: named.pop(name))
    with pytest.raises(VerificationError, match=f"{name} is missing"):
        bundle.read_bundle(written)


def test_a_bundle_with_a_member_more_is_refused(written):
    repacked(written, lambda named: named.update({"notes.txt": b"hello"}))
    with pytest.raises(VerificationError, match=r"notes\.txt is extra"):
        bundle.read_bundle(written)


def test_a_statement_from_another_bundle_is_refused(written, tmp_path):
    bundle.write_bundle(tmp_path / "other", tiny_affidavit(), key())
    other = bundle.members(tmp_path / "other")["statement.dsse.json"]
    repacked(written, lambda named: named.update({"statement.dsse.json": other}))
    with pytest.raises(VerificationError, match="about another digest of manifest"):
        bundle.read_bundle(written)


def test_a_manifest_of_another_schema_is_refused_with_advice():
    changed = msgspec.structs.replace(small_affidavit().manifest, schema="affidavit/bundle/1")
    with pytest.raises(VerificationError, match="schema") as caught:
        bundle.read_manifest(bundle.encode(changed))
    assert "version" in caught.value.advice


@pytest.mark.parametrize("order", [[1, 0], [0, 0]])
def test_excerpts_out_of_order_or_twice_are_refused(order):
    small = small_affidavit()
    content = bundle.members_of(small)
    pairs = json.loads(content["excerpts.json"])
    content["excerpts.json"] = bundle.encode([pairs[index] for index in order])
    with pytest.raises(VerificationError, match="not sorted and distinct"):
        bundle.read_content(small.manifest, content)


def test_writing_leaves_nothing_beside_the_bundle(written):
    assert listing(written.parent) == ["a.affidavit"]


def test_reading_a_bundle_imports_nothing_heavy(written):
    script = (
        "import sys; from pathlib import Path; from affidavit.evidence.bundle import read_bundle;"
        f"read_bundle(Path({str(written)!r}));"
        "heavy = {'numpy', 'lief', 'rich', 'jinja2', 'asn1crypto'} & set(sys.modules); sys.exit(str(heavy or '') or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_members_are_encoded_once_and_let_go_when_written(tmp_path, monkeypatch):
    made = small_affidavit()
    expected = bundle.content_members(
        made.facts,
        made.findings,
        made.limitations,
        made.excerpts,
        made.categories,
        law=made.law,
        coverage=made.coverage,
        network=made.network,
    )
    assert bundle.members_of(made) == expected
    monkeypatch.setattr(bundle, "content_members", lambda *_: pytest.fail("encoded again"))
    signed = bundle.write_bundle(tmp_path / "a", made, key())
    monkeypatch.undo()
    assert not vars(made)
    assert not vars(signed)
    assert bundle.members_of(made) == bundle.members_of(signed) == expected
    assert (tmp_path / "a").read_bytes() == bundle.bundle_bytes(made, key())
