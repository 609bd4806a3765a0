"""A link on standard output, and as a code to photograph where somebody looks."""

from __future__ import annotations

import sys

import typer


def print_link(link: str) -> None:
    """The link; on a terminal also its QR code, for the phone beside it."""
    typer.echo(link)
    if sys.stdout.isatty():
        import segno

        typer.echo()
        segno.make(link, error="l", micro=False).terminal(compact=True)
