"""Socket.IO at the edge: a hardened adapter, one funnel, and a fast path.

The rest of the server sees `Connection`, `Push`, `Dispatcher` and nothing of
the Socket.IO library.
"""

from .calls import Dispatcher
from .connections import Connection, Connections, Principal
from .frames import Push, encode_push
from .gateway import Authenticator
from .limits import CloseCode, TransportCounters, TransportLimits
from .server import Transport, build_transport

__all__ = [
    "Authenticator",
    "CloseCode",
    "Connection",
    "Connections",
    "Dispatcher",
    "Principal",
    "Push",
    "Transport",
    "TransportCounters",
    "TransportLimits",
    "build_transport",
    "encode_push",
]
