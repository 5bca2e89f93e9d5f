"""Constant pools of .class files, interned into the index spaces of one `Unit`.

Java Virtual Machine Specification, section 4.4 "The Constant Pool" and 4.3 "Descriptors". Every constant of one file
gets a pair (`RefKind`, index in the unit); constants that are no references get (-1, -1).
"""

import re
from array import array
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.jvm import u2
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import RefKind

UTF8, CLASS, STRING, FIELD, METHOD, INTERFACE_METHOD, NAME_AND_TYPE = 1, 7, 8, 9, 10, 11, 12
METHOD_HANDLE, METHOD_TYPE, DYNAMIC, INVOKE_DYNAMIC = 15, 16, 17, 18

_SIZES = {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3, 20: 3}
_SIZE = tuple(_SIZES.get(tag, 0) for tag in range(256))
"""Bytes of a constant with its tag (table 4.4-A and the structures after it); 0 for Utf8 and for unknown tags."""

_WIDE = frozenset({5, 6})
"""Long and Double take two indices."""

_DESCRIPTOR = re.compile(rb"\(((?:\[*(?:[BCDFIJSZ]|L[^;()]+;))*)\)(\[*(?:[BCDFIJSZV]|L[^;()]+;))")
_PARAMETER = re.compile(rb"\[*(?:[BCDFIJSZ]|L[^;]+;)")
_CALL_SITES = frozenset({DYNAMIC, INVOKE_DYNAMIC})


class MalformedClassError(ValueError):
    """The bytes break the class-file format; the message says where and how."""


class PoolStrings:
    """The `Strings` of a unit made from .class files: every distinct Utf8 constant, and descriptors made from names."""

    def __init__(
        self, raws: Sequence[bytes], files: Sequence[int], offsets: Sequence[int], entries: Sequence[str]
    ) -> None:
        self._blob = b"".join(raws)
        self._ends = np.cumsum(np.fromiter(map(len, raws), np.int64, len(raws)), dtype=np.int64)
        self._files = np.asarray(files, np.int32)
        self._offsets = np.asarray(offsets, np.uint32)
        self._entries = tuple(entries)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        return decode_mutf8(self.raw(index))

    def raw(self, index: int) -> bytes:
        """The stored bytes of a string; empty for an index out of range."""
        if not 0 <= index < len(self._ends):
            return b""
        start = int(self._ends[index - 1]) if index else 0
        return self._blob[start : int(self._ends[index])]

    def place(self, index: int) -> tuple[str, int]:
        """Entry and offset of the first Utf8 constant with these bytes, or of the name that a descriptor is made of."""
        if not 0 <= index < len(self._ends):
            return "", -1
        return self._entries[int(self._files[index])], int(self._offsets[index])

    def blob(self) -> tuple[memoryview, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """All strings end to end, and the start and end of each."""
        return memoryview(self._blob), self._ends - np.diff(self._ends, prepend=0), self._ends


@dataclass(slots=True)
class Interner:
    """The index spaces of a unit while they grow. Columns are parallel to the dict that gives their index."""

    strings: dict[bytes, int] = field(default_factory=dict)
    string_file: MutableSequence[int] = field(default_factory=lambda: array("i"))
    string_offset: MutableSequence[int] = field(default_factory=lambda: array("I"))
    types: dict[int, int] = field(default_factory=dict)
    named: dict[int, int] = field(default_factory=dict)
    protos: dict[int, int] = field(default_factory=dict)
    proto_shorty: list[int] = field(default_factory=list)
    proto_return: list[int] = field(default_factory=list)
    proto_params: list[tuple[int, ...]] = field(default_factory=list)
    fields: dict[tuple[int, int, int], int] = field(default_factory=dict)
    methods: dict[tuple[int, int, int], int] = field(default_factory=dict)
    bad_descriptors: int = 0

    def string(self, raw: bytes, file: int, offset: int) -> int:
        """Index of a string, first stored at `offset` of file number `file`."""
        index = self.strings.get(raw)
        if index is None:
            index = self.strings[raw] = len(self.strings)
            self.string_file.append(file)
            self.string_offset.append(offset)
        return index

    def derived(self, raw: bytes, origin: int) -> int:
        """Index of a string made from string `origin`, which lends it its place."""
        return self.string(raw, self.string_file[origin], self.string_offset[origin])

    def type_of(self, descriptor: int) -> int:
        """Type index of the descriptor with this string index."""
        return self.types.setdefault(descriptor, len(self.types))

    def type_named(self, name: int, raw: bytes) -> int:
        """Type index of a class by its internal name (``java/lang/Object``), or by an array's descriptor."""
        index = self.named.get(name)
        if index is None:
            descriptor = name if raw[:1] == b"[" else self.derived(b"L" + raw + b";", name)
            index = self.named[name] = self.type_of(descriptor)
        return index

    def proto(self, descriptor: int, raw: bytes) -> int:
        """Proto index of a method descriptor; -1 when it is malformed."""
        index = self.protos.get(descriptor)
        if index is None:
            index = self.protos[descriptor] = self._new_proto(descriptor, raw)
        return index

    def _new_proto(self, descriptor: int, raw: bytes) -> int:
        parts = _DESCRIPTOR.fullmatch(raw)
        if parts is None:
            self.bad_descriptors += 1
            return -1
        params = _PARAMETER.findall(parts[1])
        shorty = b"".join(_short(part) for part in [parts[2], *params])
        self.proto_shorty.append(self.derived(shorty, descriptor))
        self.proto_return.append(self.type_of(self.derived(parts[2], descriptor)))
        self.proto_params.append(tuple(self.type_of(self.derived(part, descriptor)) for part in params))
        return len(self.proto_return) - 1

    def field_of(self, owner: int, name: int, descriptor: int) -> int:
        """Field index by type index, name and descriptor (string indices)."""
        return self.fields.setdefault((owner, name, self.type_of(descriptor)), len(self.fields))

    def method_of(self, owner: int, name: int, descriptor: int, raw: bytes) -> int:
        """Method index by type index, name and descriptor (string indices); `raw` is the descriptor's text."""
        return self.methods.setdefault((owner, name, self.proto(descriptor, raw)), len(self.methods))


def _short(descriptor: bytes) -> bytes:
    """The letter of a type in a shorty (dex format, ShortyDescriptor)."""
    return b"L" if descriptor[0] in b"L[" else descriptor


@dataclass(slots=True)
class Pool:
    """One file's constant pool, by constant index (0 is never used).

    Attributes:
        tags: tag of each constant; 0 for an unused index.
        at: offset in the file of the first byte after the tag.
        utf8: string index of a Utf8 constant, else -1.
        raw: the bytes of a Utf8 constant, else empty.
        kind, target: what the constant refers to in the unit; -1 for nothing.
        end: offset of the first byte after the pool.
    """

    tags: bytearray
    at: list[int]
    utf8: list[int]
    raw: list[bytes]
    kind: list[int]
    target: list[int]
    end: int

    def target_of(self, index: int, kind: RefKind) -> int:
        """Index in the unit of constant `index`; -1 when there is no such constant of that kind."""
        return self.target[index] if index < len(self.kind) and self.kind[index] == kind else -1


def read_pool(data: bytes, interner: Interner, file: int) -> Pool:
    """Read and intern the constant pool of a class file, which is file number `file` of its unit.

    Raises:
        MalformedClassError: an unknown tag.
        IndexError: it passes the end of the file.
    """
    count = u2(data, 8)
    pool = Pool(bytearray(count), [0] * count, [-1] * count, [b""] * count, [-1] * count, [-1] * count, 10)
    _locate(data, pool, interner, file)
    for index, tag in enumerate(pool.tags):
        if tag == CLASS:
            name = u2(data, pool.at[index])
            if name < count and pool.utf8[name] >= 0 and pool.raw[name]:
                pool.kind[index], pool.target[index] = (
                    RefKind.TYPE,
                    interner.type_named(pool.utf8[name], pool.raw[name]),
                )
    _resolve(data, pool, interner)
    return pool


def _locate(data: bytes, pool: Pool, interner: Interner, file: int) -> None:
    """First pass: where each constant is, and the text of each Utf8."""
    at, index, count, string = 10, 1, len(pool.tags), interner.string
    while index < count:
        tag = data[at]
        pool.tags[index], pool.at[index] = tag, at + 1
        if tag == UTF8:
            end = at + 3 + (data[at + 1] << 8 | data[at + 2])
            if end > len(data):
                raise IndexError(end)
            raw = pool.raw[index] = data[at + 3 : end]
            pool.utf8[index] = string(raw, file, at + 3)
            at = end
        elif _SIZE[tag]:
            at += _SIZE[tag]
            index += tag in _WIDE
        else:
            raise MalformedClassError(f"constant {index} has the unknown tag {tag}")
        index += 1
    if at > len(data):
        raise IndexError(at)
    pool.end = at


def _resolve(data: bytes, pool: Pool, interner: Interner) -> None:
    """Last pass: references to strings, fields, methods, prototypes and call sites."""
    kinds, targets, count = pool.kind, pool.target, len(pool.tags)
    for index, tag in enumerate(pool.tags):
        at = pool.at[index]
        if FIELD <= tag <= INTERFACE_METHOD:
            kinds[index] = RefKind.FIELD if tag == FIELD else RefKind.METHOD
            targets[index] = _member(data, at, pool, interner)
        elif tag == STRING:
            text = data[at] << 8 | data[at + 1]
            kinds[index], targets[index] = RefKind.STRING, pool.utf8[text] if text < count else -1
        elif tag == METHOD_TYPE:
            text = u2(data, at)
            known = text < count and pool.utf8[text] >= 0
            kinds[index] = RefKind.PROTO
            targets[index] = interner.proto(pool.utf8[text], pool.raw[text]) if known else -1
        elif tag == METHOD_HANDLE:
            kinds[index] = RefKind.METHOD_HANDLE
        elif tag in _CALL_SITES:
            kinds[index], targets[index] = RefKind.CALL_SITE, u2(data, at)


def _member(data: bytes, at: int, pool: Pool, interner: Interner) -> int:
    """Field or method index of the Fieldref, Methodref or InterfaceMethodref at `at`; -1 when its parts are wrong."""
    count = len(pool.tags)
    owner, pair = data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3]
    if owner >= count or pair >= count or pool.tags[pair] != NAME_AND_TYPE or pool.tags[owner] != CLASS:
        return -1
    where = pool.at[pair]
    name, descriptor = data[where] << 8 | data[where + 1], data[where + 2] << 8 | data[where + 3]
    if name >= count or descriptor >= count or pool.target[owner] < 0:
        return -1
    if pool.utf8[name] < 0 or pool.utf8[descriptor] < 0:
        return -1
    if data[at - 1] == FIELD:
        return interner.field_of(pool.target[owner], pool.utf8[name], pool.utf8[descriptor])
    return interner.method_of(pool.target[owner], pool.utf8[name], pool.utf8[descriptor], pool.raw[descriptor])
