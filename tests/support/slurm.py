"""A Slurm cluster of one node, this machine, from the programs of Debian's packages; needs root."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged")
SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 10.0
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "DEADLINE", "OUT_OF_MEMORY"}
SEARCHED = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/sbin:/bin"


def why_not() -> str | None:
    """Why there can be no cluster here; None where there can."""
    missing = [program for program in PROGRAMS if shutil.which(program, path=SEARCHED) is None]
    if missing:
        return f"no {', '.join(missing)}: needs Debian's packages {' '.join(PACKAGES)}"
    return None if os.geteuid() == 0 else "Slurm's daemons need root"


@dataclass(frozen=True)
class Cluster:
    """A running cluster; ``environment`` makes Slurm's commands talk to it."""

    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """The standard output of a command, which has to succeed."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def states(self, job: str) -> list[str]:
        """The state of a job, or that of each task of an array, such as PENDING or COMPLETED."""
        listed = self.run("scontrol", "--oneliner", "show", "job", job)
        return [word.partition("=")[2] for word in listed.split() if word.startswith("JobState=")]

    def wait_until_ended(self, jobs: Sequence[str], seconds: float = 300.0) -> list[list[str]]:
        """The final states of the jobs."""
        wait_until(lambda: all(state in ENDED for job in jobs for state in self.states(job)), seconds, f"jobs {jobs}")
        return [self.states(job) for job in jobs]


def wait_until(happened: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as it has happened."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


@contextmanager
def one_node_cluster() -> Iterator[Cluster]:
    """Start munged, slurmctld and slurmd with two processors, in a temporary folder, and stop them at the end."""
    with ExitStack() as stack:
        # munge wants a folder that others may enter, and a socket has a short name
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-")))
        folder.chmod(0o755)
        (folder / "slurm.conf").write_text(_configuration(folder))
        environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": SEARCHED}
        for variable in [name for name in environment if name.startswith(("SBATCH_", "SLURM_", "SQUEUE_"))]:
            if variable != "SLURM_CONF":  # where the tests themselves run in a job
                del environment[variable]
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        named = {"key-file": key, "socket": folder / "munge.sock", "pid-file": folder / "munge.pid"}
        named |= {"seed-file": folder / "munge.seed", "log-file": folder / "munge.log"}
        munged = ["munged", "--foreground", *(f"--{option}={path}" for option, path in named.items())]
        for command in (munged, ["slurmctld", "-D", "-c"], ["slurmd", "-D"]):
            stack.enter_context(_daemon(command, environment, folder / f"{command[0]}.out"))
            if command is munged:
                wait_until(named["socket"].exists, SECONDS_TO_START, "munged listens")
        try:
            wait_until(
                lambda: _says(environment, "sinfo", "--format=%T") == "idle", SECONDS_TO_START, "the node is idle"
            )
        except TimeoutError as error:
            said = (f"{log.name}: {log.read_text()}" for log in (*folder.glob("*.log"), *folder.glob("*.out")))
            raise RuntimeError("\n".join(said)) from error
        yield Cluster(environment)
        subprocess.run(["scancel", "--user=root"], env=environment, check=False)
        wait_until(lambda: _says(environment, "squeue", "--format=%i") == "", SECONDS_TO_STOP, "no job runs any more")


def _configuration(folder: Path) -> str:
    host = socket.gethostname().partition(".")[0]
    first, second = _free_ports()
    return f"""\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={first}
SlurmdPort={second}
AuthType=auth/munge
# a requeued job waits for as long as a credential lives
AuthInfo=socket={folder}/munge.sock,cred_expire=10
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@contextmanager
def _daemon(command: Sequence[str], environment: dict[str, str], out: Path) -> Iterator[None]:
    with out.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _says(environment: dict[str, str], command: str, form: str) -> str:
    asked = [command, "--noheader", form]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, check=False).stdout.strip()
