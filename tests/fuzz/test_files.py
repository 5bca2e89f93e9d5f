"""The made files are what they pretend to be, so that fuzzing starts beyond the first check."""

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.macho import MachO, read_macho
from affidavit.artefact.plist import read_plist
from affidavit.signing.apple.code import Beside, check_code
from affidavit.signing.apple.entitlements import read_der
from affidavit.signing.apple.profile import read_profile
from affidavit.signing.idsig_file import read_idsig
from tests.fuzz import files, seeds, uses
from tests.fuzz.files import made_files
from tests.mutation.apps import RIGHTS


def test_entitlements_are_read():
    [data] = made_files()["entitlements"]
    assert read_der(data) == RIGHTS


def test_a_v4_file_is_read():
    found = read_idsig(files.idsig(), "")
    assert (len(found.signings), found.hashing.log2, found.cut, found.trailing) == (1, 12, False, 0)


def test_property_lists_and_a_profile_are_read():
    assert made_files()["plist"]
    for data in made_files()["plist"]:
        assert read_plist(data) == files.PROPERTIES
    [data] = made_files()["profile"]
    assert read_profile(data).content == files.PROPERTIES


def test_a_program_has_a_code_signature_with_all_its_blobs():
    assert made_files()["code-signature"]
    for data in made_files()["code-signature"]:
        found = read_macho("a", data)
        assert isinstance(found, MachO)
        [image] = found.images
        view = memoryview(data)[image.offset : image.offset + image.size]
        signature = check_code(image, view, Beside(), Budget().check)
        assert len(signature.directories) == 1
        assert signature.cms is not None
        assert signature.entitlements == signature.entitlements_der == RIGHTS


def test_a_network_security_file_is_named_by_its_manifest():
    assert b"networkSecurityConfig" in uses.NAMING.replace(b"\0", b"")
    assert made_files()["network-security"]
    for data in made_files()["network-security"]:
        assert parse_axml(data, Budget(), "res/xml/n.xml").root.name == "network-security-config"


def test_regressions_are_hex_with_notes(tmp_path, monkeypatch):
    (tmp_path / "dex--one.hex").write_text("00 ff # a note\n# another\n10\n", "ascii")
    (tmp_path / "dexes--two.hex").write_text("aa\n", "ascii")
    monkeypatch.setattr(seeds, "REGRESSIONS", tmp_path)
    assert seeds.regressions("dex") == {"dex--one": b"\x00\xff\x10"}


def test_seeds_are_few_distinct_and_small_first():
    assert seeds.few([b"ccc", b"a", b"", b"a", b"bb", bytes(seeds.LARGEST + 1)]) == [b"a", b"bb", b"ccc"]
    assert len(seeds.few(str(number).encode() for number in range(1_000))) == seeds.MOST
