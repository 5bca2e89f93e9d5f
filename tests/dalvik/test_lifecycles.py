"""Life cycles: how lines become automata, and what the automata of Android's components promise."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import (
    GIFTS,
    Called,
    Lifecycle,
    LifecycleDocument,
    Transition,
    automaton,
    lifecycle_of,
    lifecycles,
)
from affidavit.model.errors import KnowledgeError

DOCUMENT = LifecycleDocument(
    source="own",
    licence="Apache-2.0",
    id="clock",
    kind="client",
    classes=("f/Clock",),
    start="made",
    end=("gone",),
    transitions=(
        "made -> running: wind(Landroid/os/Bundle;I)V 0=saved-state",
        "running -> running: -",
        "made, running -> gone: stop()V",
    ),
    callbacks=("running: tick(J)V", "*: strike(Landroid/content/Intent;)V 0=intent"),
)


def changed(**fields):
    return msgspec.structs.replace(DOCUMENT, **fields)


def test_lines_become_transitions():
    life = automaton(DOCUMENT)
    wind = Called("wind", "(Landroid/os/Bundle;I)V", ((0, "saved-state"),))
    assert life.transitions == (
        Transition("made", "running", wind),
        Transition("running", "running", None),
        Transition("made", "gone", Called("stop", "()V")),
        Transition("running", "gone", Called("stop", "()V")),
    )
    assert life.states == ("gone", "made", "running")
    assert life.classes == ("Lf/Clock;",)


def test_a_called_method_knows_how_many_parameters_it_has():
    assert [called.arity for called in automaton(DOCUMENT).methods()] == [2, 0, 1, 1]


def test_transitions_of_a_state_are_alternatives():
    assert [step.target for step in automaton(DOCUMENT).leaving("running")] == ["running", "gone"]
    assert automaton(DOCUMENT).leaving("gone") == ()


def test_callbacks_belong_to_states_and_a_star_means_all_but_first_and_last():
    life = automaton(changed(transitions=(*DOCUMENT.transitions, "running -> resting: rest()V")))
    assert [(state, called.name) for state, called in life.callbacks] == [
        ("running", "tick"),
        ("resting", "strike"),
        ("running", "strike"),
    ]


def test_each_method_is_named_once():
    life = automaton(changed(callbacks=("running: stop()V", "running: stop()V")))
    assert [called.name for called in life.methods()] == ["wind", "stop"]


BROKEN = [
    ({"transitions": ("made running: stop()V",)}, "names no two states"),
    ({"transitions": ("made -> running stop()V",)}, "is no line"),
    ({"transitions": ("made -> running: stop",)}, "is no line"),
    ({"transitions": ("made -> running: stop(V",)}, "is no line"),
    ({"transitions": ("made -> gone: stop()V 0=intent",)}, "gives what it cannot"),
    ({"transitions": ("made -> gone: stop(I)V 0=present",)}, "gives what it cannot"),
    ({"transitions": ("made -> gone: stop(I)V 1=intent",)}, "gives what it cannot"),
    ({"transitions": ("lost -> gone: stop()V",)}, "no transition leads to 'lost'"),
    ({"end": ("over",)}, "no transition leads to 'over'"),
    ({"again": ("over",)}, "no transition leads to 'over'"),
    ({"callbacks": ("flying: tick()V",)}, "no such state: flying"),
    ({"callbacks": ("running: -",)}, "calls nothing"),
]


@pytest.mark.parametrize(("fields", "problem"), BROKEN)
def test_what_is_not_whole_is_refused_with_advice(fields, problem):
    with pytest.raises(KnowledgeError, match=problem) as caught:
        automaton(changed(**fields))
    assert caught.value.advice


@given(st.text(st.sampled_from("made ->running:,()VIL;0=intent*"), max_size=40))
def test_a_line_is_read_or_refused(line):
    for fields in ({"transitions": (*DOCUMENT.transitions, line)}, {"callbacks": (line,)}):
        try:
            life = automaton(changed(**fields))
        except KnowledgeError:
            continue
        assert life.start in life.states


def called_in_order(life, *wanted):
    """Whether some path calls the methods wanted one after the other, others between them."""
    seen, front = set(), [(life.start, 0)]
    while front:
        state, done = front.pop()
        if done == len(wanted):
            return True
        if (state, done) in seen:
            continue
        seen.add((state, done))
        front += [
            (step.target, done + (step.called is not None and step.called.name == wanted[done]))
            for step in life.leaving(state)
        ]
        front += [
            (state, done + 1) for where, called in life.callbacks if (where, called.name) == (state, wanted[done])
        ]
    return False


def one(id_):
    (life,) = [life for life in lifecycles() if life.id == id_]
    return life


POSSIBLE = [
    ("activity", "onCreate", "onStart", "onResume", "onPause", "onStop", "onDestroy"),
    ("activity", "onPause", "onResume", "onPause", "onStop", "onRestart", "onStart", "onResume"),
    ("activity", "onStart", "onRestoreInstanceState", "onPostCreate", "onResume"),
    ("activity", "onPause", "onSaveInstanceState", "onStop"),
    ("activity", "onStop", "onSaveInstanceState", "onDestroy"),
    ("activity", "onPause", "onActivityResult", "onResume"),
    ("activity", "onPause", "onNewIntent", "onResume"),
    ("activity", "onCreate", "onDestroy"),
    ("activity", "onBackPressed", "onPause"),
    ("service", "onCreate", "onStartCommand", "onStartCommand", "onDestroy"),
    ("service", "onCreate", "onBind", "onUnbind", "onRebind", "onUnbind", "onDestroy"),
    ("service", "onStartCommand", "onBind", "onStartCommand", "onUnbind"),
    ("intent-service", "onCreate", "onStartCommand", "onHandleIntent", "onHandleIntent", "onDestroy"),
    ("job-service", "onStartJob", "onStopJob", "onStartJob"),
    ("receiver", "onReceive"),
    ("provider", "onCreate", "query", "insert", "query"),
    ("application", "attachBaseContext", "onCreate", "onLowMemory"),
    ("fragment", "onAttach", "onCreate", "onCreateView", "onActivityCreated", "onStart", "onResume", "onPause"),
    ("fragment", "onDestroyView", "onCreateView", "onDestroyView", "onDestroy", "onDetach"),
    ("async-task", "onPreExecute", "doInBackground", "onProgressUpdate", "onPostExecute"),
    ("accessibility-service", "onServiceConnected", "onAccessibilityEvent", "onAccessibilityEvent", "onDestroy"),
]
IMPOSSIBLE = [
    ("activity", "onResume", "onCreate"),
    ("activity", "onDestroy", "onPause"),
    ("activity", "onPause", "onBackPressed", "onResume", "onStop", "onCreate"),
    ("service", "onUnbind", "onBind", "onCreate"),
    ("service", "onDestroy", "onStartCommand"),
    ("receiver", "onReceive", "onReceive"),
    ("fragment", "onDetach", "onResume"),
    ("fragment", "onCreateView", "onAttach"),
    ("async-task", "onPostExecute", "doInBackground"),
    ("application", "onCreate", "attachBaseContext"),
]


@pytest.mark.parametrize("path", POSSIBLE, ids=" ".join)
def test_orders_that_the_platform_follows_are_possible(path):
    assert called_in_order(one(path[0]), *path[1:])


@pytest.mark.parametrize("path", IMPOSSIBLE, ids=" ".join)
def test_orders_that_the_platform_never_follows_are_not(path):
    assert not called_in_order(one(path[0]), *path[1:])


@pytest.mark.parametrize(
    ("id_", "name", "position", "gift"),
    [
        ("activity", "onCreate", 0, "saved-state"),
        ("activity", "onActivityResult", 2, "result-intent"),
        ("activity", "onNewIntent", 0, "intent"),
        ("service", "onStartCommand", 0, "intent"),
        ("service", "onBind", 0, "intent"),
        ("receiver", "onReceive", 1, "intent"),
        ("job-service", "onStartJob", 0, "arguments"),
        ("fragment", "onViewCreated", 1, "saved-state"),
        ("handler", "handleMessage", 0, "message"),
        ("notification-listener-service", "onNotificationPosted", 0, "data"),
    ],
)
def test_parameters_receive_what_the_platform_gives(id_, name, position, gift):
    called = next(called for called in one(id_).methods() if called.name == name)
    assert (position, gift) in called.gifts


@pytest.mark.parametrize("life", lifecycles(), ids=lambda life: life.id)
def test_every_automaton_is_sound(life):
    reached, front = {life.start}, [life.start]
    while front:
        front = [step.target for state in front for step in life.leaving(state) if step.target not in reached]
        reached.update(front)
    assert reached == set(life.states)
    assert all(not life.leaving(state) for state in life.end)
    assert all(gift in GIFTS for called in life.methods() for _, gift in called.gifts)
    kinds = {"activity", "service", "receiver", "provider", "application", "fragment", "task", "client"}
    assert life.kind in kinds


@pytest.mark.parametrize("life", lifecycles(), ids=lambda life: life.id)
def test_every_state_can_be_left_or_is_an_end(life):
    stuck = [state for state in life.states if not life.leaving(state) and state not in life.end]
    assert all(any(where == state for where, _ in life.callbacks) or not life.callbacks for state in stuck)


def of_the_platform() -> list[Lifecycle]:
    """The automata of which the platform has every class; those of AndroidX are inside apps."""
    framework = Framework.load()
    return [life for life in lifecycles() if all(class_ in framework for class_ in life.classes)]


def test_classes_that_the_platform_does_not_have_are_of_libraries():
    names = {class_ for life in lifecycles() for class_ in life.classes if class_ not in Framework.load()}
    assert all(not name.startswith(("Landroid/app/", "Landroid/content/", "Ljava/")) for name in names), names


@pytest.mark.parametrize("life", of_the_platform(), ids=lambda life: life.id)
def test_platform_methods_of_an_automaton_exist(life):
    framework = Framework.load()
    above = [name for class_ in life.classes for name in framework.ancestors(class_)]
    for called in life.methods():
        assert framework.overridden(above, called.name, called.arity), f"{called.name}/{called.arity}"


def test_the_nearest_class_decides_which_automaton_holds():
    framework, known = Framework.load(), lifecycle_of()
    chosen = {
        name: next(known[above].id for above in framework.ancestors(f"L{name};") if above in known)
        for name in ("android/app/ListActivity", "android/app/IntentService", "android/appwidget/AppWidgetProvider")
    }
    assert list(chosen.values()) == ["activity", "intent-service", "app-widget-provider"]


def test_ids_are_sorted_and_every_class_has_one_automaton():
    ids = [life.id for life in lifecycles()]
    assert ids == sorted(set(ids))
    assert len(lifecycle_of()) == sum(len(life.classes) for life in lifecycles())
