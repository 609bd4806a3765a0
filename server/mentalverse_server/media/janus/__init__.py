"""The Janus gateway as a media engine: a process of its own, beside the server.

`config_files` writes the folder it is started with, `driver` speaks to it.
"""
