"""`mentalverse chain` over a node: published, settled, and cut off in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from sqlalchemy import make_url, update
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_modules.rewards.epoch import closes_ms, epoch_name, epoch_of
from mentalverse_server.hooks.defaults import rewards
from mentalverse_server.store import credentials
from mentalverse_server.store import ledger as store
from mentalverse_server.store.credentials import CredentialRow
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.tables_rewards import ledger_journal
from mentalverse_signaling.ids import AccountId
from support.chain import Chain, Deployed
from support.chain_rpc import node
from support.reward_facts import START_MS, fact
from support.reward_process import BUDGET, PACKS, PEOPLE
from support.reward_process import run as booked

EPOCH = epoch_of(START_MS)
ADA, BEN = PEOPLE[:2]
KEY = "0x" + "11" * 32
ADDRESS = {ADA: "0x" + "0a" * 20, BEN: "0x" + "0b" * 20}


@pytest.fixture(scope="module")
def chain() -> Chain:
    made = Chain()
    to = Account.from_key(KEY).address
    made.web3.eth.send_transaction(
        {"from": made.people[0], "to": to, "value": made.web3.to_wei(100, "ether")}
    )
    return made


class House:
    """An installation with a node, and two contracts that it deployed itself."""

    def __init__(self, folder: Path, chain: Chain, url: str) -> None:
        self.folder, self.chain, self.settings = folder, chain, dict[str, str | int]()
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        for name, text in (("rpc", url), ("key", KEY)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o400)
        self.settings["rpc_url_file"] = str(folder / "rpc")
        self.settings["key_file"] = str(folder / "key")

    def run(self, *arguments: str) -> Result:
        lines = [f"{k} = {json.dumps(v)}" for k, v in self.settings.items()]
        file = self.folder / "settings.toml"
        file.write_text("[chain]\n" + "\n".join(lines))
        more = ("--config", str(file), "--data", str(self.data))
        return CliRunner().invoke(app, ["chain", *arguments, *more])

    def said(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def deploy(self, name: str) -> Deployed:
        said = self.said("deploy", name)
        at = self.chain.web3.to_checksum_address(said.rsplit('"', 2)[1])
        self.settings[name] = at
        return Deployed(self.chain, name, at)

    def settle(self, *more: str, **asked: str) -> Result:
        file = self.folder / "asked.json"
        file.write_text(json.dumps(asked or ADDRESS))
        week = ("--epoch", epoch_name(EPOCH), "--addresses", str(file))
        return self.run("settle", *week, *more)

    def database(self) -> Database:
        url = make_url(f"sqlite:///{self.data / 'mentalverse.db'}")
        database = open_database(url.render_as_string())
        database.migrate()
        return database

    def earn(self) -> None:
        """A week in which both had a session, closed."""
        database = self.database()
        for number, who in enumerate((ADA, BEN)):
            had = fact(evt_id=f"evt_{number}", pair=f"p{number}", beneficiary=who)
            booked(database, rewards.receive, had, PACKS, START_MS)
        booked(database, rewards.close_epoch, EPOCH, PACKS, BUDGET, closes_ms(EPOCH))
        database.close()

    def balances(self) -> dict[str, int]:
        database = self.database()
        names = [f"member:{who}" for who in (ADA, BEN)]
        found = database.write(store.balances, [*names, "fund:outside"])
        database.close()
        return found


@pytest.fixture
def house(tmp_path: Path, chain: Chain) -> Iterator[House]:
    with node(chain.web3) as url:
        yield House(tmp_path, chain, url)


@pytest.mark.capability("T13")
def test_a_week_is_paid_once_and_leaves_the_ledger(house: House) -> None:
    """Tried first, then done, then given again; then another asks for it, too."""
    house.earn()
    token = house.deploy("settlement")
    before = house.balances()
    earned = before[f"member:{ADA}"]
    tried = house.settle("--dry-run", **{ADA: ADDRESS[ADA]})
    assert f"{earned} micro-MVT" in tried.output
    assert house.balances() == before
    for _ in range(2):
        done = house.settle(**{ADA: ADDRESS[ADA]})
        assert done.exit_code == 0, done.output
        assert token.ask("totalSupply") == earned
    assert "nobody is to be paid" in done.output
    assert house.settle().exit_code == 0
    for who in (ADA, BEN):
        assert token.ask("balanceOf", ADDRESS[who]) == before[f"member:{who}"]
    after = house.balances()
    assert after["fund:outside"] == sum(before.values())
    assert after[f"member:{ADA}"] == after[f"member:{BEN}"] == 0


@pytest.mark.capability("T13")
def test_what_was_taken_out_before_a_crash_is_paid_as_it_was(house: House) -> None:
    """Without a key calls are printed: the ledger is ahead, the chain is not."""
    house.earn()
    token = house.deploy("settlement")
    key = house.settings.pop("key_file")
    printed = house.settle()
    assert "to be signed elsewhere" in printed.output
    assert token.ask("totalSupply") == 0
    taken = house.balances()["fund:outside"]
    house.settings["key_file"] = key
    assert house.settle().exit_code == 0
    assert token.ask("totalSupply") == taken == house.balances()["fund:outside"]


@pytest.mark.capability("T13")
def test_a_ledger_is_held_against_its_published_root(house: House) -> None:
    house.earn()
    registry = house.deploy("registry")
    assert house.run("verify").exit_code == 1
    house.said("publish", "ledger")
    assert "published before" in house.said("publish", "ledger")
    assert "2 rows" in house.said("verify")
    assert registry.ask("ledger_root") != bytes(32)
    database = house.database()
    document = database.write(store.rows, 0, 1)[0].document
    edited = update(ledger_journal).where(ledger_journal.c.seq == 0)
    changed = edited.values(document=document.replace("2027-W01", "2027-W02"))
    database.write(lambda connection: connection.execute(changed) and None)
    database.close()
    refused = house.run("verify")
    assert refused.exit_code == 2
    assert "row 0" in refused.stderr


def test_credentials_are_shown_under_a_root_until_they_are_taken_back(
    house: House,
) -> None:
    registry = house.deploy("registry")
    database = house.database()
    for number in range(3):
        row = CredentialRow(
            id=f"{number:032x}",
            account=AccountId(ADA),
            credential="peer",
            skill="peer",
            status="active",
            reason="",
            from_ms=0,
            until_ms=1,
            supervised_ms=None,
            status_list=0,
            status_index=number,
            token=f"token {number}",
        )
        database.write(credentials.put, row)
    house.said("publish", "credentials")
    shown = json.loads(house.said("proof", f"{1:032x}"))
    way = tuple(bytes.fromhex(one) for one in shown["way"])
    root, leaf = (bytes.fromhex(shown[one]) for one in ("root", "commitment"))
    assert registry.ask("is_valid", root, leaf, shown["place"], way)
    database.write(lambda to: credentials.change(to, f"{1:032x}", status="revoked"))
    database.close()
    for _ in range(2):
        said = house.said("publish", "credentials")
    assert "taken back" not in said
    assert registry.ask("is_in", root, leaf, shown["place"], way)
    assert not registry.ask("is_valid", root, leaf, shown["place"], way)
    assert house.run("proof", f"{1:032x}").exit_code == 1


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rpc_url_file": None}, "no chain is set up"),
        ({"chain_id": 1}, "the settings name 1"),
        ({"settlement": None}, "no contract is set up"),
    ],
)
def test_nothing_is_done_without_settings(
    house: House, settings: dict[str, str | int | None], says: str
) -> None:
    house.settings["settlement"] = ADDRESS[ADA]
    for name, value in settings.items():
        house.settings.pop(name, None)
        if value is not None:
            house.settings[name] = value
    refused = house.settle()
    assert refused.exit_code == 2
    assert says in refused.stderr


def test_an_epoch_that_is_open_is_not_settled(house: House) -> None:
    house.deploy("settlement")
    refused = house.settle()
    assert refused.exit_code == 1
    assert "not been closed" in refused.stderr


def test_two_members_have_two_addresses(house: House) -> None:
    house.deploy("settlement")
    refused = house.settle(**{ADA: ADDRESS[ADA], BEN: ADDRESS[ADA]})
    assert refused.exit_code == 2
    assert "of one member" in refused.stderr


def test_a_contract_of_somebody_else_is_left_alone(house: House) -> None:
    house.settings["settlement"] = house.chain.deploy("settlement").address
    refused = house.settle()
    assert refused.exit_code == 1
    assert "takes calls from" in refused.stderr
