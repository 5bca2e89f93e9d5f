"""What an affidavit holds."""

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.binding import LawRecord
from affidavit.model.coverage import Coverage
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord

SCHEMA = "affidavit/bundle/4"
"""Version of the bundle's layout; it changes when a reader of the old layout would misread the new."""


class Tool(Struct, frozen=True):
    """What made the statement: name, version and SHA-256 (hex) over the package's own source files."""

    name: str
    version: str
    code_sha256: str


class Member(Struct, frozen=True, order=True):
    """One file of the bundle: path, SHA-256 (hex), size in bytes, media type."""

    path: str
    sha256: str
    size: int
    media: str


class Manifest(Struct, frozen=True):
    """The bundle's table of contents: every input and every member with its digest. It is what the signature covers.

    Attributes:
        schema: `SCHEMA`.
        artefact: what was reviewed.
        tool: what reviewed it.
        knowledge_sha256: digest of the compiled knowledge.
        partial: whether a budget ran out, so that stages are missing (the limitations say which).
        protection: the walls around the process that read the artefact (``limits, landlock 7, seccomp``), or ``none``.
        members: every other member, sorted by path.
        networks: digests of the snapshots of networks that were asked who serves hosts, sorted.
    """

    schema: str
    artefact: Artefact
    tool: Tool
    knowledge_sha256: str
    partial: bool
    protection: str
    members: tuple[Member, ...]
    networks: tuple[str, ...] = ()


class Excerpt(Struct, frozen=True, omit_defaults=True):
    """The bytes at a cited place, made readable: a few lines (disassembly, XML or a dump), the cited one marked.

    Attributes:
        lines: as shown, without decoration.
        cited: index in `lines` of the cited line; -1 when all of it is.
        data: hex of the first cited bytes, bounded.
        form: ``dex``, ``class``, ``xml`` or ``bytes``.
        line: of the source, as the debug information says; 0 when it says none.
    """

    lines: tuple[str, ...]
    cited: int
    data: str
    form: str
    line: int = 0


class Category(Struct, frozen=True, omit_defaults=True):
    """A question that findings answer; it travels in the bundle so that a report needs nothing else.

    Attributes:
        id: what `Finding.category` holds (``location``).
        order: place among the questions, first is lowest.
        question: the question in people's words ("Can it learn where the device is?").
        covers: what the category takes in and leaves out, in one or two sentences.
        title: its name in a table, in a few words ("Location").
    """

    id: str
    order: int
    question: str
    covers: str = ""
    title: str = ""


class Affidavit(Struct, frozen=True, dict=True):
    """The content of a bundle, read back: what every report is made from.

    It has a ``__dict__``, which is no part of the value: `evidence.bundle` keeps the encoded members there meanwhile.

    Attributes:
        categories: the questions in the words that the knowledge had at review time.
        excerpts: by the cited place's ``<entry>@<offset>``.
        key_id: SHA-256 (hex) of the signer's raw public key; empty while unsigned.
        law: what ties the artefact to listed apps, and the law on them as the register had it at review time.
        coverage: what was examined, in numbers.
        network: who serves the hosts that it names and talks to, and who gets which data.
    """

    manifest: Manifest
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    limitations: tuple[Limitation, ...]
    excerpts: dict[str, Excerpt]
    key_id: str = ""
    categories: tuple[Category, ...] = ()
    law: LawRecord = LawRecord()
    coverage: Coverage = Coverage()
    network: NetworkRecord = NetworkRecord()
