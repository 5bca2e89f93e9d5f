"""Attribution of classes to libraries, every prefix tried on every class."""

from affidavit.dalvik.program import Program
from affidavit.identity.library_index import LibraryIndex


def longest_prefix(descriptor: str, index: LibraryIndex) -> tuple[str, str] | None:
    """(prefix, library id) of the longest package prefix of a descriptor."""
    fitting = [
        ("L" + package.replace(".", "/") + "/", entry.id)
        for entry in index.entries
        for package in entry.prefixes
        if descriptor.startswith("L" + package.replace(".", "/") + "/")
    ]
    return max(fitting, key=lambda pair: len(pair[0]), default=None)


def count_classes(program: Program, index: LibraryIndex) -> dict[str, int]:
    """Library id -> classes that Android uses."""
    ignored = {(entry, name) for name, _, entry in program.duplicates}
    counts: dict[str, int] = {}
    for unit in program.units:
        for row in range(len(unit.class_type)):
            name = unit.class_name(row)
            found = longest_prefix(name, index)
            if found and (unit.entries[int(unit.class_entry[row])], name) not in ignored:
                counts[found[1]] = counts.get(found[1], 0) + 1
    return counts
