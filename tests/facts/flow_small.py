"""Small apps that read something and send it, from their bytes to what the stage of flows says of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from affidavit.dalvik.whole.chains import Chains
from affidavit.facts.flow_stage import follow
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow, FlowCoverage, Reached
from affidavit.model.limitation import Limitation
from tests.builders import axml
from tests.builders.dex import Class, DexBuilder, Method
from tests.builders.zip import zip_of
from tests.reading import read

MAIN, ACTIVITY = "Lorg/example/app/Main;", "Landroid/app/Activity;"
S = "Ljava/lang/String;"
CREATE = "(Landroid/os/Bundle;)V"
READ = f"Landroid/telephony/TelephonyManager;->getDeviceId(){S}"
LOG = f"Landroid/util/Log;->i({S}{S})I"
HELP = f"{MAIN}->send({S})V"
INIT = Method("<init>", code=[("return-void",)], access=0x10001)
MANAGER = (
    ("const-string", 1, "phone"),
    ("invoke-virtual", [6, 1], f"{MAIN}->getSystemService({S})Ljava/lang/Object;"),
    ("move-result-object", 0),
    ("check-cast", 0, "Landroid/telephony/TelephonyManager;"),
)
"""Instructions that get the service that knows the device id; the receiver is in register 6."""
SEND = Method(
    "send",
    f"({S})V",
    code=[("const-string", 0, "tag"), ("invoke-static", [0, 7], LOG), ("return-void",)],
    access=0x2,
    registers=8,
)


def create(*code: object) -> Method:
    """An onCreate that has the service in register 0 and itself in register 6; a return is added."""
    return Method("onCreate", CREATE, code=[*MANAGER, *code, ("return-void",)], registers=8)  # type: ignore[list-item]


def leaking(*, to: str = HELP) -> Method:
    """An onCreate that reads the device id and hands it to a method of its class."""
    return create(("invoke-virtual", [0], READ), ("move-result-object", 2), ("invoke-direct", [6, 2], to))


def main(*methods: Method) -> Class:
    """The activity."""
    return Class(MAIN, ACTIVITY, methods=[INIT, *methods])


def dex(*classes: Class) -> bytes:
    """A dex file of some classes."""
    return DexBuilder(list(classes)).build()


def manifest(*more: axml.E, enabled: bool = True) -> bytes:
    """A manifest that declares the activity."""
    shown = {"android:name": ".Main", "android:exported": True, "android:enabled": enabled}
    return axml.binary(axml.manifest(axml.e("activity", shown), *more))


def apk(*classes: Class, **more: bytes) -> dict[str, bytes]:
    """Entries of an app of some classes; ``manifest`` replaces the usual one."""
    return {"AndroidManifest.xml": more.get("manifest", manifest()), "classes.dex": dex(*classes)}


@dataclass
class Followed:
    """What the stage said.

    Attributes:
        facts: those that it added. limitations: the same. chains: what it gave.
    """

    facts: list[Fact]
    limitations: list[Limitation]
    chains: Chains | None
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def flows(self) -> list[Flow]:
        """Flows."""
        return [fact.what for fact in self.facts if isinstance(fact.what, Flow)]

    @property
    def reached(self) -> list[Reached]:
        """Sensitive calls that an entry point leads to."""
        return [fact.what for fact in self.facts if isinstance(fact.what, Reached)]

    @property
    def counts(self) -> FlowCoverage:
        """What was looked at."""
        (found,) = (fact.what for fact in self.facts if isinstance(fact.what, FlowCoverage))
        return found

    @property
    def kinds(self) -> list[str]:
        """Kinds of limitations about flows."""
        return [item.kind for item in self.limitations if item.kind.startswith("flows/")]


def follow_files(folder: Path, files: Mapping[str, bytes], name: str = "a.apk", whose: str = "own") -> Followed:
    """Read an artefact of some entries, and follow its data."""
    (folder / name).write_bytes(zip_of(dict(files)))
    return follow_path(folder / name, lambda _: whose)


def follow_path(path: Path, whose: Callable[[str], str]) -> Followed:
    """Read an artefact, and follow its data."""
    with read(path) as state:
        before, said = (len(state.facts), len(state.limitations)), []
        chains = follow(state, whose, lambda *step: said.append(step))
        return Followed(state.facts[before[0] :], state.limitations[before[1] :], chains, said)
