"""Cases: the same for the same seed, different for others, and of every way in which an app can be changed."""

from collections import Counter

import pytest

from tests.builders.zip import zip_of
from tests.mutation import pool, zips
from tests.mutation.apps import MADE, signed_app, small_aar, small_set
from tests.mutation.cases import MUTATORS, Case, make


def case(seed: int, name: str) -> Case:
    return make(seed, MADE[name](), signed_app)


def entries(app: bytes) -> dict[str, bytes]:
    zipped = zips.take_apart(app)
    return {item.raw.decode("utf-8", "replace"): zips.content(item) for item in zipped.items} if zipped else {}


@pytest.mark.parametrize("name", MADE)
def test_the_same_seed_gives_the_same_bytes(name: str):
    for seed in range(20):
        assert case(seed, name) == case(seed, name)


@pytest.mark.parametrize("name", MADE)
def test_made_apps_are_the_same_in_every_run(name: str):
    assert MADE[name]() == MADE[name]()


@pytest.mark.parametrize("name", MADE)
def test_nearly_every_case_differs_from_the_app_and_from_the_others(name: str):
    app = MADE[name]()
    made = [case(seed, name).data for seed in range(60)]
    assert sum(data != app for data in made) >= 50
    assert len(set(made)) >= 50


def test_every_way_is_taken():
    apps = ["signed.apk", "library.aar", "set.apks", "rich.dex", "program.ipa"]
    taken = Counter(case(seed, apps[seed % len(apps)]).mutator for seed in range(400))
    assert {mutator.name for mutator in MUTATORS} - {"class file", "text"} <= taken.keys()
    assert {"nested", "splice"} <= taken.keys()


def test_a_class_file_is_changed_inside_its_jar():
    def class_in(app: bytes) -> bytes | None:
        return entries(entries(app).get("classes.jar", b"")).get("org/example/A.class")

    made = [case(seed, "library.aar") for seed in range(200)]
    changed = [class_in(item.data) for item in made if item.mutator == "nested"]
    assert sum(data not in (None, class_in(small_aar())) for data in changed) > 10


def test_changing_one_entry_leaves_the_others_as_they_were():
    before, changed = entries(signed_app()), 0
    for seed in range(120):
        made = case(seed, "signed.apk")
        if made.mutator in {"axml", "arsc", "dex", "elf", "pkcs7"} and len(entries(made.data)) == len(before):
            same = [name for name, data in entries(made.data).items() if data == before[name]]
            assert len(same) >= len(before) - 2
            changed += len(same) < len(before)
    assert changed > 10


def test_a_container_without_entries_is_changed_by_its_bytes():
    assert len({make(seed, b"no zip at all", signed_app).data for seed in range(40)}) > 20
    assert make(3, b"", lambda: b"").data == b""
    assert make(4, zip_of({}), signed_app).mutator


def test_a_pool_takes_an_app_by_seed_small_ones_more_often():
    apps = pool.Pool({"sample": {"sample:small": 1_000, "sample:large": 30 << 20}})
    taken = Counter(apps.name(seed) for seed in range(500))
    assert taken["sample:small"] > 400
    assert taken["sample:large"]
    assert [apps.name(seed) for seed in range(50)] == [apps.name(seed) for seed in range(50)]
    assert [apps.name(seed) for seed in range(50)] != [apps.name(seed, "other") for seed in range(50)]
    assert len(apps) == 2


def test_made_apps_are_known_by_name():
    assert pool.read("builder:set.apks") == small_set()
    assert pool.suffix("builder:set.apks") == ".apks"
    assert pool.suffix("sample:wechat-sdk") == ".jar"
    assert pool.suffix("corpus:a/b.dex") == ".dex"


@pytest.mark.corpus
def test_the_corpus_gives_apps_of_every_folder(corpus):
    groups = pool.corpus_names()
    assert {"realapps", "malformed", "signing"} <= {name for name, sizes in groups.items() if sizes}
    assert sum(map(len, groups.values())) > 300
    for sizes in groups.values():
        for name, size in list(sizes.items())[:3]:
            assert len(pool.read(name)) == size
