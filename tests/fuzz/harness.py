"""One target under atheris: `python -m tests.fuzz.harness TARGET [libFuzzer options] FOLDER...`."""

import sys

import atheris

with atheris.instrument_imports(include=["affidavit", "asn1crypto"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer's options say stop; the first input that breaks the target ends the process."""
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name].run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
