"""The figures of Koh and Liang (2017)."""
