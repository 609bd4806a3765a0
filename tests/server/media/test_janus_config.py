"""The folder of Janus: nobody else reads it, and Debian's own Janus obeys it."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mentalverse_server.errors import StartupError
from mentalverse_server.media.janus.config_files import (
    Library,
    find_library,
    read_secrets,
    unit,
    write_config,
)
from mentalverse_server.media.janus.settings import JanusSettings
from support.janus import Janus
from support.netns import private_network

LIBRARY = Library(
    Path("/opt/parts"),
    ("libjanus_echotest.so", "libjanus_sip.so", "libjanus_videoroom.so"),
    ("libjanus_http.so", "libjanus_websockets.so"),
)
GENERAL = """\
# Written before each start: changes here are lost.
general: {
	configs_folder = "%s"
	plugins_folder = "/opt/parts/plugins"
	transports_folder = "/opt/parts/transports"
	api_secret = "%s"
	admin_secret = "%s"
	token_auth = false
	server_name = "%s"
	session_timeout = 60
	reclaim_session_timeout = 30
	hide_dependencies = true
	debug_level = 4
	debug_colors = false
}
media: {
	ipv6 = false
	rtp_port_range = "30000-30020"
	dtls_mtu = 1200
}
nat: {
	full_trickle = false
	ice_tcp = false
	ice_lite = false
	ignore_mdns = true
	nat_1_1_mapping = "192.0.2.7"
}
plugins: {
	disable = "libjanus_echotest.so,libjanus_sip.so"
}
transports: {
	disable = "libjanus_http.so"
}
events: {
	broadcast = false
}
"""


def _counting() -> Callable[[int], bytes]:
    drawn = iter(range(1, 256))
    return lambda size: bytes([next(drawn)] * size)


def test_the_settings_are_these_to_the_letter(tmp_path: Path) -> None:
    settings = JanusSettings(tmp_path, 18188, "30000-30020", "192.0.2.7")

    written = write_config(settings, LIBRARY, _counting())

    name, api, admin, key = (f"{number:02x}" * 24 for number in (1, 2, 3, 4))
    text = (tmp_path / "janus.jcfg").read_text()
    assert text == GENERAL % (tmp_path, api, admin, name)
    assert (
        f'admin_key = "{key}"' in (tmp_path / "janus.plugin.videoroom.jcfg").read_text()
    )
    transport = (tmp_path / "janus.transport.websockets.jcfg").read_text()
    assert 'ws_ip = "127.0.0.1"\n\tws_port = 18188\n\twss = false' in transport
    assert "admin_ws = false" in transport
    assert read_secrets(tmp_path) == written
    assert admin not in (tmp_path / "secrets.json").read_text()


def test_only_the_owner_reads_it_also_where_it_was_wider(tmp_path: Path) -> None:
    folder = tmp_path / "janus"
    folder.mkdir(mode=0o755)

    write_config(JanusSettings(folder), LIBRARY, secrets.token_bytes)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_every_start_has_secrets_of_its_own(tmp_path: Path) -> None:
    settings = JanusSettings(tmp_path)

    first = write_config(settings, LIBRARY, secrets.token_bytes)
    second = write_config(settings, LIBRARY, secrets.token_bytes)

    before = {first.server_name, first.api_secret, first.admin_key}
    after = {second.server_name, second.api_secret, second.admin_key}
    assert len(before | after) == 6


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff"])
def test_damaged_secrets_are_one_line_for_the_operator(
    tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / "secrets.json").write_bytes(damage)

    with pytest.raises(StartupError, match=r"secrets\.json"):
        read_secrets(tmp_path)


def test_a_machine_without_janus_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="not installed"):
        find_library(root=tmp_path)


def test_the_unit_writes_fresh_settings_before_each_start(tmp_path: Path) -> None:
    text = unit(JanusSettings(tmp_path), "/usr/bin/mentalverse janus config", "mv")

    assert "ExecStartPre=/usr/bin/mentalverse janus config\n" in text
    assert f"--configs-folder={tmp_path}\n" in text
    assert "User=mv\n" in text


async def test_janus_has_one_plugin_one_transport_and_listens_to_this_machine(
    tmp_path: Path,
) -> None:
    """What it loaded it says itself; where it listens the kernel says."""
    with private_network():
        janus = Janus(tmp_path)
        janus.start()
        try:
            info = await _info(janus.settings)
            listening = subprocess.run(
                ["ss", "-Hltun"], capture_output=True, text=True, check=True
            ).stdout
        finally:
            janus.stop()

    assert list(info["plugins"]) == ["janus.plugin.videoroom"]
    assert list(info["transports"]) == ["janus.transport.websockets"]
    assert info["server-name"] == read_secrets(janus.settings.folder).server_name
    assert info["api_secret"]
    assert "dependencies" not in info
    assert [line.split()[4] for line in listening.splitlines()] == ["127.0.0.1:18188"]
    assert os.stat(janus.settings.folder).st_mode & 0o077 == 0


async def _info(settings: JanusSettings) -> dict[str, Any]:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while True:
            try:
                line = await session.ws_connect(
                    settings.url, protocols=["janus-protocol"]
                )
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)
                continue
            async with line:
                await line.send_json({"janus": "info", "transaction": "t"})
                found: dict[str, Any] = await line.receive_json()
                return found
