"""What the platform may have put into an object decides nothing: a branch on it, or a call of it, refutes no flow."""

import pytest

from tests.builders.dex import Class
from tests.builders.terse import class_
from tests.builders.thefts import ACTIVITY, Theft
from tests.facts.flow_small import follow_files

READ = """(%Bun)V
    v0 = "phone"
    v0 = virtual v14 v0 %Ctx->getSystemService(%S)%O
    check-cast v0 %PhoneTelephonyManager;
    v10 = virtual v0 %PhoneTelephonyManager;->getDeviceId()%S
    v2 = "a"
"""
SENT = """
    if-nez v9 :sent
    return-void
    :sent
    static v10 v10 Landroid/util/Log;->i(%S%S)I
"""
JSON = """
    v0 = virtual v14 %Ctx->getPackageName()%S
    v1 = make Lorg/json/JSONObject; v0 (%S)
"""
BYTES = """
    v1 = #10
    new-array v1 v1 [B
"""
FIRST = """
    v2 = #0
    aget-byte v9 v1 v2
"""
FILLED = {
    "an entry of JSON that was read": f"{JSON}\n v9 = virtual v1 v2 Lorg/json/JSONObject;->getString(%S)%S",
    "whether JSON has an entry": f"{JSON}\n v9 = virtual v1 v2 Lorg/json/JSONObject;->has(%S)Z",
    "properties that were loaded": """
        v0 = new Ljava/util/Properties;
        v1 = #0
        virtual v0 v1 Ljava/util/Properties;->load(Ljava/io/InputStream;)V
        v9 = virtual v0 v2 Ljava/util/Properties;->getProperty(%S)%S""",
    "preferences of another run": """
        v0 = #0
        v1 = virtual v14 v2 v0 %Ctx->getSharedPreferences(%SI)Landroid/content/SharedPreferences;
        v9 = interface v1 v2 v0 Landroid/content/SharedPreferences;->getString(%S%S)%S""",
    "a buffer that was read into": f"""
        v0 = make Ljava/io/FileInputStream; v2 (%S) {BYTES}
        v3 = virtual v0 v1 Ljava/io/InputStream;->read([B)I {FIRST}""",
    "a buffer given to a method that is not known": f"{BYTES} static v1 Lq/Lib;->fill([B)V {FIRST}",
    "a list given to a method that is not known": """
        v1 = new %List
        static v1 Lq/Lib;->fill(Ljava/util/List;)V
        v9 = virtual v1 %List->size()I""",
    "a field of the platform's object": """
        v0 = new Landroid/graphics/BitmapFactory$Options;
        iget v9 v0 Landroid/graphics/BitmapFactory$Options;->outWidth:I""",
    "an element of the platform's array": """
        v0 = static v14 Landroid/accounts/AccountManager;->get(%Ctx)Landroid/accounts/AccountManager;
        v0 = virtual v0 Landroid/accounts/AccountManager;->getAccounts()[Landroid/accounts/Account;
        v1 = #0
        aget-object v0 v0 v1
        v9 = virtual v0 %O->toString()%S""",
    "the stream of a socket": """
        v0 = new Ljava/net/Socket;
        v9 = virtual v0 Ljava/net/Socket;->getOutputStream()%Out
        virtual v9 %Out->flush()V""",
}  # fmt: skip
EMPTY = {
    "a list that nobody filled": """
        v1 = new %List
        v9 = virtual v1 %List->size()I""",
    "an array of the app": f"{BYTES} {FIRST}",
    "a field that the app never wrote": "iget v9 v14 Lp/Main;->count:I",
    "a text that is not in a new map": """
        v1 = new Ljava/util/HashMap;
        v9 = virtual v1 v2 Ljava/util/HashMap;->get(%O)%O""",
}


def main(lines: str) -> Class:
    text = READ + lines + SENT
    return class_("Main", ACTIVITY, fields="count:I", onCreate=text)


def verdicts(tmp_path, lines: str) -> list[str]:
    found = follow_files(tmp_path, Theft("", "activity:Main", (main(lines),), frozenset()).files)
    return [flow.verdict for flow in found.flows if flow.sink == "log/entry" and not flow.implicit]


@pytest.mark.parametrize("lines", FILLED.values(), ids=FILLED)
def test_what_the_platform_may_have_filled_refutes_nothing(lines, tmp_path):
    assert verdicts(tmp_path, lines) == ["proved"]


@pytest.mark.parametrize("lines", EMPTY.values(), ids=EMPTY)
def test_what_only_the_app_fills_is_known(lines, tmp_path):
    assert verdicts(tmp_path, lines) == []
