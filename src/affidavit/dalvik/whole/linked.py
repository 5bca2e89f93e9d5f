"""A program with global numbers: types, methods, signatures, references and fields of all units in one space each."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate

import numpy as np

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.signatures import distinct
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import U32, Unit
from affidavit.dalvik.whole.classes import Classes, classes_of, inheriting
from affidavit.dalvik.whole.fields import Fields
from affidavit.dalvik.whole.shapes import I32, I64, Bool
from affidavit.model.place import Place

_STATIC, _PRIVATE, _ABSTRACT = 0x8, 0x2, 0x400


def _nothing() -> None:
    """The budget of a program that has none."""


class Linked:
    """The units of a program under common numbers. Everything is -1 where there is none or it cannot be read.

    Args:
        program: the units. Only dex units have code here; methods of class files count as without.
        framework: the platform's classes.
        check: called now and then; it may raise to stop.

    Attributes:
        types: descriptors: every type that a unit names, then further ancestors of those in the platform.
        parent, interfaces: (types,) superclass and interfaces. is_interface, is_app, is_abstract: (types,).
        method_unit, method_row: (methods,) where each method is defined. method_type, method_sig: its class and
            signature. method_access: flags. has_code: whether there are instructions. is_active: whether its class
            definition is the one in use.
        first_method: per unit the number of its first defined method.
        ref_type, ref_sig: (references,) class as written and signature. ref_target: method that static resolution
            finds. ref_outside: type outside of the app that it arrives at, -1 when it stays inside.
        first_ref: per unit the number of its first method reference.
        field_ref: (field references,) field number. field_holder, field_type: (fields,) type that declares it, and its
            own. fields: how many.
        first_field: per unit the number of its first field reference.
        type_ref: (type references,) type. first_type: per unit the number of its first type reference.
        sig_name, sig_arity: (signatures,) number of the name, and number of parameters.
        member_start, member_sig, member_method: per type the virtual methods with a body that it defines, by signature.
    """

    def __init__(self, program: Program, framework: Framework, check: Callable[[], None] = _nothing) -> None:
        self.program, self.framework, self.units = program, framework, program.units
        found = program.resolution()
        check()
        self._signatures, table = found.signatures, found.above.table
        classes = classes_of(self.units, program.types, table, framework, check)
        self._classes: Classes = classes
        self.types = classes.types
        self.parent, self.interfaces = classes.parent, classes.interfaces
        self.is_interface, self.is_app, self.is_abstract = classes.is_interface, classes.is_app, classes.is_abstract
        self._numbers: dict[str, int] = {}
        self._ancestors: dict[int, tuple[int, ...]] = {}
        self._asked: dict[tuple[str, str], int] = {}
        self._read: dict[int, tuple[str, str]] = {}
        self._texts: tuple[list[bytes], list[bytes]] = (list(found.signatures.names), list(found.signatures.protos))
        self._number_types(table.unit_types)
        self._number_refs(table.unit_types, found.targets, found.methods)
        check()
        self._number_methods(table.unit_types, table.used)
        self._number_members()
        check()
        self._number_fields(Fields(self.units, found.above))

    def type_of(self, descriptor: str) -> int:
        """Number of a type."""
        if not self._numbers:
            self._numbers = {name: row for row, name in enumerate(self.types)}
        return self._numbers.get(descriptor, -1)

    def is_subtype(self, lower: int, upper: int) -> bool:
        """Whether a type is another or inherits from it."""
        return lower == upper or upper in self.ancestors(lower)

    def ancestors(self, type_: int) -> tuple[int, ...]:
        """The type itself, then superclasses and interfaces, level by level."""
        if type_ not in self._ancestors:
            self._ancestors[type_] = self._classes.climb(type_) if type_ >= 0 else ()
        return self._ancestors[type_]

    def signature(self, sig: int) -> tuple[str, str]:
        """Name and prototype."""
        if sig not in self._read:
            self._read[sig] = self._signature(sig)
        return self._read[sig]

    def _signature(self, sig: int) -> tuple[str, str]:
        key = int(self._keys[sig])
        names, protos = self._texts
        packed = np.frombuffer(protos[key % self._signatures.span], np.int32).tolist()
        returns, *params = [self.types[item] if item >= 0 else "" for item in packed] or [""]
        return decode_mutf8(names[key // self._signatures.span]), f"({''.join(params)}){returns}" if packed else ""

    def signature_of(self, name: str, proto: str) -> int:
        """Number of a signature."""
        asked = (name, proto)
        if asked not in self._asked:
            self._asked[asked] = self._number(name, proto)
        return self._asked[asked]

    def _number(self, name: str, proto: str) -> int:
        types = [self.type_of(item) for item in _split(proto)]
        proto_number = self._signatures.protos.get(np.array(types, np.int32).tobytes(), -1)
        name_number = self._signatures.names.get(_mutf8(name), -1)
        if proto_number < 0 or name_number < 0:
            return -1
        key = name_number * self._signatures.span + proto_number
        at = int(np.searchsorted(self._keys, key))
        return at if at < len(self._keys) and int(self._keys[at]) == key else -1

    def name_number(self, name: str) -> int:
        """Number of a name of methods, as in `sig_name`."""
        return self._signatures.names.get(_mutf8(name), -1)

    def named_methods(self, names: Iterable[str]) -> Bool:
        """Of method references, which have one of some names."""
        wanted = np.zeros(len(self._texts[0]) + 1, np.bool_)
        wanted[[self.name_number(name) for name in names]] = True
        wanted[-1] = False
        found: Bool = wanted[self.sig_name[self.ref_sig]]
        return found

    def named_fields(self, names: Iterable[str]) -> Bool:
        """Of field references, which have one of some names; none of those that cannot be read."""
        wanted = np.zeros(len(self._fields.names) + 1, np.bool_)
        wanted[[self._fields.names.get(_mutf8(name), -1) for name in names]] = True
        wanted[-1] = False
        found: Bool = (self.field_ref >= 0) & np.append(wanted[self._fields.name], False)[self.field_ref]
        return found

    def below(self, descriptors: Iterable[str]) -> Bool:
        """Of types, which are among some or inherit from one of them."""
        return inheriting(self.parent, self.interfaces, map(self.type_of, descriptors))

    def method_text(self, method: int) -> tuple[str, str, str]:
        """Class descriptor, name and prototype of a method."""
        name, proto = self.signature(int(self.method_sig[method]))
        return self.types[int(self.method_type[method])], name, proto

    def methods_of(self, type_: int) -> list[int]:
        """The methods that a class of the app defines, in the order of its unit."""
        unit, row = self.program.definition(type_)
        if unit < 0:
            return []
        low, high = self._class_start[unit][row : row + 2].tolist()
        found: list[int] = (self._class_rows[unit][low:high] + self.first_method[unit]).tolist()
        return found

    def find_method(self, type_: int, name: str, proto: str = "") -> int:
        """The method of that name (and prototype) that a class of the app or the nearest superclass defines."""
        for here in self._chain(type_):
            for method in self.methods_of(here):
                _, its_name, its_proto = self.method_text(method)
                if its_name == name and proto in {"", its_proto}:
                    return method
        return -1

    def resolve(self, type_: int, sig: int) -> int:
        """The method that a virtual call on an object of exactly this type runs; -1 outside of the app."""
        bodies, above = self._bodies(sig), self.ancestors(type_)
        if bodies.keys().isdisjoint(above):
            return -1
        return next(bodies[item] for item in (*self._chain(type_), *above) if item in bodies)

    def fields_of(self, type_: int) -> list[int]:
        """Numbers of the fields that a type declares, as far as references name them."""
        found: list[int] = np.flatnonzero(self._fields.holder == type_).tolist() if type_ >= 0 else []
        return found

    def field_text(self, field: int) -> str:
        """A field as smali writes it."""
        holder, name, kind = self._fields.parts(field)
        return f"{self.types[holder]}->{name}:{self.types[kind] if kind < len(self.types) else ''}"

    def place(self, method: int, pc: int) -> Place:
        """The place of an instruction; of the method as a whole when `pc` is -1."""
        unit, row = self.unit_of(method), int(self.method_row[method])
        return unit.place(row, int(unit.def_code[row]) + unit.unit_bytes * pc if pc >= 0 else -1, pc)

    def unit_of(self, method: int) -> Unit:
        """The unit that defines a method."""
        return self.units[int(self.method_unit[method])]

    def _chain(self, type_: int) -> list[int]:
        """A type and its superclasses."""
        found: dict[int, None] = {}
        parent = self.parent.data
        while type_ >= 0 and type_ not in found:
            found[type_] = None
            type_ = parent[type_]
        return list(found)

    def _bodies(self, sig: int) -> dict[int, int]:
        """The virtual methods with a body that have a signature, by the type that defines them."""
        if sig not in self._members:
            sigs, methods = self._by_sig
            low = bisect_left(sigs.data, sig)
            here = methods[low : bisect_right(sigs.data, sig, low)][::-1]  # of several in one type the first counts
            self._members[sig] = dict(zip(self.method_type[here].tolist(), here.tolist(), strict=True))
        return self._members[sig]

    def _number_types(self, unit_types: list[I32]) -> None:
        """Type references: each unit's table without the last -1."""
        self.first_type = _starts([len(item) - 1 for item in unit_types])
        self.type_ref: I32 = np.concatenate([np.empty(0, np.int32), *(item[:-1] for item in unit_types)])

    def _number_refs(self, unit_types: list[I32], targets: list[I32], methods: list[I32]) -> None:
        """Method references and signatures."""
        self.first_ref = _starts([len(unit.method_name) for unit in self.units])
        empty = np.empty(0, np.int32)
        self.ref_outside: I32 = np.concatenate([empty, *targets])
        self.ref_target: I32 = np.concatenate([empty, *methods])
        written = [types[unit.method_class] for unit, types in zip(self.units, unit_types, strict=True)]
        self.ref_type: I32 = np.concatenate([empty, *written])
        keys = [distinct(self._signatures.of(row)) for row in range(len(self.units))]
        self._keys: I64 = distinct(np.concatenate([np.empty(0, np.int64), *keys]))
        span = self._signatures.span
        arities = np.array([max(0, len(proto) // 4 - 1) for proto in self._texts[1]], np.int32)
        self.sig_name: I32 = (self._keys // span).astype(np.int32)
        self.sig_arity: I32 = arities[self._keys % span]
        self.ref_sig: I32 = np.empty(len(self.ref_type), np.int32)
        for row, first in enumerate(self.first_ref):
            numbers = self._signatures.of(row)
            self.ref_sig[first : first + len(numbers)] = np.searchsorted(self._keys, numbers)

    def _number_methods(self, unit_types: list[I32], used: list[Bool]) -> None:
        """Defined methods."""
        sizes = [len(unit.def_method) for unit in self.units]
        self.first_method = _starts(sizes)
        total = sum(sizes)
        self.method_unit: I32 = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self.method_row: I32 = np.empty(total, np.int32)
        self.method_type: I32 = np.empty(total, np.int32)
        self.method_sig: I32 = np.empty(total, np.int32)
        self.method_access: U32 = np.empty(total, np.uint32)
        self.has_code: Bool = np.empty(total, np.bool_)
        self.is_active: Bool = np.empty(total, np.bool_)
        self._class_start: list[I32] = []
        self._class_rows: list[I32] = []
        for number, (unit, types) in enumerate(zip(self.units, unit_types, strict=True)):
            part = slice(self.first_method[number], self.first_method[number] + sizes[number])
            readable = unit.def_method >= 0
            self.method_row[part] = np.arange(sizes[number])
            self.method_type[part] = types[unit.class_type[unit.def_class]]
            refs = self.ref_sig[self.first_ref[number] :]
            self.method_sig[part] = np.where(readable, refs[np.maximum(unit.def_method, 0)], -1) if len(refs) else -1
            self.method_access[part] = unit.def_access
            self.is_active[part] = used[number][unit.def_class] & readable & (self.method_type[part] >= 0)
            self.has_code[part] = (unit.def_code > 0) & (unit.def_units > 0) & (unit.form == "dex")
            starts = np.zeros(len(unit.class_type) + 1, np.int32)
            np.cumsum(np.bincount(unit.def_class, minlength=len(unit.class_type)), out=starts[1:])
            self._class_start.append(starts)
            self._class_rows.append(np.argsort(unit.def_class, kind="stable").astype(np.int32))

    def _number_members(self) -> None:
        """Virtual methods by type and signature."""
        hidden = _STATIC | _PRIVATE | _ABSTRACT
        rows = np.flatnonzero(self.is_active & ((self.method_access & hidden) == 0)).astype(np.int32)
        order = np.lexsort((self.method_sig[rows], self.method_type[rows]))
        self.member_method: I32 = rows[order]
        self.member_sig: I32 = self.method_sig[self.member_method]
        self.member_start: I32 = np.zeros(len(self.types) + 1, np.int32)
        counts = np.bincount(self.method_type[self.member_method], minlength=len(self.types))
        np.cumsum(counts, out=self.member_start[1:])
        order = np.argsort(self.member_sig, kind="stable")
        self._by_sig: tuple[I32, I32] = (self.member_sig[order], self.member_method[order])
        self._members: dict[int, dict[int, int]] = {}

    def _number_fields(self, fields: Fields) -> None:
        """Field references."""
        self._fields = fields
        self.fields = len(fields)
        self.field_holder: I32 = fields.holder
        self.field_type: I32 = np.where(fields.type < len(self.types), fields.type, -1).astype(np.int32)
        self.first_field = _starts([len(item) for item in fields.number])
        self.field_ref: I32 = np.concatenate([np.empty(0, np.int32), *fields.number])


def _starts(sizes: list[int]) -> list[int]:
    """Where each part begins when all are put one after the other."""
    return list(accumulate(sizes, initial=0))[:-1]


def _mutf8(text: str) -> bytes:
    """The stored form of a name."""
    if text.isascii() and "\0" not in text:
        return text.encode("ascii")
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return b"".join(b"\xc0\x80" if unit == 0 else chr(unit).encode("utf-8", "surrogatepass") for unit in pairs)


def _split(proto: str) -> list[str]:
    """Return type, then parameters of a prototype."""
    inside, _, returns = proto.removeprefix("(").partition(")")
    found, begin = [returns], 0
    while begin < len(inside):
        end = begin
        while end < len(inside) - 1 and inside[end] == "[":
            end += 1
        end = inside.find(";", end) if inside[end] == "L" else end
        end = len(inside) - 1 if end < 0 else end
        found.append(inside[begin : end + 1])
        begin = end + 1
    return found
