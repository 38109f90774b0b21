"""Our section of dask-jobqueue's configuration: complete, so that no file on a machine can add to it."""

CONFIG_NAME = "tre"
UNSET = (
    *("cores", "memory", "processes", "python", "interface", "death-timeout", "extra", "queue", "project"),
    *("local-directory", "env-extra", "log-directory", "account", "job-cpu", "walltime", "job-mem"),
    *("job-extra", "header-skip", "shared-temp-directory"),
)


def configuration() -> dict[str, object]:
    """Return every setting that dask-jobqueue 0.9.0 would otherwise read from its configuration files.

    A file in somebody's home could add a line to a job's script; a name without a section is an error.
    """
    return {
        **dict.fromkeys(UNSET),
        "name": CONFIG_NAME,
        "worker-command": "distributed.cli.dask_worker",
        "worker-extra-args": [],
        "job-script-prologue": [],
        "job-extra-directives": [],
        "job-directives-skip": [],
        "scheduler-options": {},
        "shebang": "#!/bin/sh",
    }
