"""A server in this process, for those who take it for one that was installed."""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_server.config import Config
from mentalverse_signaling.roles import Role
from support.account_api import Api


@dataclass(frozen=True)
class Inside:
    """As `support.server.Installed`."""

    api: Api

    @property
    def url(self) -> str:
        return self.api.server.url

    def invite(self, *roles: Role) -> str:
        return self.api.invite(*roles)

    def config(self) -> Config:
        return self.api.server.config
