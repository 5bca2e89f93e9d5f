"""The public API is what `__all__` names: typed, documented, and cheap to import."""

import inspect
import subprocess
import sys
import typing
from collections.abc import Sequence
from pathlib import Path

import pytest

import affidavit
from tests.builders.apps import write_app

FUNCTIONS = ("ask", "read", "review", "verify")


def test_all_names_exist_and_nothing_else_is_public():
    public = {name for name in vars(affidavit) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(affidavit, name))}
    helpers = {"Path", "TYPE_CHECKING"}
    assert public - modules - helpers == set(affidavit.__all__) - {"__version__"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_typed_and_say_what_they_raise(name):
    function = getattr(affidavit, name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(item.annotation is not inspect.Parameter.empty for item in signature.parameters.values())
    assert "Raises:" in inspect.getdoc(function)


def test_every_error_is_of_one_tree_and_carries_advice():
    names = [name for name in affidavit.__all__ if name.endswith("Error")]
    assert len(names) == 6
    for name in names:
        error = getattr(affidavit, name)("what was found", advice="what to do")
        assert isinstance(error, affidavit.AffidavitError)
        assert (str(error), error.advice) == ("what was found", "what to do")


def test_importing_the_package_imports_nothing_heavy():
    heavy = ("numpy", "rich", "jinja2", "lief", "cryptography", "asn1crypto", "yaml")
    program = f"import sys, affidavit; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_example_of_the_docstring_works(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key.pem"))
    app = write_app(tmp_path)
    review = affidavit.review(app)
    assert review.findings
    assert review.facts
    review.write(tmp_path / "app.affidavit")
    assert affidavit.verify(tmp_path / "app.affidavit", artefact=app).passed


def test_the_register_answers_the_example_of_the_docstring():
    words = {"on": "2020-09-21", "known": "2020-09-18"}
    made = affidavit.ask("wechat", "app_store_update", "app_store", **words)
    assert made.determination.headline == "PROHIBITED"
    assert made.determination.decisive == ("wx-1",)
    with pytest.raises(affidavit.UsageError) as error:
        affidavit.ask("wechatt", "app_store_update", "app_store", **words)
    assert "wechat" in error.value.advice


def test_the_version_is_that_of_the_project():
    text = Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8")
    assert f'version = "{affidavit.__version__}"' in text


def test_annotations_name_types_that_exist():
    for name in FUNCTIONS:
        for annotation in typing.get_type_hints(getattr(affidavit, name), vars(affidavit), _types()).values():
            assert annotation is not None


def _types():
    from affidavit.artefact.budget import Budget
    from affidavit.evidence.review import Review
    from affidavit.evidence.verify import Verification
    from affidavit.evidence.walled import Sandbox
    from affidavit.model.brief import Brief
    from affidavit.model.bundle import Affidavit
    from affidavit.model.progress import Progress

    return {item.__name__: item for item in (Affidavit, Brief, Budget, Review, Verification)} | {
        "Progress": Progress,
        "Sandbox": Sandbox,
        "Sequence": Sequence,
    }
