"""The shape of the knowledge that judges: rules, the questions they answer, and what a limitation can hide."""

import msgspec
from msgspec import Struct

from affidavit.model.finding import Grade


class StringPattern(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a string constant that code loads is recognised; exactly one form.

    Attributes:
        exact, prefix, contains: literal ASCII text. re: a pattern of bounded width that is tried only on strings
            that hold `contains`, so its cost does not depend on the app.
    """

    exact: str = ""
    prefix: str = ""
    contains: str = ""
    re: str = ""


class Override(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An app method that overrides `method`; `max_units` bounds its length in code units (bytes in class files),
    which tells a body that decides nothing from one that works.
    """

    method: str
    max_units: int = 0


class ComponentQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a component must be like; absent conditions are not asked.

    Attributes:
        form: the element's name. exported, enabled: as effective. guarded: whether a caller needs a permission.
        permission: the exact permission that it needs. action, category: in one of its intent filters.
        launcher: whether it is an entry of the launcher. grants: a provider that hands out URI permissions.
        foreground: a foreground-service type. verified: has a filter with autoVerify.
        scheme: prefix of one of its filters' data URIs, such as ``http``.
    """

    form: str = ""
    exported: bool | None = None
    enabled: bool | None = None
    guarded: bool | None = None
    permission: str = ""
    action: str = ""
    category: str = ""
    launcher: bool | None = None
    grants: bool | None = None
    foreground: str = ""
    verified: bool | None = None
    scheme: str = ""


class ApplicationQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Flags of ``<application>`` as effective; `configured` asks whether a network security file is named,
    `scoped_backup` whether backup rules are.
    """

    debuggable: bool | None = None
    test_only: bool | None = None
    allow_backup: bool | None = None
    cleartext: bool | None = None
    legacy_storage: bool | None = None
    configured: bool | None = None
    scoped_backup: bool | None = None
    stated: str = ""


class NetworkQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One configuration of the network security file; `trusts` is an anchor in effect, `pinned` and `expires` ask for
    pins and for their end date.
    """

    scope: str = ""
    cleartext: bool | None = None
    trusts: str = ""
    pinned: bool | None = None
    expires: bool | None = None


class EndpointQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An endpoint: its form, role, source, and the beginning of its value."""

    form: str = ""
    role: str = ""
    source: str = ""
    prefix: str = ""


class LibraryQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A known library: by id, by purpose, or any that the index lists as tracking."""

    id: str = ""
    purpose: str = ""
    tracker: bool | None = None


class NotableQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Notable code: its form, and a text that its own text contains."""

    form: str
    contains: str = ""


class MetaQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A ``meta-data`` item: its exact name, and its exact value if one is asked for."""

    name: str
    value: str = ""


class SdkQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Comparisons of the app's API levels such as ``"<28"``; all of them must hold."""

    min: str = ""
    target: str = ""


class PackageQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the package itself says: `shared_user` whether it shares its user id with other apps."""

    shared_user: bool


class QueryQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A ``<queries>`` item: its form, and a text that its value contains."""

    form: str = ""
    contains: str = ""


class Definition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A permission that the app defines; `protection` is the start of its protection level."""

    protection: str = ""


class SignatureQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A signature that was checked: its scheme, its outcome, a text that the name of an algorithm of one of its signers
    contains, and the word of an issue with it or with one of its signers.
    """

    scheme: str = ""
    outcome: str = ""
    algorithm: str = ""
    issue: str = ""


class VerdictQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a range of Android versions decides: the decision, the scheme relied on, and the word of an issue."""

    outcome: str = ""
    scheme: str = ""
    issue: str = ""


class CertificateQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A signer's own certificate, stamps aside.

    Attributes:
        verified: whether its signature holds. debug: whether it names itself as the development tools name the key that
            they make by themselves (``CN=Android Debug``).
        weak: whether its key is short: RSA or DSA below 2,048 bits, EC below 224 (NIST SP 800-131A).
    """

    verified: bool | None = None
    debug: bool | None = None
    weak: bool | None = None


class KnownSignerQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A verified signer that the registry knows: what kind of key it is (``public-key``, ``maker`` ...)."""

    key: str


class FlowQuery(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Data that goes somewhere, copied and not merely guessed from a branch.

    Attributes:
        category: of the data. sinks: kinds of places that it goes to; empty for any. source: id of one source.
    """

    category: str
    sinks: tuple[str, ...] = ()
    source: str = ""


class Count(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often the feature `of` occurs: at least `min` times, and at most `max` times if that is given."""

    of: "Node"
    min: int = 1
    max: int | None = None


class Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """One statement of a rule: exactly one attribute is set; it is either an operator over nodes or a feature.

    Attributes:
        all, any, not_, count: the algebra. method: all of the node holds inside one method.
        call: a method in Java form (``java.io.File.delete`` or ``java.io.File.delete()``), invoked on its class, or on
            a subclass that does not define it itself. field_: a field in Java form. string: a string constant that code
            loads.
        class_: a type that instructions name. extends, implements: an app class that inherits from it, directly or not.
        overrides: an app method that overrides one of that class.
        the rest: facts, see the query types.
    """

    all: "tuple[Node, ...] | None" = None
    any: "tuple[Node, ...] | None" = None
    not_: "Node | None" = msgspec.field(default=None, name="not")
    count: Count | None = None
    method: "Node | None" = None
    call: str | None = None
    field_: str | None = msgspec.field(default=None, name="field")
    string: str | StringPattern | None = None
    class_: str | None = msgspec.field(default=None, name="class")
    extends: str | None = None
    implements: str | None = None
    overrides: str | Override | None = None
    permission: str | None = None
    defines_permission: Definition | None = None
    component: ComponentQuery | None = None
    intent_action: str | None = None
    meta_data: str | MetaQuery | None = None
    query: QueryQuery | None = None
    uses_feature: str | None = None
    application: ApplicationQuery | None = None
    package: PackageQuery | None = None
    network_security: NetworkQuery | None = None
    endpoint: EndpointQuery | None = None
    library: LibraryQuery | None = None
    native_import: str | None = None
    entry: str | None = None
    notable: NotableQuery | None = None
    signing: str | None = None
    signature: SignatureQuery | None = None
    platform: VerdictQuery | None = None
    certificate: CertificateQuery | None = None
    known_signer: KnownSignerQuery | None = None
    sdk: SdkQuery | None = None
    framework: str | None = None
    packer: str | None = None
    flow: FlowQuery | None = None


class Context(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What strengthens or limits the statement without deciding it: permissions, any one of which the calls need."""

    declared: tuple[str, ...] = ()


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a person can check that the rule says what the platform says: kind, reference, API levels."""

    kind: str
    ref: str
    api: str = ""


class Limits(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule whose match is itself a limitation on every other answer: its kind and one sentence."""

    kind: str
    detail: str


class Examples(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Apps that the rule must and must not match: ``{builder: ...}``, ``{corpus: path}`` or ``{samples: name}``."""

    positive: tuple[dict[str, object], ...] = ()
    negative: tuple[dict[str, object], ...] = ()


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """One rule document; see `Finding` for the attributes that it hands on.

    Attributes:
        grade: what a match alone shows. match: the statement. with_: context. limits: see `Limits`.
        absence: the sentence for *not shown*; ``{classes} {methods} {calls} {strings} {permissions} {components}
            {entries} {endpoints} {natives}`` become counts of what was searched.
    """

    id: str
    version: int
    title: str
    category: str
    grade: Grade
    severity: str
    match: Node
    absence: str
    source: Source
    examples: Examples
    with_: Context = msgspec.field(default=Context(), name="with")
    limits: Limits | None = None
    masvs: tuple[str, ...] = ()
    maswe: tuple[str, ...] = ()
    permission_groups: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class Category(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """A question that people ask.

    Attributes:
        id: as rules name it. order: place in the report. question: in the user's words. covers: what the answer covers.
        permission_groups: Android's groups behind it. play: Google Play data types. dpv: Data Privacy Vocabulary terms.
    """

    id: str
    order: int
    title: str
    question: str
    covers: str
    source: str
    licence: str
    permission_groups: tuple[str, ...] = ()
    play: tuple[str, ...] = ()
    dpv: tuple[str, ...] = ()


class Hiding(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one kind of limitation can hide.

    Attributes:
        kinds: globs over the kind. entry: glob over the entry of its place; empty for any, or none.
        hides: areas of features (``code``, ``manifest``, ``resources``, ``entries``, ``native``, ``signing``,
            ``text``).
        of_sources: it hides where data goes, and nothing of data that is read nowhere.
    """

    kinds: tuple[str, ...]
    hides: tuple[str, ...]
    why: str
    entry: str = ""
    of_sources: bool = False


class HidingTable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document of ``knowledge/limitations``: the first row that fits a limitation decides."""

    source: str
    licence: str
    rows: tuple[Hiding, ...]
