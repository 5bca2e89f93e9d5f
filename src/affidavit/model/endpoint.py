"""Where it could talk to."""

from msgspec import Struct

from affidavit.model.place import Place


class Endpoint(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="endpoint"):
    """A URL, host, IP literal or e-mail address read in the bytes.

    Attributes:
        form: ``url``, ``host``, ``ip``, ``email`` or ``deep-link-host``.
        value: as read, bounded.
        host: lower-case host (IDNA as written), or empty.
        role: ``endpoint``, or why it is not taken for one: ``schema`` (XML namespaces, DTDs, licences),
            ``documentation``, ``placeholder`` (reserved or example names, loopback and private addresses, templates
            without host).
        source: ``code``, ``resources``, ``asset``, ``native`` or ``manifest``.
        used_by: places in code that load the string, bounded; `uses` is how many there are.
    """

    form: str
    value: str
    host: str
    role: str
    source: str
    uses: int = 0
    used_by: tuple[Place, ...] = ()
