"""Native files that are compared: which, in which order, within which bounds, and what is shown of what they share."""

import pytest

from affidavit.identity.code import native_stage
from affidavit.identity.code.build import build
from affidavit.identity.code.handed import Known
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.native import of_native, rows_of
from affidavit.identity.code.native_stage import SHARED, VERSIONS, identify_natives
from affidavit.identity.code.stage import identify
from affidavit.model.code_identity import NativeIdentity, NativeSearch
from affidavit.model.errors import BudgetError
from tests.builders.known_code import app_files, library_index
from tests.builders.zip import zip_of
from tests.identity.code.test_native_files import elf
from tests.reading import read

PAY = elf("pay")
MANIFEST = app_files()["AndroidManifest.xml"]


def index_of(*files, labels=("1.0",)):
    """Families with one native file each, the first in as many versions as there are labels."""
    rows = [(Version(0, label), rows_of([of_native("arm64-v8a/libpay.so", files[0])])) for label in labels]
    rows += [(Version(at, "7"), rows_of([of_native(f"x86/lib{at}.so", data)])) for at, data in enumerate(files[1:], 1)]
    return build([Family("pay", "Pay", "Payers", "tencent", "sdk"), Family("other"), Family("more")], rows)


INDEX = index_of(PAY, elf("other"))


def compared(folder, files, index=INDEX):
    path = folder / "app.apk"
    path.write_bytes(zip_of({"AndroidManifest.xml": MANIFEST, **files}))
    with read(path, frozenset({"entries"})) as state:
        identify_natives(state, index, ("ab" * 32,))
        found = [fact for fact in state.facts if isinstance(fact.what, NativeIdentity | NativeSearch)]
        return found, [item for item in state.limitations if item.kind == "identity/native-bounded"]


def search(found):
    (only,) = (fact.what for fact in found if isinstance(fact.what, NativeSearch))
    return only


def identities(found):
    return {fact.place.entry: fact.what for fact in found if isinstance(fact.what, NativeIdentity)}


def test_an_app_without_native_files_is_told_nothing(tmp_path):
    assert compared(tmp_path, {"assets/a.txt": b"pay_1 says something"}) == ([], [])


def test_an_index_without_native_files_is_no_search(tmp_path):
    assert compared(tmp_path, {"lib/arm64-v8a/a.so": PAY}, library_index()) == ([], [])


def test_files_that_are_none_of_the_known_are_counted_as_searched(tmp_path):
    own = elf("own")
    found, limits = compared(tmp_path, {"lib/x86/a.so": own})
    assert search(found) == NativeSearch(("ab" * 32,), 1, 1, len(own), 2, 0)
    assert (identities(found), limits) == ({}, [])


def test_the_same_file_under_any_name_is_found_wherever_it_lies(tmp_path):
    places = ("lib/armeabi/libzzz.so", "assets/data.bin", "res/raw/x.png")
    found, _ = compared(tmp_path, dict.fromkeys(places, PAY))
    assert {place: (what.family, what.relation) for place, what in identities(found).items()} == dict.fromkeys(
        places, ("pay", "is")
    )
    assert search(found).found == 3


@pytest.mark.parametrize("data", [b"", b"\x7fELF", PAY[:64], b"\x7fELF" + b"\xff" * 4_000])
def test_damaged_files_are_searched_and_are_nothing_known(tmp_path, data):
    found, limits = compared(tmp_path, {"lib/arm64-v8a/libpay.so": data})
    assert identities(found) == {}
    assert (search(found).of, limits) == (1, [])


def test_a_file_past_the_bytes_is_left_out_and_smaller_ones_after_it_are_not(tmp_path, monkeypatch):
    small, large = elf("own", count=2), elf("big", count=400)
    monkeypatch.setattr(native_stage, "BYTES", len(PAY) + len(small))
    files = {"lib/arm64-v8a/a.so": PAY, "lib/arm64-v8a/b.so": large, "lib/x86/c.so": small}
    found, (limit,) = compared(tmp_path, files)
    assert (search(found).files, search(found).of, search(found).bytes) == (2, 3, len(PAY) + len(small))
    assert limit.count == 1
    assert "1 native file of 3" in limit.detail


def test_the_order_of_entries_in_the_archive_plays_no_part(tmp_path, monkeypatch):
    monkeypatch.setattr(native_stage, "FILES", 2)
    files = {"lib/x86/a.so": elf("other"), "lib/arm64-v8a/z.so": PAY, "lib/armeabi/b.so": PAY}
    first = compared(tmp_path, files)
    assert first == compared(tmp_path, dict(reversed(files.items())))
    assert set(identities(first[0])) == {"lib/arm64-v8a/z.so", "lib/armeabi/b.so"}


def test_versions_with_one_file_are_all_allowed_and_a_long_list_is_cut_with_its_number(tmp_path):
    labels = [f"1.{number:02}" for number in range(VERSIONS + 6)]
    found, _ = compared(tmp_path, {"lib/x86/a.so": PAY}, index_of(PAY, elf("other"), labels=labels))
    (what,) = identities(found).values()
    assert len(what.versions) == VERSIONS
    assert (what.allowed, what.known) == (VERSIONS + 6, VERSIONS + 6)
    assert set(what.versions) <= set(labels)


def test_what_is_shown_is_in_both_files_and_the_rarest(tmp_path):
    """What a third family has too comes after what only the two have."""
    both = elf("pay", count=300) + elf("common", count=150)
    index = index_of(both, elf("common", count=150), elf("third"))
    found, _ = compared(tmp_path, {"lib/x86/a.so": both}, index)
    told = {fact.what.family: fact.what for fact in found if isinstance(fact.what, NativeIdentity)}
    assert told["pay"].relation == "is"
    what = told["pay"]
    assert 0 < len(what.shared) <= SHARED
    assert len(set(what.shared)) == len(what.shared)
    assert all(text.encode() in both and text.startswith("pay_") for text in what.shared)
    assert [len(text) for text in what.shared] == sorted((len(text) for text in what.shared), reverse=True)


def test_a_text_of_any_length_is_shown_cut(tmp_path):
    long = PAY + b"\0" + b"x" * 5_000 + b"\0"
    found, _ = compared(tmp_path, {"lib/x86/a.so": long}, index_of(long))
    shown = identities(found)["lib/x86/a.so"].shared
    assert any(text.startswith("x" * 120 + "…(+") for text in shown)
    assert all(len(text) < 150 for text in shown)


def test_time_that_ran_out_ends_the_comparison(tmp_path):
    path = tmp_path / "app.apk"
    path.write_bytes(zip_of({"AndroidManifest.xml": MANIFEST, "lib/x86/a.so": PAY}))
    with read(path, frozenset({"entries"})) as state:
        state.budget.seconds = 0.0
        with pytest.raises(BudgetError):
            identify_natives(state, INDEX, ())
        assert not any(isinstance(fact.what, NativeIdentity) for fact in state.facts)


def test_native_files_are_compared_even_if_there_are_no_classes(tmp_path):
    path = tmp_path / "app.apk"
    path.write_bytes(zip_of({"AndroidManifest.xml": MANIFEST, "lib/x86/a.so": PAY}))
    with read(path, frozenset({"entries", "manifest", "code", "calls"})) as state:
        assert identify(state, Known(INDEX, ())).compared is None
        assert any(isinstance(fact.what, NativeIdentity) for fact in state.facts)
