"""The picture of where hosts lead: bounded, the same every time, hostile names only as text."""

from xml.etree import ElementTree as ET

from msgspec.structs import replace

from affidavit.model.network import Attributed, NetworkRecord
from affidavit.report.html import environment
from affidavit.report.network_picture import MOST, picture
from tests.builders.served import network_record


def test_a_record_without_endpoints_has_no_picture() -> None:
    assert picture(NetworkRecord(), "app") is None


def test_each_column_has_a_box_for_each_name_and_lines_lead_from_one_to_the_next() -> None:
    scene = picture(network_record(), "org.example")
    assert scene is not None
    assert {label.text for label in scene.labels} >= {"org.example", "ByteDance Ltd.", "Akamai", "US", "not determined"}
    assert sorted({rule.style for rule in scene.rules}) == ["said", "seen"]
    assert all(
        box.x >= 0 and box.x + box.width <= scene.width and box.y + box.height <= scene.height for box in scene.boxes
    )


def test_it_fits_into_the_column_of_a_page_so_that_no_country_is_cut_off() -> None:
    drawn = picture(network_record(), "org.example")
    assert drawn is not None
    assert drawn.width <= 910


def test_a_name_in_code_alone_is_a_broken_line() -> None:
    record = replace(network_record(), endpoints=(Attributed("a.example", "", "declared"),))
    drawn = picture(record, "app")
    assert drawn is not None
    assert {rule.style for rule in drawn.rules} == {"said"}


def test_many_endpoints_share_the_last_boxes_and_none_is_lost() -> None:
    many = tuple(Attributed(f"h{n}.example", "", "observed", operator=f"op{n % 40}") for n in range(300))
    scene = picture(NetworkRecord(endpoints=many), "app")
    assert scene is not None
    for x in {box.x for box in scene.boxes}:
        column = [box for box in scene.boxes if box.x == x]
        assert len(column) <= MOST
        assert sum(box.statement.count(".example") for box in column) == 300
    assert scene == picture(NetworkRecord(endpoints=tuple(reversed(many))), "app")


def test_hostile_names_are_text_and_nothing_else() -> None:
    made = picture(network_record(), "<b>&\u202e")
    drawn = environment().get_template("picture.html").render(picture=made)
    root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    assert {element.tag for element in root.iter()} == {"svg", "title", "rect", "g", "line", "text"}
    assert any("<script>" in (element.text or "") for element in root.iter())
    assert "\u202e" not in drawn
