"""How results that are not known are named."""

import pytest

from affidavit.dalvik.whole.expressions import Hole, Text
from affidavit.dalvik.whole.names import result_name
from affidavit.dalvik.whole.sites import Callee

PREFERENCES = "Landroid/content/SharedPreferences;"


def same(descriptor: str, *above: str) -> bool:
    """A hierarchy in which nothing inherits."""
    return descriptor in above


def name(owner: str, method: str, *operands) -> str:
    return result_name(Callee(owner, method, "()V", owner, -1), list(operands), same)


@pytest.mark.parametrize(
    ("owner", "method", "wanted"),
    [
        (PREFERENCES, "getString", "preference 'k'"),
        (PREFERENCES, "getInt", "preference 'k'"),
        ("Landroid/content/Intent;", "getStringExtra", "extra 'k'"),
        ("Landroid/os/Bundle;", "getString", "extra 'k'"),
        ("Landroid/provider/Settings$Secure;", "getString", "setting 'k'"),
        ("Lorg/json/JSONObject;", "optString", "JSON value 'k'"),
        ("Landroid/net/Uri;", "getQueryParameter", "request parameter 'k'"),
        ("Landroid/widget/TextView;", "getText", "user input"),
        ("Ljava/lang/System;", "currentTimeMillis", "time"),
        ("Ljava/util/UUID;", "randomUUID", "random number"),
        ("Landroid/content/Context;", "getFilesDir", "files folder"),
        ("Lx/Other;", "getString", "result of Lx/Other;->getString()V"),
        (PREFERENCES, "contains", f"result of {PREFERENCES}->contains()V"),
    ],
)
def test_names(owner, method, wanted):
    assert name(owner, method, Hole("receiver"), Text("k")) == wanted


def test_static_methods_have_their_key_first():
    assert name("Ljava/lang/System;", "getProperty", Text("os.name")) == "property 'os.name'"


def test_a_key_that_is_missing_is_no_trouble():
    assert name(PREFERENCES, "getString", Hole("receiver")) == f"result of {PREFERENCES}->getString()V"


def test_a_key_that_is_not_known_is_a_hole_in_the_name():
    assert name(PREFERENCES, "getString", Hole("receiver"), Hole("user input")) == "preference '{user input}'"
