"""What the catalogue names is fetched once."""

from affidavit.identity.code.catalogue import Package, Packed, Part
from benchmarks import libraries

BOX = Package(
    "npm",
    "@a/b",
    "1",
    "0" * 64,
    (
        Packed("x/App.apk", "1" * 64, (Part("okio", "1.6.0", "mark"), Part("gson")), background=True),
        Packed("x/Other.apk", "2" * 64, background=True),
    ),
)


def test_a_package_is_there_when_every_family_and_every_ordinary_app_of_it_is(tmp_path):
    wanted = [
        "files/okio__1.6.0.dex",
        "files/gson__unstated.jar",
        "background/a-b-1-App.apk",
        "background/a-b-1-Other.apk",
    ]
    for name in wanted:
        assert not libraries._is_there(BOX, tmp_path)
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert libraries._is_there(BOX, tmp_path)
