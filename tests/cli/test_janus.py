"""`mentalverse janus`: the folder and the unit of a Janus gateway."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from support.forked import run_command

LIBRARIES = ("plugins/libjanus_videoroom.so", "transports/libjanus_websockets.so")


def run(
    folder: Path, *arguments: str, libraries: tuple[str, ...] = LIBRARIES
) -> subprocess.CompletedProcess[str]:
    """In `folder`, on a machine with these parts of Janus."""
    library = folder / f"library-{len(libraries)}"
    for name in libraries:
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).touch()
    setting = {"MENTALVERSE_JANUS__LIBRARY_DIR": str(library)}
    return run_command("janus", *arguments, folder=folder, **setting)


def test_the_folder_is_written_and_the_start_is_said(tmp_path: Path) -> None:
    """In the data folder, or where it is asked for; no secret is printed."""
    for arguments, folder in (
        (("config", "--data", "data"), tmp_path / "data" / "janus"),
        (("config", "engine"), tmp_path / "engine"),
    ):
        done = run(tmp_path, *arguments)

        assert done.returncode == 0, done.stderr
        assert f"janus --disable-colors --configs-folder={folder}\n" in done.stdout
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        secrets = (folder / "secrets.json").read_text()
        assert not [word for word in done.stdout.split() if word in secrets]


def test_the_unit_names_everything_in_full(tmp_path: Path) -> None:
    """It runs in another folder than the one that it was printed in."""
    (tmp_path / "mentalverse.toml").write_text("[janus]\nport = 18200\n")

    done = run(tmp_path, "unit", "--user", "mv", "--data", "data")

    assert done.returncode == 0, done.stderr
    (before,) = [line for line in done.stdout.splitlines() if "ExecStartPre" in line]
    program, *words = before.removeprefix("ExecStartPre=").split()
    assert Path(program).is_absolute()
    assert words == [
        "janus",
        "config",
        str(tmp_path / "data" / "janus"),
        "--config",
        str(tmp_path / "mentalverse.toml"),
    ]
    assert "User=mv\n" in done.stdout


def test_what_cannot_be_used_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """A machine without Janus, or without its video room; ports that are none."""
    for libraries in ((), LIBRARIES[1:]):
        bare = run(tmp_path, "config", libraries=libraries)
        assert (bare.returncode, bare.stdout) == (2, "")
        assert (
            bare.stderr
            == "mentalverse: Janus is not installed: apt-get install janus\n"
        )

    (tmp_path / "mentalverse.toml").write_text('[janus]\nmedia_ports = "5-1"\n')
    wrong = run(tmp_path, "config")
    assert wrong.returncode == 2
    assert "janus.media_ports" in wrong.stderr
