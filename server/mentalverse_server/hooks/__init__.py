"""Who may answer for this server on what it cannot know itself.

ports     what is asked, and how an answer looks
defaults  who answers where the operator names nobody
decide    a deadline for every question, and what came back by then
answers   what counts as an answer, and what several say together
breaker   when a provider that fails is asked no more
threads   where a provider that blocks runs
"""
