"""`crisis`: what an operator does for the crisis desk."""

from __future__ import annotations

import typer

from .crisis_audit import audit_app
from .crisis_desk import desk
from .crisis_drill import drill
from .crisis_lint import lint
from .crisis_on_call import on_call, page_test
from .crisis_policy import policy_app
from .crisis_referrals import referrals_app
from .crisis_replay import replay
from .crisis_resources import resources_app
from .crisis_roster import roster_app
from .crisis_rota import rota_app
from .crisis_simulate import simulate
from .crisis_staff import staff

crisis_app = typer.Typer(
    name="crisis", help="The crisis desk and the lines outside.", no_args_is_help=True
)
crisis_app.add_typer(audit_app)
crisis_app.add_typer(policy_app)
crisis_app.add_typer(referrals_app)
crisis_app.add_typer(resources_app)
crisis_app.add_typer(roster_app)
crisis_app.add_typer(rota_app)
crisis_app.command()(desk)
crisis_app.command()(drill)
crisis_app.command()(lint)
crisis_app.command()(staff)
crisis_app.command()(simulate)
crisis_app.command()(replay)
crisis_app.command("on-call")(on_call)
crisis_app.command("page-test")(page_test)
