#!/bin/bash
# A study on PBS. Change the lines below to what the cluster has, then, in the folder of CONFIG and results/:
#
#   run=$(groupinf prepare CONFIG | tail -n 1)          # fits and draws the groups, here
#   id=$(qsub -v study=CONFIG scripts/pbs.sh)           # every task computes its share of the groups
#   echo "cd '$PWD' && groupinf collect '$run'" | qsub -V -W depend=afterok:"$id"   # Torque: afterokarray
#
# Torque numbers tasks with `#PBS -t 1-8` in place of -J, and asks for `nodes=1:ppn=4` in place of select.

#PBS -N groupinf
#PBS -J 1-8
#PBS -l select=1:ncpus=4:mem=8gb
#PBS -l walltime=2:00:00
#PBS -V
#PBS -j oe
#PBS -r y

tasks=8 # as many as in -J
cpus=4  # as many as in ncpus
cd "$PBS_O_WORKDIR" || exit 1
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
exec groupinf experiment "$study" --shard "auto/$tasks" --jobs "$cpus"
