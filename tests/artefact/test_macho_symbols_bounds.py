"""Symbol tables of Mach-O images against a slow twin: every width and byte order, and tables that lie."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact import macho_symbols
from affidavit.artefact.macho_symbols import symbols
from tests.builders.macho import ARM64, ARMV7, Cpu, command, image

CPUS = [Cpu(), Cpu(ARMV7, 32), Cpu(ARM64, 64, ">"), Cpu(ARMV7, 32, ">")]
ROWS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=12)


def table(rows: list[tuple[int, int]], cpu: Cpu) -> bytes:
    """Rows of (offset of the name, n_type)."""
    form = f"{cpu.order}IBBH{'Q' if cpu.bits == 64 else 'I'}"
    return b"".join(struct.pack(form, name, kind, 1, 0, 7) for name, kind in rows)


def built(rows: list[tuple[int, int]], text: bytes, cpu: Cpu, *before: bytes, **lies: int) -> memoryview:
    """An image with a table; `lies` replace what its command says."""
    start = len(image(*before, command(2, bytes(16)), cpu=cpu))
    raw = table(rows, cpu)
    true = {"offset": start, "count": len(rows), "strings": start + len(raw), "size": len(text)}
    head = command(2, struct.pack(f"{cpu.order}4I", *(true | lies).values()), cpu.order)
    return memoryview(image(*before, head, cpu=cpu, code=raw + text))


def twin(rows: list[tuple[int, int]], strings: bytes) -> tuple[list[str], list[str]]:
    taken, offered = [], []
    for start, kind in rows:
        if kind & 0xE0 or not kind & 1:
            continue
        name = ""
        for byte in strings[start:]:
            if not byte:
                break
            name += chr(byte) if byte < 0x80 else f"\\x{byte:02x}"
        (offered if kind & 0x0E else taken).append(name)
    return taken, offered


@given(ROWS, st.lists(st.sampled_from([b"_a", b"\0", b"\xff", b"_objc "]), max_size=20), st.sampled_from(CPUS))
def test_tables_of_every_form_are_read_as_the_twin_reads_them(rows, pieces, cpu):
    strings = b"".join(pieces)
    assert symbols(built(rows, strings, cpu), cpu.order, cpu.bits)[:3] == (*twin(rows, strings), 0)


@pytest.mark.parametrize("cpu", CPUS)
def test_commands_before_the_table_are_stepped_over(cpu: Cpu):
    other = [command(0x1B, bytes(16), cpu.order), command(0x26, bytes(8), cpu.order)]
    assert symbols(built([(1, 1)], b"\0_x\0", cpu, *other), cpu.order, cpu.bits)[:3] == (["_x"], [], 0)


@pytest.mark.parametrize(
    ("lies", "names"),
    [
        ({"count": 0}, []),
        ({"count": 2**32 - 1, "strings": 0, "size": 0}, None),
        ({"offset": 2**32 - 1}, []),
        ({"strings": 2**32 - 1}, ["", ""]),
        ({"size": 2**32 - 1}, ["_a", "_b"]),
        ({"size": 2}, ["_", ""]),
        ({"count": 1}, ["_a"]),
    ],
)
def test_tables_that_lie_give_what_the_image_has(lies: dict[str, int], names: list[str] | None):
    taken, *_ = symbols(built([(1, 1), (4, 1)], b"\0_a\0_b\0", Cpu(), **lies), "<", 64)
    assert taken == names if names is not None else set(taken) <= {""}


@pytest.mark.parametrize("size", [0, 7, 2**31])
def test_a_command_that_lies_about_its_size_ends_the_walk(size: int):
    broken = struct.pack("<II", 0x1B, size)
    assert symbols(built([(1, 1)], b"\0_x\0", Cpu(), broken), "<", 64)[:3] == ([], [], 0)


def test_names_and_tables_past_the_bounds_are_cut(monkeypatch: pytest.MonkeyPatch):
    view = built([(0, 1)] * 5, b"n" * 3_000, Cpu())
    taken, *_ = symbols(view, "<", 64)
    assert [len(name) for name in taken] == [1_024] * 5
    monkeypatch.setattr(macho_symbols, "_TEXT", 2_500)
    assert [len(item) if isinstance(item, list) else item for item in symbols(view, "<", 64)[:3]] == [2, 0, 3]
    monkeypatch.setattr(macho_symbols, "_SYMBOLS", 2)
    assert [len(item) if isinstance(item, list) else item for item in symbols(view, "<", 64)[:3]] == [2, 0, 3]
    monkeypatch.setattr(macho_symbols, "_COMMANDS", 1)
    assert symbols(built([(1, 1)], b"\0_x\0", Cpu(), command(0x1B, bytes(16))), "<", 64)[:3] == ([], [], 0)


@given(st.integers(0, 200), st.sampled_from(CPUS))
def test_an_image_that_is_cut_off_anywhere_behind_its_header_gives_no_other_names(cut: int, cpu: Cpu):
    view = built([(1, 1), (4, 0x0F)], b"\0_a\0_b\0", cpu)
    taken, offered, *_ = symbols(view[: max(32, len(view) - cut)], cpu.order, cpu.bits)
    assert all("_a".startswith(name) for name in taken)
    assert all("_b".startswith(name) for name in offered)
