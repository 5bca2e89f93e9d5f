"""Seven years of headlines, one a day, each as known on its own day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from affidavit.law.ask import Resolver
from tests.builders.law import whole
from tests.law.known_answers import question_of

TABLE = yaml.safe_load(Path(__file__).with_name("days.yaml").read_text("utf-8"))


def days(changes: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Every day with its headline."""
    for (first, headline), (after, _) in pairwise(changes):
        day = date.fromisoformat(first)
        while day < date.fromisoformat(after):
            yield day.isoformat(), headline
            day += timedelta(days=1)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join(row["query"].values()))
def test_every_day_has_its_headline(row: dict[str, Any]):
    resolver, wrong = Resolver(whole()), {}
    for day, headline in days(row["from"]):
        made = resolver.ask(question_of(row["query"] | {"as_of": day, "known_at": day}))
        if made.headline != headline:
            wrong[day] = f"{made.headline}, not {headline}"
    assert not wrong


def test_the_headline_on_updates_through_us_stores_changes_a_dozen_times():
    """Further orders, postponements and retroactive ends come on top: see the known answers."""
    stores = [
        row["from"]
        for row in TABLE
        if row["query"]["transaction"] == "app_store_update" and row["query"]["app"] in {"tiktok", "wechat"}
    ]
    assert sum(len(changes) - 2 for changes in stores) >= 12
