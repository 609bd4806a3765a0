"""A server that lies: a true one whose store and log somebody rewrites behind it.

What it shows is signed with its own keys, as whoever owns the server could do. The
server reads its store anew for each answer, so a lie holds from then on.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from mentalverse_crypto import declared, group, key_package
from mentalverse_crypto.ciphersuite import CipherSuite, SignatureKeyPair
from mentalverse_crypto.codec import u8, u16
from mentalverse_crypto.credential import DeviceCredential, client_of, sign_by_as
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.external import join_external
from mentalverse_crypto.framing import decode_message, encode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import Credential, basic_credential, lifetime_from
from mentalverse_crypto.log_entry import LogEntry, account_entry, tag_of
from mentalverse_crypto.merkle import Frontier
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.transparency import SignedHead, sign_head
from mentalverse_server.keyring import open_keyring
from mentalverse_signaling.ids import AccountId, id_bytes
from support.devices import DeviceKeys
from support.server import ServerProcess

_SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
_LIED_ABOUT = ("accounts", "device_lists", "log_entries", "log_nodes", "log_heads")


class Liar:
    """Rewrites what a running server stores."""

    def __init__(self, server: ServerProcess) -> None:
        self._path = server.data / "mentalverse.db"
        keyring = open_keyring(server.data, os.urandom)
        self._log_key = SignatureKeyPair(
            keyring.log_key.private, keyring.log_key.public
        )
        self._as_key = SignatureKeyPair(keyring.current.private, keyring.current.public)

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Tell the truth again at the end: keys, lists and log are put back."""
        with self._store() as store:
            kept = {
                table: store.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
                for table in _LIED_ABOUT
            }
        yield
        with self._store() as store:
            for table, rows in kept.items():
                store.execute(f"DELETE FROM {table}")  # noqa: S608 - of fixed names
                places = ", ".join("?" * len(rows[0]))
                insert = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608
                store.executemany(insert, rows)

    def log(self) -> list[LogEntry]:
        """Every entry there is."""
        with self._store() as store:
            rows = store.execute("SELECT entry FROM log_entries ORDER BY seq")
            return [LogEntry.decode(entry) for (entry,) in rows.fetchall()]

    def head(self) -> SignedHead:
        """The head that is shown."""
        with self._store() as store:
            (head,) = store.execute("SELECT head FROM log_heads").fetchone()
            return SignedHead.decode(head)

    def show_log(self, entries: Sequence[LogEntry]) -> None:
        """Show these entries as the log, under a head signed for them."""
        frontier, now = Frontier(), datetime.now(UTC)
        with self._store() as store:
            for table in ("log_entries", "log_nodes"):
                store.execute(f"DELETE FROM {table}")  # noqa: S608 - of two names
            for seq, entry in enumerate(entries):
                placed = replace(entry, seq=seq)
                frontier, nodes = frontier.append(placed.leaf_hash())
                store.execute(
                    "INSERT INTO log_entries (seq, tag, entry) VALUES (?, ?, ?)",
                    (seq, placed.tag, placed.encode()),
                )
                store.executemany("INSERT INTO log_nodes VALUES (?, ?, ?)", nodes)
            head = sign_head(self._log_key, frontier.size, frontier.root(), now)
            store.execute(
                "UPDATE log_heads SET size = ?, head = ?", (head.size, head.encode())
            )

    def add_entry(self, shown: DeviceList) -> int:
        """Log a device list; its place."""
        entries = self.log()
        entry = account_entry(len(entries), shown, datetime.now(UTC))
        self.show_log([*entries, entry])
        return len(entries)

    def swap_key(self, account: str, thief: DeviceKeys, *, logged: bool) -> DeviceList:
        """Show another key and device list for an account; the list."""
        shown = replace(thief, account=AccountId(account)).first_list()
        with self._store() as store:
            store.execute(
                "UPDATE accounts SET account_pub = ? WHERE id = ?",
                (thief.account_key.public, account),
            )
            self._show_list(store, shown)
        if logged:
            self.place_list(account, self.add_entry(shown))
        return shown

    def show_list(self, shown: DeviceList) -> None:
        """Show a device list, whoever signed it."""
        with self._store() as store:
            self._show_list(store, shown)

    def hide_lists_after(self, shown: DeviceList) -> None:
        """Act as if an account's list had stayed this one; the log is left alone."""
        account = shown.account_id.hex()
        with self._store() as store:
            store.execute(
                "DELETE FROM device_lists WHERE account = ? AND counter > ?",
                (account, shown.counter),
            )
            store.execute(
                "UPDATE accounts SET account_pub = ? WHERE id = ?",
                (shown.account_public, account),
            )

    def place_list(self, account: str, entry: int) -> None:
        """Say that an account's list is recorded at this place of the log."""
        with self._store() as store:
            store.execute(
                "UPDATE device_lists SET entry = ? WHERE account = ?", (entry, account)
            )

    def offer_package(self, account: str, thief: DeviceKeys) -> None:
        """Give out a KeyPackage of a device of ours as one of this account."""
        keys = replace(thief, account=AccountId(account))
        package, _ = key_package.generate(
            _SUITE,
            keys.device_key,
            self._credential(keys),
            lifetime_from(datetime.now(UTC), days=30),
            os.urandom,
            False,
        )
        with self._store() as store:
            store.execute(
                "UPDATE key_packages SET package = ? WHERE device IN"
                " (SELECT id FROM devices WHERE account = ?)",
                (encode_message(package), account),
            )

    def force_in(self, conversation: str, thief: DeviceKeys) -> None:
        """Enter a group from outside, with what a server holds of it."""
        with self._store() as store:
            (info,) = store.execute(
                "SELECT group_info FROM group_infos JOIN conversations USING (group_id)"
                " WHERE conversations.id = ?",
                (conversation,),
            ).fetchone()
            change = declared.DeclaredChange(
                id_bytes(thief.account), id_bytes(thief.device)
            )
            made = join_external(
                info,
                thief.device_key,
                self._credential(thief),
                lambda *_: None,
                datetime.now(UTC),
                os.urandom,
                authenticated_data=declared.encode(os.urandom(16), [change]),
                client_of=client_of,
            )
            store.execute(
                "INSERT INTO messages (conversation, seq, at, kind, payload)"
                " SELECT conversation, max(seq) + 1, at, 'commit', ? FROM messages"
                " WHERE conversation = ?",
                (made.commit, conversation),
            )
            store.execute(
                "UPDATE conversations SET head = head + 1, epoch = epoch + 1"
                " WHERE id = ?",
                (conversation,),
            )
            store.execute(
                "UPDATE group_infos SET epoch = epoch + 1, group_info = ?"
                " WHERE group_id = (SELECT group_id FROM conversations WHERE id = ?)",
                (made.group_info, conversation),
            )

    def welcome(self, victim: str, thief: DeviceKeys) -> None:
        """Welcome an account into a group of ours, which looks like a direct one."""
        group_id, conversation = os.urandom(16), os.urandom(16).hex()
        state = group.create(
            group_id,
            _SUITE,
            thief.device_key,
            self._credential(thief),
            lifetime_from(datetime.now(UTC), days=30),
            os.urandom,
            extensions=(Extension(ExtensionType.MV_GROUP, u8(1) + u8(1) + u16(0)),),
        )
        with self._store() as store:
            pool = store.execute(
                "SELECT package, device, created_at FROM key_packages"
                " JOIN devices ON devices.id = device"
                " WHERE account = ? AND taken_at IS NULL AND NOT last_resort",
                (victim,),
            )
            added, device, at = next(
                (package, *rest)
                for encoded, *rest in pool
                if isinstance(package := decode_message(encoded), KeyPackage)
                and package.cipher_suite is _SUITE
            )
            made = group.stage_commit(
                state,
                [Add(added)],
                validate_credential=lambda *_: None,
                now=datetime.now(UTC),
                rng=os.urandom,
                client_of=client_of,
            )
            store.execute(
                "INSERT INTO conversations"
                " (id, kind, group_id, head, epoch, created_at)"
                " VALUES (?, 'direct', ?, 1, 1, ?)",
                (conversation, group_id.hex(), at),
            )
            for account, its in ((victim, device), (thief.account, thief.device)):
                store.execute(
                    "INSERT INTO members VALUES (?, ?, 'participant', 0)",
                    (conversation, account),
                )
                store.execute(
                    "INSERT INTO group_devices"
                    " (conversation, device, account, joined_seq, cursor)"
                    " VALUES (?, ?, ?, 1, 1)",
                    (conversation, its, account),
                )
            store.execute(
                "INSERT INTO welcomes"
                " (id, device, conversation, joined_seq, payload, created_at)"
                " VALUES (?, ?, ?, 1, ?, ?)",
                (os.urandom(16).hex(), device, conversation, made.welcome, at),
            )

    def route_to(self, conversation: str, account: str) -> None:
        """Deliver a conversation to the devices of an account, who is not in it."""
        with self._store() as store:
            (head,) = store.execute(
                "SELECT head FROM conversations WHERE id = ?", (conversation,)
            ).fetchone()
            store.execute(
                "INSERT INTO members (conversation, account, seat, leaving)"
                " VALUES (?, ?, 'participant', 0)",
                (conversation, account),
            )
            store.execute(
                "INSERT INTO group_devices"
                " (conversation, device, account, joined_seq, cursor)"
                " SELECT ?, id, account, ?, ? FROM devices WHERE account = ?",
                (conversation, head, head, account),
            )

    def _credential(self, keys: DeviceKeys) -> Credential:
        """A device's credential that the service has signed without being asked."""
        now = datetime.now(UTC)
        asked = DeviceCredential.decode(keys.credential(now))
        signed = sign_by_as(asked, keys.device_key.public, self._as_key, now)
        return basic_credential(signed.encode())

    def _show_list(self, store: sqlite3.Connection, shown: DeviceList) -> None:
        store.execute(
            "UPDATE device_lists SET device_list = ?, counter = ? WHERE account = ?",
            (shown.encode(), shown.counter, shown.account_id.hex()),
        )

    @contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=20)) as store:
            store.execute("BEGIN IMMEDIATE")
            yield store
            store.commit()


def without(entries: Sequence[LogEntry], account: str) -> list[LogEntry]:
    """The log as if an account had never been recorded."""
    tag = tag_of(id_bytes(account))
    return [entry for entry in entries if entry.tag != tag]


def place_of(entries: Sequence[LogEntry], account: str) -> int:
    """Where an account is recorded last."""
    tag = tag_of(id_bytes(account))
    return max(seq for seq, entry in enumerate(entries) if entry.tag == tag)
