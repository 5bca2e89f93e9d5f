"""Code that is larger, denser or more crooked than any compiler makes it: dex, class files, ELF."""

import struct

from tests.builders.bombs_zip import app_with, packed
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, DexBuilder, Method, uleb
from tests.builders.elf import ElfBuilder
from tests.builders.zip import Item, build_zip, deflated, zip_of


def with_code(*dexes: bytes) -> bytes:
    """The small app with other code."""
    items = [Item(f"classes{number or ''}.dex", data) for number, data in _numbered(dexes)]
    return app_with(*items, without=("classes.dex",))


def _numbered(dexes: tuple[bytes, ...]) -> list[tuple[int, bytes]]:
    return [(row + 1 if row else 0, data) for row, data in enumerate(dexes)]


def overlapping_strings(count: int, length: int) -> bytes:
    """A dex file whose strings all point into one long text."""
    data = bytearray(DexBuilder().add_strings("x" * length, *(f"s{row}" for row in range(count))).build())
    size, table = struct.unpack_from("<2I", data, 0x38)
    begin = data.index(b"x" * 100)
    for row in range(size):
        struct.pack_into("<I", data, table + 4 * row, begin + row)
    return with_code(bytes(data))


def huge_counts() -> bytes:
    """A dex file whose every table claims more than there is."""
    names = ["string_ids", "type_ids", "proto_ids", "field_ids", "method_ids", "class_defs"]
    lie = {f"{name}_size": 0xFFFFFFFF for name in names} | {"map_off": 0xFFFFFFF0}
    return with_code(DexBuilder().add_class("La;", methods=[Method("m")]).build(header=lie))


def out_of_range() -> bytes:
    """A dex file whose tables lie behind its end, or in each other."""
    lie = {"string_ids_off": 0xFFFFFF00, "type_ids_off": 0x70, "proto_ids_off": 0x70, "class_defs_off": 0x40}
    return with_code(DexBuilder().add_class("La;", methods=[Method("m")]).build(header=lie))


def huge_tries(tries: int) -> bytes:
    """A method that claims 65,535 tries, whose handlers lie nowhere."""
    data = bytearray(DexBuilder().add_class("La;", methods=[Method("m", code=[("nop",)] * 77)]).build())
    at = data.index(struct.pack("<I", 77) + bytes(154))
    struct.pack_into("<H", data, at - 6, tries)
    return with_code(bytes(data))


def giant_switches(count: int) -> bytes:
    """Payloads of switches that claim 65,535 targets, at every other code unit."""
    code = [("raw", 0x0100, 0xFFFF, 0, 0), ("raw", 0x0200, 0xFFFF), ("raw", 0x0300, 4, 0xFFFF, 0xFFFF)]
    methods = [Method(f"m{row}", code=code * 3 + [("return-void",)]) for row in range(count)]
    return with_code(DexBuilder([Class("La;", methods=methods)]).build())


def mutf8_traps() -> bytes:
    """Strings that are overlong, have a NUL inside, surrogates alone or in the wrong order, or no end."""
    marks = [f"trap{row}xxxxxxxx" for row in range(8)]
    data = DexBuilder().add_strings(*marks).build()
    traps = [b"\xc0\x80", b"\xc1\x81", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xed\xb0\x80\xed\xa0\x80", b"\xff\xfe"]
    traps += [b"\xf0\x9f\x98\x80", b"\xe2\x82\x00"]
    for mark, trap in zip(marks, traps, strict=True):
        data = data.replace(mark.encode(), trap.ljust(len(mark), b"z"))
    return with_code(data)


def dense_classes(files: int, classes: int) -> bytes:
    """The same classes in every one of many dex files: each definition hidden by the first."""
    one = DexBuilder([Class(f"La{row};") for row in range(classes)]).build()
    stream = deflated(one)
    names = [f"classes{row or ''}.dex" for row in (0, *range(2, files + 1))]
    return app_with(*(packed(name, stream, len(one)) for name in names), without=("classes.dex",))


def dense_calls(methods: int, calls: int) -> bytes:
    """Very many calls of one framework method, in methods that share their code."""
    code = [("invoke-static", [], "Landroid/util/Log;->d()I")] * calls + [("return-void",)]
    made = [Method(f"m{row}", code=code) for row in range(methods)]
    return with_code(DexBuilder([Class("La;", methods=made)]).build())


def dense_addresses(count: int) -> bytes:
    """Very many addresses in code and in text."""
    texts = [f"https://h{row}.example.org/{row}" for row in range(count)]
    data = DexBuilder().add_strings(*texts).build()
    flat = "\n".join(texts).encode()
    files = [packed(f"assets/{row}.txt", deflated(flat), len(flat)) for row in range(20)]
    return app_with(Item("classes.dex", data), *files, without=("classes.dex",))


def crossed_interfaces(count: int) -> bytes:
    """Every class names every other one as its interface, and a caller calls through each."""
    names = [f"Lc{row};" for row in range(count)]
    classes = [Class(name, interfaces=names, access=0x601) for name in names]
    calls = [("invoke-interface", [0], f"{name}->m()V") for name in names]
    caller = Class("Lcaller;", methods=[Method("m", code=[*calls, ("return-void",)])])
    return with_code(DexBuilder([*classes, caller]).build())


def class_cycles() -> bytes:
    """A jar of class files whose constants refer to each other in circles."""
    made = ClassBuilder("com/x/A")
    first = made._count
    made.constant(struct.pack(">BH", 7, first + 1))
    made.constant(struct.pack(">BH", 7, first))
    made.constant(struct.pack(">BHH", 10, first + 3, first + 2))
    made.constant(struct.pack(">BHH", 12, first + 2, first + 3))
    made.this_index = first
    made.super_index = first + 1
    return zip_of({"com/x/A.class": made.build(), "com/x/B.class": ClassBuilder("com/x/B", "com/x/B").build()})


def many_classes(count: int, constants: int) -> bytes:
    """A jar of class files that are nearly all constants, alike and empty."""
    made = ClassBuilder("com/x/A")
    made._count += constants
    made._constants += [b"\x01\0\0"] * constants
    data = made.build()
    stream = deflated(data, 9)
    return build_zip([packed(f"com/x/A{row}.class", stream, len(data)) for row in range(count)])


def lying_symbols() -> bytes:
    """A library with four billion symbols by its hash table."""
    made = ElfBuilder(exports=["JNI_OnLoad"], hash_tables=("sysv",), sizes={"symbols": 0xFFFFFFFF})
    return with_libraries(made.build())


def endless_chain() -> bytes:
    """A library whose GNU hash table has four billion buckets and a chain without end."""
    made = ElfBuilder(exports=["JNI_OnLoad", "b"], sizes={"buckets": 0xFFFFFFFF}).build()
    tail = bytearray(ElfBuilder(exports=["JNI_OnLoad", "b"]).build()) + bytes(1 << 20)
    return with_libraries(made, bytes(tail))


def many_symbols(files: int, symbols: int) -> bytes:
    """Libraries of very many symbols that all have the same name."""
    data = bytearray(ElfBuilder(exports=["JNI_OnLoad"], hash_tables=("sysv",)).build())
    table = struct.pack("<IBBHQQ", 1, 0x12, 0, 1, 0, 0) * symbols
    made = _moved_symbols(bytes(data), table)
    stream = deflated(made)
    return app_with(*(packed(f"lib/arm64-v8a/lib{row}.so", stream, len(made)) for row in range(files)))


def _moved_symbols(data: bytes, table: bytes) -> bytes:
    """The library with another symbol table, at its end."""
    made = bytearray(data)
    at = len(made) + 8
    made += struct.pack("<II", 1, len(table) // 24) + table
    size = len(made)
    struct.pack_into("<QQ", made, 64 + 32, size, size)
    base = struct.unpack_from("<Q", made, 64 + 16)[0]
    dynamic, room = _dynamic(made)
    for row in range(dynamic, dynamic + room, 16):
        tag = struct.unpack_from("<Q", made, row)[0]
        if tag == 6:
            struct.pack_into("<Q", made, row + 8, base + at)
        elif tag == 4:
            struct.pack_into("<Q", made, row + 8, base + at - 8)
    return bytes(made)


def _dynamic(data: bytearray) -> tuple[int, int]:
    """Offset and size of the dynamic section."""
    for row in range(64, 64 + 56 * struct.unpack_from("<H", data, 56)[0], 56):
        if struct.unpack_from("<I", data, row)[0] == 2:
            offset, _, _, size = struct.unpack_from("<4Q", data, row + 8)
            return offset, size
    return 0, 0


def with_libraries(*libraries: bytes) -> bytes:
    """The small app with native libraries."""
    return app_with(*(Item(f"lib/arm64-v8a/lib{row}.so", data) for row, data in enumerate(libraries)))


def many_methods(count: int) -> bytes:
    """One class whose members are all the same native method."""
    data = bytearray(DexBuilder([Class("La;", methods=[Method("m", access=0x101)])]).build())
    (table,) = struct.unpack_from("<I", data, 0x64)
    struct.pack_into("<I", data, table + 24, len(data))
    data += bytes(2) + uleb(count) + uleb(0) + b"\0\x81\x02\0" * count
    return with_code(bytes(data))
