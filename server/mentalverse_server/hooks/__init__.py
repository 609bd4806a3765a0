"""What leaves this server on its own, and who may answer for it.

ports      what is asked, and how an answer looks
defaults   who answers where the operator names nobody
decide     a deadline for every question, and what came back by then
answers    what counts as an answer, and what several say together
breaker    when a provider that fails is asked no more
threads    where a provider that blocks runs
delivery/  what is sent to an endpoint, and when
signing    who sent a webhook or an answer, proven
addresses  what the address of an endpoint may look like
egress     the only door through which hooks leave
"""
