"""Who answers where the operator names nobody: what this server knows itself.

roles           the roles that people have been given

matching        proposals and relationships, by the rules of the matching module
matching_codes  what is stored of people for it
match_process   a run of it in a process of its own
"""
