"""exodus-core's tracker detection, with the signatures that MobSF ships (its own are fetched from the network)."""

import collections
import json
import sys

from exodus_core.analysis.static_analysis import StaticAnalysis

trackers = json.load(open(sys.argv[2], encoding="utf-8"))["trackers"]
analysis = StaticAnalysis(sys.argv[1])
Tracker = collections.namedtuple("Tracker", next(iter(trackers.values())).keys())
analysis.signatures = [Tracker(*tracker.values()) for tracker in trackers.values()]
analysis._compile_signatures()  # noqa: SLF001 - the public call would fetch from the network
print(sorted(tracker.name for tracker in analysis.detect_trackers()))
