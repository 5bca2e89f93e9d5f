"""Which model holds for a method, the rule for methods without one, and what the real models say of common methods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import knowledge
from affidavit.dalvik.effects import parse_effects
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import ModelDocument, Models, parameters
from tests.oracles.framework import choose, count_parameters

FRAMEWORK = Framework(
    ["f/Base\nf/Derived f/Base f/Listener\n@f/Listener\nf/Screen\nf/View f/Screen\nf/Wrapper\njava/lang/Object\n"], []
)
DOCUMENT = ModelDocument(
    source="own",
    licence="Apache-2.0",
    classes={
        "f/Base": {
            "put(I)": "0 == this[*]",
            "put/1": "0 -> this",
            "put/*, set/*": "all -> this",
            "get*/1": "this[0] == return",
            "get*Extra/1": "this['#extra'] == return",
            "get*/*": "this -> return",
            "<init>/1": "0 == this['#cause']",
        },
        "f/Derived, f/Other": {"set/1": "pure"},
        "f/Listener": {"put/2": "pure", "*": "register 0"},
        "java/lang/Object": {"toString/0": "this -> return"},
    },
    opaque=("f/Screen",),
    wrappers=("f/Wrapper",),
    callbacks=("java/lang/Runnable",),
    suffixes=("Listener",),
    inherits={"lib/Thing": ("f/Base",)},
)
MODELS = Models([DOCUMENT], FRAMEWORK)


def texts(effects):
    return effects if effects is None else [effect.text for effect in effects]


def asked(class_, method):
    name, _, rest = method.partition("(")
    return texts(MODELS.effects(class_, name, f"({rest}"))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("put(I)V", "0 == this[*]"),
        ("put(J)V", "0 -> this"),
        ("put(JJ)V", "all -> this"),
        ("set()V", "all -> this"),
        ("getIt(I)I", "this[0] == return"),
        ("getStringExtra(I)I", "this['#extra'] == return"),
        ("getStringExtra(II)I", "this -> return"),
        ("get()I", "this -> return"),
        ("toString()Ljava/lang/String;", "this -> return"),
    ],
)
def test_the_most_exact_key_of_a_class_decides(method, expected):
    assert asked("Lf/Base;", method) == [expected]


@pytest.mark.parametrize("method", ["putt(I)V", "Get(I)I", "run()V", "<init>()V"])
def test_a_method_without_a_key_has_no_model(method):
    assert asked("Lf/Base;", method) is None


def test_the_nearest_class_decides():
    assert asked("Lf/Derived;", "set(I)V") == ["pure"]
    assert asked("Lf/Derived;", "set()V") == ["all -> this"]
    assert asked("Lf/Derived;", "put(II)V") == ["all -> this"]


def test_interfaces_are_asked_too_after_the_super_class():
    assert asked("Lf/Derived;", "other()V") == ["register 0"]


def test_constructors_are_inherited():
    assert asked("Lf/Derived;", "<init>(Lx/E;)V") == ["0 == this['#cause']"]


def test_several_classes_may_share_their_lines():
    assert asked("Lf/Other;", "set(I)V") == ["pure"]


def test_every_class_has_what_object_has_arrays_included():
    for class_ in ("Lx/Unknown;", "[I", "Lf/Listener;"):
        assert asked(class_, "toString()Ljava/lang/String;") in (["this -> return"], ["register 0"])


def test_a_library_class_inherits_what_the_models_say():
    assert asked("Llib/Thing;", "put(J)V") == ["0 -> this"]
    assert MODELS.ancestors("Llib/Thing;") == ("Llib/Thing;", "Lf/Base;", "Ljava/lang/Object;")


def test_the_same_question_has_the_same_answer():
    first = MODELS.effects("Lf/Derived;", "put", "(J)V")
    assert MODELS.effects("Lf/Derived;", "put", "(J)V") is first


def default(class_, method):
    name, _, rest = method.partition("(")
    return texts(MODELS.default(class_, name, f"({rest}"))


@pytest.mark.parametrize(
    ("class_", "method", "expected"),
    [
        ("Lx/Y;", "a()Lx/Z;", ["this -> return"]),
        ("Lx/Y;", "a(II)I", ["0 -> this", "1 -> this", "this -> return", "0 -> return", "1 -> return"]),
        ("Lx/Y;", "a(I)V", ["0 -> this"]),
        ("Lx/Y;", "a()V", ["pure"]),
        ("Lx/Y;", "isIt(I)Z", ["0 -> this"]),
        ("Lx/Y;", "<init>(I)V", ["0 -> this"]),
        ("Lf/View;", "a(I)I", ["0 -> return"]),
        ("Lf/View;", "a()I", ["pure"]),
        ("Lx/Y;", "a(Lf/View;I)V", ["1 -> this"]),
        ("Lx/Y;", "a(I)Lf/View;", ["0 -> this"]),
        ("Lx/Y;", "a(Lf/Listener;)V", ["register 0"]),
        ("Lx/Y;", "a(ILjava/lang/Runnable;)V", ["register 1", "0 -> this"]),
        ("Lf/Wrapper;", "<init>(Lx/Y;)V", ["0 -> this", "this -> 0"]),
        ("Lf/Wrapper;", "<init>(Lf/View;)V", ["pure"]),
        ("Lf/Wrapper;", "a(Lx/Y;)V", ["0 -> this"]),
    ],
)
def test_the_general_rule(class_, method, expected):
    assert default(class_, method) == expected


def test_the_general_rule_takes_as_many_parameters_as_a_method_can_have():
    effects = MODELS.default("Lx/Y;", "a", f"({'I' * 255})I")
    assert len(effects) == 511
    assert effects[254].origin.position == 254


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        ("()V", []),
        ("(I)V", ["I"]),
        ("(J[D)V", ["J", "[D"]),
        ("([[Lx/A;Lb;Z)Lx/C;", ["[[Lx/A;", "Lb;", "Z"]),
        ("", []),
        ("(", []),
        ("I", []),
        ("(La)V", []),
        ("(I[)V", ["I"]),
        ("(I[La)V", ["I"]),
        (")(", []),
    ],
)
def test_parameters_of_a_prototype(proto, expected):
    assert parameters(proto) == expected


@given(st.lists(st.sampled_from(["I", "J", "[Z", "Lx/A;", "[[Lb/C$1;"]), max_size=8))
def test_parameters_are_read_one_by_one(types):
    proto = f"({''.join(types)})V"
    assert parameters(proto) == types
    assert count_parameters(proto) == len(types)


@given(st.text(st.sampled_from("()[L;IJV/a"), max_size=20))
def test_a_broken_prototype_ends_the_list_and_nothing_else(proto):
    assert all(parameters(proto))
    assert "".join(parameters(proto)) in proto


@given(
    st.sampled_from(["Lf/Base;", "Lf/Derived;", "Lf/Other;", "Lf/Listener;", "Llib/Thing;", "Lx/Y;"]),
    st.sampled_from(["put", "set", "get", "getX", "getXExtra", "getExtra", "toString", "<init>", "other"]),
    st.sampled_from(["()V", "(I)V", "(J)V", "(II)V", "(Lx/A;)I"]),
)
def test_a_model_is_chosen_as_if_every_key_were_tried(class_, name, proto):
    slow = choose(DOCUMENT.classes, MODELS.ancestors(class_), name, proto)
    found = MODELS.effects(class_, name, proto)
    assert texts(found) == (None if slow is None else texts(parse_effects(slow)))


@pytest.fixture(scope="module")
def real():
    return Models.load()


KNOWN = [
    ("java/lang/StringBuilder", "append(I)Ljava/lang/StringBuilder;", "0 -> this; this == return"),
    ("java/lang/String", "length()I", "pure"),
    ("java/lang/String", "substring(I)Ljava/lang/String;", "this -> return"),
    ("java/lang/Integer", "parseInt(Ljava/lang/String;)I", "all -> return"),
    ("java/lang/IllegalStateException", "<init>(Ljava/lang/String;)V", "0 == this['#message']; this == @thrown"),
    ("java/lang/RuntimeException", "getMessage()Ljava/lang/String;", "this['#message'] == return"),
    ("java/util/ArrayList", "get(I)Ljava/lang/Object;", "this[0] == return"),
    ("java/util/ArrayList", "add(Ljava/lang/Object;)Z", "0 == this[+]"),
    ("java/util/ArrayList", "remove(I)Ljava/lang/Object;", "this[0] == return; mix this"),
    ("java/util/LinkedList", "removeFirst()Ljava/lang/Object;", "this[*] == return; mix this"),
    ("java/util/HashSet", "add(Ljava/lang/Object;)Z", "0 == this[*]"),
    ("java/util/HashMap", "get(Ljava/lang/Object;)Ljava/lang/Object;", "this[0] == return"),
    ("java/util/LinkedHashMap", "remove(Ljava/lang/Object;)Ljava/lang/Object;", "this[0] == return; clear this[0]"),
    ("java/util/concurrent/ConcurrentHashMap", "clear()V", "clear this"),
    ("java/io/BufferedReader", "readLine()Ljava/lang/String;", "this -> return"),
    ("java/io/FileInputStream", "read([B)I", "this -> 0"),
    ("java/io/BufferedWriter", "<init>(Ljava/io/Writer;)V", "0 == this['#out']; this -> 0"),
    ("java/io/FileOutputStream", "<init>(Ljava/lang/String;)V", "this == @files[0]"),
    ("java/io/FileOutputStream", "write([B)V", "0 -> this"),
    ("java/net/URLConnection", "connect()V", "pure"),
    ("java/net/HttpURLConnection", "getInputStream()Ljava/io/InputStream;", "this -> return"),
    ("org/json/JSONObject", "getString(Ljava/lang/String;)Ljava/lang/String;", "this[0] == return"),
    ("android/content/Intent", "getStringExtra(Ljava/lang/String;)Ljava/lang/String;", "this[0] == return"),
    ("android/content/Intent", "getIntExtra(Ljava/lang/String;I)I", "this[0] == return; 1 == return"),
    ("android/os/Bundle", "getString(Ljava/lang/String;)Ljava/lang/String;", "this[0] == return"),
    ("android/app/ListActivity", "startActivity(Landroid/content/Intent;)V", "launch activity 0"),
    (
        "android/app/Service",
        "startService(Landroid/content/Intent;)Landroid/content/ComponentName;",
        "launch service 0",
    ),
    ("android/app/Activity", "setResult(ILandroid/content/Intent;)V", "result 1"),
    ("android/app/Activity", "findViewById(I)Landroid/view/View;", "@views[0] == return"),
    ("android/widget/EditText", "getText()Landroid/text/Editable;", "this['#text'] == return"),
    ("android/widget/Button", "setText(Ljava/lang/CharSequence;)V", "0 == this['#text']"),
    (
        "android/content/SharedPreferences$Editor",
        "putString(Ljava/lang/String;Ljava/lang/String;)V",
        "1 == @preferences[0]; this == return",
    ),
    ("android/util/Log", "i(Ljava/lang/String;Ljava/lang/String;)I", "pure"),
    ("android/util/Base64", "encodeToString([BI)Ljava/lang/String;", "0 -> return"),
    ("android/os/Handler", "post(Ljava/lang/Runnable;)Z", "call 0.run/0()"),
    ("android/app/Application", "unregisterReceiver(Landroid/content/BroadcastReceiver;)V", "unregister 0"),
    ("android/location/LocationManager", "removeUpdates(Landroid/location/LocationListener;)V", "unregister 0"),
]


@pytest.mark.parametrize(("class_", "method", "expected"), KNOWN, ids=lambda value: str(value)[:40])
def test_real_models_of_common_methods(real, class_, method, expected):
    name, _, rest = method.partition("(")
    assert "; ".join(texts(real.effects(f"L{class_};", name, f"({rest}"))) == expected


def test_real_models_are_broad():
    documents = knowledge.load("models", ModelDocument).values()
    classes = {name for document in documents for names in document.classes for name in names.split(", ")}
    keys = sum(
        len(names.split(", ")) * len(keys.split(", "))
        for document in documents
        for names, methods in document.classes.items()
        for keys in methods
    )
    assert len(classes) >= 600
    assert keys >= 4_000


def test_every_store_that_is_read_is_written_somewhere_or_made_by_the_platform():
    """A name with a slip of the pen would be read and never written."""
    made = {"views", "fragments", "models", "clipboard", "cookies", "settings", "properties", "ordered"}
    reads, writes = set(), set()
    for document in knowledge.load("models", ModelDocument).values():
        for text in (text for methods in document.classes.values() for text in methods.values()):
            for effect in parse_effects(text):
                reads |= {operand.store for operand in (effect.origin, *effect.arguments) if operand and operand.store}
                writes |= {effect.target.store} if effect.target and effect.target.store else set()
    assert reads - writes <= made
    assert writes - reads == set()


SCREENS = ["Landroid/app/Activity;", "Landroid/widget/Button;", "Landroid/os/Handler;", "Landroid/app/Service;"]


@pytest.mark.parametrize("class_", SCREENS)
def test_screens_and_contexts_carry_nothing(real, class_):
    assert real.is_opaque(class_)
    assert texts(real.default(class_, "unheardOf", "()Ljava/lang/String;")) == ["pure"]


@pytest.mark.parametrize("class_", ["Ljava/lang/String;", "Landroid/content/Intent;", "Ljava/util/Map;", "[I", "Lx/Y;"])
def test_data_is_not_opaque(real, class_):
    assert not real.is_opaque(class_)


@pytest.mark.parametrize(
    "class_", ["Landroid/view/View$OnClickListener;", "Ljava/lang/Runnable;", "Landroid/text/TextWatcher;"]
)
def test_listeners_are_called_back(real, class_):
    assert real.is_callback(class_)
    assert texts(real.default("Lx/Y;", "add", f"({class_})V")) == ["register 0"]


def test_real_models_are_chosen_as_if_every_key_were_tried(real):
    merged = [document.classes for _, document in sorted(knowledge.load("models", ModelDocument).items())]
    classes = {f"{number}": part for number, part in enumerate(merged)}
    for class_, method, _ in KNOWN:
        name, _, rest = method.partition("(")
        for above in real.ancestors(f"L{class_};"):
            slow = [choose(part, [above], name, f"({rest}") for part in classes.values()]
            if any(slow):
                assert texts(real.effects(f"L{class_};", name, f"({rest}")) in [
                    texts(parse_effects(text)) for text in slow if text
                ]
                break
