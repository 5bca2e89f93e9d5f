"""What an app says stays text in every output? `python -m benchmarks.injection [CLASS ...]` prints a table.

Each payload of ``tests/injection/payloads.yaml`` is carried by an app of its own, wherever an app has a say, and put
into every text of an account (thousands of characters only into the app). Both go through every output; a payload is
*neutral* there when the output's rule finds nothing wrong. A cell is ``neutral/tried``.
"""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from affidavit.evidence.derive import derive
from affidavit.report.paths import portable
from tests.builders.payloads import payload_app
from tests.injection.corpus import Payload, payloads
from tests.injection.outputs import OUTPUTS, faults
from tests.injection.rules import of_file_name
from tests.report.accounts import WORDS, full_affidavit, poisoned

NAMES = "file name"


def judged(item: Payload, folder: Path) -> dict[str, list[str]]:
    """The faults of one payload in each output, and in the name of a file that is written for it."""
    path = folder / "carrier.apk"
    path.write_bytes(payload_app(item.text))
    accounts = [derive(path)]
    if item.kind != "size":
        accounts.append(poisoned(full_affidavit(), item.utf8, spare=WORDS))
    found = {form: [fault for account in accounts for fault in faults(form, account)] for form in OUTPUTS}
    return {**found, NAMES: list(of_file_name(f"{portable(item.text, 'ab' * 32)}.affidavit.html"))}


def table(tried: Counter[str], neutral: Counter[tuple[str, str]]) -> str:
    """One line for each output, one column for each class, and all of them."""
    forms, kinds = (*OUTPUTS, NAMES), list(tried)
    lines = ["| output | " + " | ".join([*kinds, "all"]) + " |", "|---|" + "--:|" * (len(kinds) + 1)]
    for form in forms:
        cells = [f"{neutral[form, kind]}/{tried[kind]}" for kind in kinds]
        whole = f"{sum(neutral[form, kind] for kind in kinds)}/{tried.total()}"
        lines.append(f"| {form} | " + " | ".join([*cells, whole]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Try every payload, or those of the classes named; say what was looked for, the table, and each fault."""
    wanted = set(sys.argv[1:])
    tried: Counter[str] = Counter()
    neutral: Counter[tuple[str, str]] = Counter()
    leaks: list[str] = []
    with TemporaryDirectory() as folder:
        for item in payloads():
            if wanted and item.kind not in wanted:
                continue
            tried[item.kind] += 1
            for form, found in judged(item, Path(folder)).items():
                neutral[form, item.kind] += not found
                leaks += [f"{form}, {item.kind} ({item.aims}): {fault}" for fault in found[:1]]
    print(table(tried, neutral))
    print("\nlooked for:")
    for form, output in OUTPUTS.items():
        print(f"  {form}: {output.looked_for}")
    print(f"  {NAMES}: one level deep, no device, no option, at most 255 bytes")
    print("\n".join(["", f"{len(leaks)} leaks", *leaks]))


if __name__ == "__main__":
    main()
