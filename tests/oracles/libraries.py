"""Attribution of classes to libraries, every prefix tried on every class."""

from affidavit.dalvik.program import Program
from affidavit.identity.library_index import LibraryIndex

Prefixes = list[tuple[str, str]]


def all_prefixes(index: LibraryIndex) -> Prefixes:
    """(descriptor prefix, library id) of every package that the index has."""
    return [("L" + package.replace(".", "/") + "/", entry.id) for entry in index.entries for package in entry.prefixes]


def longest_prefix(descriptor: str, prefixes: Prefixes) -> tuple[str, str] | None:
    """(prefix, library id) of the longest package prefix of a descriptor."""
    fitting = [pair for pair in prefixes if descriptor.startswith(pair[0])]
    return max(fitting, key=lambda pair: len(pair[0]), default=None)


def count_classes(program: Program, index: LibraryIndex) -> dict[str, int]:
    """Library id -> classes that Android uses."""
    prefixes = all_prefixes(index)
    ignored = {(entry, name) for name, _, entry in program.duplicates}
    counts: dict[str, int] = {}
    for unit in program.units:
        for row in range(len(unit.class_type)):
            name = unit.class_name(row)
            found = longest_prefix(name, prefixes)
            if found and (unit.entries[int(unit.class_entry[row])], name) not in ignored:
                counts[found[1]] = counts.get(found[1], 0) + 1
    return counts
