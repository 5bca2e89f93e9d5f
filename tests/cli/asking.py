"""What the tests of ``affidavit ask`` share: questions in options, and text without its line breaks."""

from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "law" / "questions.yaml"
WECHAT = ("--app", "wechat", "--transaction", "app_store_update", "--actor", "app_store")
MAY_GO_TOGETHER = {"bundle", "obligations"}
DAY = ("--on", "2020-09-21", "--known", "2020-09-18")


def flat(text: str) -> str:
    return " ".join(text.split())
