"""One linear sweep over all instructions.

ART's verifier walks a method in the same way, from its first code unit to its last, and rejects a method that does not
decode like this; so the sweep sees every instruction that can run. Cython in pure-Python mode, see `tables`.
Formats: dex format, section code_item; Dalvik bytecode, payload formats after the summary.
"""

# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython


@cython.ccall
def measure_code(
    data: cython.const[cython.uchar][:],
    offsets: cython.const[cython.uint][:],
    budget: cython.longlong,
    first: cython.uint[:],
    units: cython.uint[:],
    summary: cython.longlong[:],
) -> None:
    """Find the instructions of every method (code_item: 16 bytes, then the code units).

    Args:
        data: the file.
        offsets: (n,) offset of each method's code_item, 0 for none.
        budget: most code units to take in all: methods may share a code_item, so the sum can pass the file's length.
        first: (n,) out: offset of the first instruction, 0 for none or unreadable.
        units: (n,) out: code units, cut at the end of the file.
        summary: (4,) out: code units in all, methods with their code outside of the file, methods cut at its end,
            methods left out for the budget.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = offsets.shape[0] if cython.compiled else len(offsets)
    i: cython.longlong
    at: cython.longlong
    length: cython.longlong
    for i in range(4):
        summary[i] = 0
    for i in range(count):
        first[i] = 0
        units[i] = 0
        at = offsets[i]
        if at == 0:
            continue
        if at + 16 > size:
            summary[1] += 1
            continue
        length = data[at + 12] | (data[at + 13] << 8) | (data[at + 14] << 16)
        length |= cython.cast(cython.longlong, data[at + 15]) << 24
        if at + 16 + 2 * length > size:
            summary[2] += 1
            length = (size - at - 16) // 2
        if summary[0] + length > budget:
            summary[3] += 1
            continue
        summary[0] += length
        first[i] = at + 16
        units[i] = length


@cython.cfunc
@cython.inline
def _payload(data: cython.const[cython.uchar][:], at: cython.longlong, end: cython.longlong) -> cython.longlong:
    """Bytes of the payload at `at`; 0 when it is an ordinary nop; more than ``end - at`` when it is cut off."""
    form: cython.longlong = data[at + 1]
    count: cython.longlong
    if form == 0 or form > 3:
        return 0
    if at + 8 > end and (form == 3 or at + 4 > end):
        return end - at + 2
    count = data[at + 2] | (data[at + 3] << 8)
    if form == 1:
        return 8 + 4 * count
    if form == 2:
        return 4 + 8 * count
    form = (
        data[at + 4] | (data[at + 5] << 8) | (data[at + 6] << 16) | (cython.cast(cython.longlong, data[at + 7]) << 24)
    )
    return 8 + ((count * form + 1) // 2) * 2


@cython.ccall
@cython.locals(
    count=cython.longlong,
    n=cython.longlong,
    decoded=cython.longlong,
    unused=cython.longlong,
    bad=cython.longlong,
    row=cython.longlong,
    at=cython.longlong,
    end=cython.longlong,
    op=cython.longlong,
    width=cython.longlong,
    index=cython.longlong,
)
def sweep(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.uint][:],
    units: cython.const[cython.uint][:],
    widths: cython.const[cython.uchar][:],
    kinds: cython.const[cython.uchar][:],
    limits: cython.const[cython.longlong][:],
    owner: cython.int[:],
    offset: cython.uint[:],
    opcode: cython.uchar[:],
    kind: cython.uchar[:],
    target: cython.int[:],
    summary: cython.longlong[:],
) -> None:
    """Decode all methods and write a row for every instruction that names something.

    `first` and `units` (n,) are those of `measure_code`, `widths` and `kinds` (256,) those of `opcodes.sweep_table`;
    `limits` (7,) is the size of each `RefKind`'s index space, and an index beyond is written as -1. `owner` to `target`
    (m,) take the columns of `Refs`; m is at least half the sum of `units`. `summary` (6,) takes: rows, instructions
    (payloads count as one), methods not decoded to their end, the first such method or -1, opcodes that the set leaves
    unused, indices out of range.
    """
    count = first.shape[0] if cython.compiled else len(first)
    n = decoded = unused = bad = 0
    summary[2] = 0
    summary[3] = -1
    for row in range(count):
        at = first[row]
        end = at + 2 * cython.cast(cython.longlong, units[row])
        while at < end:
            op = data[at]
            width = _payload(data, at, end) if op == 0 else 0
            if width == 0:
                width = 2 * (widths[op] & 7)
            if at + width > end:
                summary[3] = row if summary[2] == 0 else summary[3]
                summary[2] += 1
                break
            decoded += 1
            unused += widths[op] >> 6 & 1
            if kinds[op] != 255:
                index = data[at + 2] | (data[at + 3] << 8)
                if widths[op] & 128:
                    index |= (data[at + 4] << 16) | (cython.cast(cython.longlong, data[at + 5]) << 24)
                if index >= limits[kinds[op]]:
                    bad += 1
                    index = -1
                owner[n] = row
                offset[n] = at
                opcode[n] = op
                kind[n] = kinds[op]
                target[n] = index
                n += 1
            at += width
    summary[0] = n
    summary[1] = decoded
    summary[4] = unused
    summary[5] = bad
