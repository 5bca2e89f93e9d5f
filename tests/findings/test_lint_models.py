"""Each check of library models and life cycles finds what it is for, and the real ones have no problems."""

import pytest

from affidavit import knowledge
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import LifecycleDocument
from affidavit.dalvik.models import ModelDocument
from affidavit.findings.lint_models import MODEL_CHECKS, check_models

ORIGIN = {"source": "own", "licence": "Apache-2.0"}


@pytest.fixture(scope="module")
def framework():
    return Framework.load()


def models(classes):
    return {"models/a.yaml": ModelDocument(classes=classes, **ORIGIN)}


def life(**changes):
    fields = {
        "id": "a",
        "kind": "activity",
        "classes": ("android/app/Activity",),
        "start": "made",
        "end": ("gone",),
        "transitions": ("made -> gone: onCreate(Landroid/os/Bundle;)V 0=saved-state",),
    }
    return LifecycleDocument(**ORIGIN, **{**fields, **changes})


def found(typed, framework):
    return [(check, message) for _, check, message in check_models(typed, framework)]


def checks(typed, framework):
    return {check for check, _ in found(typed, framework)}


GOOD = {
    "java/util/Map": {
        "put/2": "this[0] == return; 1 == this[0]",
        "get*/*": "this[0] == return",
        "<init>/9": "8 -> this",
    },
    "java/util/List, java/util/Vector": {"get/1, elementAt/1": "this[0] == return", "*": "pure"},
    "androidx/x/Y": {"anything/0": "this -> return"},
    "org/example/X$Y": {"put(Ljava/lang/String;I)": "1 -> this"},
}


def test_good_models_have_no_problems(framework):
    assert found(models(GOOD), framework) == []


def test_other_documents_are_passed_over(framework):
    assert found({"rules/x.yaml": object()}, framework) == []


MODELS = {
    "model-effect": [
        {"java/util/Map": {"get/1": "this[0] = return"}},
        {"java/util/Map": {"get/1": ""}},
        {"java/util/Map": {"get/1": "1 -> return"}},
        {"java/util/Map": {"get/1": "this[1] == return"}},
        {"java/util/Map": {"get(Ljava/lang/Object;)": "call this.x/2(0, 1)"}},
        {"java/util/Map": {"clear/0": "0 -> this"}},
    ],
    "model-key": [
        {"java/util/Map": {"get": "pure"}},
        {"java/util/Map": {"get/x": "pure"}},
        {"java/util/Map": {"get*put*/1": "pure"}},
        {"java/util/Map": {"get/1 , put/2": "pure"}},
        {"java.util.Map": {"get/1": "pure"}},
        {"java/util/Map,java/util/List": {"get/1": "pure"}},
    ],
    "model-repeat": [{"java/util/Map": {"get/1": "pure", "put/2, get/1": "this -> return"}}],
    "model-platform": [
        {"java/util/Mapp": {"get/1": "pure"}},
        {"java/util/Map": {"get/2": "pure"}},
        {"java/util/Map": {"gett*/1": "pure"}},
        {"android/app/Activity, java/util/Map": {"neither/0": "pure"}},
    ],
}


@pytest.mark.parametrize(("check", "classes"), [(name, case) for name, cases in MODELS.items() for case in cases])
def test_a_check_of_models_finds_its_case(framework, check, classes):
    assert check in checks(models(classes), framework)


def test_the_same_line_twice_is_no_problem_when_it_says_the_same(framework):
    assert (
        found(
            models({"java/util/Map": {"get/1": "pure"}, "java/util/Map, java/util/List": {"get/1": "pure"}}), framework
        )
        == []
    )


def test_a_line_of_several_classes_needs_a_method_in_one_of_them(framework):
    assert found(models({"java/util/Map, java/util/List": {"putAll/1": "pure"}}), framework) == []


def test_a_good_life_cycle_has_no_problems(framework):
    assert found({"lifecycles/a.yaml": life()}, framework) == []


LIVES = {
    "lifecycle-line": [
        {"transitions": ("made -> gone",)},
        {"end": ("over",)},
        {"callbacks": ("elsewhere: onPause()V",)},
    ],
    "lifecycle-platform": [
        {"classes": ("android/app/Aktivity",)},
        {"callbacks": ("gone: onTeleport()V",)},
        {"callbacks": ("gone: onPause(I)V",)},
    ],
    "lifecycle-repeat": [{"classes": ("android/app/Activity", "android/app/Activity")}],
}


@pytest.mark.parametrize(("check", "changes"), [(name, case) for name, cases in LIVES.items() for case in cases])
def test_a_check_of_life_cycles_finds_its_case(framework, check, changes):
    assert check in checks({"lifecycles/a.yaml": life(**changes)}, framework)


def test_methods_of_classes_outside_of_the_platform_are_not_looked_for(framework):
    typed = {"lifecycles/a.yaml": life(classes=("androidx/x/Y",), callbacks=("gone: onTeleport()V",))}
    assert found(typed, framework) == []


def test_every_check_is_tested():
    assert {name for name, _ in MODEL_CHECKS} == {*MODELS, *LIVES}


def test_the_real_models_and_life_cycles_have_no_problems(framework):
    typed = {f"models/{name}": item for name, item in knowledge.load("models", ModelDocument).items()}
    typed |= {f"lifecycles/{name}": item for name, item in knowledge.load("lifecycles", LifecycleDocument).items()}
    assert found(typed, framework) == []
