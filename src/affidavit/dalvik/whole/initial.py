"""What fields hold before code writes to them: texts that classes state, and constants of the platform."""

from affidavit.dalvik.statics import static_strings
from affidavit.dalvik.whole.expressions import Expression, Number, Text
from affidavit.dalvik.whole.linked import Linked

PLATFORM: dict[str, Expression] = {
    "Ljava/io/File;->separator:Ljava/lang/String;": Text("/"),
    "Ljava/io/File;->separatorChar:C": Number(ord("/")),
    "Ljava/io/File;->pathSeparator:Ljava/lang/String;": Text(":"),
}
"""Static fields of the platform whose value is the same on every device."""


def initial_values(linked: Linked) -> dict[int, Expression]:
    """Texts that static fields begin with, by field number."""
    found: dict[int, Expression] = {}
    for number, unit in enumerate(linked.units):
        statics = static_strings(unit)
        rows = zip(statics.field_row.tolist(), statics.string.tolist(), strict=True)
        for row, string in rows:
            reference = int(unit.deffield_field[row]) if row >= 0 else -1
            field = int(linked.field_ref[linked.first_field[number] + reference]) if reference >= 0 else -1
            if field >= 0:
                found.setdefault(field, Text(unit.strings[string]))
    return found
