"""The account and its devices: keys, whom they believe, how another device comes."""
