"""The shape of YAML that nobody has checked: what the parser's events tell before anything is built from it."""

import yaml

DEPTH = 30
"""How deep lists and objects may lie in each other; measures need 5."""


def shape_problem(data: bytes, *, aliases: bool = False, most: int | None = None) -> tuple[str, str] | None:
    """What must not be built from: lists without end, or a part that is used twice, which could multiply.

    It stops at the first problem, so that a hostile file costs no more than reading it once.

    Args:
        data: the bytes of a document.
        aliases: whether a part may be used twice.
        most: how many parts it may have (a list or an object counts twice); None sets no bound.

    Returns:
        The kind (``aliases`` or ``yaml``) and what is wrong with its line; None when nothing is.

    Raises:
        yaml.YAMLError: it is no YAML.
        ValueError: it has a character that cannot be.
    """
    depth = 0
    for number, event in enumerate(yaml.parse(data, Loader=yaml.CSafeLoader)):
        line = event.start_mark.line + 1  # type: ignore[union-attr]
        name = getattr(event, "anchor", None)
        if name and not aliases:
            return "aliases", f"line {line}: uses the anchor or alias {name!r}; write the part out where it is needed"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            return "yaml", f"line {line}: lies more than {DEPTH} levels deep; a bracket or an indentation is wrong"
        if most is not None and number > most:
            return "yaml", f"line {line}: comes after more than {most:,} values; split the file"
    return None
