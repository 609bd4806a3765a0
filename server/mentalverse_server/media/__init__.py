"""Media engines: what forwards sealed frames between the seats of a room.

`driver` says what the server asks of any engine. No module in here imports anything of
the encryption: an engine forwards what neither it nor the server can read.
"""
