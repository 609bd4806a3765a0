"""Licences, trainings and specialties: who may do what, and how others can check it.

errors       what is refused, with stable codes
packs        what a credential needs, as data; `lint`, `documents`, `pack_files`
levels       minutes of training, and the levels that they reach
checks       what was checked of somebody, and what is missing
application  somebody applies, and two people decide
renewal      how a credential stays in force, and what its end means
days         days of UTC, and months between them
keys         the issuer's keys: `did:key`, `did:web`, key ids
w3c          words of the W3C's data model
jose         what is signed, as compact JWS, by a closed list of algorithms
vc           a credential in the words of VC 2.0 and Open Badges 3.0
status_list  which credentials are revoked or suspended, told without telling whose
proof        a licence shown inside an encrypted conversation
"""
