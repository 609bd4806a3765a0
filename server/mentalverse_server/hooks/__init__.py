"""Who may answer for this server on what it cannot know itself.

ports     what is asked, and how an answer looks
defaults  who answers where the operator names nobody
decide    a deadline for every question, and what silence means
"""
