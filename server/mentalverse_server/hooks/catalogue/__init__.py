"""Every event that may leave: its name, what it is in order with, its tier, its data.

fields         kinds of fields; there is none that could hold a sentence
sessions       sessions, circles, what people say of them afterwards
relationships  mentors and mentees, their goals, runs of matching
care           help in a crisis, duty, safety
people         accounts, consent, credentials, training, supervision
accounting     rewards, the ledger, policies, and delivery itself
registry       all of them by name
schemas        their JSON Schemas

Data is declared once, as services say it: with our own ids and with milliseconds.
`hooks.privacy` makes of it what leaves, and the schemas describe that. Fields are only
ever added, and a changed meaning is a new type.
"""
