"""`report`: what the safety team and the operator do with reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .settings import (
    EXIT_FAILED,
    EXIT_USAGE,
    AsJson,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

if TYPE_CHECKING:
    from mentalverse_server.case_file import CaseFile

    from .report_view import Opened

report_app = typer.Typer(
    name="report", help="Reports: keys, list, open, verify.", no_args_is_help=True
)

KeyFile = Annotated[Path, typer.Option("--key", help="The safety team's key file.")]
LogKey = Annotated[
    str,
    typer.Option(
        "--log-key",
        help="The log's key as known from elsewhere; else the one in the file.",
    ),
]
ReportName = Annotated[str, typer.Argument(help="Id of the report.")]


@report_app.command("keygen")
def keygen(
    out: Annotated[Path, typer.Option("--out", help="File to make.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make the safety team's key, sealed by a passphrase. Keep two copies.

    [bold]Example[/bold]

    mentalverse report keygen --out safety-team.key
    """
    from . import report_key

    passphrase = read_passphrase(passphrase_file, confirm=True)
    with _key_errors():
        key = report_key.create(out, passphrase)
    public = report_key.public_file(out)
    typer.echo(
        f"Key {report_key.name_of(key.public)} is in {out}, for the server in {public}."
    )


@report_app.command("publish-key")
def publish_key(
    file: Annotated[Path, typer.Argument(help="Key file, or its .pub beside it.")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Let this server take reports to the key from its next start on.

    [bold]Example[/bold]

    mentalverse report publish-key safety-team.key.pub --data /var/lib/mentalverse
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.operator import prepare_data_folder
    from mentalverse_server.safety import write_safety_key

    from . import report_key

    with _key_errors(), one_line_errors():
        key = report_key.read_public(file)
        prepare_data_folder(loaded.config.server.data_dir)
        write_safety_key(loaded.config.server.data_dir, key)
    typer.echo(f"Key {report_key.name_of(key.public)}: restart the server to use it.")


@report_app.command("list")
def list_reports(
    as_json: AsJson = False, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print the newest reports: id, time, reporter, conversation, rows, standing.

    Those that are to be looked at again come first.

    [bold]Example[/bold]

    mentalverse report list --json
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.case_file import list_reports as read

    from .report_view import standing, time_text

    with one_line_errors():
        reports = read(loaded.config)
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(reports)).decode())
        return
    for line in reports:
        when = time_text(line.received_at)
        typer.echo(
            f"{line.report}  {when}  {line.reporter}  {line.conversation}  {line.rows}"
            f"  {standing(line)}"
        )


@report_app.command("open")
def open_(
    report: ReportName,
    key: KeyFile,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Open a report of this server, verify every message and print it.

    [bold]Example[/bold]

    mentalverse report open ID --key safety-team.key
    """
    case = _case(report, config, data)
    _show(case, key, passphrase_file, "")


@report_app.command("close")
def close(
    report: ReportName,
    acted: Annotated[
        bool,
        typer.Option(
            "--actioned/--dismissed", help="Something was done about it, or nothing."
        ),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Decide of an appeal; that stands.")
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Decide about a report. Whoever sent it can see that, and ask once to look again.

    They have 30 days for that. Files that are kept for it stay that long, but no longer
    than 180 days after the report. The second decision, with --again, stands.

    [bold]Examples[/bold]

    mentalverse report close ID --actioned

    mentalverse report close ID --dismissed --again
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.case_file import close_report
    from mentalverse_signaling.errors import Conflict
    from mentalverse_signaling.ids import ReportId
    from mentalverse_signaling.reports import ReportOutcome

    from .report_view import time_text

    outcome = ReportOutcome.ACTIONED if acted else ReportOutcome.DISMISSED
    try:
        with one_line_errors():
            closed = close_report(loaded.config, ReportId(report), outcome, again=again)
    except Conflict as error:
        fail(error.detail, EXIT_FAILED)
    if closed is None:
        fail("no such report", EXIT_FAILED)
    typer.echo(f"Report {report} is closed: {outcome.value}.")
    if closed.is_appealed:
        typer.echo("It is appealed: decide again with --again.")
    elif closed.appeal_until is None:
        typer.echo("This stands. Files kept for it alone go within an hour.")
    else:
        until = time_text(closed.appeal_until)
        typer.echo(
            f"It can be appealed until {until}; files kept for it stay that long."
        )


@report_app.command("export")
def export(
    report: ReportName,
    file: Annotated[Path, typer.Argument(help="File to make.")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Write a report, still sealed, with all it takes to verify it elsewhere.

    [bold]Example[/bold]

    mentalverse report export ID case.json
    """
    case = _case(report, config, data)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(case.encode())
    except OSError as error:
        fail(f"{file}: {error.strerror}", EXIT_USAGE)
    typer.echo(f"Report {case.report} is in {file}.")


@report_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="File that `report export` made.")],
    key: KeyFile,
    passphrase_file: PassphraseFile = None,
    log_key: LogKey = "",
) -> None:
    """Open an exported report without a server or a network, and verify it.

    [bold]Example[/bold]

    mentalverse report verify case.json --key safety-team.key --log-key HEX
    """
    _show(_exported(file), key, passphrase_file, log_key)


@report_app.command("save")
def save(
    report: Annotated[str, typer.Argument(help="Report id, or an exported file.")],
    number: Annotated[int, typer.Argument(help="Number of the message, from 1.")],
    out: Annotated[Path, typer.Argument(help="File to make.")],
    key: KeyFile,
    blob: Annotated[
        Path | None,
        typer.Option("--blob", help="The encrypted file, copied from the server."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Open the file of a reported message, if the server still keeps it.

    [bold]Examples[/bold]

    mentalverse report save ID 2 scan.pdf --key team.key

    mentalverse report save case.json 2 scan.pdf --key team.key --blob copied-blob
    """
    exported = Path(report)
    case = _exported(exported) if exported.is_file() else _case(report, config, data)
    from .report_file import reported_file, save_file
    from .report_view import CaseError

    opened = _opened(case, key, passphrase_file, "")
    try:
        reference = reported_file(opened, number)
        sealed = blob or _blob(reference.blob.hex(), config, data)
        save_file(reference, sealed, out)
    except CaseError as error:
        fail(str(error), EXIT_FAILED)
    typer.echo(
        f"The file of message {number} is in {out}. Its sender chose what it is."
    )


def _blob(name: str, config: Path | None, data: Path | None) -> Path:
    from mentalverse_server.operator import BLOB_FOLDER

    folder = load(config, server_data_dir=data).config.server.data_dir
    return folder / BLOB_FOLDER / name[:2] / name


def _exported(file: Path) -> CaseFile:
    from mentalverse_server.case_file import CaseFile

    try:
        case = CaseFile.decode(file.read_bytes())
    except OSError as error:
        fail(f"{file}: {error.strerror}", EXIT_USAGE)
    if case is None:
        fail(f"{file} is not an exported report", EXIT_FAILED)
    return case


def _case(report: str, config: Path | None, data: Path | None) -> CaseFile:
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.case_file import case_file
    from mentalverse_signaling.ids import ReportId

    with one_line_errors():
        case = case_file(loaded.config, ReportId(report))
    if case is None:
        fail("no such report", EXIT_FAILED)
    return case


def _show(
    case: CaseFile, key: Path, passphrase_file: Path | None, log_key: str
) -> None:
    from .report_view import lines

    for line in lines(_opened(case, key, passphrase_file, log_key)):
        typer.echo(line)


def _opened(
    case: CaseFile, key: Path, passphrase_file: Path | None, log_key: str
) -> Opened:
    from . import report_key
    from .report_view import CaseError, open_case

    passphrase = read_passphrase(passphrase_file)
    try:
        log_public = bytes.fromhex(log_key) if log_key else None
    except ValueError:
        fail("--log-key takes hexadecimal digits", EXIT_USAGE)
    with _key_errors():
        pair = report_key.unseal(key, passphrase)
    try:
        return open_case(case, pair, log_public)
    except CaseError as error:
        fail(str(error), EXIT_FAILED)


@contextmanager
def _key_errors() -> Iterator[None]:
    from .report_key import KeyFileError

    try:
        yield
    except KeyFileError as error:
        fail(str(error), EXIT_FAILED)
