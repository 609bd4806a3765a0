"""The crisis desk on the wire: who asks for help, who answers, and what they are told.

The rules are `mentalverse_crisis`, their database is `services.desk`. Here is who may
ask for what, and how an answer looks.
"""
