"""The framework and the choice of a model, read the slow way: everything split, every key tried."""

import re


def split_lines(text):
    """Name -> (interface, parents) of a hierarchy document."""
    found = {}
    for line in text.split("\n"):
        if line:
            name, *parents = line.removeprefix("@").split(" ")
            found[f"L{name};"] = (line.startswith("@"), [f"L{above};" for above in parents])
    return found


def split_methods(text):
    """Name -> {(method, arity)} of a document of methods."""
    found = {}
    for line in text.split("\n"):
        if line:
            name, *words = line.split(" ")
            rows = ((word.split("/")[0], int(arity)) for word in words for arity in word.split("/")[1].split(","))
            found[f"L{name};"] = set(rows)
    return found


def count_parameters(proto):
    """Parameters of a well-formed prototype."""
    inner = proto[1 : proto.index(")")]
    return len(re.findall(r"\[*(?:L[^;]*;|[ZBSCIJFD])", inner))


def rank(key, name, proto):
    """How well a key fits: higher is better, None when it does not."""
    if key == "*":
        return (0, 0, 0)
    if key == name + proto[: proto.index(")") + 1]:
        return (3, 0, 0)
    pattern, _, arity = key.partition("/")
    if "(" in pattern or arity not in {"*", str(count_parameters(proto))}:
        return None
    if not re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name):
        return None
    return (1 if "*" in pattern else 2, len(pattern), arity != "*")


def choose(classes, ancestors, name, proto):
    """Effects as written, by the nearest class with a fitting key, the most exact first; None when there are none."""
    for above in ancestors:
        keys = {}
        for names, methods in classes.items():
            if above[1:-1] in names.split(", "):
                keys.update({key: text for several, text in methods.items() for key in several.split(", ")})
        ranked = [(rank(key, name, proto), key) for key in keys if rank(key, name, proto) is not None]
        if ranked:
            return keys[max(ranked)[1]]
    return None
