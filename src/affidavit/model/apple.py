"""What an iOS app declares, what its executables are, and how they are signed."""

from msgspec import Struct


class AppleBundle(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="apple-bundle"):
    """A bundle with code: the app itself, or an extension, framework or further app inside it, by its Info.plist.

    Attributes:
        form: ``app`` (the artefact's own), ``nested-app``, ``extension`` or ``framework``.
        name: bundle identifier. version, build: CFBundleShortVersionString, CFBundleVersion. label: as shown to a user.
        executable: file name of its code. minimum_os: MinimumOSVersion. sdk, xcode: DTSDKName, DTXcode.
        platforms: CFBundleSupportedPlatforms. devices: UIDeviceFamily in words.
        extension_point: NSExtensionPointIdentifier, for an extension.
    """

    form: str
    name: str = ""
    version: str = ""
    build: str = ""
    label: str = ""
    executable: str = ""
    minimum_os: str = ""
    sdk: str = ""
    xcode: str = ""
    platforms: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    extension_point: str = ""


class UsageDescription(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="usage-description"):
    """The reason that an app gives for asking for access: `key` (``NSCameraUsageDescription``) and its `text`."""

    key: str
    text: str = ""


class AppleSetting(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="apple-setting"):
    """Another declaration of an Info.plist that is worth naming: key and values, those of lists in their order."""

    key: str
    values: tuple[str, ...] = ()


class UrlScheme(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="url-scheme"):
    """A URL scheme: one that opens the app (`form` ``handles``), or of other apps that it looks for (``queries``)."""

    form: str
    scheme: str


class TransportSecurity(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="transport-security"):
    """An exception from App Transport Security, which otherwise asks for TLS 1.2 with forward secrecy.

    Attributes:
        domain: what it is about; empty for all connections. subdomains: whether theirs are meant, too.
        allows: key of the exception as written (``NSAllowsArbitraryLoads``, ``NSExceptionMinimumTLSVersion``).
        value: as written.
    """

    allows: str
    value: str
    domain: str = ""
    subdomains: bool = False


class Entitlement(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="entitlement"):
    """A right that a signature claims, or that a provisioning profile grants.

    Attributes:
        key: as written. value: as JSON, bounded.
        source: ``signature`` (the XML blob), ``signature-der`` (the DER blob, which iOS 15 and later read) or
            ``profile``.
    """

    key: str
    value: str
    source: str


class PrivacyManifest(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="privacy-manifest"):
    """What a privacy manifest (PrivacyInfo.xcprivacy) says of tracking: whether, and with which domains."""

    tracking: bool | None = None
    domains: tuple[str, ...] = ()


class CollectedData(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="collected-data"):
    """A type of data that a privacy manifest declares as collected; the types and purposes are Apple's words."""

    type: str
    linked: bool | None = None
    tracking: bool | None = None
    purposes: tuple[str, ...] = ()


class RequiredReason(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="required-reason"):
    """A category of API that a privacy manifest declares as used, with the codes of the reasons given."""

    category: str
    reasons: tuple[str, ...] = ()


class Executable(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="executable"):
    """An image of a Mach-O file, by its load commands. Its code is not decoded.

    Attributes:
        name: file name. arch: ``arm64`` and so on. form: ``execute``, ``dylib`` ...
        platform, minimum_os, sdk: what it was built for. uuid: hex.
        libraries: install names of what is loaded with it, bounded.
        encrypted: whether FairPlay encrypts code in it. signed: whether a code signature is in it.
    """

    name: str
    arch: str
    form: str
    platform: str = ""
    minimum_os: str = ""
    sdk: str = ""
    uuid: str = ""
    libraries: tuple[str, ...] = ()
    pie: bool = False
    encrypted: bool = False
    signed: bool = False


class CodeDirectory(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="code-directory"):
    """The list of digests that a code signature is made over. One image can have several, for several algorithms.

    Attributes:
        identifier, team: as written. digest: ``sha256`` and so on. cdhash: hex of its own digest, 20 bytes.
        flags: words (``adhoc``, ``runtime`` ...), sorted.
        page_size: bytes that each digest covers; 0 when one covers all. pages: how many there are.
        limit: bytes of the image that are covered.
        seals: what besides the code it has digests of (``info``, ``requirements``, ``resources``, ``entitlements``,
            ``entitlements-der`` ...).
    """

    identifier: str
    digest: str
    cdhash: str
    team: str = ""
    flags: tuple[str, ...] = ()
    page_size: int = 0
    pages: int = 0
    limit: int = 0
    seals: tuple[str, ...] = ()


class ProvisioningProfile(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="provisioning-profile"):
    """The profile in an app (embedded.mobileprovision): who may sign it, and on which devices it runs.

    Attributes:
        form: ``development``, ``ad-hoc``, ``enterprise`` or ``app-store``.
        name, app_name, team, team_name, uuid: as written. created, expires: ISO 8601 UTC.
        devices: how many are listed. certificates: SHA-256 (hex) of the certificates that may sign.
        outcome: ``verified``, ``refused`` or ``undetermined``: what came of checking its own signature.
        root: name of the known root that its signer's certificates lead to; empty when they lead to none.
    """

    form: str
    name: str = ""
    app_name: str = ""
    team: tuple[str, ...] = ()
    team_name: str = ""
    uuid: str = ""
    created: str = ""
    expires: str = ""
    devices: int = 0
    certificates: tuple[str, ...] = ()
    outcome: str = "undetermined"
    root: str = ""
