"""AOSP's own verifier, as Debian packages it: what it says of an APK, its source stamp and its v4 file."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest


def verdicts(folder: Path, apk: bytes, idsig: bytes | None = None, level: int = 30) -> dict[str, bool]:
    """Which schemes hold, as it says: ``APK Signature Scheme v4``, ``SourceStamp`` and so on; empty when it refuses."""
    if shutil.which("apksigner") is None:
        pytest.skip("needs Debian's apksigner")
    path = folder / "a.apk"
    path.write_bytes(apk)
    command = ["apksigner", "verify", "--verbose", "--min-sdk-version", str(level), "--max-sdk-version", str(level)]
    if idsig is not None:
        (folder / "a.apk.idsig").write_bytes(idsig)
        command += ["--v4-signature-file", str(folder / "a.apk.idsig")]
    done = subprocess.run([*command, path], check=False, capture_output=True, text=True, timeout=120)
    found = re.findall(
        r"^Verified (?:using v\d scheme \(([^)]*)\)|for (\w+)): (true|false)$", done.stdout, re.MULTILINE
    )
    return {scheme or other: answer == "true" for scheme, other, answer in found}
