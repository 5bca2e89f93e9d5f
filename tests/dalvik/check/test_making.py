"""Texts that programs put together or hide, and texts of which nothing is there."""

import base64

import pytest

from affidavit.dalvik.check.making import LONGEST, Making

NAME = "getDeviceId"


@pytest.mark.parametrize(
    "constants",
    [
        ["getDe", "viceId"],
        ["get", "Device", "Id"],
        ["xxgetDeviceIdxx"],
        [NAME[::-1]],
        ["g_e_t_D_e_v_i_c_e_I_d"],
        [base64.b64encode(NAME.encode()).decode()],
    ],
)
def test_a_name_that_is_put_together_or_hidden_is_there(constants):
    assert Making(["other", *constants]).makes(NAME)


@pytest.mark.parametrize(
    "constants",
    [
        [],
        ["getDe", "vice"],
        ["g", "e", "t", "D", "v", "i", "c", "I", "d"],
        ["get a long text in which Device stands far away from what follows, and Id ends it"],
        [NAME + "x" * LONGEST],
        ["Z2V0RGV2aWNl"],
    ],
)
def test_what_is_not_there_is_not_made(constants):
    assert not Making(constants).makes(NAME)


def test_a_short_word_is_made_of_nothing():
    assert not Making(["xaby"]).makes("ab")
