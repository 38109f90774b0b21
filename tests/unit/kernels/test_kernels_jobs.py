from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dask
import dask_jobqueue
import pytest
from dask_jobqueue.core import Job
from dask_jobqueue.slurm import SLURMCluster, SLURMJob

from kernels.jobs import TreSlurmJob, script, wall_minutes
from kernels.protocol import Role

PYTHON = Path("/opt/tre/main/services/bin/python")
WHOLE_SCRIPT = """\
#!/bin/sh

#SBATCH -J tre-0123456789abcdef0123
#SBATCH -n 1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH -t 120
#SBATCH --nodes=1
#SBATCH --output=/dev/null
#SBATCH --error=/dev/null
#SBATCH --chdir=/
#SBATCH --no-requeue
#SBATCH --comment=tre:main:0123456789abcdef0123

exec /usr/bin/env -i PATH=/usr/bin:/bin SLURM_JOB_ID="$SLURM_JOB_ID" SLURMD_NODENAME="$SLURMD_NODENAME" \
/opt/tre/main/services/bin/python -I -m kernels.porter main 0123456789abcdef0123
"""


def test_the_whole_script(spec):
    assert script(spec, PYTHON).strip() == WHOLE_SCRIPT.strip()


def test_worker_and_notebook_scripts_are_the_same(spec):
    worker = replace(spec, role=Role.WORKER, scheduler="tcp://127.1.2.4:9001", worker_name="tre-9001-0")
    assert script(worker, PYTHON) == script(spec, PYTHON)


def test_accounting_names_the_projects_account_and_the_qos(spec):
    text = script(replace(spec, qos="night", partition="gpu"), PYTHON, accounting=True)
    assert "#SBATCH -A main-p042\n" in text
    assert "#SBATCH --qos=night\n" in text
    assert "#SBATCH -p gpu\n" in text


def test_a_configuration_file_of_the_machine_adds_nothing(spec):
    hostile = {
        "job-script-prologue": ["curl evil"],
        "job-extra-directives": ["--uid=0"],
        "shebang": "#!/bin/evil",
        "log-directory": "/tmp/log",
        "account": "other",
    }
    with dask.config.set({"jobqueue.slurm": hostile, "jobqueue.tre": hostile}):
        assert script(spec, PYTHON).strip() == WHOLE_SCRIPT.strip()


@pytest.mark.parametrize(
    ("run", "minutes"), [(timedelta(minutes=90), 90), (timedelta(seconds=119), 1), (timedelta(seconds=5), 1)]
)
def test_wall_time_is_whole_minutes_within_the_lease_and_at_least_one(spec, run, minutes):
    assert wall_minutes(replace(spec, ends_at=spec.submitted_at + run)) == minutes


class TestContractWithDaskJobqueue:
    """Names of dask-jobqueue 0.9.0 that we rely on: a release that moves one fails here."""

    def test_version(self):
        assert dask_jobqueue.__version__ == "0.9.0"

    def test_a_script_is_header_prologue_and_the_command_template(self, spec):
        job = TreSlurmJob(command="true", cores=1, memory="1 GiB", job_name="x", processes=1)
        assert job._command_template == "true"
        assert isinstance(job.job_header, str)
        assert job._job_script_prologue == []
        assert job.job_script().splitlines()[0] == "#!/bin/sh"

    def test_methods_that_the_cluster_overrides_exist(self):
        for name in ("start", "close", "_submit_job", "_close_job", "_job_id_from_submit_output"):
            assert callable(getattr(Job, name)), name
        assert issubclass(SLURMJob, Job)
        assert SLURMCluster.job_cls is SLURMJob
        assert isinstance(Job.job_id_regexp, str)
