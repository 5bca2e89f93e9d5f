"""androguard's parse and cross references of one APK: what its users call before they ask anything."""

import sys

from androguard.misc import AnalyzeAPK
from androguard.util import set_log

set_log("ERROR")
apk, dexes, analysis = AnalyzeAPK(sys.argv[1])
print(apk.get_package(), len(dexes), sum(1 for _ in analysis.get_classes()), "classes")
