"""The index of known code on dicts and sets, for publishers that keep names: every question asked of every class."""

from collections.abc import Sequence

from affidavit.identity.code.index import Family, Index

Library = tuple[int, dict[str, frozenset[int]], set[tuple[str, str]]]
"""Family, class -> tokens, who names whom."""
Class = tuple[str, str]
"""Id of a family, name in it."""
TELLING, LIKE, WHOLE, FEWEST = 10, 0.5, 0.8, 4


def described(families: Sequence[Family], libraries: Sequence[Library], background: Sequence[set[int]]) -> dict:
    """All that an index says, by names and tokens."""
    gone = copied(families, libraries)
    forms: dict[tuple[Class, frozenset[int]], set[int]] = {}
    graph: dict[Class, set[str]] = {}
    for number, (family, classes, links) in enumerate(libraries):
        for name, tokens in classes.items():
            own = (families[family].id, name)
            if own not in gone:
                forms.setdefault((own, tokens), set()).add(number)
                graph.setdefault(own, set())
        for name, other in links:
            own = (families[family].id, name)
            if own not in gone and (own[0], other) not in gone:
                graph[own].add(other)
    every = {token for _, tokens in forms for token in tokens}
    often = {token for app in background for token in app if sum(token in other for other in background) >= 3}
    return {
        "forms": forms,
        "graph": graph,
        "posting": {token: {form for form in forms if token in form[1]} for token in every | often},
        "families": {token: len({own[0] for own, tokens in forms if token in tokens}) for token in every | often},
        "nodes": {token: len({own for own, tokens in forms if token in tokens}) for token in every | often},
        "background": {token: sum(token in app for app in background) for token in every | often},
        "classes": [sum((families[f].id, name) not in gone for name in classes) for f, classes, _ in libraries],
    }


def copied(families: Sequence[Family], libraries: Sequence[Library]) -> dict[Class, str]:  # noqa: C901 - one rule
    """Class -> id of the family that it is a copy of."""
    versions: dict[str, list[dict[str, frozenset[int]]]] = {}
    for family, classes, _ in libraries:
        versions.setdefault(families[family].id, []).append(classes)
    newest = {own: {name: each[name] for each in of for name in each} for own, of in versions.items()}

    def is_copy(holder: str, name: str, of: str, original: str) -> bool:
        mine = {each[name] for each in versions[holder] if name in each}
        theirs = {each[original] for each in versions[of] if original in each}
        if any(len(tokens) >= TELLING for tokens in mine & theirs):
            return True
        a, b = newest[holder][name], newest[of][original]
        return name == original and (not a | b or len(a & b) / len(a | b) >= LIKE)

    def share(holder: str, of: str) -> float:
        best = 0.0
        for each in versions[of]:
            own = [name for name in each if len(newest[of][name]) >= TELLING]
            if len(own) >= FEWEST:
                met = sum(any(is_copy(holder, name, of, original) for name in newest[holder]) for original in own)
                best = max(best, met / len(own))
        return best

    def size(own: str) -> int:
        return max(sum(len(newest[own][name]) >= TELLING for name in each) for each in versions[own])

    says = {family.id: set(family.contains) for family in families}
    found: dict[Class, str] = {}
    for of in sorted(versions, key=lambda own: (size(own), own)):
        for holder in versions:
            declared, reverse = of in says[holder], holder in says[of]
            whole = share(holder, of) >= WHOLE and size(of) < size(holder) and share(of, holder) < WHOLE
            if holder != of and not reverse and (declared or whole):
                for name in newest[holder]:
                    if any(is_copy(holder, name, of, original) for original in newest[of]):
                        found.setdefault((holder, name), of)
    return found


def read_back(index: Index) -> dict:
    """The same of an index."""
    names = [
        (index.families[family].id, name)
        for family, name in zip(index.node_family.tolist(), index.node_name, strict=True)
    ]
    forms = [(names[node], frozenset(index.of(row).tolist())) for row, node in enumerate(index.node.tolist())]
    tokens = index.token.tolist()
    return {
        "forms": {form: set(index.of_version.row(row).tolist()) for row, form in enumerate(forms)},
        "graph": {own: {names[node][1] for node in index.graph.row(row).tolist()} for row, own in enumerate(names)},
        "posting": {token: {forms[at] for at in index.posting.row(row).tolist()} for row, token in enumerate(tokens)},
        "families": dict(zip(tokens, index.in_families.tolist(), strict=True)),
        "nodes": dict(zip(tokens, index.in_nodes.tolist(), strict=True)),
        "background": dict(zip(tokens, index.in_background.tolist(), strict=True)),
        "classes": [version.classes for version in index.versions],
    }
