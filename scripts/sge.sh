#!/bin/bash
# A study on Grid Engine. Change the lines below to what the cluster has, then, in the folder of CONFIG and results/:
#
#   run=$(groupinf prepare CONFIG | tail -n 1)                 # fits and draws the groups, here
#   id=$(qsub -terse scripts/sge.sh CONFIG | cut -d. -f1)      # every task computes its share of the groups
#   qsub -hold_jid "$id" -b y -cwd -V groupinf collect "$run"  # starts when all tasks have ended; names what is missing

#$ -N groupinf
#$ -t 1-8
#$ -pe smp 4
#$ -l h_vmem=2G
#$ -l h_rt=2:00:00
#$ -cwd
#$ -V
#$ -j y
#$ -r y
#$ -S /bin/bash

tasks=8 # as many as in -t
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
exec groupinf experiment "$1" --shard "auto/$tasks" --jobs "$NSLOTS"
