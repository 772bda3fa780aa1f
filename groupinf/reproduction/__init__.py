"""Reproducing the paper: what is run, in which order, and the page that sets the results beside the paper's."""
