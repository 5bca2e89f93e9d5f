"""Every way in which knowledge names data or a way out finds its point, and what is only near it finds none."""

import csv
import zipfile

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.facts.flow_points import Reflected, Send
from affidavit.model.errors import BudgetError
from tests.builders.dex import Class, Field, Method
from tests.facts.flow_programs import MAIN, Found, body, found, found_in, query

STRING = "Ljava/lang/String;"
DEVICE_ID = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
PRINT = f"Ljava/io/PrintStream;->println({STRING})V"


def test_a_call_gives_its_result():
    search = found(("invoke-virtual", [0], DEVICE_ID))
    assert search.sources == {("identifiers/device-id", "result")}
    assert search.points.apis[search.points.sources[0].node] == DEVICE_ID
    assert search.sensitive == {"identifiers/device-id"}


def test_a_class_of_the_app_under_a_name_of_the_platform_is_not_the_platform():
    own = Class("Landroid/telephony/TelephonyManager;", methods=[Method("getDeviceId", f"(){STRING}", code=[
        ("const/4", 0, 0), ("return-object", 0),
    ])])  # fmt: skip
    search = found_in(body(("invoke-virtual", [0], DEVICE_ID)), own)
    assert not search.points.sources
    assert not search.points.calls


def test_a_call_through_a_class_of_the_app_is_that_of_its_ancestor():
    below = Class("Lx/Place;", "Landroid/location/Location;")
    search = found_in(body(("invoke-virtual", [0], "Lx/Place;->getLatitude()D")), below)
    assert search.sources == {("location/position", "result")}


def test_what_the_app_overrides_is_its_own():
    below = Class("Lx/Place;", "Landroid/location/Location;", methods=[Method("getLatitude", "()D", code=[
        ("const-wide/16", 0, 0), ("return-wide", 0),
    ])])  # fmt: skip
    search = found_in(body(("invoke-virtual", [0], "Lx/Place;->getLatitude()D")), below)
    assert not search.points.sources


def test_a_library_inside_of_the_app_is_found_under_its_name():
    info = "Lcom/google/android/gms/ads/identifier/AdvertisingIdClient$Info;"
    library = Class(info, methods=[Method("getId", f"(){STRING}", code=[("const/4", 0, 0), ("return-object", 0)])])
    assert found_in(body(("invoke-virtual", [0], f"{info}->getId(){STRING}")), library).sources == {
        ("identifiers/advertising-id", "result")
    }


def test_what_only_asks_is_sensitive_and_no_source():
    ask = f"Landroid/location/LocationManager;->getLastKnownLocation({STRING})Landroid/location/Location;"
    search = found(("invoke-virtual", [0, 1], ask))
    assert not search.points.sources
    assert search.sensitive == {"location/position"}


def test_sensitive_calls_are_found_where_nothing_leads():
    idle = Class("Lx/Idle;", methods=[Method("never", code=[("invoke-virtual", [0], DEVICE_ID), ("return-void",)])])
    search = found_in(body(), idle, entered=["run"])
    assert not search.points.sources
    (call,) = search.points.calls
    assert (search.linked.method_text(call.method)[1], call.pc, call.what) == ("never", 0, "identifiers/device-id")


def test_an_operand_is_filled():
    search = found(("invoke-virtual", [0, 1, 2, 2], "Landroid/media/AudioRecord;->read([BII)I"))
    assert search.sources == {("microphone/sound", "operand 1")}


def test_a_field_gives_its_value():
    search = found(("sget-object", 0, f"Landroid/os/Build;->SERIAL:{STRING}"))
    assert search.sources == {("identifiers/serial-number", "result")}
    assert not found(("sget-object", 0, f"Landroid/os/Other;->SERIAL:{STRING}")).points.sources


def test_a_write_to_a_field_reads_nothing():
    write = ("iput-object", 1, 0, f"Landroid/net/wifi/WifiConfiguration;->SSID:{STRING}")
    search = found(write)
    assert not search.points.sources
    assert not search.points.calls


def overriding(super_, interfaces, name, proto):
    code = [("return-void",)]
    return found_in(Class("Lx/Listener;", super_, interfaces, methods=[Method(name, proto, code=code)]))


def test_a_parameter_of_a_callback_is_given():
    search = overriding("Ljava/lang/Object;", ["Landroid/hardware/Camera$PictureCallback;"], "onPictureTaken",
        "([BLandroid/hardware/Camera;)V")  # fmt: skip
    assert search.sources == {("camera/pictures", "parameter 1")}
    node = search.points.sources[0].node
    assert int(search.values.sites.code.data[node]) == 1


def test_a_wide_parameter_counts_once():
    search = overriding("Ljava/lang/Object;", ["Landroid/location/GpsStatus$NmeaListener;"], "onNmeaReceived",
        f"(J{STRING})V")  # fmt: skip
    assert search.sources == {("location/satellite-text", "parameter 2")}


def test_a_method_of_the_same_name_elsewhere_is_no_callback():
    assert not overriding("Ljava/lang/Object;", [], "onPictureTaken", "([BLandroid/hardware/Camera;)V").sources


def text_field(kind="EditText", number=0x7F010001, **more):
    view = f"Landroid/widget/{kind};"
    result = "Landroid/text/Editable;" if kind == "EditText" else "Ljava/lang/CharSequence;"
    return found(
        ("const", 1, number),
        ("invoke-virtual", [0, 1], f"{MAIN}->findViewById(I)Landroid/view/View;"),
        ("move-result-object", 2),
        ("check-cast", 2, view),
        ("invoke-virtual", [2], f"{view}->getText(){result}"),
        **more,
    ).sources


def test_a_text_field_is_told_from_a_password_by_its_id():
    assert text_field() == {("typed-text/text-field", "result")}
    assert text_field(password_ids={0x7F010001}) == {("typed-text/password", "result")}
    assert text_field(password_ids={0x7F010002}) == {("typed-text/text-field", "result")}


def test_a_label_is_no_text_field():
    assert not text_field("TextView")
    assert text_field("TextView", password_ids={0x7F010001}) == {("typed-text/password", "result")}


def test_a_text_field_that_a_field_holds_is_known():
    field = f"{MAIN}->secret:Landroid/widget/EditText;"
    search = found_in(
        body(
            ("const", 1, 0x7F010001),
            ("invoke-virtual", [15, 1], f"{MAIN}->findViewById(I)Landroid/view/View;"),
            ("move-result-object", 2),
            ("check-cast", 2, "Landroid/widget/EditText;"),
            ("iput-object", 2, 15, field),
            ("iget-object", 3, 15, field),
            ("invoke-virtual", [3], "Landroid/widget/EditText;->getText()Landroid/text/Editable;"),
            fields=[Field("secret", "Landroid/widget/EditText;")],
        ),
        password_ids={0x7F010001},
    )
    assert search.sources == {("typed-text/password", "result")}


SEND = (
    f"Landroid/telephony/SmsManager;->sendTextMessage({STRING}{STRING}{STRING}"
    "Landroid/app/PendingIntent;Landroid/app/PendingIntent;)V"
)


def test_a_sink_takes_the_operands_that_it_names():
    search = found(("const-string", 1, "123"), ("invoke-virtual", [0, 1, 2, 3, 4, 5], SEND))
    assert search.sinks == {("sms/message", "operand 1"), ("sms/message", "operand 3")}
    node = search.points.sinks[0].node
    assert search.points.targets[node] == search.values.sites.code.operands(node)[1]


def test_all_arguments_leave_the_receiver_out():
    assert found(("invoke-static", [0, 1], f"Landroid/util/Log;->i({STRING}{STRING})I")).sinks == {
        ("log/entry", "operand 0"),
        ("log/entry", "operand 1"),
    }
    event = f"Lcom/flurry/android/FlurryAgent;->logEvent({STRING})V"
    assert found(("invoke-virtual", [0, 1], event)).sinks == {("analytics/flurry", "operand 1")}


def test_a_stream_is_named_by_where_it_comes_from():
    console = (("sget-object", 1, "Ljava/lang/System;->out:Ljava/io/PrintStream;"), ("invoke-virtual", [1, 2], PRINT))
    assert found(*console).sinks == {("log/output-stream", "operand 1")}
    connection = (
        ("invoke-virtual", [0], "Ljava/net/URLConnection;->getOutputStream()Ljava/io/OutputStream;"),
        ("move-result-object", 1),
        ("invoke-virtual", [1, 2], "Ljava/io/OutputStream;->write([B)V"),
    )
    assert found(*connection).sinks == {("network/output-stream", "operand 1")}
    assert found(("invoke-virtual", [1, 2], PRINT)).sinks == {("stream/output", "operand 1")}


def wrapped(inner, proto, *more):
    return found(
        ("new-instance", 1, inner),
        ("invoke-direct", [1, *more], f"{inner}-><init>{proto}"),
        ("new-instance", 3, "Ljava/io/BufferedWriter;"),
        ("invoke-direct", [3, 1], "Ljava/io/BufferedWriter;-><init>(Ljava/io/Writer;)V"),
        ("invoke-virtual", [3, 4], f"Ljava/io/Writer;->write({STRING})V"),
    ).sinks


def test_a_stream_around_another_is_that_other():
    assert wrapped("Ljava/io/FileWriter;", f"({STRING})V", 2) == {("file/output-stream", "operand 1")}


def test_what_is_written_to_memory_goes_nowhere():
    assert not wrapped("Ljava/io/StringWriter;", "()V")
    assert not found(("invoke-virtual", [1, 2], "Ljava/io/ByteArrayOutputStream;->write([B)V")).sinks


def test_a_file_stream_needs_no_search():
    assert found(("invoke-virtual", [1, 2], "Ljava/io/FileOutputStream;->write([B)V")).sinks == {
        ("file/output-stream", "operand 1")
    }


EXECUTE = (
    "Lorg/apache/http/client/HttpClient;->execute(Lorg/apache/http/client/methods/HttpUriRequest;)"
    "Lorg/apache/http/HttpResponse;"
)


def test_a_request_goes_where_it_was_made_for():
    post = "Lorg/apache/http/client/methods/HttpPost;"
    search = found(
        ("new-instance", 1, post),
        ("const-string", 2, "http://x.example/"),
        ("invoke-direct", [1, 2], f"{post}-><init>({STRING})V"),
        ("invoke-interface", [0, 1], EXECUTE),
    )
    assert ("network/request", "operand 1") in search.sinks
    target = search.points.targets[search.node("execute")]
    assert search.values.constants(target).texts() == ["http://x.example/"]


def test_an_intent_without_a_receiver_is_a_way_out():
    call = f"{MAIN}->startActivity(Landroid/content/Intent;)V"
    plain = found(("invoke-virtual", [0, 1], call))
    assert not plain.sinks
    sent = found(("invoke-virtual", [0, 1], call), sends=[Send(plain.node("startActivity"), 1)])
    assert sent.sinks == {("ipc/send", "operand 1")}


INVOKE = "Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;"


def test_a_reflective_call_is_what_it_calls():
    plain = found(("invoke-virtual", [0, 1, 2], INVOKE))
    node = plain.node("invoke")
    named = Class("Lx/Named;", fields=[Field("a", "Landroid/telephony/TelephonyManager;")])
    run = body(("invoke-virtual", [0, 1, 2], INVOKE))
    source = Reflected(node, "Landroid/telephony/TelephonyManager;", "getDeviceId")
    assert found_in(run, named, reflected=[source]).sources == {("identifiers/device-id", "result")}
    sink = Reflected(node, "Landroid/telephony/SmsManager;", "sendTextMessage")
    assert found_in(run, named, reflected=[sink]).sinks == {("sms/message", "operand 2")}
    assert not found_in(run, named, reflected=[Reflected(node, "Lx/Named;", "getDeviceId")]).sources


def test_points_are_sorted_and_the_same_every_time():
    code = [("invoke-virtual", [0], DEVICE_ID), *query("content://sms"), ("invoke-virtual", [1, 2], PRINT)]
    first, second = found(*code).points, found(*code).points
    assert list(first.sources) == sorted(first.sources)
    assert first == second


def rows(folder):
    """Leaks of each app of which the truth is known."""
    found = {}
    with (folder / "leaks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["status"] == "matched":
                found.setdefault(row["apk"], []).append(row)
    return found


def place(text):
    method, _, offset = text.partition("@")
    return method, int(offset, 16)


@pytest.mark.corpus
def test_points_of_benchmark_apps_are_where_their_leaks_begin_and_end(corpus):
    folder = corpus / "taint" / "droidbench"
    missing, looked = [], 0
    for apk, leaks in rows(folder).items():
        with zipfile.ZipFile(folder / apk) as archive:
            search = Found([read_dex("classes.dex", archive.read("classes.dex"))])
        sources, sinks = search.places(search.points.sources), search.places(search.points.sinks)
        for row in leaks:
            ends = ((row["source_api"], row["source_location(method@code_offset)"], sources),
                (row["sink_api"], row["sink_location"], sinks))  # fmt: skip
            named = [(api, place(text), places) for api, text, places in ends if "->" in api]
            looked += len(named)
            missing += [(apk, api, at) for api, at, places in named if at not in places]
    assert looked > 50
    assert not missing


def test_nothing_is_found_in_nothing():
    points = Found([]).points
    assert not points.sources
    assert not points.sinks
    assert not points.calls


def test_the_budget_is_looked_at():
    def check():
        raise BudgetError("enough", advice="ask for less")

    with pytest.raises(BudgetError):
        found(("invoke-virtual", [0], DEVICE_ID), check=check)


def test_what_both_reads_and_sends_is_both():
    search = found(*query("content://sms"))
    assert search.sources == {("messages/stored", "result")}
    assert ("ipc/provider", "operand 1") in search.sinks
