"""Made apps that hold a little of everything; the same bytes in every run."""

import hashlib
import plistlib
import struct
from collections.abc import Callable

from asn1crypto import cms, x509

from tests.builders import apple, axml, macho, signing
from tests.builders.apps import app_files, small_app
from tests.builders.arsc import Kind, Table
from tests.builders.classfile import ClassBuilder
from tests.builders.elf import ElfBuilder, android_note
from tests.builders.payloads import payload_app
from tests.builders.zip import zip_of
from tests.dalvik.material import rich

RIGHTS = {"application-identifier": "T.org.example", "get-task-allow": True}


def pkcs7(certificate: bytes, carried: bytes | None = None) -> bytes:
    """A v1 signature block file with a made-up signature (`signing.pkcs7_signature` has the time in it).

    With `carried` the content is in it, as in a provisioning profile.
    """
    parsed = x509.Certificate.load(certificate)
    signer = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": parsed.issuer, "serial_number": parsed.serial_number}},
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": hashlib.sha512(certificate).digest(),
    }
    content = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data", "content": carried},
        "certificates": [parsed],
        "signer_infos": [signer],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def small_library() -> bytes:
    """A native library with symbols and the NDK's note."""
    return ElfBuilder(
        imports=["dlopen", "SSL_write"],
        exports=["JNI_OnLoad", "Java_a_B_c"],
        needed=["libc.so"],
        soname="libsmall.so",
        notes=android_note(24, "r25c"),
        sections=["dynsym"],
    ).build()


def small_table() -> bytes:
    """A resource table with a text, and a resource that refers to itself."""
    return Table([Kind("string", {0: "Small", 1: axml.Ref(0x7F010001)})]).build()


def small_class() -> bytes:
    """A class file with a member of each kind and some code."""
    builder = ClassBuilder("org/example/A", "java/lang/Object", ["java/lang/Runnable"])
    builder.source = "A.java"
    code = [("ldc", "https://jar.example.org/x"), ("return",)]
    return builder.field("count", "I").method("run", "()V", code).method("n", access=0x101).build()


def signing_block() -> bytes:
    """A v2 and a v3 signer, the v3 one with a lineage, and padding."""
    certificate, newer = signing.certificate(), signing.certificate(signing.name(CN="New"))
    rotated = signing.signer([newer], levels=True, attributes=signing.rotation(certificate, newer))
    pairs = ((signing.V2, signing.signers([certificate])), (signing.V3, signing.prefixed(rotated)))
    return signing.block(*pairs, (signing.PADDING, bytes(64)))


def signed_app() -> bytes:
    """An APK with v1, v2 and v3 signatures, a resource table and a native library."""
    files = app_files() | {
        "resources.arsc": small_table(),
        "lib/arm64-v8a/libsmall.so": small_library(),
        "META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n\r\nName: classes.dex\r\nSHA-256-Digest: AAAA\r\n\r\n",
        "META-INF/CERT.SF": b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 2, 3\r\n\r\n",
        "META-INF/CERT.EC": pkcs7(signing.certificate()),
    }
    return signing.with_block(zip_of(files), signing_block())


def small_aar() -> bytes:
    """A library: manifest as text, classes.jar, R.txt."""
    manifest = axml.text(axml.manifest(axml.e("uses-permission", {"android:name": "android.permission.CAMERA"})))
    jar = zip_of({"org/example/A.class": small_class(), "META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n"})
    return zip_of({"AndroidManifest.xml": manifest, "classes.jar": jar, "R.txt": b"int string a 0x7f010000\n"})


def small_set() -> bytes:
    """A set of splits."""
    return zip_of({"base.apk": signed_app(), "split_config.de.apk": small_app(), "icon.png": b"\x89PNG"}, 0)


def small_program() -> bytes:
    """A program for iOS with a code signature that was made ad hoc, and a CMS whose signature is made up."""
    commands = (macho.uuid(bytes(16)), macho.built_for(2, 0xE0000, 0x100000), macho.library("/usr/lib/libz.dylib"))
    whole = macho.image(*commands, macho.encryption(0, 0, 0), macho.command(0x1D, bytes(8)), code=b"code" * 512)
    sealing = apple.Sealing(entitlements=RIGHTS, der=apple.der_entitlements(RIGHTS), signer=None)
    blobs = {
        0: apple.code_directory(whole, sealing, "sha256", {}),
        5: apple.blob(0xFADE7171, plistlib.dumps(RIGHTS)),
        7: apple.blob(0xFADE7172, apple.der_entitlements(RIGHTS)),
        0x10000: apple.blob(0xFADE0B01, pkcs7(signing.certificate())),
    }
    place = macho.command(0x1D, struct.pack("<2I", len(whole), len(apple.joined(blobs))))
    return macho.image(*commands, macho.encryption(0, 0, 0), place, code=b"code" * 512) + apple.joined(blobs)


def small_ipa() -> bytes:
    """An iOS app."""
    properties = {"CFBundleIdentifier": "org.example", "CFBundleExecutable": "My", "NSCameraUsageDescription": "why"}
    info = plistlib.dumps(properties)
    files = {
        "Info.plist": info,
        "My": small_program(),
        "embedded.mobileprovision": pkcs7(signing.certificate(), plistlib.dumps({"Name": "x", "TeamName": "y"})),
        "_CodeSignature/CodeResources": apple.resource_list({"Info.plist": info}),
        "PrivacyInfo.xcprivacy": plistlib.dumps({"NSPrivacyTracking": True, "NSPrivacyTrackingDomains": ["a.example"]}),
        "en.lproj/a.strings": plistlib.dumps({"a": "b"}, fmt=plistlib.FMT_BINARY),
    }
    return apple.ipa(files)


MADE: dict[str, Callable[[], bytes]] = {
    "small.apk": small_app,
    "signed.apk": signed_app,
    "library.aar": small_aar,
    "set.apks": small_set,
    "program.ipa": small_ipa,
    "rich.dex": lambda: rich().build(),
    "controls.apk": lambda: payload_app("\x1b[2J\u202e\x07"),
    "markup.apk": lambda: payload_app("<script>'\"&amp;"),
}
"""Made apps by name."""
