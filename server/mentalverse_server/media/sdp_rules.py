"""Which session descriptions are passed on to an engine: few lines, known codecs.

A description comes from a client, so it is read as bounded data before an engine's
parser sees it. It is not edited: it is passed on as it is, or refused with `BadSdp`.
Engines parse more than is checked here and refuse the rest themselves.
"""

from __future__ import annotations

import re

from .driver import MAX_CANDIDATE_BYTES, MAX_SDP_BYTES, BadSdp, E2eeRequired, Jsep

MAX_LINES = 2_000
MAX_LINE_CHARACTERS = 2_048
MAX_MEDIA = 24
MAX_CANDIDATES = 64
MAX_SSRCS = 16
"""`a=ssrc` lines of one medium: three layers with their retransmissions, and names."""
PROFILE = "UDP/TLS/RTP/SAVPF"
CODECS = {
    "audio": {"opus/48000/2"},
    "video": {"vp8/90000", "rtx/90000"},
}

_LINE = re.compile(r"[a-z]=[\x20-\x7e\u00a0-\uffff]*")
_MEDIA = re.compile(rf"(audio|video) \d{{1,5}} {PROFILE}((?: \d{{1,3}}){{1,16}})")
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) (\S+)")
_APT = re.compile(r"fmtp:(\d{1,3}) (?:.*;)?apt=(\d{1,3})\b.*")
_EXTMAP = re.compile(r"extmap:(\d{1,3})(?:/[a-z]+)? \S{1,255}.*")
_MID = re.compile(r"mid:[A-Za-z0-9_.~+-]{1,16}")


def check(jsep: Jsep, expected: str) -> None:
    """Raises `E2eeRequired` and `BadSdp`; `expected` is offer or answer."""
    if not jsep.e2ee:
        raise E2eeRequired("frames must be sealed")
    if jsep.type != expected:
        raise BadSdp(f"not an {expected}")
    sections = _sections(_lines(jsep.sdp))
    session, media = sections[0], sections[1:]
    if not media or len(media) > MAX_MEDIA:
        raise BadSdp(f"{len(media)} media")
    mids = [_check_medium(section, session) for section in media]
    if len(set(mids)) != len(mids):
        raise BadSdp("a mid is there twice")


def check_candidate(candidate: str) -> None:
    """Raises `BadSdp`; "" says that there are no more."""
    if len(candidate.encode()) > MAX_CANDIDATE_BYTES:
        raise BadSdp("candidate too long")
    if candidate and not (
        candidate.startswith("candidate:") and candidate.isprintable()
    ):
        raise BadSdp("not a candidate")


def _lines(sdp: str) -> list[str]:
    if len(sdp) > MAX_SDP_BYTES or len(sdp.encode(errors="replace")) > MAX_SDP_BYTES:
        raise BadSdp("too long")
    lines = sdp.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES or lines[0] != "v=0":
        raise BadSdp("not a description")
    for line in lines:
        if len(line) > MAX_LINE_CHARACTERS or not _LINE.fullmatch(line):
            raise BadSdp("not a line of a description")
    candidates = sum(line.startswith("a=candidate:") for line in lines)
    if candidates > MAX_CANDIDATES:
        raise BadSdp(f"{candidates} candidates")
    return lines


def _sections(lines: list[str]) -> list[list[str]]:
    """The session's lines, then those of each medium."""
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _check_medium(section: list[str], session: list[str]) -> str:
    """Returns its mid."""
    media = _MEDIA.fullmatch(section[0][2:])
    if media is None:
        raise BadSdp("not a medium of sound or picture")
    attributes = [line[2:] for line in section if line.startswith("a=")]
    above = [line[2:] for line in session if line.startswith("a=")]
    mids = [each for each in attributes if each.startswith("mid:")]
    if len(mids) != 1 or not _MID.fullmatch(mids[0]):
        raise BadSdp("a medium without mid")
    if "rtcp-mux" not in attributes:
        raise BadSdp("a medium without rtcp-mux")
    for name in ("ice-ufrag:", "ice-pwd:", "fingerprint:"):
        if not any(each.startswith(name) for each in (*attributes, *above)):
            raise BadSdp(f"a medium without {name[:-1]}")
    if sum(each.startswith("ssrc:") for each in attributes) > MAX_SSRCS:
        raise BadSdp("too many streams")
    _check_extensions(attributes)
    _check_codecs(media[1], media[2].split(), attributes)
    return mids[0]


def _check_extensions(attributes: list[str]) -> None:
    for each in attributes:
        if each.startswith("extmap:"):
            extension = _EXTMAP.fullmatch(each)
            if extension is None or not 1 <= int(extension[1]) <= 14:
                raise BadSdp("not an extension of one byte")


def _check_codecs(kind: str, formats: list[str], attributes: list[str]) -> None:
    """Each payload type is a codec that is taken, and every `rtx` repeats one."""
    codecs: dict[str, str] = {}
    for each in attributes:
        found = _RTPMAP.fullmatch(each)
        if found is not None:
            codecs[found[1]] = found[2].lower()
    repeats = {found[1]: found[2] for each in attributes if (found := _APT.match(each))}
    for number in formats:
        codec = codecs.get(number)
        if codec not in CODECS[kind]:
            raise BadSdp(f"{codec or number} is not taken")
        if codec == "rtx/90000" and codecs.get(repeats.get(number, "")) != "vp8/90000":
            raise BadSdp("rtx of nothing")
    if set(codecs) != set(formats):
        raise BadSdp("codecs that are no formats")
