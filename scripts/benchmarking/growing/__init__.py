"""Whole studies that grow, and two large ones, on made data."""
