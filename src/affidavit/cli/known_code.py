"""``affidavit knowledge build libraries`` and ``show libraries``: fingerprints of known code."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.output import columns, emit, note
from affidavit.model.errors import KnowledgeError, UnreadableError, UsageError

if TYPE_CHECKING:
    from affidavit.identity.code.index import Index
    from affidavit.identity.code.libraries import Catalogue, Reading
    from affidavit.identity.code.store import Source

_ADVICE = "affidavit knowledge build libraries my-sdk-1.2.aar -o my.idx"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments that only these take."""
    parser.add_argument(
        "--catalogue", type=Path, action="append", default=[], metavar="FILE",
        help="build: families or packages in YAML, like those of knowledge/code_families and knowledge/code_packages",
    )  # fmt: skip
    parser.add_argument(
        "--background", type=Path, action="append", default=[], metavar="FOLDER",
        help="build: ordinary apps; what many of them have says little of a library",
    )  # fmt: skip
    parser.add_argument(
        "--add-to", type=Path, metavar="INDEX", help="build: write what is in INDEX as well; INDEX stays as it is"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="build: keep there what was read, so that the next time costs less"
    )
    parser.add_argument(
        "--name", default="", help="build: what the index or snapshot calls itself (default: its file's name)"
    )
    parser.add_argument(
        "--packed", action="store_true", help="build: fewer bytes, which are unpacked on every use, rather than mapped"
    )
    parser.add_argument(
        "--own", action="store_true", help="build: do not leave out what the product's own index has already"
    )
    parser.add_argument(
        "--libraries", type=Path, metavar="INDEX", help="show libraries: of that index instead of the product's own"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="build: no progress on stderr")


def check(options: argparse.Namespace) -> None:
    """Refuse what belongs to another action.

    Raises:
        UsageError: an option or argument has no meaning here.
    """
    building = options.action == "build"
    if options.what == "networks" and options.action in {"build", "show"}:
        return
    if building and options.what != "libraries":
        raise UsageError(f"cannot build {options.what or 'nothing'}", advice=_ADVICE)
    if options.files and not building and (options.action, options.what) != ("show", "libraries"):
        raise UsageError(f"unrecognized arguments: {options.files[0]}", advice="see affidavit knowledge --help")
    if len(options.files) > 1 and not building:
        raise UsageError(f"unrecognized arguments: {options.files[1]}", advice="name one family")
    for name in ("catalogue", "background", "add_to", "cache", "name", "packed", "own"):
        if getattr(options, name) and not building:
            raise UsageError(f"--{name.replace('_', '-')} belongs to build", advice=_ADVICE)
    if building and not options.files:
        raise UsageError("no library is named", advice=_ADVICE)
    if building and options.output is None:
        raise UsageError("an index is no text: it needs a file", advice=_ADVICE)


def build(options: argparse.Namespace) -> int:
    """Read libraries and write an index."""
    from affidavit.cli.progress import Progress  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.identity.code import libraries  # noqa: PLC0415 - the same
    from affidavit.identity.code.build import build as built  # noqa: PLC0415 - the same
    from affidavit.identity.code.build import counted  # noqa: PLC0415 - the same
    from affidavit.identity.code.merge import merge  # noqa: PLC0415 - the same
    from affidavit.identity.code.store import opened, written  # noqa: PLC0415 - the same
    from affidavit.knowledge import FINGERPRINTS  # noqa: PLC0415 - the same

    files = _existing(options.files)
    before = _opened(options.add_to)[0] if options.add_to else None
    others = _opened(FINGERPRINTS)[0] if FINGERPRINTS.is_file() and not options.own else None
    with Progress(quiet=options.quiet) as observe:
        reading = libraries.read_libraries(files, _catalogue(options.catalogue), observe, options.cache)
        _refused(reading.refused)
        if not reading.libraries:
            raise UnreadableError(
                "no file has code that could be read", advice="name dex, jar, aar or apk files, or folders of them"
            )
        index = built(reading.families, reading.libraries, known=others)
        if options.background:
            apps, refused = libraries.read_background(_existing(options.background), index, observe, options.cache)
            _refused(refused)
            index = counted(index, apps)
    index = merge(before, index) if before else index
    data = written(index, options.name or options.output.stem, packed=options.packed)
    emit(data, options.output)
    _summary(opened(data), reading, len(data), options.output)
    return codes.DONE


def show(options: argparse.Namespace) -> int:
    """List the families of an index, or the versions of one."""
    from affidavit.knowledge import FINGERPRINTS  # noqa: PLC0415 - costs time that --help should not pay

    index, source = _opened(options.libraries or FINGERPRINTS)
    if not options.files:
        _show_families(index, source, options)
        return codes.DONE
    wanted = str(options.files[0])
    number = {family.id: number for number, family in enumerate(index.families)}.get(wanted)
    if number is None:
        from affidavit.wording import unknown  # noqa: PLC0415 - only when something went wrong

        every = {family.id for family in index.families}
        raise unknown("family", wanted, every, "see them with affidavit knowledge show libraries")
    _show_family(index, number, options)
    return codes.DONE


def _opened(path: Path) -> "tuple[Index, Source]":
    """The index of a file, and what it is.

    Raises:
        UsageError: the file cannot be read, or is no index that this version reads.
        KnowledgeError: the index that comes along is not there, or none that this version reads.
    """
    from affidavit.evidence.indexes import named, opened_index  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.identity.code.store import opened  # noqa: PLC0415 - the same

    with opened_index(path) as file:
        data = file.read()
    try:
        return opened(data)
    except KnowledgeError as error:
        if named(path):
            raise UsageError(f"{path}: {error}", advice=error.advice) from None
        raise KnowledgeError(f"{path}: {error}", advice="unpack it anew with make build") from None


def _existing(paths: Iterable[Path]) -> list[Path]:
    """The files that paths name.

    Raises:
        UsageError: a path leads nowhere, or a folder has nothing in it that could be read.
    """
    from affidavit.identity.code.libraries import KINDS, files_of  # noqa: PLC0415 - costs time that --help should not pay

    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder", advice=_ADVICE)
        inside = files_of([path])
        if not inside:
            raise UsageError(f"{path}: has no file that ends in {', '.join(KINDS)}", advice=_ADVICE)
        found += inside
    return found


def _catalogue(paths: Sequence[Path]) -> "Catalogue":
    """What the product's catalogue and files like it say.

    Raises:
        UsageError: a file cannot be read, or is no catalogue.
    """
    import msgspec  # noqa: PLC0415 - costs time that --help should not pay

    from affidavit.identity.code import catalogue  # noqa: PLC0415 - the same
    from affidavit.identity.code.index import Family  # noqa: PLC0415 - the same
    from affidavit.identity.code.libraries import Catalogue, Origin, Part  # noqa: PLC0415 - the same
    from affidavit.knowledge.compile import read_document  # noqa: PLC0415 - the same

    families, packages = dict(catalogue.known()), list(catalogue.packages())
    for path in paths:
        try:
            document = read_document(path)
            if isinstance(document, dict) and "packages" in document:
                packages += msgspec.convert(document, catalogue.PackageDocument).packages
            else:
                more = msgspec.convert(document, catalogue.FamilyDocument).families
                families |= {item.id: item for item in more}
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", advice="name the file of a catalogue") from None
        except msgspec.ValidationError as error:
            advice = "write it like the files of knowledge/code_families or knowledge/code_packages"
            raise UsageError(f"{path}: {error}", advice=advice) from None
        except KnowledgeError as error:
            raise UsageError(str(error), advice=error.advice) from None
    return Catalogue(
        {
            item.id: Family(item.id, item.title, item.vendor, item.entity, item.kind, item.contains)
            for item in families.values()
        },
        catalogue.owner(families),
        {
            file.sha256: tuple(Part(part.family, part.version, part.stated) for part in file.parts)
            for package in packages
            for file in package.files
            if file.parts
        },
        {
            (part.family, part.version): Origin(
                f"{package.registry} {package.name} {package.version}", package.date, part.stated
            )
            for package in packages
            for file in package.files
            for part in file.parts
        },
    )


def _refused(files: Sequence[tuple[Path, str]]) -> None:
    for path, reason in files:
        note(f"affidavit: left out {path}: {reason}")


def _summary(made: "tuple[Index, Source]", reading: "Reading", size: int, path: Path) -> None:
    """Say what was built, and what was not and why."""
    from affidavit.wording import plural  # noqa: PLC0415 - costs time that --help should not pay

    index, source = made
    for item in index.left_out:
        why = "as the catalogue says" if item.declared else "by its bytes"
        note(f"affidavit: {item.family}: left out {plural(item.classes, 'class', 'classes')} of {item.origin}, {why}")
    counts = (
        plural(source.families, "family", "families"),
        plural(source.versions, "version"),
        plural(source.classes, "class", "classes"),
        plural(len(index.node), "signature"),
        plural(source.background, "ordinary app"),
    )
    note(f"affidavit: {path}: {', '.join(counts)}; {size:,} bytes, sha256 {source.digest}")
    if reading.refused:
        note(f"affidavit: {plural(len(reading.refused), 'file')} left out")


def _show_families(index: "Index", source: "Source", options: argparse.Namespace) -> None:
    """One line for each family."""
    import numpy as np  # noqa: PLC0415 - costs time that --help should not pay

    from affidavit.report.text import visible  # noqa: PLC0415 - the same
    from affidavit.wording import plural  # noqa: PLC0415 - the same

    classes = np.bincount(index.node_family, minlength=len(index.families)).tolist()
    versions = np.bincount([version.family for version in index.versions], minlength=len(index.families)).tolist()
    if options.format == "json":
        found = [
            {"family": family, "versions": many, "classes": count}
            for family, many, count in zip(index.families, versions, classes, strict=True)
        ]
        emit(_encoded({"index": source, "families": found, "left_out": index.left_out}), options.output)
        return
    rows = [
        (family.id, str(many), str(count), family.kind, family.vendor, family.title)
        for family, many, count in zip(index.families, versions, classes, strict=True)
    ]
    lines = columns([("family", "versions", "classes", "kind", "vendor", "title"), *rows])
    counts = (
        plural(source.families, "family", "families"),
        plural(source.versions, "version"),
        plural(source.classes, "class", "classes"),
        plural(source.background, "ordinary app"),
    )
    head = f"{visible(source.name)}: {', '.join(counts)}; sha256 {source.digest}\n\n"
    emit(head + lines, options.output)


def _show_family(index: "Index", number: int, options: argparse.Namespace) -> None:
    """One family, and a line for each version."""
    from affidavit.report.text import visible  # noqa: PLC0415 - costs time that --help should not pay

    family = index.families[number]
    versions = [version for version in index.versions if version.family == number]
    left_out = [item for item in index.left_out if item.family == family.id]
    if options.format == "json":
        emit(_encoded({"family": family, "versions": versions, "left_out": left_out}), options.output)
        return
    lines = [f"{family.id}: {family.title or 'no title'}, {family.kind}, of {family.vendor or 'an unnamed vendor'}"]
    lines += [f"owner: {family.entity}"] if family.entity else []
    lines += [f"carries {item.classes:,} classes of {item.origin}, which are left out" for item in left_out]
    rows = [
        (item.label or "(not stated)", str(item.classes), item.date, item.stated, item.origin, item.sha256)
        for item in versions
    ]
    table = columns([("version", "classes", "published", "stated by", "from", "sha256"), *rows])
    emit("".join(f"{visible(line)}\n" for line in lines) + "\n" + table, options.output)


def _encoded(value: object) -> bytes:
    from affidavit.report.json import as_json  # noqa: PLC0415 - costs time that --help should not pay

    return as_json(value)
