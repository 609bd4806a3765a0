"""Who could help whom: filters, an explained score, stable cohorts, and an audit.

people      what is known of both sides, as derived codes
factors     every factor: its code, its weight, its source, or that it is unused
filters     what rules a pair out, by name
score       how well a pair fits, in whole points, and in whose order
explain     the same score, line by line
acceptance  stable cohorts: mentees propose, mentors hold
assignment  seats of circles, and whoever a cohort left over
"""
