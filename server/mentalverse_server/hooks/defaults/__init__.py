"""Who answers where the operator names nobody: what this server knows itself.

roles  the roles that people have been given
"""
