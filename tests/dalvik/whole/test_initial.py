"""What fields hold before code writes to them."""

from affidavit.dalvik.whole.expressions import Text
from affidavit.dalvik.whole.initial import PLATFORM, initial_values
from tests.builders.dex import Class, Field
from tests.dalvik.whole.apps import linked_of

S = "Ljava/lang/String;"


def test_texts_of_static_fields_are_read_by_field_number():
    fields = [Field("URL", S, 0x9, "https://x"), Field("none", S, 0x9), Field("count", "I", 0x9, 3), Field("own", S)]
    linked = linked_of(Class("Lx/A;", fields=fields), Class("Lx/B;", fields=[Field("URL", S, 0x9, "https://y")]))
    found = {linked.field_text(number): value for number, value in initial_values(linked).items()}
    assert found == {f"Lx/A;->URL:{S}": Text("https://x"), f"Lx/B;->URL:{S}": Text("https://y")}


def test_an_app_without_static_texts_has_none():
    assert initial_values(linked_of(Class("Lx/A;"))) == {}


def test_constants_of_the_platform_are_fields_as_smali_writes_them():
    assert all(text.startswith("L") and "->" in text and ":" in text for text in PLATFORM)
