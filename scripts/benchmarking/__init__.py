"""What ``benchmark.py`` measures and how; each measurement runs in a process of its own."""
