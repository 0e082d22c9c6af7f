"""Readers of trained LSTM autoencoders: each returns a `Chain` (chain.py) of what the file holds."""
