"""Sources that a text or a number names: addresses, keys, paths, commands, sensors."""

import pytest

from tests.facts.flow_programs import QUERY, found, query

STRING = "Ljava/lang/String;"
DEVICE_ID = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
PRINT = f"Ljava/io/PrintStream;->println({STRING})V"


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("content://com.android.contacts/data", "contacts/entries"),
        ("content://com.android.contacts/profile", "accounts/profile"),
        ("content://sms/inbox", "messages/stored"),
        ("content://call_log/calls", "call-log/entries"),
        ("content://browser/bookmarks", "browsing/history"),
        ("content://com.android.calendar/events", "calendar/events"),
        ("content://media/external/images/media", "files/media-store"),
    ],
)
def test_a_query_gives_what_its_address_names(address, what):
    assert found(*query(address)).sources == {(what, "result")}


@pytest.mark.parametrize("address", ["content://x.own/items", "content://smsother", "content://"])
def test_a_query_of_another_address_is_no_source(address):
    search = found(*query(address))
    assert not search.points.sources
    assert not search.points.unknown


def test_an_address_in_a_field_of_the_platform_is_known():
    field = "Landroid/provider/ContactsContract$Contacts;->CONTENT_URI:Landroid/net/Uri;"
    extended = "Landroid/net/Uri;->withAppendedPath(Landroid/net/Uri;Ljava/lang/String;)Landroid/net/Uri;"
    ask = ("invoke-virtual", [0, 1, 2, 2, 2, 2], QUERY)
    assert found(("sget-object", 1, field), ask).sources == {("contacts/entries", "result")}
    longer = (("sget-object", 1, field), ("invoke-static", [1, 2], extended), ("move-result-object", 1), ask)
    assert found(*longer).sources == {("contacts/entries", "result")}


def test_an_address_that_is_not_known_is_counted():
    search = found(("invoke-static", [], "Lother/Library;->address()Landroid/net/Uri;"), ("move-result-object", 1),
        ("invoke-virtual", [0, 1, 2, 2, 2, 2], QUERY))  # fmt: skip
    assert not search.points.sources
    assert search.points.unknown == {"queries": 1}


@pytest.mark.parametrize(
    ("key", "call", "source"),
    [
        ("android_id", "Landroid/provider/Settings$Secure;->getString", ("identifiers/android-id", "result")),
        ("volume", "Landroid/provider/Settings$Secure;->getString", None),
    ],
)
def test_a_setting_gives_what_its_key_names(key, call, source):
    ask = ("invoke-static", [0, 1], f"{call}(Landroid/content/ContentResolver;{STRING}){STRING}")
    assert found(("const-string", 1, key), ask).sources == ({source} if source else set())


@pytest.mark.parametrize(("key", "many"), [("ro.serialno", 1), ("ro.anything", 0)])
def test_a_property_gives_what_its_key_names(key, many):
    call = ("invoke-static", [1], f"Landroid/os/SystemProperties;->get({STRING}){STRING}")
    assert len(found(("const-string", 1, key), call).points.sources) == many


@pytest.mark.parametrize(("key", "many"), [("incoming_number", 1), ("other_number", 0)])
def test_an_extra_gives_what_its_key_names(key, many):
    call = ("invoke-virtual", [0, 1], f"Landroid/content/Intent;->getStringExtra({STRING}){STRING}")
    assert len(found(("const-string", 1, key), call).points.sources) == many


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/proc/net/arp", "network/neighbours"),
        ("/sys/class/net/wlan0/address", "identifiers/hardware-address"),
        ("/sdcard/DCIM/1.jpg", "files/shared-storage"),
        ("/proc/net/arps", None),
        ("/data/data/x.own/file", None),
    ],
)
def test_a_file_gives_what_its_path_names(path, what):
    search = found(
        ("new-instance", 1, "Ljava/io/File;"),
        ("const-string", 2, path),
        ("invoke-direct", [1, 2], f"Ljava/io/File;-><init>({STRING})V"),
        ("new-instance", 3, "Ljava/io/FileInputStream;"),
        ("invoke-direct", [3, 1], "Ljava/io/FileInputStream;-><init>(Ljava/io/File;)V"),
    )
    assert search.sources == ({(what, "operand 0")} if what else set())


def test_the_shared_storage_is_known_by_the_call_that_names_it():
    code = (
        ("invoke-static", [], "Landroid/os/Environment;->getExternalStorageDirectory()Ljava/io/File;"),
        ("move-result-object", 1),
        ("new-instance", 2, "Ljava/io/File;"),
        ("const-string", 3, "notes.txt"),
        ("invoke-direct", [2, 1, 3], f"Ljava/io/File;-><init>(Ljava/io/File;{STRING})V"),
        ("invoke-virtual", [2], "Ljava/io/File;->listFiles()[Ljava/io/File;"),
    )
    assert found(*code).sources == {("files/shared-storage", "result")}
    assert not found(("invoke-virtual", [2], "Ljava/io/File;->listFiles()[Ljava/io/File;")).sources


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("getprop ro.serialno", "identifiers/serial-number"),
        ("getprop", "identifiers/device-model"),
        ("logcat -d", "files/app-files"),
        ("psql", None),
    ],
)
def test_a_command_gives_what_it_names(command, what):
    call = ("invoke-virtual", [0, 1], f"Ljava/lang/Runtime;->exec({STRING})Ljava/lang/Process;")
    assert found(("const-string", 1, command), call).sources == ({(what, "result")} if what else set())


@pytest.mark.parametrize(("number", "what"), [(21, "health/body-sensors"), (19, "sensors/activity"), (99, None)])
def test_a_sensor_is_asked_for_by_its_number(number, what):
    call = "Landroid/hardware/SensorManager;->getDefaultSensor(I)Landroid/hardware/Sensor;"
    search = found(("const/16", 1, number), ("invoke-virtual", [0, 1], call))
    assert not search.points.sources
    assert search.sensitive == ({what} if what else set())
