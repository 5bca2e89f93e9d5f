"""The resource list: every listed file is compared by the strongest digest there is, and what is not listed is said."""

import hashlib
import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.apple.resources import BundleFiles, check_resources
from tests.builders.apple import resource_list

FILES = {"a.png": b"picture", "en.lproj/b.strings": b"text", "embedded.mobileprovision": b"profile"}


def bundle(files, cdhashes=None) -> BundleFiles:
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return BundleFiles(digests, cdhashes or {}, "My", files.get)


def words(made) -> list[tuple[str, bool]]:
    return [(issue.word, issue.error) for issue in made.issues]


def test_files_as_listed_hold():
    made = check_resources(resource_list(FILES), bundle({**FILES, "My": b"code", "Info.plist": b"", "PkgInfo": b""}))
    assert (made.listed, made.held, made.issues) == (3, 3, ())


@settings(max_examples=60, deadline=None)
@given(changed=st.sets(st.sampled_from(sorted(FILES))), gone=st.sets(st.sampled_from(sorted(FILES))))
def test_exactly_the_changed_and_missing_files_are_named(changed, gone):
    there = {name: data + b"!" * (name in changed) for name, data in FILES.items() if name not in gone}
    made = check_resources(resource_list(FILES), bundle(there))
    told = {issue.word: issue.detail for issue in made.issues}
    for word, names in (("apple-file-differs", changed - gone), ("apple-file-missing", gone)):
        assert (word in told) == bool(names)
        assert all(repr(name) in told[word] for name in names)
    assert made.held == len(FILES) - len(changed | gone)


def test_a_file_that_only_sha1_protects_is_compared_and_said():
    made = check_resources(resource_list(FILES, weak=True), bundle(FILES))
    assert (made.held, words(made)) == (3, [("apple-file-weak", False)])
    made = check_resources(resource_list(FILES, weak=True), bundle({**FILES, "a.png": b"other"}))
    assert words(made)[0] == ("apple-file-differs", True)


def test_sha1_is_not_asked_where_there_is_a_stronger_digest():
    lying = plistlib.dumps({"files2": {"a": {"hash": b"x" * 20, "hash2": hashlib.sha256(b"a").digest()}}})
    assert check_resources(lying, bundle({"a": b"a"})).issues == ()
    lying = plistlib.dumps({"files2": {"a": {"hash": hashlib.sha1(b"a").digest(), "hash2": bytes(32)}}})  # noqa: S324 - the format's
    assert words(check_resources(lying, bundle({"a": b"a"}))) == [("apple-file-differs", True)]


def test_optional_files_may_be_missing():
    further = {"de.lproj/x": {"hash2": bytes(32), "optional": True}}
    assert check_resources(resource_list(FILES, **further), bundle(FILES)).issues == ()


def test_code_inside_is_compared_by_its_own_name():
    name, hash_ = "Frameworks/F.framework", b"h" * 20
    listed = resource_list(FILES, **{name: {"cdhash": hash_, "requirement": "x"}})
    inside = {**FILES, f"{name}/F": b"code", f"{name}/Info.plist": b"", f"{name}/more": b""}
    assert check_resources(listed, bundle(inside, {name: {hash_, b"other"}})).issues == ()
    assert words(check_resources(listed, bundle(inside, {name: {b"other"}}))) == [("apple-file-differs", True)]
    assert words(check_resources(listed, bundle(inside))) == [("apple-not-checked", False)]


def test_files_that_are_not_listed_are_named_but_for_those_that_never_are():
    more = {
        "_CodeSignature/CodeResources": b"",
        "sub/.DS_Store": b"",
        "SC_Info/My.sinf": b"",
        "added.dylib": b"",
        "sub/x": b"",
        "sub/Info.plist": b"",
    }
    made = check_resources(resource_list(FILES), bundle({**FILES, **more}))
    assert words(made) == [("apple-file-not-sealed", False)]
    assert made.issues[0].detail == "3 files: 'added.dylib', 'sub/Info.plist', 'sub/x'"


def test_links_are_compared_by_their_target():
    listed = resource_list(FILES, link={"symlink": "a.png"})
    assert check_resources(listed, bundle({**FILES, "link": b"a.png"})).issues == ()
    assert words(check_resources(listed, bundle({**FILES, "link": b"b.png"}))) == [("apple-file-differs", True)]


def test_a_file_that_could_not_be_read_is_left_open():
    unread = BundleFiles(dict.fromkeys(FILES, ""), {}, "My", lambda _: None)
    made = check_resources(resource_list(FILES), unread)
    assert (words(made), made.held) == ([("apple-not-checked", False)], 0)


def test_many_names_are_cut():
    made = check_resources(resource_list({}), bundle({f"file{number:03}" + "n" * 500: b"" for number in range(100)}))
    assert made.issues[0].detail.startswith("100 files: 'file000nnn")
    assert made.issues[0].detail.endswith("and 95 more")
    assert len(made.issues[0].detail) < 1_200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"junk",
        plistlib.dumps([1]),
        plistlib.dumps({}),
        plistlib.dumps({"files2": [1]}),
        plistlib.dumps({"files": 1}),
    ],
)
def test_what_is_no_list_is_said(raw):
    assert words(check_resources(raw, bundle(FILES))) == [("apple-malformed", True)]


@pytest.mark.parametrize("item", [1, "x", [], {}, {"hash2": "x"}, {"cdhash": "x"}, {"hash": 1, "optional": 1}])
def test_items_of_another_form_are_left_open(item):
    made = check_resources(plistlib.dumps({"files2": {"a": item}}), bundle({"a": b"a"}))
    assert words(made)[0][0] in {"apple-not-checked", "apple-file-differs"}
    assert made.held == 0
