"""What the app says of itself in its manifest."""

from msgspec import Struct


class Permission(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="permission"):
    """A permission that the app asks for.

    Attributes:
        name: full name.
        max_sdk: last API level that it is asked for on; -1 for all.
        required: whether ``uses-permission`` (or its ``-sdk-23`` form, then `sdk23`).
        protection: protection level at the highest API level known (``dangerous``, ``signature|privileged`` ...);
            empty when the name is not a platform permission known here.
        group: permission group, or empty.
        since: API level that introduced it, or -1.
        notes: what knowledge says about it at the app's target level ("split from X at 29"), sorted.
    """

    name: str
    max_sdk: int = -1
    sdk23: bool = False
    protection: str = ""
    group: str = ""
    since: int = -1
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class PermissionDefinition(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="permission-definition"):
    """A permission that the app itself defines."""

    name: str
    protection: str = "normal"
    group: str = ""


class Feature(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="feature"):
    """``uses-feature`` or ``uses-library``."""

    name: str
    required: bool = True
    library: bool = False


class Query(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="query"):
    """What other apps it asks to see: ``package``, ``provider`` (authorities) or ``intent`` (its actions and data)."""

    form: str
    value: str


class IntentFilter(Struct, frozen=True, omit_defaults=True):
    """An intent filter of a component."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    auto_verify: bool = False


class Grant(Struct, frozen=True, omit_defaults=True):
    """A provider's URI grant or path permission."""

    path: str
    read: str = ""
    write: str = ""
    form: str = "grant-uri"


class Component(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="component"):
    """An activity, activity-alias, service, receiver or provider.

    Attributes:
        form: the element's name.
        name: fully qualified class name.
        exported: after Android's defaulting rules for the app's levels.
        exported_why: ``stated``, ``intent-filter``, ``default`` or ``provider-before-17``.
        permission, read_permission, write_permission: what a caller needs; inherited from ``<application>``.
        foreground_types: foreground-service types.
    """

    form: str
    name: str
    exported: bool
    exported_why: str
    enabled: bool = True
    permission: str = ""
    read_permission: str = ""
    write_permission: str = ""
    authorities: tuple[str, ...] = ()
    grant_uri_permissions: bool = False
    grants: tuple[Grant, ...] = ()
    filters: tuple[IntentFilter, ...] = ()
    process: str = ""
    target: str = ""
    task_affinity: str = ""
    launch_mode: str = ""
    foreground_types: tuple[str, ...] = ()


class DeepLink(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="deep-link"):
    """A URI pattern that opens a component from outside."""

    component: str
    uri: str
    verified: bool = False


class MetaData(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="meta-data"):
    """A ``meta-data`` item; `component` is empty for one of the application."""

    name: str
    value: str = ""
    component: str = ""
