"""A command in this process, a browser, and the accounts of apps that carry payloads."""

from collections.abc import Callable
from functools import cache

import pytest

from affidavit.evidence.derive import derive
from affidavit.model.bundle import Affidavit
from tests.builders.payloads import payload_app, payload_splits
from tests.cli.conftest import run
from tests.injection.corpus import Payload
from tests.report.conftest import browser

__all__ = ["browser", "run"]

Account = Callable[..., Affidavit]


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """Review an app, or a set of splits, that carries some payloads; a stage that breaks raises."""
    folder = tmp_path_factory.mktemp("payloads")

    @cache
    def reviewed(carried: tuple[Payload, ...], *, splits: bool = False) -> Affidavit:
        build = payload_splits if splits else payload_app
        path = folder / "carrier.apk"
        path.write_bytes(build(*(item.text for item in carried)))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AFFIDAVIT_DEBUG", "1")
            return derive(path)

    return reviewed
