"""Static archives, as ``ar`` writes them."""

from collections.abc import Sequence


def archive(files: Sequence[tuple[str, bytes]], *, bsd: bool = False) -> bytes:
    """An archive: long names in a table (System V) or before each member's content (BSD)."""
    names = b"".join(f"{name}/\n".encode() for name, _ in files)
    body = b"!<arch>\n" + (b"" if bsd else member("//", names))
    for name, data in files:
        raw = name.encode()
        if bsd:
            body += member(f"#1/{len(raw)}", raw + data)
        else:
            body += member(f"/{names.index(raw + b'/')}", data)
    return body


def member(name: str, data: bytes, size: int | None = None) -> bytes:
    """One member; `size` lies about its length."""
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(data) if size is None else size:<10}`\n"
    return header.encode() + data + b"\n" * (len(data) & 1)
