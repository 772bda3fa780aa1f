"""Jobs for a cluster: the scripts of a run, and Slurm to take them."""
