"""Somebody finds a mentor, and both prepare: at real browsers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_signaling.roles import Role
from support.server import ServerProcess

from .modules import (
    become_a_pair,
    isolated,
    match,
    offer,
    options,
    other_mentor,
    press,
    search,
    somebody,
)

pytestmark = pytest.mark.timeout(300)


@pytest.mark.capability("M03")
@pytest.mark.capability("M09")
async def test_somebody_finds_a_mentor_and_both_prepare(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Each screen goes on by itself when another person has done their part."""
    async with (
        other_mentor(app_server, tmp_path, "ann"),
        other_mentor(app_server, tmp_path, "ben"),
        somebody(browser, app_server, "lea", Role.COORDINATOR) as lea,
        somebody(browser, app_server, "max", Role.MENTOR) as max_,
        somebody(browser, app_server, "mia") as mia,
    ):
        await offer(max_)
        await max_.goto("/#/mentor")
        await search(mia)
        await match(lea, "mia")
        await expect(options(mia)).to_have_count(3)
        await become_a_pair(mia, max_, ("mia", "max"))
        await press(mia, f"Write to {isolated('max')}")
        await expect(mia).to_have_url(re.compile("#/c/"))
