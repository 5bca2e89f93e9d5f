"""Which data a call gives by what its text may be: choices, unknown parts, arrays of words, and the longest pattern."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.flow_knowledge import flow_knowledge
from affidavit.facts.flow_texts import _begins_address, _begins_command, _is_path
from tests.builders.dex import Class, Method
from tests.facts.flow_programs import MAIN, found, found_in

STRING = "Ljava/lang/String;"
SETTING = (
    "invoke-static",
    [0, 1],
    f"Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;{STRING}){STRING}",
)
EXEC = ("invoke-virtual", [0, 1], f"Ljava/lang/Runtime;->exec({STRING})Ljava/lang/Process;")
OPEN = ("invoke-direct", [5, 1], f"Ljava/io/FileInputStream;-><init>({STRING})V")
BUILDER = "Ljava/lang/StringBuilder;"
APPEND = f"{BUILDER}->append({STRING}){BUILDER}"


def choose(first, second, call):
    """One of two texts, by a parameter."""
    code = [
        *(("if-eqz", 15, ":else"), ("const-string", 1, first), ("goto", ":end")),
        *(":else", ("const-string", 1, second), ":end", call, ("return-void",)),
    ]
    return found_in(Class(MAIN, methods=[Method("run", "(I)V", code=code)]))


def test_either_of_two_texts_counts():
    assert choose("android_id", "volume", SETTING).sources == {("identifiers/android-id", "result")}
    both = choose("android_id", "bluetooth_address", SETTING)
    assert {what for what, _ in both.sources} == {"identifiers/android-id", "identifiers/hardware-address"}


def joined(call, *parts):
    """A text that is put together; None stands for a part that is not known."""
    code = [("new-instance", 1, BUILDER), ("invoke-direct", [1], f"{BUILDER}-><init>()V")]
    for part in parts:
        make = ("const-string", 2, part)
        if part is None:
            code += [("invoke-static", [], f"Lother/Use;->get(){STRING}"), ("move-result-object", 2)]
        else:
            code.append(make)
        code += [("invoke-virtual", [1, 2], APPEND)]
    code += [("invoke-virtual", [1], f"{BUILDER}->toString(){STRING}"), ("move-result-object", 1)]
    return found(*code, ("new-instance", 5, "Ljava/io/FileInputStream;"), call).sources


def test_a_part_that_is_not_known_stands_for_anything():
    assert joined(OPEN, "/proc/", None, "/cmdline") == {("installed-apps/running", "operand 0")}
    assert joined(OPEN, "/sys/class/net/", None, "/address") == {("identifiers/hardware-address", "operand 0")}
    assert not joined(OPEN, "/data/", None)


def test_a_key_with_a_part_that_is_not_known_names_nothing():
    assert not joined(SETTING, "android", None)
    assert joined(SETTING, "android", "_id") == {("identifiers/android-id", "result")}


def test_a_command_may_be_a_list_of_words():
    words = ["cat", "/proc/net/arp"]
    code = [("const/4", 3, len(words)), ("new-array", 1, 3, f"[{STRING}")]
    for index, word in enumerate(words):
        code += [("const-string", 2, word), ("const/4", 3, index), ("aput-object", 2, 1, 3)]
    call = ("invoke-virtual", [0, 1], f"Ljava/lang/Runtime;->exec([{STRING})Ljava/lang/Process;")
    assert found(*code, call).sources == {("network/neighbours", "result")}


def test_what_is_not_known_at_all_is_counted():
    code = [("invoke-static", [], f"Lother/Use;->get(){STRING}"), ("move-result-object", 1), EXEC]
    assert found(*code).points.unknown == {"commands": 1}


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("content://sms", "content://sms", True),
        ("content://sms/inbox", "content://sms", True),
        ("content://sms?x=1", "content://sms", True),
        ("content://smsx", "content://sms", False),
        ("content://sm", "content://sms", False),
        ("", "content://sms", False),
    ],
)
def test_an_address_begins_with_whole_parts(text, pattern, fits):
    assert _begins_address(text, pattern) == fits


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("ps", "ps", True),
        ("ps -A", "ps", True),
        ("psql", "ps", False),
        ("ss", "ss ", True),
        ("ss -t", "ss ", True),
        ("sst", "ss ", False),
        ("cat /sys/class/net/eth0/address", "cat /sys/class/net/", True),
    ],
)
def test_a_command_begins_with_whole_words(text, pattern, fits):
    assert _begins_command(text, pattern) == fits


@given(st.text("ab/*.[", max_size=12), st.text("ab/*", max_size=8))
def test_paths_fit_as_shells_have_it(text, pattern):
    assert _is_path(text, pattern) == fnmatchcase(text, pattern)


def test_no_pattern_is_so_short_that_it_fits_by_chance():
    texts = flow_knowledge().texts
    assert all(len(str(text)) >= 10 for text, _ in texts["queries"] if str(text).startswith("content://"))
    assert all(str(text).startswith("/") for text, _ in texts["files"])
    assert all(str(text).startswith("content://") for text, _ in texts["queries"])
