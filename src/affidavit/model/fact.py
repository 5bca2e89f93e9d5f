"""One typed observation, and the union of everything that can be observed."""

from msgspec import Struct

from affidavit.model.apple import (
    AppleBundle,
    AppleSetting,
    CodeDirectory,
    CollectedData,
    Entitlement,
    Executable,
    PrivacyManifest,
    ProvisioningProfile,
    RequiredReason,
    TransportSecurity,
    UrlScheme,
    UsageDescription,
)
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from affidavit.model.code import CodeUnit, DuplicateClass, FrameworkCall, NotableCode
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, NativeIdentity, NativeSearch
from affidavit.model.declared import (
    Component,
    DeepLink,
    Feature,
    MetaData,
    Permission,
    PermissionDefinition,
    Query,
)
from affidavit.model.endpoint import Endpoint
from affidavit.model.flow import Flow, FlowCoverage, Reached
from affidavit.model.identity import (
    Application,
    AppMention,
    BuildTool,
    Framework,
    NetworkSecurity,
    Package,
    Packer,
)
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library, LibraryVersion
from affidavit.model.likeness import CodeSketch
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place
from affidavit.model.signing import Certificate, KnownSigner, PlatformVerdict, Signature, SigningBlock, SigningLineage
from affidavit.model.source_name import NameMapping, SourceName

Subject = (
    AppMention
    | AppleBundle
    | AppleSetting
    | Application
    | BuildTool
    | Capture
    | Certificate
    | ClassPair
    | CodeDirectory
    | CodeIdentity
    | CodeSearch
    | CodeSketch
    | CodeUnit
    | CollectedData
    | Component
    | Contact
    | DeepLink
    | Disclosure
    | DuplicateClass
    | Endpoint
    | Entitlement
    | EntryFact
    | Executable
    | Feature
    | Flow
    | FlowCoverage
    | Framework
    | FrameworkCall
    | KnownSigner
    | Library
    | LibraryVersion
    | Lookup
    | MetaData
    | NameMapping
    | NativeIdentity
    | NativeLibrary
    | NativeSearch
    | NetworkSecurity
    | NotableCode
    | Package
    | Packer
    | Permission
    | PermissionDefinition
    | PlatformVerdict
    | PrivacyManifest
    | ProvisioningProfile
    | Query
    | Reached
    | RequiredReason
    | Signature
    | SigningBlock
    | SigningLineage
    | SourceName
    | TransportSecurity
    | Undecoded
    | UrlScheme
    | UsageDescription
)
"""What a fact is about: a tagged union, the tag being ``kind``."""


class Fact(Struct, frozen=True, omit_defaults=True):
    """One observation.

    Attributes:
        id: ``f`` and the first 16 hex digits of the SHA-256 of the canonical JSON of the list [what, place, extractor]:
            the same observation has the same id in every review.
        what: the observation.
        place: where it was read.
        extractor: name and version of what read it (``manifest/1``).
    """

    id: str
    what: Subject
    place: Place
    extractor: str
