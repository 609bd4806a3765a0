"""What an installation may publish on a chain, as values: roots, batches, calldata.

Nothing here talks to a chain; `mentalverse chain` does, for an operator who set it up.
The extra `[chain]` brings what the encoding needs, so nothing else imports this.
"""
