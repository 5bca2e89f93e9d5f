"""The proportions of the house (ARCHITECTURE.md, "Proportions"): reported on failure, enforced always."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"

EXCEPTIONS: dict[str, str] = {}
"""`path` or `path:function` -> the reason why it may be larger."""


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{path.relative_to(SOURCE).as_posix()}:{node.name}"
            yield name, node, (node.end_lineno or node.lineno) - node.lineno + 1


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(share * (len(values) - 1))]


def test_modules_are_small():
    sizes = {path.relative_to(SOURCE).as_posix(): lines_of(path) for path in modules(SOURCE)}
    large = {name: size for name, size in sizes.items() if size > 400 and name not in EXCEPTIONS}
    assert not large
    real = [size for size in sizes.values() if size > 5]
    assert statistics.median(real) <= 150
    assert percentile(real, 0.9) <= 300


def test_functions_are_small():
    sizes = {name: size for path in modules(SOURCE) for name, _, size in functions(path)}
    large = {name: size for name, size in sizes.items() if size > 60 and name not in EXCEPTIONS}
    assert not large
    assert percentile(list(sizes.values()), 0.9) <= 35
    assert 4 <= statistics.median(sizes.values()) <= 12


def test_exceptions_are_still_needed():
    sizes = {name: size for path in modules(SOURCE) for name, _, size in functions(path)}
    sizes |= {path.relative_to(SOURCE).as_posix(): lines_of(path) for path in modules(SOURCE)}
    for name, reason in EXCEPTIONS.items():
        assert sizes[name] > (60 if ":" in name else 400), f"{name} no longer needs its exception: {reason}"


def test_public_functions_have_docstrings():
    bare = [
        name
        for path in modules(SOURCE)
        for name, node, _ in functions(path)
        if not node.name.startswith("_") and ast.get_docstring(node) is None and not is_nested(path, node)
    ]
    assert not bare


def is_nested(path: Path, inner: ast.AST) -> bool:
    """A function inside a function is not public; nor is an overload or a protocol's `...` method."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for child in ast.walk(node):
                same = isinstance(child, ast.FunctionDef) and child is not node
                if same and child.lineno == getattr(inner, "lineno", -1):
                    return True
    return False


def test_there_is_at_least_as_much_test_as_code():
    code = sum(lines_of(path) for path in modules(SOURCE))
    tests = sum(lines_of(path) for path in modules(ROOT / "tests"))
    assert tests >= code, f"{tests} lines of tests, {code} lines of code"


def test_no_table_hides_in_code():
    """A literal of more than 60 elements is data and belongs into `knowledge/` or a package data file."""
    for path in modules(SOURCE):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                assert len(node.elts) <= 60, f"{path}:{node.lineno}"
            if isinstance(node, ast.Dict):
                assert len(node.keys) <= 60, f"{path}:{node.lineno}"
