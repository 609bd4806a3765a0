"""Rewards: from facts that the server can verify to postings that anybody recomputes.

A pack (`packs`) is what an installation pays, as signed data. `lint` refuses packs that
must not exist. `rules` finds the rule of a fact and holds its gates, `rubric` counts
points, `bonuses` adds shares, `epoch`, `caps` and `budget` bound a week, `receipt` says
how an amount came to be, `ledger` books it and `checkpoint` signs the books.

Pure: no clock, no chance, no input or output. Amounts are whole micro-MVT.
"""
