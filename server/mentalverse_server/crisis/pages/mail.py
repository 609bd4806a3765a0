"""Pages by mail, through the operator's own SMTP server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from .page import NotTaken, Page


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: str
    """`starttls`, `tls`, or `plain` to this machine."""
    sender: str
    user: str
    password: str = field(repr=False)


class MailSender:
    """One connection for each page: none that a server forgot is found out too late."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._tls = ssl.create_default_context()

    async def send(self, page: Page, address: str) -> str:
        """Hand it in; what the server said. Raises `NotTaken`."""
        server = self._server
        try:
            refused, said = await aiosmtplib.send(
                self._message(page, address),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=None if server.security == "plain" else self._tls,
                timeout=None,
                # Not asked of a resolver that may be away, and tells of no machine.
                local_hostname=server.sender.rpartition("@")[2],
            )
        except aiosmtplib.SMTPResponseException as error:
            raise NotTaken(f"answered {error.code}") from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise NotTaken(f"no mail was sent ({type(error).__name__})") from None
        if refused:
            raise NotTaken("the address was refused")
        return said.split("\n")[0][:80] or "taken"

    async def close(self) -> None:
        """Nothing is kept open."""

    def _message(self, page: Page, address: str) -> EmailMessage:
        server = self._server
        message = EmailMessage()
        message["From"] = server.sender
        message["To"] = address
        message["Subject"] = page.title
        message["Date"] = format_datetime(
            datetime.fromtimestamp(page.made_at_ms / 1000, UTC)
        )
        # The same at each attempt: mailboxes show one of two.
        message["Message-ID"] = f"<{page.id}@{server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Importance"] = "high"
        message.set_content(page.text)
        return message
