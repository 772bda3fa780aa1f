"""``python -m groupinf`` is the command ``groupinf``."""

from groupinf.cli.main import main

main(prog_name="groupinf")
