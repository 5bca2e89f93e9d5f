"""Which family the coordinates in an app's files name."""

import pytest

from affidavit.identity.code.stated import family_ids, stated_versions
from affidavit.model.fact import Fact
from affidavit.model.library import LibraryVersion
from affidavit.model.place import Place


@pytest.mark.parametrize(
    ("coordinates", "family"),
    [
        ("androidx.core:core", "androidx-core"),
        ("androidx.arch.core:core-runtime", "androidx-arch-core-runtime"),
        ("com.squareup.okhttp3:okhttp", "okhttp"),
        ("com.google.android.gms:play-services-base", "play-services-base"),
    ],
)
def test_coordinates_name_a_family(coordinates: str, family: str) -> None:
    assert family in family_ids(coordinates)


def test_what_files_state_is_kept_beside_what_the_code_allows() -> None:
    what = LibraryVersion("androidx.core:core", "1.9.0")
    mark = Fact(id="f1", what=what, place=Place("META-INF/androidx.core_core.version"), extractor="library-versions/1")
    (agrees,) = stated_versions("androidx-core", ("1.9.0", "1.8.0"), ("1.8.0", "1.9.0"), [mark])
    (conflicts,) = stated_versions("androidx-core", ("1.2.0",), ("1.2.0", "1.9.0"), [mark])
    assert (agrees.version, agrees.allowed, conflicts.version, conflicts.allowed) == ("1.9.0", True, "1.9.0", False)
    (unknown,) = stated_versions("androidx-core", ("1.2.0",), ("1.2.0",), [mark])
    assert (agrees.known, conflicts.known, unknown.known, unknown.allowed) == (True, True, False, False)
    assert stated_versions("androidx-fragment", (), (), [mark]) == ()
