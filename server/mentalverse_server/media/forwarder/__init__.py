"""The forwarder: rooms of sealed media in a process of their own, over aiortc.

Whoever publishes sends each packet once; it goes out again to everybody who subscribed,
payload untouched. aiortc's public interface decodes what it receives, so forwarding
with it would mean to encode again, at twenty times the cost, and sealed frames cannot
be decoded at all. Packets are therefore taken before the decoder and written behind the
encoder. `hooks` holds every name of aiortc's inside that this needs; `contract` tries
them all in a room of its own before the process serves anybody.

| Part | Holds |
|---|---|
| `protocol` | what the server and this process say to each other; knows no aiortc |
| `packets`, `losses`, `leg` | a packet's way out: rewriting, loss, key frames (pure) |
| `shares` | who gets less when a line is too thin; how much a process may plan (pure) |
| `hooks`, `connection` | aiortc: its inside; one PeerConnection |
| `publication`, `subscription`, `room`, `rooms` | who sends what to whom |
| `contract` | the test at the start |
| `serving`, `__main__` | the socket; the process |
"""
