"""The account of own records: what is told of each app, what is folded, and that nothing in it acts on its reader."""

import csv
import io

from msgspec.structs import replace

from affidavit.report.screened import render_screening, screening_csv
from tests.builders import records
from tests.builders.screenings import screening


def flat(text):
    return " ".join(text.split())


def account(actor="cdn_provider", *files, on="2020-11-13", known="2020-09-19"):
    return screening(actor, on, known, *files)


def test_each_app_that_is_told_itself_stands_with_its_own_matches():
    text = flat(render_screening(account("payment_provider", records.PAYMENTS)))
    assert "TikTok: touched, at the most S5 m1 S5 pays its operator, or is paid by it: TikTok Ads" in text
    assert "WeChat: touched, at the most S5 m2 S5 moves money through it: WeChat Pay*Noodles" in text
    assert "WeChat Pay: touched, at the most S5 m3 S5 moves money through it" in text


def test_apps_that_their_operator_tells_stand_together():
    text = flat(render_screening(account("hosting_provider", "Company;Domain\nByteDance Ltd.;a.example\n")))
    assert "told by their operator alone; which of its apps is meant is not shown" in text
    assert text.count("ByteDance Ltd. (operator ByteDance") == 1


def test_what_was_not_read_or_not_understood_is_said():
    log = records.LOG + "garbage\n" + '192.0.2.1 - - [x] "GET / HTTP/1.1" 200 5\n'
    table = "Company;Domain;Colour\nTencent Cloud;a.example;red\n"
    text = flat(render_screening(account("cdn_provider", log, table)))
    assert "not read, 1 record: a line is none of the Common or Combined form (first: line 6)" in text
    assert "not compared: 1 line without a virtual host" in text
    assert "not understood: Colour" in text
    assert "set aside, 1 record: cloud of the group, with customers of its own, such as Tencent Cloud" in text
    assert "1 record could not be read: what is in them was not compared" in text.lower()


def test_records_of_other_days_than_asked_about_are_said_where_they_are_and_where_they_bear():
    text = flat(render_screening(account("cdn_provider", records.LOG)))
    assert "of other days than asked about, 5 records: 5 earlier, 0 later (2020-09-20)" in text
    assert "note: of 2020-09-20 and not of the day asked about: that it was so on that day is not" in text
    assert "5 records of 2020-09-20: 0 of the day asked about, 5 of earlier days, 0 of later ones" in text
    same = flat(render_screening(account("cdn_provider", records.LOG, on="2020-09-20")))
    assert "5 of the day asked about, 0 of earlier days" in same
    assert "of other days" not in same
    assert "and not of the day asked about" not in same
    (row, *_) = csv.DictReader(io.StringIO(screening_csv(account("cdn_provider", records.LOG))))
    assert (row["first"], row["last"]) == ("2020-09-20", "2020-09-20")


def test_an_account_without_matches_says_what_it_compared():
    text = flat(render_screening(account("cdn_provider", "hostname,cname\na.example,b.example\n")))
    assert "Nothing that was read touches a listed app" in text
    assert "1 record of 1 file were compared with marks of" in text
    assert "What the law says" not in text


def test_many_matches_are_counted_on_the_page_and_all_in_the_table():
    lines = "".join(f"h{number}.tiktokcdn.com,o.example\n" for number in range(30))
    made = account("cdn_provider", "hostname,origin\n" + lines)
    assert "and 18 more (--format json or csv has them)" in render_screening(made)
    assert len(list(csv.DictReader(io.StringIO(screening_csv(made))))) == 30


def test_no_character_of_a_record_reaches_a_terminal_or_a_spreadsheet_unseen():
    made = account("hosting_provider", "Company;Domain\n\x1b[31mTikTok;a.example\n+TikTok;b.example\n")
    for text in (render_screening(made), screening_csv(made)):
        assert "\x1b" not in text
    cells = [cell for row in csv.reader(io.StringIO(screening_csv(made))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_lines_keep_to_the_width_and_colours_are_asked_for():
    made = account("cdn_provider", records.ZONE, records.LOG)
    assert max(map(len, render_screening(made, width=80).splitlines())) <= 80
    assert "\x1b[" in render_screening(made, colour=True)


def test_it_is_said_whether_the_records_were_read_behind_walls():
    made = account("cdn_provider", records.LOG)
    assert "read in this process, without walls" in render_screening(made)
    assert "read behind walls (limits, seccomp)" in render_screening(replace(made, walls="limits, seccomp"))


def test_no_word_calls_anything_lawful_or_harmless():
    made = account("cdn_provider", records.ZONE, records.LOG)
    text = render_screening(made).lower()
    assert not [word for word in ("safe", "clean", "illegal", "compliant") if f" {word}" in text]
