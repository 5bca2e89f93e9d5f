"""Names that code had in the source, as a mapping file says that was given beside the app."""

from msgspec import Struct


class NameMapping(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="name-mapping"):
    """The mapping file, and how it fits the app, which is the fact's place.

    Attributes:
        compiler, version, id: as it says of itself: untrusted, bounded.
        app_ids: ids of mappings that R8's markers in the app name, sorted, bounded.
        classes: how many it names. here: how many of them the app has.
        methods: of these classes, named in the file, that were compared. agree: those whose parameters are as it says.
        fits: whether it is taken for the app's own, so that names are taken from it.
        altered: whether its bytes are no longer those of which R8 wrote the digest into it.
        unread: lines that are none of the format's. whole: whether it was read to its end.
    """

    compiler: str
    version: str
    id: str
    classes: int
    here: int
    fits: bool
    methods: int = 0
    agree: int = 0
    app_ids: tuple[str, ...] = ()
    altered: bool = False
    unread: int = 0
    whole: bool = True


class SourceName(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="source-name"):
    """What a class or a method of the app, which is the fact's place, was called in the source.

    Attributes:
        name: with dots; of a method with its class and the types of its parameters, as Java writes them.
    """

    name: str
