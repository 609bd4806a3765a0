"""How events reach an endpoint: order, retries and when it is left alone. No I/O.

schedule  when a delivery is tried again, and when it is given up
breaker   whether the endpoint itself is at fault
lanes     what may be sent now, and what an attempt has come to
"""
