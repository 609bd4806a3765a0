"""Where this product is narrower than RFC 9420, and what it asks of outside.

Everything here is a value: a state carries its `Policy` and is stored with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from .framing import Sender
from .leaf import Credential
from .proposals import Proposal, ProposalType
from .psk import ResumptionPSKUsage

ValidateCredential = Callable[[Credential, bytes], None]
"""The authentication service (§5.3.1): accepts a credential for a signature
key by returning, or raises an `MlsError`."""

ClientOf = Callable[[Credential], bytes]
"""Which client a credential stands for, as octets equal for the same client."""


def whole_credential(credential: Credential) -> bytes:
    """The strictest `ClientOf`: another credential is another client."""
    return credential.encode()


def unsafe_accept_any_credential(credential: Credential, signature_key: bytes) -> None:
    """Accept everybody. For tests only."""


Permit = Callable[[Proposal, Sender], None]
"""The application's own rule for proposals (§12.2): permits what a sender
proposes by returning, or raises an `MlsError`. Members who judge differently
cannot follow each other's commits."""


def permit_all(proposal: Proposal, sender: Sender) -> None:
    """Permit all that the RFC and the `Policy` permit."""


@dataclass(frozen=True, slots=True)
class RatchetLimits:
    """How far a receiver follows a sender."""

    out_of_order_window: int = 64
    """Unused keys kept per sender, kind and epoch."""
    forward_generations: int = 1000
    """Most generations skipped at once (§15.3)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits and choices that the RFC leaves to the application."""

    max_leaves: int = 64
    """Most members of a group."""
    basic_credentials_only: bool = True
    """Refuse X.509."""
    public_messages_from_members: bool = False
    """Accept handshakes of members that the server could read."""
    distinct_clients: bool = True
    """Refuse a second leaf of the same client (§12.2)."""
    external_proposals: frozenset[ProposalType] = frozenset(
        {ProposalType.ADD, ProposalType.REMOVE}
    )
    """What an external sender may propose."""
    new_member_proposals: bool = False
    """Accept an outsider's proposal to add itself (§12.1.8)."""
    max_pending_proposals: int = 256
    """Most proposals kept for a commit in one epoch."""
    max_lifetime_seconds: int = 2_628_000
    """Longest KeyPackage lifetime accepted (§7.2)."""
    past_epochs: int = 2
    """Earlier epochs whose application messages can still be read."""
    past_seconds: int = 7 * 86_400
    """Longest that they can be read after they ended here."""
    resumption_epochs: int = 32
    """Earlier epochs whose resumption key is kept."""
    resumption_seconds: int = 30 * 86_400
    """Longest that it is kept after they ended here."""
    suite_downgrades: bool = False
    """Accept a ReInit to a suite that gives up post-quantum confidentiality."""
    commit_before_application: bool = True
    """Refuse to send application data while proposals wait (§12.4)."""
    ratchet_limits: RatchetLimits = field(default_factory=RatchetLimits)


UNRESTRICTED = Policy(
    max_leaves=1 << 16,
    basic_credentials_only=False,
    public_messages_from_members=True,
    distinct_clients=False,
    external_proposals=frozenset(ProposalType),
    new_member_proposals=True,
    max_lifetime_seconds=(1 << 64) - 1,
    suite_downgrades=True,
)
"""All of RFC 9420 that the code knows, for interoperability tests."""


@dataclass(frozen=True, slots=True)
class Checks:
    """All that judging what others sent depends on."""

    policy: Policy
    validate_credential: ValidateCredential
    client_of: ClientOf
    now: datetime
    permit: Permit = permit_all
    continues: ResumptionPSKUsage | None = None
    """As what a group that begins follows on another; None inside a group."""
