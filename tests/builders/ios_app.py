"""Makes whole iOS apps for the tests: signed code, Info.plist, resource list, profile, a framework and an extension."""

import datetime as dt
import plistlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.builders.apple import Sealing, identity, profile, resource_list
from tests.builders.macho import DYLIB, built_for, library, signed_image
from tests.builders.zip import zip_of

INFO = {
    "CFBundleIdentifier": "org.example.app",
    "CFBundleExecutable": "My",
    "CFBundleName": "My App",
    "CFBundleShortVersionString": "1.2.3",
    "CFBundleVersion": "45",
    "MinimumOSVersion": "15.0",
    "CFBundleSupportedPlatforms": ["iPhoneOS"],
    "UIDeviceFamily": [1, 2],
    "DTSDKName": "iphoneos17.2",
    "DTXcode": "1520",
}
PROFILE = {
    "Name": "Test profile",
    "AppIDName": "My app",
    "TeamIdentifier": ["TEAM123456"],
    "TeamName": "Test Team",
    "UUID": "1234",
    "CreationDate": dt.datetime(2024, 1, 2, 3, 4, 5),  # noqa: DTZ001 - property lists have no zone
    "ExpirationDate": dt.datetime(2025, 1, 2, 3, 4, 5),  # noqa: DTZ001 - as above
    "ProvisionedDevices": ["one", "two"],
    "DeveloperCertificates": [identity().certificate],
    "Entitlements": {"get-task-allow": True, "com.apple.developer.team-identifier": "TEAM123456"},
}
RIGHTS = {"get-task-allow": True, "com.apple.developer.team-identifier": "TEAM123456"}


@dataclass(frozen=True)
class App:
    """An app before it is signed.

    Attributes:
        info: of Info.plist, beyond `INFO`. files: by name below the app's folder; sealed by the resource list.
        added: files that are put in after signing, over those that were there.
        sealing: of the executable. code: what it holds. binary: whether property lists are binary.
    """

    info: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    added: Mapping[str, bytes] = field(default_factory=dict)
    sealing: Sealing = field(default_factory=lambda: Sealing(entitlements=RIGHTS))
    code: bytes = b"code" * 3_000
    binary: bool = True
    profile: Mapping[str, object] | None = field(default_factory=lambda: dict(PROFILE))

    def bundle(self, *, kind: int = 2) -> dict[str, bytes]:
        """The files below the bundle's folder."""
        form = plistlib.FMT_BINARY if self.binary else plistlib.FMT_XML
        info = plistlib.dumps({**INFO, **self.info}, fmt=form)
        sealed = dict(self.files) | ({"embedded.mobileprovision": profile(self.profile)} if self.profile else {})
        listed = resource_list(sealed)
        sealing = replace(self.sealing, info=info, resources=listed)
        code = signed_image(
            library("/usr/lib/libSystem.B.dylib"),
            built_for(2, 0x000F0000, 0x00110200),
            sealing=sealing,
            kind=kind,
            code=self.code,
        )
        name = str({**INFO, **self.info}["CFBundleExecutable"])
        return {"Info.plist": info, name: code, "_CodeSignature/CodeResources": listed, **sealed, **self.added}

    def build(self, folder: str = "Payload/My.app") -> bytes:
        """The IPA."""
        return zip_of({f"{folder}/{name}": data for name, data in self.bundle().items()})


def framework(name: str = "F") -> dict[str, bytes]:
    """The files of a signed framework, below its folder."""
    info = {"CFBundleIdentifier": f"org.example.{name.lower()}", "CFBundleExecutable": name}
    sealing = Sealing(identifier=f"org.example.{name.lower()}")
    return App(info=info, sealing=sealing, profile=None, code=name.encode() * 5_000).bundle(kind=DYLIB)
