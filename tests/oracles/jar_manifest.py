"""A second reading of JAR manifests, byte by byte, after the prose of the JAR specification; no code is shared."""

NAME = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def lines_of(data: bytes) -> list[tuple[int, bytes, bool]]:
    """Start, bytes and whether a line break follows, of each line; CR, LF and CR LF end one."""
    lines, start, at = [], 0, 0
    while at < len(data):
        step = 2 if data[at : at + 2] == b"\r\n" else data[at : at + 1] in (b"\r", b"\n")
        if step:
            lines.append((start, data[start:at], True))
            start = at + step
        at += step or 1
    if start < len(data):
        lines.append((start, data[start:], False))
    return lines


def read(data: bytes, *, java: bool = False) -> list[dict] | None:
    """Sections as dicts (name, attributes, start, end); None when a line breaks the format."""
    sections: list[dict] = []
    fresh = True
    for start, line, ended in lines_of(data):
        if not line:
            if not sections:
                return None
            fresh = True
            continue
        if line[:1] == b" " and not fresh:
            sections[-1]["headers"][-1][1] += line[1:]
        else:
            name, colon, value = line.partition(b":")
            if not colon or value[:1] != b" " or not 1 <= len(name) <= 70 or set(name) - NAME:
                return None
            if fresh:
                sections.append({"headers": [], "start": start})
            sections[-1]["headers"].append([name.lower().decode(), value[1:]])
            fresh = False
        if not ended and not java:
            sections[-1]["headers"].pop()
    return finished(sections, len(data))


def finished(sections: list[dict], size: int) -> list[dict]:
    """The sections with their ends; without those of which nothing is left."""
    for number, section in enumerate(sections):
        section["end"] = sections[number + 1]["start"] if number + 1 < len(sections) else size
        headers = section["headers"]
        section["attributes"] = dict(map(tuple, headers))
        section["name"] = headers[0][1] if headers and headers[0][0] == "name" else None
    return [section for section in sections if section["headers"]]
