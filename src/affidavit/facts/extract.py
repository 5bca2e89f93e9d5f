"""Run every extractor over one opened artefact: one walk over the entries, then code, then what needs both.

The walk inflates each entry once, hands its bytes to whoever reads that kind of bytes, and lets them go; code, the
manifests and the resource table are kept.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from affidavit.artefact.arsc import ResourceTable, parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Opened
from affidavit.artefact.part import Entry, Part
from affidavit.artefact.spool import Spool
from affidavit.artefact.xmltree import Document
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Unit
from affidavit.facts import (
    build_tools,
    code,
    declared,
    endpoints,
    frameworks,
    hidden_code,
    inventory,
    library_versions,
    notable_code,
    packers,
    signing,
)
from affidavit.facts.nested import ARCHIVES, INSIDE, TOOL, Nesting
from affidavit.facts.signing_checked import Terms
from affidavit.facts.signing_terms import declared_of
from affidavit.model.declared import DeepLink
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.progress import Progress
from affidavit.model.signing import PlatformVerdict
from affidavit.signing.judgement import V4File

MANIFEST, RESOURCES = "AndroidManifest.xml", "resources.arsc"
_DEX_ORDER = re.compile(r"classes(\d*)\.dex")
_SCANNED_APART = frozenset({"dex", "class"})
_LARGE = 1 << 20
"""Declared bytes of an entry from which the budget is looked at before it is read."""
ELEMENTS = 120_000
"""XML elements of all manifests together that are kept; a manifest may have 30,000 of them."""
SIGHTINGS = 300_000
"""Endpoints of all entries together that are kept until they are made facts of."""
_NATIVE = re.compile(r"^(?:lib|jni)/.*\.so$")


class Extraction(msgspec.Struct):
    """What is known of an artefact so far.

    Attributes:
        facts, limitations: in the order in which they were read; `evidence.derive` sorts them.
        documents: binary XML kept for excerpts, by entry path.
        media: media word of every entry read, by path.
        program: the code; empty until `read_code` ran.
        spool: where the code lies.
        dexes, classes: code entries kept by the walk until `read_code`; the classes by the prefix of their part.
        sightings: endpoints seen so far, until `read_endpoints` makes facts of them.
        v4_signature, mapping: bytes of the files that were given beside the artefact.
        elements: XML elements in `documents`. full: whether the budget's bound on facts is reached.
    """

    opened: Opened
    budget: Budget
    spool: Spool
    facts: list[Fact] = []
    limitations: list[Limitation] = []
    documents: dict[str, Document] = {}
    tables: dict[str, ResourceTable] = {}
    media: dict[str, str] = {}
    program: Program = msgspec.field(default_factory=lambda: Program(()))
    dexes: list[tuple[Part, Entry, memoryview]] = []
    classes: dict[str, list[tuple[str, bytes]]] = {}
    sightings: list[endpoints.Sighting] = []
    v4_signature: bytes | None = None
    mapping: bytes | None = None
    elements: int = 0
    full: bool = False

    def breathe(self) -> None:
        """Between two steps: let pages of files go, and see whether the budget still holds.

        Raises:
            BudgetError: time or memory has run out.
        """
        self.opened.release_pages()
        self.budget.check()

    def add(self, facts: Iterable[Fact]) -> None:
        """Take facts up to the budget's bound, with a look at the clock now and then.

        Raises:
            BudgetError: time or memory has run out.
        """
        for fact in self.budget.watch(facts):
            if len(self.facts) >= self.budget.facts:
                if not self.full:
                    detail = f"more than {self.budget.facts} facts: the rest is neither listed nor judged"
                    self.limitations.append(Limitation("budget/facts", detail))
                self.full = True
                return
            self.facts.append(fact)

    def read(self, path: str) -> bytes | None:
        """The bytes of the entry at `path`, inflated again; None when there is none or it cannot be read."""
        for part in self.opened.parts:
            if path.startswith(part.prefix):
                entry = part.find(path.removeprefix(part.prefix))
                if entry is not None:
                    return part.read(entry)
        return None

    def set_aside(self, path: str) -> memoryview | None:
        """As `read`, for bytes that are held until the review ends; a container's own bytes are there already."""
        for part in self.opened.parts:
            if path == part.prefix.removesuffix("!/"):
                return part.view
        data = self.read(path)
        return None if data is None else self.spool.keep(data)


def walk_entries(state: Extraction, progress: Progress) -> None:
    """Read every entry once: inventory, native libraries, endpoints in what is not code; keep code and tables."""
    nesting = Nesting(state.opened, state.budget, state.spool)
    queue = deque(state.opened.parts)
    done, total = 0, sum(len(part.entries) for part in queue)
    while queue:
        part = queue.popleft()
        for entry in part.entries:
            if done % 64 == 0 or entry.size > _LARGE:
                state.breathe()
                progress("entries", done, total)
            done += 1
            inner = None if entry.name.endswith("/") else _read_entry(state, nesting, part, entry)
            if inner is not None:
                total += len(inner.entries)
                queue.append(inner)


def _read_entry(state: Extraction, nesting: Nesting, part: Part, entry: Entry) -> Part | None:
    """Read one entry; give the container that it is, where only the app's own code could open it."""
    data = part.read(entry)
    fact = inventory.entry_fact(part, entry, data)
    state.add((fact,))
    if data is None or not isinstance(fact.what, EntryFact):
        return None
    media = fact.what.media
    state.media[entry.path] = media
    if media not in _SCANNED_APART:
        _scan(state, entry.path, _searched(entry, data, media), media)
    if media in _SCANNED_APART and part.role != TOOL:
        _keep_code(state, part, entry, data, media)
    elif media == "elf" or _NATIVE.search(entry.name):
        from affidavit.facts import native  # noqa: PLC0415 - many apps have no native libraries

        state.add(native.extract(entry.path, data, state.limitations))
        state.add(notable_code.extract_native(entry.path, data))
    elif part.role not in INSIDE and entry.name == MANIFEST:
        _keep_manifest(state, entry.path, data)
    elif part.role not in INSIDE and entry.name == RESOURCES:
        state.tables[part.prefix] = parse_arsc(data, entry.path, state.budget)
    nesting.unread(part, entry)
    inner = nesting.open(part, entry, data, media)
    if inner is None and media not in ARCHIVES:
        hidden_code.note_unread_code(entry, data, media, nesting.notes)
    return inner


def _keep_code(state: Extraction, part: Part, entry: Entry, data: bytes, media: str) -> None:
    """Keep a dex or class file until `read_code`."""
    if media == "dex":
        state.dexes.append((part, entry, state.spool.keep(data)))
    else:
        state.classes.setdefault(part.prefix, []).append((entry.path, data))


def _scan(state: Extraction, path: str, data: bytes, media: str) -> None:
    """Look for endpoints in one entry, unless there are more than enough already."""
    if len(state.sightings) < SIGHTINGS:
        state.sightings += endpoints.scan_entry(path, data, media, state.limitations, state.budget)
        return
    detail = f"more than {SIGHTINGS} endpoints in the entries before this one; it was not searched for further ones"
    state.limitations.append(Limitation("text/endpoints-bounded", detail, Place(path)))


def _keep_manifest(state: Extraction, path: str, data: bytes) -> None:
    """Read one manifest, unless those before it have more elements than any app needs."""
    if state.elements >= ELEMENTS:
        detail = f"the manifests before this one have {state.elements} elements; this one was not read"
        state.limitations.append(Limitation("manifest/too-many-manifests", detail, Place(path)))
        return
    document = state.documents[path] = parse_axml(data, state.budget, path)
    state.elements += document.elements


def _searched(entry: Entry, data: bytes, media: str) -> bytes:
    """The bytes to search for addresses: those of certificates in a code signature are not the app's."""
    if media != "macho":
        return data
    from affidavit.facts.apple import without_signers  # noqa: PLC0415 - few artefacts have Mach-O files

    return without_signers(entry.path, data)


def read_declared(state: Extraction, progress: Progress) -> None:
    """Manifests of all parts, each with its own resource table, or the base's; Info.plist of an iOS app."""
    progress("manifest", 0, 1)
    if state.opened.artefact.kind == "ipa":
        from affidavit.facts import apple  # noqa: PLC0415 - for iOS apps only

        apple.read_declared(state)
        return
    base = next((part.prefix for part in state.opened.parts if part.role == "base"), "")
    for part in state.opened.parts:
        path = part.prefix + MANIFEST
        document = state.documents.get(path)
        if document is None:
            continue
        table = state.tables.get(part.prefix) or state.tables.get(base)
        main = state.documents.get(base + MANIFEST)
        state.add(declared.extract(document, table, path, state.limitations, state.read, main))
        state.limitations += document.limitations
    for table in state.tables.values():
        state.limitations += table.limitations
    if not any(isinstance(fact.what, Package) for fact in state.facts):
        state.limitations.append(Limitation("manifest/absent", "the artefact has no manifest that could be read"))


def read_signing(state: Extraction, progress: Progress) -> None:
    """Signature blocks and certificates of every container that is an app."""
    progress("signing", 0, 1)
    if state.opened.artefact.kind == "ipa":
        from affidavit.facts import apple_signing  # noqa: PLC0415 - for iOS apps only

        apple_signing.read_signing(state)
        return
    library = state.opened.artefact.kind in {"aar", "jar"}
    main = next((part.prefix for part in state.opened.parts if part.role == "base"), "")
    declared = None if library else declared_of(state.documents.get(main + MANIFEST), state.tables.get(main))
    base: tuple[PlatformVerdict, ...] = ()
    for part in state.opened.parts:
        if part.role in {"base", "split"} or (library and not part.prefix):
            terms = Terms(declared, _v4_file(state, part), base)
            state.add(signing.extract(part, state.budget, terms, state.limitations))
        if part.role == "base":
            base = tuple(fact.what for fact in state.facts if isinstance(fact.what, PlatformVerdict))


def _v4_file(state: Extraction, part: Part) -> V4File | None:
    """The v4 signature of an APK: given beside the artefact, or an entry beside the APK in a set."""
    if not part.prefix:
        return None if state.v4_signature is None else V4File(state.v4_signature)
    path = part.prefix.removesuffix("!/") + ".idsig"
    data = state.read(path)
    return None if data is None else V4File(data, path)


def read_code(state: Extraction, progress: Progress) -> None:
    """Tables and instructions of every dex file and jar, in the order in which Android looks classes up."""
    units: list[Unit] = []
    apart = {entry.path for part, entry, _ in state.dexes if _is_apart(part, entry)}
    ordered = sorted(state.dexes, key=lambda item: _load_order(item[0], item[1]))
    for done, (_, entry, data) in enumerate(ordered):
        state.breathe()
        progress("code", done, len(ordered))
        for unit in read_dexes(entry.path, data):
            _take_unit(state, units, unit)
    inside = {part.prefix for part in state.opened.parts if part.role in INSIDE}
    for prefix, files in sorted(state.classes.items()):
        from affidavit.dalvik.classfile import read_classes  # noqa: PLC0415 - most apps have no .class files

        units.append(read_classes(prefix.removesuffix("!/"), files, state.budget))
        apart |= {units[-1].entry} if prefix in inside else set()
    state.dexes.clear()
    state.classes.clear()
    state.program = Program(units, state.budget.check, apart)
    for unit in units:
        state.limitations += unit.limitations


def _is_apart(part: Part, entry: Entry) -> bool:
    """Whether no class loader of Android's finds a dex file: in APKs it knows ``classes.dex``, ``classes2.dex``, ..."""
    return part.role in INSIDE or (part.role in {"base", "split"} and _DEX_ORDER.fullmatch(entry.name) is None)


def _take_unit(state: Extraction, units: list[Unit], unit: Unit) -> None:
    """Keep a unit of code, unless all together have more rows than compilers could put into such an artefact."""
    own = _rows(unit)
    if own and own + sum(map(_rows, units)) > state.budget.rows():
        detail = (
            f"its {own} types, classes and methods, with those before, pass {state.budget.rows()}, more than compilers "
            "put into a file of this size; its code was not read"
        )
        state.limitations.append(Limitation("code/too-many-rows", detail, Place(unit.entry)))
        return
    units.append(unit)


def _rows(unit: Unit) -> int:
    """Rows of a unit that cost time one by one."""
    return len(unit.type_string) + len(unit.class_type) + len(unit.def_method)


def _load_order(part: Part, entry: Entry) -> tuple[bool, bool, str, int, str]:
    """classes.dex, classes2.dex, ... of the base, then of the splits, then dex files that only code could load."""
    match = _DEX_ORDER.fullmatch(entry.name)
    return part.role in INSIDE, match is None, part.prefix, int(match[1] or 1) if match else 0, entry.path


def describe_code(state: Extraction, progress: Progress) -> None:
    """Facts about the code: units, duplicates, framework calls, notable code, frameworks and build tools."""
    progress("calls", 0, 1)
    state.add(code.extract(state.program, state.limitations))
    state.limitations += state.program.limitations
    state.breathe()
    state.add(notable_code.extract(state.program, state.limitations))
    state.breathe()
    names = sorted(state.media)
    state.add(frameworks.extract(names, state.program, state.read, state.limitations))
    state.add(build_tools.extract(names, state.program, state.read, state.limitations))
    state.add(library_versions.extract(names, state.read, state.limitations))
    state.add(list(packers.extract(names, state.program, state.facts)))
    if state.opened.artefact.kind in {"apk", "splits"}:
        state.limitations += hidden_code.compare(state.facts, state.program)


def read_endpoints(state: Extraction, progress: Progress) -> None:
    """Endpoints in code, and the facts of all endpoints seen."""
    for done, unit in enumerate(state.program.units):
        state.breathe()
        progress("endpoints", done, len(state.program.units))
        state.sightings += endpoints.scan_unit(unit, state.limitations, state.program.active(unit), state.budget)
    links = [fact for fact in state.facts if isinstance(fact.what, DeepLink)]
    state.add(endpoints.extract(state.sightings, links, state.limitations))
    state.sightings.clear()


STAGES: tuple[tuple[str, Callable[[Extraction, Progress], None]], ...] = (
    ("entries", walk_entries),
    ("manifest", read_declared),
    ("signing", read_signing),
    ("code", read_code),
    ("calls", describe_code),
    ("endpoints", read_endpoints),
)
"""Every stage that reads facts, in order; a later one may use what an earlier one kept."""


def stages(state: Extraction, progress: Progress) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each stage by name, ready to be called; the caller decides what a failure means."""
    for name, stage in STAGES:
        yield name, lambda stage=stage: stage(state, progress)  # type: ignore[misc]
