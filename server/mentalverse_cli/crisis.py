"""`crisis`: what an operator does for the crisis desk."""

from __future__ import annotations

import typer

from .crisis_lint import lint
from .crisis_replay import replay
from .crisis_resources import resources_app
from .crisis_simulate import simulate
from .crisis_staff import staff

crisis_app = typer.Typer(
    name="crisis", help="The crisis desk and the lines outside.", no_args_is_help=True
)
crisis_app.add_typer(resources_app)
crisis_app.command()(lint)
crisis_app.command()(staff)
crisis_app.command()(simulate)
crisis_app.command()(replay)
