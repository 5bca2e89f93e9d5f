"""Mapping files give the names of the source; what is no line of one is passed over."""

import lzma
import random
from pathlib import Path

import pytest

from affidavit.artefact import mapping
from affidavit.artefact.budget import Budget
from affidavit.artefact.mapping import Mapping, Original, original_names
from affidavit.model.errors import BudgetError
from tests.oracles.mapping import Class, read
from tests.reading import read as read_app

SMALL = """\
# compiler: R8
# compiler_version: 8.1.56
# {"id":"com.android.tools.r8.mapping","version":"2.2"}
# pg_map_id: 761ccb4
org.example.Maps -> a.b:
# {"id":"sourceFile","fileName":"Maps.java"}
    java.lang.String key -> a
    int[] counts -> b
    1:4:void <init>(org.example.Kind):10:13 -> <init>
    5:6:boolean org.example.Text.blank(java.lang.String):7:7 -> a
    5:6:int size(org.example.Kind):20 -> a
      # {"id":"com.android.tools.r8.residualsignature","signature":"(La/c;)I"}
    7:9:int size(org.example.Kind):21:23 -> a
    int size(java.lang.String,int[]) -> a
    void org.example.Gone.run() -> b
org.example.Kind -> a.c:
org.example.Kept -> org.example.Kept:
    void run() -> run
"""


def parsed(text: str) -> Mapping:
    return original_names(text.encode(), Budget())


def plain(found: Mapping) -> dict[str, Class]:
    """In the form of the oracle."""
    return {
        descriptor[1:-1].replace("/", "."): (
            item.original,
            {short: set(names) for short, names in item.fields.items()},
            {short: {(m.holder, m.name, m.parameters, m.returns) for m in ms} for short, ms in item.methods.items()},
            set(item.inlined),
        )
        for descriptor, item in found.classes.items()
    }


def test_classes_members_and_inlined_code_have_the_names_of_the_source():
    found = parsed(SMALL)
    assert (found.compiler, found.version, found.id, found.unread, found.whole) == ("R8", "8.1.56", "761ccb4", 0, True)
    assert found.class_name("La/b;") == "org.example.Maps"
    assert found.class_name("La/d;") == ""
    maps = found.classes["La/b;"]
    assert maps.fields == {"a": ("key",), "b": ("counts",)}
    assert maps.inlined == {"org.example.Text"}
    assert found.method("La/b;", "b", "()V") == Original("org.example.Gone", "run", (), "void")


def test_overloads_are_told_apart_by_parameters_under_their_own_names():
    found = parsed(SMALL)
    sized = found.method("La/b;", "a", "(La/c;)I")
    assert sized == Original("org.example.Maps", "size", ("org.example.Kind",), "int")
    other = found.method("La/b;", "a", "(Ljava/lang/String;[I)I")
    assert other is not None
    assert other.parameters == ("java.lang.String", "int[]")
    assert found.method("La/b;", "a", "(J)I") is None
    assert found.method("La/b;", "missing", "()V") is None
    assert found.method("Lx;", "a", "()V") is None


@pytest.mark.parametrize("proto", ["", "(", "(L", "([[", "(Lx", "(La/c;[Lx", ")("])
def test_prototypes_that_are_none_lead_nowhere(proto: str):
    assert parsed(SMALL).method("La/b;", "a", proto) is None


@pytest.mark.parametrize(
    "line",
    ["nonsense", "a -> b", " -> b:", "a -> :c d:", "    int a -> ", "    int -> a", "    void a( -> b", "a b -> c:",
     "a\x1b[31m -> b:", "    void .() -> c", "x" * 200_000],
)  # fmt: skip
def test_what_is_no_line_of_the_format_is_counted_and_passed_over(line: str):
    text = SMALL + line + "\n" + "org.Last -> z:\n"
    found = parsed(text)
    assert found.unread == 1
    assert plain(found) == plain(parsed(SMALL + "org.Last -> z:\n"))


def test_a_mapping_of_too_many_rows_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mapping, "_ROWS", 3)
    found = parsed(SMALL)
    assert not found.whole
    assert list(found.classes) == ["La/b;"]


def test_time_is_looked_at():
    with pytest.raises(BudgetError):
        original_names(SMALL.encode() * 200, Budget(seconds=-1))


def test_windows_line_ends_and_a_missing_last_one_change_nothing():
    assert plain(parsed(SMALL.replace("\n", "\r\n"))) == plain(parsed(SMALL.rstrip())) == plain(parsed(SMALL))


def test_random_mappings_are_read_as_the_oracle_reads_them():
    rng = random.Random(5)  # noqa: S311 - a repeatable sequence
    lines = SMALL.splitlines()
    for _ in range(200):
        text = "\n".join([lines[4], *rng.choices(lines, k=30)])
        assert plain(parsed(text)) == read(text)


def test_damaged_bytes_never_raise():
    rng = random.Random(6)  # noqa: S311 - a repeatable sequence
    for _ in range(300):
        data = bytearray(SMALL.encode())
        for _ in range(rng.randrange(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        original_names(bytes(data), Budget())


@pytest.mark.corpus
def test_mappings_of_r8_name_the_classes_of_the_apps_that_they_belong_to(corpus: Path):
    paths = sorted((corpus / "constituent" / "obfuscated").glob("*/r8*.map.xz"))
    assert paths
    for path in paths:
        data = lzma.decompress(path.read_bytes())
        found = original_names(data, Budget())
        assert (found.compiler, found.unread, found.whole) == ("R8", 0, True)
        assert plain(found) == read(data.decode())
        with read_app(path.with_name(path.name.replace(".map.xz", ".apk")), frozenset({"entries", "code"})) as state:
            defined = [unit.class_name(row) for unit in state.program.units for row in range(len(unit.class_type))]
            assert defined
            assert set(defined) - set(found.classes) <= {"Lapp/Main;"}, "which kept all of its names"
            assert not set(found.classes) - set(defined)
