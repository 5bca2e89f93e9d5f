"""As `uses`, for the readers and checks of signatures."""

from affidavit.artefact.budget import Budget
from affidavit.artefact.directory import find_directory
from affidavit.artefact.macho import MachO, read_macho
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.zip import read_entries
from affidavit.signing.apple.code import Beside, check_code
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.idsig import Idsig
from affidavit.signing.jar import JarScheme
from affidavit.signing.jar_manifest import parse_manifest
from affidavit.signing.outcome import SchemeResult
from affidavit.signing.stamp import verify_stamp
from tests.mutation.apps import signed_app

LEVELS = (18, 24, 28, 33)
SIGNED = signed_app()


def _opened(data: bytes) -> Part | None:
    """A container, when it has a directory."""
    view, notes, budget = memoryview(data), Notes([]), Budget(total_bytes=16 << 20, entry_bytes=4 << 20)
    directory = find_directory(view, notes, "")
    if directory is None:
        return None
    return Part("", "base", view, read_entries(view, directory, "", budget, notes), budget=budget, notes=notes)


def _sound(result: SchemeResult | None) -> None:
    """What must hold of an answer: it is said why it is not yes."""
    if result is not None and result.signers:
        assert result.holds or result.undetermined or any(issue.error for issue in result.every_issue)
    for issue in result.every_issue if result is not None else ():
        issue.detail.encode()


def signed_file(data: bytes) -> None:
    """Every scheme of an APK, as several versions of Android check it."""
    part = _opened(data)
    if part is None:
        return
    jar, blocks = JarScheme(part, Budget()), BlockSchemes(part.view, Budget())
    for level in LEVELS:
        _sound(jar.at(level, blocks.schemes))
        for result in (blocks.v2(level), blocks.v3(level), blocks.v31(level)):
            _sound(result)
    _sound(verify_stamp(part, blocks.blocks, {}))


def jar_manifest(data: bytes) -> None:
    """A manifest or a signature file, as Android and as Java read it."""
    for java in (False, True):
        found = parse_manifest(data, java=java)
        for section in found.sections:
            assert section.attributes is not None


def idsig(data: bytes) -> None:
    """A v4 file beside a signed app."""
    part = _opened(SIGNED)
    assert part is not None
    checked = Idsig(data, part, BlockSchemes(part.view, Budget()), Budget())
    for level in (30, 33):
        _sound(checked.at(level))


def code_signature(data: bytes) -> None:
    """A Mach-O file and the code signature of each image."""
    view = memoryview(data)
    found = read_macho("Payload/a.app/a", view)
    for image in found.images if isinstance(found, MachO) else ():
        signature = check_code(image, view[image.offset : image.offset + image.size], Beside(), Budget().check)
        assert signature.outcome
