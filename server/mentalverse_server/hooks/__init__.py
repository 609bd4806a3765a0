"""What leaves this server on its own, and who may answer for it.

Events that leave:

catalogue/  every event that may leave
schemas/    their JSON Schemas
privacy     what of an event leaves for one endpoint
delivery/   what is sent to an endpoint, and when
outward     what the relay needs of others
relay       brings stored events to endpoints
rendering   how an event looks at its endpoint now
endpoint_keys  what an endpoint's events are signed with
signed_send    signs and posts
leaving     the way out, put together
signing     who sent a webhook or an answer, proven
addresses   what the address of an endpoint may look like
egress      the only door through which hooks leave

Decisions that come in:

providers   the one thing that services ask
ports       what is asked, and how an answer looks
policy      which decisions there are, how long each waits, what silence means
decide      a deadline for every question, and what came back by then
breaker     when a provider that fails is asked no more
answers     what counts as an answer, and what several say together
ruling      from what is said now and was said before to what is done
memory      what was said before, on disk
chosen      whom the operator has named
in_process  providers that are installed beside the server
threads     where one that blocks runs
own_loop    where one that is asynchronous runs
over_https  providers that are asked by signed requests
provider_key  what those questions are signed with
defaults/   who answers where the operator names nobody
figures     what Prometheus is told of providers
parts       providers, put together
checkup     whether each answers, for the doctor
"""
