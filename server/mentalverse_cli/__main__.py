"""The `mentalverse` command: names the sub-commands, imports their code late.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 not ready.
"""

from __future__ import annotations

import typer

from .account import account_app
from .backup import backup_app
from .call import call
from .chain import chain_app
from .chat import chat, register
from .consent import consent_app
from .credential import credential_app
from .crisis import crisis_app
from .device import device_app
from .janus import janus_app
from .ledger import ledger_app
from .log import log_app
from .match import match_app
from .operator import config_app, database_app, doctor_app, invite_app, keys_app
from .policy import policy_app
from .provider import provider_app
from .recording import recording_app
from .report import report_app
from .reward import reward_app
from .roster import operator_app, role_app, user_app
from .serve import demo, serve
from .training import training_app
from .turn import turn_app
from .webhook import webhook_app

app = typer.Typer(
    name="mentalverse",
    help="End-to-end encrypted conversations for mental-health support.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
app.command()(serve)
app.command()(demo)
app.command()(register)
app.command()(chat)
app.command()(call)
app.add_typer(invite_app)
app.add_typer(role_app)
app.add_typer(user_app)
app.add_typer(operator_app)
app.add_typer(provider_app)
app.add_typer(config_app)
app.add_typer(account_app)
app.add_typer(device_app)
app.add_typer(backup_app)
app.add_typer(recording_app)
app.add_typer(log_app)
app.add_typer(report_app)
app.add_typer(crisis_app)
app.add_typer(consent_app)
app.add_typer(credential_app)
app.add_typer(training_app)
app.add_typer(match_app)
app.add_typer(policy_app)
app.add_typer(reward_app)
app.add_typer(ledger_app)
app.add_typer(chain_app)
app.add_typer(keys_app)
app.add_typer(database_app)
app.add_typer(janus_app)
app.add_typer(turn_app)
app.add_typer(webhook_app)
app.add_typer(doctor_app)


def main() -> None:
    """Run the command line; the entry point of the installed script."""
    app()


if __name__ == "__main__":
    main()
