"""Addresses that a server must not call, in every form that somebody has thought of."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

SPECIAL_V4 = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
)
SPECIAL_V6 = (
    "::",
    "::1",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)
_WRAPPED = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0")


def special_addresses() -> list[str]:
    """Of IPv4, of IPv6, and the former inside the latter."""
    inside = [form for text in _WRAPPED for form in _as_v6(IPv4Address(text))]
    return [*SPECIAL_V4, *SPECIAL_V6, *inside]


def host_forms() -> list[str]:
    """Hosts that are, or that some reader takes for, a special address."""
    v4 = [form for text in SPECIAL_V4 for form in _as_host(IPv4Address(text))]
    v6 = [f"[{text}]" for text in special_addresses() if ":" in text]
    return list(dict.fromkeys([*v4, *v6, *_ODD_HOSTS]))


def forbidden_urls() -> list[str]:
    """Every host in an address, and what is forbidden beside its host."""
    hosts = [f"https://{host}/hook" for host in host_forms()]
    return list(dict.fromkeys([*hosts, *_ODD_URLS]))


def _as_host(address: IPv4Address) -> list[str]:
    whole, a = int(address), address.packed
    return [
        str(address),
        f"{address}.",
        str(whole),
        f"0x{whole:08x}",
        f"0{whole:o}",
        ".".join(f"0x{each:x}" for each in a),
        ".".join(f"0{each:o}" for each in a),
        f"{a[0]}.{int.from_bytes(a[1:])}",
        f"{a[0]}.{a[1]}.{int.from_bytes(a[2:])}",
    ]


def _as_v6(address: IPv4Address) -> list[str]:
    low = int(address)
    teredo = IPv6Address(0x20010000 << 96 | 9 << 64 | low ^ 0xFFFFFFFF)
    return [
        str(IPv6Address(0xFFFF << 32 | low)),
        f"::ffff:{address}",
        str(IPv6Address(low)),
        f"64:ff9b::{address}",
        str(IPv6Address(0x2002 << 112 | low << 80 | 1)),
        str(teredo),
        f"0:0:0:0:0:ffff:{low >> 16:x}:{low & 0xFFFF:x}",
    ]


_ODD_HOSTS = (
    *("localhost", "localhost.", "LOCALHOST", "a.localhost", "ip6-localhost"),
    *("127.1", "127.0.1", "0", "00", "0x0", "0x7f.1", "017700000001", "2130706433."),
    *("127.0.0.1.0", "1.2.3.4.5", "256.256.256.256", "0x7f000001.", "4294967296"),
    *("[::1%25lo]", "[fe80::1%25eth0]", "[::1].", "[::ffff:7f00:1]", "[0::1]"),
    *("metadata", "router", "printer", "server", "intranet"),
    *("metadata.google.internal", "host.docker.internal", "nas.local", "box.lan"),
    *("wiki.corp", "gw.home", "a.home.arpa", "1.0.0.127.in-addr.arpa", "x.onion"),
    *("x.invalid", "x.test", "x.example", "x.localdomain"),
    # Letters and digits that some readers fold to ASCII.
    *("１２７.０.０.１", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "loc\u00adalhost", "①②⑦.0.0.1"),
    *("еxample.org", "exаmple.org", "xn--xample-2of.org", "xn--e1awd7f.org"),
    *("hooks.xn--p1ai", "ĸ8s.io", "faß.de", "example.org\u200b", "ex\u0430mple.com"),
    *("a..example.org", ".example.org", "-a.example.org", "a-.example.org"),
    *("a_b.example.org", f"{'a' * 64}.example.org", f"{'a.' * 130}example.org"),
    *("example.org.", "example.org..", "example.1", "example.0x1", "example.a1"),
)
_ODD_URLS = (
    "",
    "https:",
    "https://",
    "https:///hook",
    "https:/example.org/",
    "https:example.org",
    "//example.org/hook",
    "example.org/hook",
    "HTTPS://example.org/hook",
    " https://example.org/hook",
    "https://example.org/hook ",
    "\thttps://example.org/hook",
    "http://example.org/hook",
    "ftp://example.org/hook",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stat",
    "ws://example.org/hook",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///run/docker.sock",
    "https+unix://%2Frun%2Fdocker.sock/x",
    "https://user@example.org/hook",
    "https://user:word@example.org/hook",
    "https://@example.org/hook",
    "https://example.org@127.0.0.1/hook",
    "https://127.0.0.1@example.org/hook",
    "https://example.org:x@127.0.0.1/hook",
    "https://example.org%40127.0.0.1/hook",
    "https://example.org%00.127.0.0.1/hook",
    "https://example.org#@127.0.0.1/hook",
    "https://127.0.0.1#.example.org/hook",
    "https://example.org/hook#part",
    "https://example.org\\@127.0.0.1/hook",
    "https://127.0.0.1\\.example.org/hook",
    "https:\\\\127.0.0.1\\hook",
    "https://example.org\n.127.0.0.1/hook",
    "https://example.org/hook\r\nHost: localhost",
    "https://example.org/ho ok",
    "https://example.org/hook\x00",
    "https://example.org/hook\x7f",
    "https://example.org/hööк",
    "https://exa%6dple.org/hook",
    "https://%31%32%37.0.0.1/hook",
    "https://example.org:80/hook",
    "https://example.org:8443/hook",
    "https://example.org:22/hook",
    "https://example.org:0/hook",
    "https://example.org:99999/hook",
    "https://example.org:4 43/hook",
    "https://example.org:+443/hook",
    "https://example.org:443:80/hook",
    "https://example.org:/hook",
    "https://example.org:-1/hook",
    "https://example.org:٤٤٣/hook",
    "https://[::1/hook",
    "https://::1/hook",
    "https://[example.org]/hook",
    "https://[v1.fe80::a+en1]/hook",
    "https://example.org,127.0.0.1/hook",
    "https://example.org;127.0.0.1/hook",
    "https://example.org&127.0.0.1/hook",
    "https://(example.org)/hook",
    "https://example.org/<script>",
    f"https://example.org/{'a' * 2048}",
)
