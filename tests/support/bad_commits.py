"""Commits that the server takes and the other members cannot apply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mentalverse_client import Client, Conversation
from mentalverse_crypto import group, sending
from mentalverse_crypto.framing import AuthenticatedContent
from support.rooms import plan


def _with_another_tag(content: AuthenticatedContent) -> AuthenticatedContent:
    auth = replace(content.auth, confirmation_tag=bytes(32))
    return replace(content, auth=auth)


async def commit_what_nobody_can_apply(
    client: Client, conversation: Conversation
) -> None:
    """Take the epoch with a commit whose confirmation tag is wrong.

    Framing, signature and declaration are true, so only members find out. The
    committer's own device goes on as if nothing were wrong.
    """
    room, honest = conversation._room, sending.frame

    def frame(state: Any, content: AuthenticatedContent, rng: Any) -> Any:
        return honest(state, _with_another_tag(content), rng)

    # Nothing else runs between the two lines: staging does not wait for anything.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "frame", frame)
        room.stage(plan(), ())
    await client._engine.courier(room)._committer.renew()
