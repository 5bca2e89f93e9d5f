"""Which of many short texts nothing can come of: neither is anything in another code in them, nor anything that looks
personal by its form. Cython.

It is asked of texts by the thousand, so it errs to one side: what it calls plain is plain; of what it does not, others
have to say.
"""

# mypy: disable-error-code="valid-type"
import cython

STRANGE, CODE, WORD, DIGIT, DECIMAL, BEGIN, POINT = (1 << at for at in range(7))
"""What a byte may be: of no plain text; a digit of base64, and of it one that no identifier has; of hexadecimal digits
and what stands between them; a decimal digit; one that content with an order of its own begins with; a point."""


@cython.cfunc
@cython.inline
def _strange(
    data: cython.const[cython.uchar][::1],
    begin: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    kinds: cython.const[cython.uchar][::1],
) -> cython.int:
    """Whether something may come of a text."""
    at: cython.Py_ssize_t
    kind: cython.int
    run: cython.int = 0
    word: cython.int = 0
    digits: cython.int = 0
    fraction: cython.int = 0
    fractions: cython.int = 0
    decimal: cython.int = 0
    strange: cython.int = 0
    for at in range(begin, end):
        kind = kinds[data[at]]
        strange |= kind & 1
        run = run + 1 if kind & 2 else 0
        word = word | (kind & 4) if kind & 2 else 0
        digits = digits + 1 if kind & 8 else 0
        strange |= ((run >= 12) & (word != 0)) | (digits >= 15)
        if kind & 16:
            fraction += fraction > 0
            fractions += fraction == 5
            decimal = 1
        else:
            fraction = decimal & (kind >> 6)
            decimal = 0
        if data[at] == 74 and at >= begin + 2 and data[at - 1] == 121 and data[at - 2] == 101:
            return 1
    at = begin
    while at < end and data[at] == 32:
        at += 1
    if at < end and kinds[data[at]] & 32:
        return 1
    if at + 1 < end and data[at] == 45 and data[at + 1] == 45:
        return 1
    return strange | (fractions > 1)


def plain(
    data: cython.const[cython.uchar][::1],
    kinds: cython.const[cython.uchar][::1],
    out: cython.uchar[::1],
    least: cython.Py_ssize_t,
) -> bool:
    """Ask each text; whether there are as many as there is place for.

    Args:
        data: the texts, a zero byte behind each.
        kinds: what each of the 256 bytes is.
        out: whether something may come of each.
        least: bytes below which nothing comes of any.

    Raises:
        IndexError: there are fewer texts.
    """
    at: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t
    number: cython.Py_ssize_t
    for number in range(len(out)):
        end = at
        while data[end] != 0:
            end += 1
        out[number] = 0 if end - at < least else _strange(data, at, end, kinds)
        at = end + 1
    return bool(at == len(data))
