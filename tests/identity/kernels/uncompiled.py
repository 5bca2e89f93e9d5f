"""A kernel's source as Python runs it: with numbers that do not overflow, one step after the other."""

import importlib.util
from pathlib import Path
from types import ModuleType

import affidavit.identity.kernels as package


def uncompiled(name: str) -> ModuleType:
    """The module of that name, not compiled."""
    spec = importlib.util.spec_from_file_location(f"uncompiled_{name}", Path(package.__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
