"""Who could help whom: filters, an explained score, stable cohorts, and an audit.

people      what is known of both sides, as derived codes
factors     every factor: its code, its weight, its source, or that it is unused
filters     what rules a pair out, by name
score       how well a pair fits, in whole points, and in whose order
explain     the same score, line by line
acceptance  stable cohorts: mentees propose, mentors hold
assignment  seats of circles, and whoever a cohort left over
run         everybody who waits against everybody who has a place
proposal    options, a human look at them, and two consents
relationship  what two agreed on, its end, and matching again
fairness    whether a run served some groups worse
learn       what outcomes may change, once they show that it is better
report      the audit as a page; `report_plot` draws it
invented    people to try all of this on
"""
