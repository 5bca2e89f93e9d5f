"""What the app is."""

from msgspec import Struct

from affidavit.model.place import Place


class Package(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="package"):
    """The app as its manifest names it. Absent values are empty or -1; strings are as shown to a user."""

    name: str
    version_name: str = ""
    version_code: int = -1
    label: str = ""
    min_sdk: int = -1
    target_sdk: int = -1
    max_sdk: int = -1
    compile_sdk: int = -1
    shared_user: str = ""
    split: str = ""


class Application(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="application"):
    """Flags of ``<application>`` after Android's defaults for the app's target SDK; `stated` has those written out."""

    debuggable: bool = False
    test_only: bool = False
    allow_backup: bool = True
    full_backup_content: str = ""
    data_extraction_rules: str = ""
    cleartext: bool = True
    network_security_config: str = ""
    extract_native_libs: bool = True
    legacy_storage: bool = False
    class_name: str = ""
    backup_agent: str = ""
    stated: tuple[str, ...] = ()


class NetworkSecurity(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="network-security"):
    """One configuration of the network security file.

    Attributes:
        scope: ``base``, ``debug`` or ``domain``.
        domains: for ``domain``: names, those with subdomains prefixed ``*.``.
        cleartext: permitted, after inheritance and Android's default.
        trusts: trust anchors in effect: ``system``, ``user`` or a resource path.
        pins: pinned digests (``sha256/BASE64``).
        pin_expiration: date as written, or empty.
    """

    scope: str
    domains: tuple[str, ...] = ()
    cleartext: bool = False
    trusts: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    pin_expiration: str = ""


class Packer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="packer"):
    """A service whose shell the app is in, by a name that it leaves; the app's own code may come in only when it runs.

    Attributes:
        name: id in ``knowledge/packers``. title: what people call it.
        mark: what was found: ``entry:``, ``native:``, ``class:`` or ``application:`` and the name.
    """

    name: str
    title: str
    mark: str


class Framework(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="framework"):
    """A development framework that the bytes show (``kotlin``, ``flutter``, ``react-native``, ``unity`` ...)."""

    name: str
    mark: str
    version: str = ""


class BuildTool(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="build-tool"):
    """A build tool that left its name in the bytes (``r8``, ``agp``, ``kotlin`` ...), with the text that says so."""

    name: str
    version: str = ""
    text: str = ""


class AppMention(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="app-mention"):
    """Another app that this one speaks of: by its package name, or by a scheme of addresses that it answers to.

    Attributes:
        value: the package name, or the scheme. of: ``package`` or ``scheme``.
        form: ``query`` (the manifest asks to see it) or ``string`` (code names it).
        sites: how many places there are. more: further places after the fact's own, bounded.
    """

    value: str
    of: str
    form: str
    sites: int = 1
    more: tuple[Place, ...] = ()
