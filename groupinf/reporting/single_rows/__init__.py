"""Single training rows in figures of papers: their removal one by one, and what points of a run say of them."""
