"""A batch of payments on a chain in memory: settled once, by one, as it stands."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.chain.abi import contract
from mentalverse_modules.chain.batch import MAX_PAYEES, Batch, address, batches
from mentalverse_modules.chain.errors import MalformedBatch
from support.chain import Chain, Deployed, Refused

EPOCH = 2974
MINTER, STRANGER = 0, 1
settle = contract("settlement").call


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain()


@pytest.fixture
def token(chain: Chain) -> Deployed:
    return chain.deploy("settlement")


def batch_of(token: Deployed, count: int = 5, epoch: int = EPOCH) -> Batch:
    people: tuple[str, ...] = token.chain.people
    amounts = {people[n]: 10**6 + n for n in range(count)}
    (batch,) = batches(token.chain.id, token.address, epoch, amounts)
    return batch


@pytest.mark.capability("T13")
def test_a_batch_pays_everybody_what_it_says(token: Deployed) -> None:
    batch = batch_of(token)
    token.send(batch.calldata, told="settle 5 payees")
    for one in batch.payments:
        assert token.ask("balanceOf", one.payee) == one.micro
        assert token.ask("paid", EPOCH, one.payee) == one.micro
    assert token.ask("totalSupply") == batch.total_micro
    assert token.ask("settled", batch.id) is True
    print(f"gas: {token.chain.gas}")


@pytest.mark.capability("T13")
def test_a_batch_is_settled_once(token: Deployed) -> None:
    batch = batch_of(token)
    token.send(batch.calldata)
    with pytest.raises(Refused, match="settled before"):
        token.send(batch.calldata)
    assert token.ask("totalSupply") == batch.total_micro


@pytest.mark.capability("T13")
def test_the_same_payment_in_another_batch_is_refused_whole(token: Deployed) -> None:
    """Another set of payees has another id, and pays nobody twice all the same."""
    token.send(batch_of(token, 3).calldata)
    before = token.ask("totalSupply")
    more = batch_of(token, 4)
    with pytest.raises(Refused, match="paid for this epoch"):
        token.send(more.calldata)
    assert token.ask("totalSupply") == before
    assert token.ask("settled", more.id) is False
    token.send(batch_of(token, 4, EPOCH + 1).calldata)


def test_another_order_of_the_payees_is_refused(token: Deployed) -> None:
    batch = batch_of(token, 2)
    payees = tuple(one.payee for one in batch.payments)
    for turned in (payees[::-1], (payees[0], payees[0])):
        with pytest.raises(Refused, match="ascending order"):
            token.send(settle("settle", EPOCH, turned, (1, 1)))


def test_a_batch_without_sense_is_refused(token: Deployed) -> None:
    someone, nobody = token.chain.people[0], "0x" + "00" * 20
    for payees, amounts, why in (
        ((), (), "one amount for each payee"),
        ((someone,), (), "one amount for each payee"),
        ((someone,), (0,), "above 0"),
        ((nobody,), (1,), "ascending order"),
    ):
        with pytest.raises(Refused, match=why):
            token.send(settle("settle", EPOCH, payees, amounts))


@pytest.mark.capability("T13")
def test_only_the_minter_settles_and_stops(token: Deployed) -> None:
    with pytest.raises(Refused, match="not the minter"):
        token.send(batch_of(token).calldata, by=STRANGER)
    with pytest.raises(Refused, match="not the minter"):
        token.do("stop", by=STRANGER)
    assert token.ask("totalSupply") == 0


def test_after_a_stop_nothing_more_is_settled(token: Deployed) -> None:
    """And what was paid is still there and can be moved."""
    token.send(batch_of(token, 2).calldata)
    token.do("stop")
    with pytest.raises(Refused, match="stopped"):
        token.send(batch_of(token, 2, EPOCH + 1).calldata)
    token.do("transfer", token.chain.people[1], 10**6)
    assert token.ask("balanceOf", token.chain.people[0]) == 0


@pytest.mark.capability("T13")
def test_nobody_spends_more_than_they_have(token: Deployed) -> None:
    (batch,) = batches(token.chain.id, token.address, EPOCH, {token.chain.people[0]: 7})
    token.send(batch.calldata)
    someone = token.chain.people[1]
    with pytest.raises(Refused, match="there is less than that"):
        token.do("transfer", someone, 8)
    with pytest.raises(Refused, match="to nobody"):
        token.do("transfer", "0x" + "00" * 20, 1)
    token.do("transfer", someone, 7)
    assert token.ask("balanceOf", someone) == 7
    with pytest.raises(Refused, match="there is less than that"):
        token.do("transfer", someone, 1)


def test_somebody_may_spend_for_another_what_they_were_allowed(token: Deployed) -> None:
    owner, spender, receiver = token.chain.people[:3]
    (batch,) = batches(token.chain.id, token.address, EPOCH, {owner: 10})
    token.send(batch.calldata)
    with pytest.raises(Refused, match="not allowed"):
        token.do("transferFrom", owner, receiver, 1, by=1)
    token.do("approve", spender, 6)
    token.do("transferFrom", owner, receiver, 4, by=1)
    assert token.ask("allowance", owner, spender) == 2
    with pytest.raises(Refused, match="not allowed"):
        token.do("transferFrom", owner, receiver, 3, by=1)
    assert token.ask("balanceOf", receiver) == 4


def test_wallets_are_told_what_the_token_is(token: Deployed) -> None:
    told = [token.ask(each) for each in ("name", "symbol", "decimals")]
    assert told == ["MentalVerse", "MVT", 6]


def test_the_largest_batch_fits_into_a_block(token: Deployed) -> None:
    payees = {address(f"0x{n:040x}"): n for n in range(1, MAX_PAYEES + 1)}
    (batch,) = batches(token.chain.id, token.address, EPOCH, payees)
    token.send(batch.calldata, told=f"settle {MAX_PAYEES} payees")
    assert token.ask("totalSupply") == batch.total_micro
    print(f"gas: {token.chain.gas}")


# --- the id, without a chain -------------------------------------------------------

SOMEWHERE = address("0x" + "5e" * 20)
payments = st.dictionaries(
    st.integers(1, 2**160 - 1).map(lambda n: f"0x{n:040x}"),
    st.integers(1, 2**80),
    min_size=1,
    max_size=2 * MAX_PAYEES + 1,
)


@given(payments, st.randoms(use_true_random=False))
def test_one_set_of_payments_has_one_id_in_whatever_order_it_came(
    paid: dict[str, int], rng: Random
) -> None:
    shuffled = list(paid.items())
    rng.shuffle(shuffled)
    made = batches(1337, SOMEWHERE, EPOCH, paid)
    assert made == batches(1337, SOMEWHERE, EPOCH, dict(shuffled))
    assert len({one.id for one in made}) == len(made) == -(-len(paid) // MAX_PAYEES)
    assert sum(one.total_micro for one in made) == sum(paid.values())


def test_whatever_a_batch_differs_in_its_id_differs() -> None:
    (first, second) = ("0x" + "01" * 20, "0x" + "02" * 20)
    different = [
        (1337, SOMEWHERE, EPOCH, {first: 1}),
        (31337, SOMEWHERE, EPOCH, {first: 1}),
        (1337, address("0x" + "5f" * 20), EPOCH, {first: 1}),
        (1337, SOMEWHERE, EPOCH + 1, {first: 1}),
        (1337, SOMEWHERE, EPOCH, {second: 1}),
        (1337, SOMEWHERE, EPOCH, {first: 2}),
        (1337, SOMEWHERE, EPOCH, {first: 1, second: 1}),
    ]
    assert len({batches(*each)[0].id for each in different}) == len(different)


@pytest.mark.parametrize(
    "paid",
    [
        {"0x00": 1},
        {"": 1},
        {"somebody": 1},
        {"ab" * 20: 1},
        {"0x" + "00" * 20: 1},
        # A letter of the checksum is wrong.
        {"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": 1},
        {"0x" + "ab" * 20: 1, "0x" + "AB" * 20: 1},
        {"0x" + "ab" * 20: 0},
        {"0x" + "ab" * 20: -1},
    ],
)
def test_nobody_can_be_paid_like_this(paid: dict[str, int]) -> None:
    with pytest.raises(MalformedBatch):
        batches(1337, SOMEWHERE, EPOCH, paid)


def test_nobody_to_pay_is_no_batch() -> None:
    assert batches(1337, SOMEWHERE, EPOCH, {}) == ()
