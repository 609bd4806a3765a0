"""Asking for help without an account: one call makes the guest and opens the case.

Keys, ids, the token and the tap are stored before the server hears of any, so a call
whose answer was lost is made again as it was, and there is one guest and one case.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mentalverse_signaling.crisis_events import CrisisOpen, Taken

from ..account.guest import finish, guest_begin, prepare, require_unfinished
from ..account.profile import (
    Rng,
    check_url,
    create_vault,
)
from ..line.http import AccountApi
from ..store.help_request import HelpRequest, load_request, save_request


async def ask_for_help(
    folder: Path,
    passphrase: str,
    server_url: str,
    asked: HelpRequest,
    now: datetime,
    rng: Rng,
) -> Taken:
    """Make a guest's profile in `folder`, and let it ask for help.

    May be repeated with the same folder until it succeeds; the first tap counts.

    Raises:
        ProfileExists: a device lives there: open it, and ask with that.
        UntrustedServer: another server than an unfinished attempt began with, a
            protocol version not spoken here, or plain HTTP to another machine.
        NotConnected, SignalingError.
    """
    check_url(server_url)
    vault = create_vault(folder, passphrase, rng)
    try:
        require_unfinished(vault)
        asked = load_request(vault) or asked
        with vault.transaction() as write:
            save_request(write, asked)
        async with AccountApi(server_url) as api:
            info = await api.server()
            identity, sign_in = prepare(vault, info, server_url, now, rng)
            now_ms = int(now.timestamp() * 1000)
            answer = await api.open_case(
                CrisisOpen(
                    case=asked.opening(now_ms),
                    guest=guest_begin(identity, sign_in.token),
                )
            )
        if answer.guest is not None:
            finish(vault, identity, sign_in, answer.guest, now)
        return answer.taken
    finally:
        vault.close()
