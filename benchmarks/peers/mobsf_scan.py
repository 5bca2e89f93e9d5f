"""MobSF's static scan of one APK, in process through its REST views (run in MobSF's own environment).

jadx is no registry package, so MobSF is given `true` as its decompiler: what it would cost to decompile and to search
the Java text is *not* in the figure, which is therefore a lower bound.
"""

import os
import pathlib
import sys
import tempfile

home = tempfile.mkdtemp(prefix="mobsf-")
os.environ |= {
    "HOME": home,
    "DJANGO_SETTINGS_MODULE": "mobsf.MobSF.settings",
    "MOBSF_API_KEY": "benchmark",
    "MOBSF_JADX_BINARY": "/bin/true",
    "MOBSF_DOMAIN_MALWARE_SCAN": "0",
    "MOBSF_DISABLE_AUTHENTICATION": "1",
    "MOBSF_ASYNC_ANALYSIS": "0",
}

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

call_command("makemigrations", verbosity=0)
call_command("makemigrations", "StaticAnalyzer", verbosity=0)
call_command("migrate", verbosity=0)

client = Client(HTTP_AUTHORIZATION="benchmark", HTTP_HOST="127.0.0.1", raise_request_exception=True)
apk = pathlib.Path(sys.argv[1])
with apk.open("rb") as stream:
    upload = client.post("/api/v1/upload", {"file": stream})
scan = client.post("/api/v1/scan", {"hash": upload.json()["hash"]})
report = scan.json()
print(scan.status_code, report.get("package_name"), len(report.get("permissions", {})), "permissions")
