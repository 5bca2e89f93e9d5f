"""The page on who signed an app: its commands run, and what it shows is printed."""

import re
from pathlib import Path

import pytest

from affidavit.cli import codes
from affidavit.cli.main import VERBS
from affidavit.identity.signers import KnownKeys
from affidavit.knowledge import load
from tests.builders.axml import binary, manifest
from tests.builders.block_signing import ROTATION_MIN, Link, Signing, attribute, lineage, number, signed_apk, v3
from tests.builders.ios_app import App
from tests.builders.signing import certificate, name
from tests.builders.zip import zip_of
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "check-who-signed.md").read_text("utf-8")
SAMPLES = {"uiautomator2-server": "uiautomator2-server-8ff760a2.apk", "uiautomator2": "uiautomator2-6f855947.apk"}
HOLDERS = {"old": "Example 2019", "new": "Example 2024", "stranger": "Example 2019"}
"""Name in the certificate of each key; two keys can have the same."""
Words = tuple[str, ...]
Shown = list[tuple[Words, list[str]]]
"""Commands, each with the lines of output that the page shows after it."""


def shown() -> Shown:
    """What the page shows. A block of text belongs to the last command of the block before it."""
    found: Shown = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        if language == "text":
            found[-1][1].extend(line for line in block.splitlines() if line.strip() not in {"", "..."})
        elif not language:
            lines = [line.partition("#")[0].split() for line in block.splitlines()]
            commands = [words for words in lines if len(words) > 1 and words[0].endswith("affidavit")]
            found += ((tuple(words[1:]), []) for words in commands if words[1] in VERBS)
    return found


def block_signer(kind: str, low: int = 0, high: int = 0x7FFFFFFF, *attributes: bytes) -> Signing:
    """A signer by one of the keys: of scheme v3 if it stands for levels, else of v2."""
    named = [certificate(name(CN=HOLDERS[kind]), kind=kind)]
    if not low:
        return Signing(kind=kind, certificates=named)
    return v3(low, high, kind=kind, certificates=named, attributes=attributes)


def app(split: str = "") -> bytes:
    """An app for Android 7 and later, unsigned."""
    root = manifest(minimum=24)
    root.attributes.update({"split": split} if split else {})
    return zip_of({"AndroidManifest.xml": binary(root)})


def rotated() -> bytes:
    """An app that the old key signs for older Android versions and the new key from Android 13 on."""
    links = [Link(kind, der=certificate(name(CN=HOLDERS[kind]), kind=kind)) for kind in ("old", "new")]
    before = block_signer("old", 28, 32, attribute(ROTATION_MIN, number(33)))
    after = block_signer("new", 33, 0x7FFFFFFF, lineage(*links))
    return signed_apk(plain=app(), v2=[block_signer("old")], v3=[before], v31=[after])


def write_apps() -> None:
    """The files that commands of the page name, in the folder of the test."""
    first = signed_apk(plain=app(), v2=[block_signer("old")], v3=[block_signer("old", 28)])
    other = signed_apk(plain=app(), v2=[block_signer("stranger")], v3=[block_signer("stranger", 28)])
    split = signed_apk(plain=app("config.de"), v2=[block_signer("stranger")])
    changed = bytearray(first)
    changed[40] ^= 1
    files = {
        "app-1.0.apk": first,
        "app-2.0.apk": rotated(),
        "stranger.apk": other,
        "changed.apk": bytes(changed),
        "app.apks": zip_of({"base.apk": first, "split_config.de.apk": split}, method=0),
        "app.apk": first,
        "app.apk.idsig": b"\x02\0\0\0",
        "app.ipa": App().build(),
    }
    for path, data in files.items():
        Path(path).write_bytes(data)


@pytest.mark.samples
@pytest.mark.parametrize(("words", "lines"), shown(), ids=lambda value: " ".join(value) if value else "nothing")
def test_the_output_that_the_page_shows_is_what_its_command_prints(run: Run, sample, words, lines):
    write_apps()
    Path(".cache/samples").mkdir(parents=True)
    for known, file in SAMPLES.items():
        Path(".cache/samples", file).symlink_to(sample(known))
    if any(word.endswith(".affidavit") for word in words):
        run("review", "app-1.0.apk", "-q", "--no-sandbox")
    Path("knowledge").symlink_to(ROOT / "knowledge")
    done = run(*words)
    assert done.code == codes.DONE, done.err
    assert done.out.strip() or "-o" in words
    printed = done.out.splitlines()
    assert [line for line in lines if line not in printed] == []


def test_the_page_shows_output_of_several_commands():
    assert sum(bool(lines) for _, lines in shown()) >= 4


def test_the_entry_that_the_page_shows_has_the_form_of_the_registry():
    import msgspec
    import yaml

    (block,) = re.findall(r"^ *```yaml\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    made = msgspec.convert({"source": "s", "licence": "l", "signers": yaml.safe_load(block)}, KnownKeys)
    (digest,) = made.signers
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert digest not in {known for file in load("signers", KnownKeys).values() for known in file.signers}
