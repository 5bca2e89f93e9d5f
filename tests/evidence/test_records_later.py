"""What reading records imports late: all of it is named, so that it is there before walls are raised."""

import json
import os
import subprocess
import sys

from tests.builders import records
from tests.builders.records import certificate_pem

CODE = """
import json, os, sys
from importlib import import_module
from affidavit import knowledge
from affidavit.evidence import records_worker as worker
for name in worker.LATER:
    import_module(name)
knowledge.hold()
selectors = worker.known_selectors()
before = set(sys.modules)
kinds = []
for path in sys.argv[1:]:
    handle = os.open(path, os.O_RDONLY)
    found, _ = worker.compared(worker.Source(handle, path, os.path.getsize(path)), selectors)
    kinds.append(found.kind)
print(json.dumps([kinds, sorted(set(sys.modules) - before)]))
"""


def test_no_form_of_records_imports_anything_once_walls_stand(tmp_path):
    made = {
        "zone": records.ZONE + "магазин.example. IN CNAME bücher.example.\n",
        "access-log": records.LOG,
        "customers": records.CUSTOMERS + "7;ＴｉｋＴｏｋ；;магазин.рф;RU\n",
        "peers": records.MEMBERS,
        "listings": records.LISTINGS,
        "merchants": records.PAYMENTS,
        "installed": records.DEVICES,
        "certificates": certificate_pem("*.tiktokcdn.com").decode(),
        "names": "hostname,cname\nмагазин.example,v16.tiktokcdn.com\n",
        "dns-log": "Jan  1 00:00:00 dnsmasq[1]: query[A] www.tiktok.com from 192.0.2.1\n",
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", CODE, *(str(tmp_path / name) for name in made)],
        capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    kinds, late = json.loads(done.stdout)
    assert kinds == list(made)
    assert late == []
