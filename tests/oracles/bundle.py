"""Slow obvious twins of the bundle: written and checked with the standard library and `openssl`, none of our code.

This is also what a person without affidavit would do to check a bundle by hand.
"""

import base64
import hashlib
import io
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path

ED25519_DER = bytes.fromhex("302a300506032b6570032100")
"""SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410, section 10.1)."""


def pack(members):
    """The container, by zipfile."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_version = info.extract_version = 10
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return file.getvalue()


def unpack(data):
    """Members by zipfile."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def excerpt_list(excerpts):
    """Sorting by insertion, for want of a simpler way to say what sorted means."""
    result = []
    for key in excerpts:
        position = 0
        while position < len(result) and result[position] < key:
            position += 1
        result.insert(position, key)
    return result


def first_difference(left, right):
    """Byte by byte."""
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))


def preauth(payload):
    """What DSSE signs, by the words of its protocol document."""
    kind = b"application/vnd.in-toto+json"
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


def openssl_accepts(public, signature, message):
    """Whether openssl accepts an Ed25519 signature."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": ED25519_DER + public, "sig": signature, "message": message}
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile sig"
        return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 0


def holds(data):
    """Whether digests and signature of a bundle hold, by the standard library and openssl."""
    members = dict(unpack(data))
    manifest = json.loads(members["manifest.json"])
    envelope = json.loads(members["statement.dsse.json"])
    payload = base64.b64decode(envelope["payload"])
    statement = json.loads(payload)
    digests = all(hashlib.sha256(members[item["path"]]).hexdigest() == item["sha256"] for item in manifest["members"])
    bound = statement["predicate"]["manifest_sha256"] == hashlib.sha256(members["manifest.json"]).hexdigest()
    subject = statement["subject"][0]["digest"]["sha256"] == manifest["artefact"]["sha256"]
    public = base64.b64decode(statement["predicate"]["signer"]["public_key"])
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    return digests and bound and subject and openssl_accepts(public, signature, preauth(payload))
