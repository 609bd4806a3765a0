"""The server calls public push services and nothing else."""

from __future__ import annotations

import socket

import pytest

from mentalverse_server.public_internet import is_public
from mentalverse_server.push.endpoints import check_endpoint, public_socket
from mentalverse_signaling.errors import BadRequest

INSIDE = (
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "fe80::1%1",
    "fc00::1",
    "ff02::1",
    "localhost",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_public_gets_no_socket(address: str) -> None:
    """Whatever form it is written in, and whatever name led there."""
    assert not is_public(address)
    resolved = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
    with pytest.raises(OSError, match="no such address"):
        public_socket(resolved)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "push.example.net",
        "http://push.example.net/x",
        "ftp://push.example.net/x",
        "https:///x",
        "https://user@push.example.net/x",
        "https://push.example.net:8443/x",
        "https://push.example.net:99999/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://localhost/x",
        "https://push.example.net/x#y",
        "https://push.example.net/a b",
        "https://push.exämple.net/x",
        "https://push.example.net/\r\nHost: x",
    ],
)
def test_what_is_no_push_service_is_refused_at_once(url: str) -> None:
    """Before it is stored: whoever subscribes is told."""
    with pytest.raises(BadRequest):
        check_endpoint(url, allow_private=False)


def test_push_services_are_taken_and_a_test_may_name_its_own() -> None:
    check_endpoint("https://fcm.googleapis.com/fcm/send/abc:def", allow_private=False)
    check_endpoint("https://web.push.apple.com/Qx?y=z", allow_private=False)
    check_endpoint("http://127.0.0.1:5/x", allow_private=True)
    with pytest.raises(BadRequest):
        check_endpoint("file:///etc/passwd", allow_private=True)
