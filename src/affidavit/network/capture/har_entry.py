"""One entry of an HTTP archive as it should be (HAR 1.2) and as browsers and proxies write it."""

import json
from typing import Any, Final

import msgspec

_Text = str | None
_Number = int | float | str | None


class Header(msgspec.Struct):
    """A name with a value: a header, or a parameter of a form."""

    name: _Text = None
    value: _Text = None


class Body(msgspec.Struct, rename="camel"):
    """What a request sends or a response brings."""

    text: _Text = None
    encoding: _Text = None


class PostData(Body):
    """What a request sends."""

    params: list[Header] | None = None


class Content(Body):
    """What a response brings. `size` is that of the content when it is no longer compressed."""

    size: _Number = None


class Half(msgspec.Struct, rename="camel"):
    """Either half of an exchange."""

    http_version: _Text = None
    headers: list[Header] | None = None


class Request(Half):
    """The request of an entry."""

    method: _Text = None
    url: _Text = None
    post_data: PostData | None = None
    body_size: _Number = None


class Response(Half):
    """The response of an entry."""

    status: _Number = None
    content: Content | None = None


class SocketMessage(msgspec.Struct):
    """One message of a WebSocket, as Chrome keeps them: binary ones (`opcode` 2) in base64."""

    type: _Text = None
    time: _Number = None
    opcode: _Number = None
    data: _Text = None


class Entry(msgspec.Struct, rename="camel"):
    """One exchange."""

    started_date_time: _Text = None
    request: Request | None = None
    response: Response | None = None
    server_address: _Text = msgspec.field(default=None, name="serverIPAddress")
    socket_messages: list[SocketMessage] | None = msgspec.field(default=None, name="_webSocketMessages")


_ENTRY: Final = msgspec.json.Decoder(Entry)


def entry_of(data: bytes) -> Entry:
    """An entry from its JSON. What has another type than it should is left out, the rest is kept.

    Raises:
        ValueError: it is no JSON at all, or no object.
    """
    try:
        return _ENTRY.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Surrogates without their other half are refused above, and so is one field of a wrong type.
        return _lenient(data)


def _lenient(data: bytes) -> Entry:
    try:
        found = json.loads(data.decode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - the file is wrong, not the program
    entry: Entry = _fitted(found, Entry)
    return entry


def _fitted(value: dict[str, Any], kind: type[msgspec.Struct]) -> Any:
    """A structure of the fields of `value` that fit; lists keep the elements that do."""
    made = kind()
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            setattr(made, field.name, _fit(value[field.encode_name], field.type))
    return made


def _fit(value: Any, kind: Any) -> Any:
    for one in getattr(kind, "__args__", (kind,)):
        if isinstance(value, list) and getattr(one, "__origin__", None) is list:
            return [_fitted(item, one.__args__[0]) for item in value if isinstance(item, dict)]
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and isinstance(value, dict):
            return _fitted(value, one)
        if one in {str, int, float} and type(value) is one:
            return value
    return None
