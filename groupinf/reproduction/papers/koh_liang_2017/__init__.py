"""Koh and Liang (2017): single training rows, what their influence is made of, and what it is good for."""
