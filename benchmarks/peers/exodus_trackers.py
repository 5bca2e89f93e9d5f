"""exodus-core's tracker detection, with the signatures that MobSF ships (its own are fetched from the network)."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from exodus_core.analysis.static_analysis import StaticAnalysis

trackers = json.loads(Path(sys.argv[2]).read_text("utf-8"))["trackers"]
analysis = StaticAnalysis(sys.argv[1])
analysis.signatures = [SimpleNamespace(**tracker) for tracker in trackers.values()]
analysis._compile_signatures()  # noqa: SLF001 - the public call would fetch from the network
print(sorted(tracker.name for tracker in analysis.detect_trackers()))
