import bz2
import gzip
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from affidavit.model.errors import UnreadableError
from affidavit.network.capture.opening import opened
from tests.builders.captures import events_of, form_of, source_of
from tests.fuzz import uses_captures

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"hello\n", b"\x1f\x8b\x08 no gzip", b"PK\x03\x04", b"{}", b"[]"])
def test_what_is_no_capture_is_refused_by_name(data):
    with pytest.raises(UnreadableError, match="made"):
        opened(source_of(data))


LATE = """
import sys, gzip, bz2, zstandard
from tests.fuzz import uses_captures
made = [data for items in uses_captures.made().values() for data in items]
packed = [pack(made[0]) for pack in (gzip.compress, bz2.compress, zstandard.compress)]
before = set(sys.modules)
for data in (*made, *packed, *(data[:-5] for data in made)):
    uses_captures.capture(data)
print(sorted(set(sys.modules) - before))
"""


def test_readers_import_nothing_late_since_behind_the_walls_they_could_not():
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr


def test_every_format_has_a_sample_that_tells_itself():
    made = [data for items in uses_captures.made().values() for data in items]
    forms = {form_of(data) for data in made}
    assert forms >= {"har", "mitmproxy", "zeek-dns", "zeek-conn", "zeek-http", "vpc-flow", "gcp-flow", "azure-flow"}
    assert forms >= {"nfdump", "pcapdroid", "bind-dns", "dnsmasq", "adguard-dns", "route53-dns", "dns-csv"}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstandard.compress])
def test_what_is_packed_is_told_by_what_it_holds(pack):
    for items in uses_captures.made().values():
        assert form_of(pack(items[0])) == form_of(items[0])
        assert len(events_of(pack(items[0]))) == len(events_of(items[0]))
