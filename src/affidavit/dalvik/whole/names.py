"""How results of library calls are named when they are not known: ``preference 'server'``, ``user input``."""

from collections.abc import Callable

from affidavit.dalvik.whole.expressions import Expression, shown
from affidavit.dalvik.whole.sites import Callee

_KEYED: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("preference", ("Landroid/content/SharedPreferences;",), "get", 1),
    ("extra", ("Landroid/content/Intent;", "Landroid/os/Bundle;", "Landroid/os/BaseBundle;"), "get", 1),
    ("property", ("Ljava/lang/System;",), "getProperty", 0),
    ("environment", ("Ljava/lang/System;",), "getenv", 0),
    ("setting", ("Landroid/provider/Settings$Secure;", "Landroid/provider/Settings$System;"), "getString", 1),
    ("setting", ("Landroid/provider/Settings$Global;",), "getString", 1),
    ("JSON value", ("Lorg/json/JSONObject;",), "getString", 1),
    ("JSON value", ("Lorg/json/JSONObject;",), "optString", 1),
    ("remote configuration", ("Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;",), "get", 1),
    ("request parameter", ("Landroid/net/Uri;",), "getQueryParameter", 1),
)
"""Word, classes, how the method's name begins, operand that is the key."""

_PLAIN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("user input", ("Landroid/widget/TextView;",), "getText"),
    ("user input", ("Landroid/text/Editable;",), "toString"),
    ("clipboard", ("Landroid/content/ClipData$Item;",), "getText"),
    ("server answer", ("Ljava/net/URLConnection;",), "get"),
    ("server answer", ("Lokhttp3/ResponseBody;",), "string"),
    ("time", ("Ljava/lang/System;",), "currentTimeMillis"),
    ("random number", ("Ljava/util/UUID;",), "randomUUID"),
    ("random number", ("Ljava/util/Random;",), "next"),
    ("files folder", ("Landroid/content/Context;",), "getFilesDir"),
    ("cache folder", ("Landroid/content/Context;",), "getCacheDir"),
    ("external storage", ("Landroid/os/Environment;",), "getExternalStorageDirectory"),
    ("external files folder", ("Landroid/content/Context;",), "getExternalFilesDir"),
)

IsA = Callable[..., bool]
"""Whether a descriptor is or inherits one of others."""


def result_name(callee: Callee, operands: list[Expression], is_a: IsA) -> str:
    """What to call the result of a call of which nothing is known.

    Args:
        callee: the method.
        operands: what is known of its operands, the receiver first.
        is_a: looks into the class hierarchy.
    """
    for word, owners, prefix, position in _KEYED:
        if callee.name.startswith(prefix) and len(operands) > position and is_a(callee.owner, *owners):
            return f"{word} '{shown(operands[position])}'"
    for word, owners, prefix in _PLAIN:
        if callee.name.startswith(prefix) and is_a(callee.owner, *owners):
            return word
    return f"result of {callee.text}"
