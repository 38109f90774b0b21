"""Everything the register can be asked to permit; the names are a stable interface."""

from enum import StrEnum


class Action(StrEnum):
    """``what:verb``; which rules guard each one is data in `governance.rules`."""

    AUDIT_VERIFY = "audit:verify"
    DATA_EXTRACT = "data:extract"
    INSTANCE_PROVISION = "instance:provision"
    OUTPUT_READ = "output:read"
    OUTPUT_RELEASE = "output:release"
    OUTPUT_REVIEW = "output:review"
    OUTPUT_SUBMIT = "output:submit"
    PROJECT_APPLY = "project:apply"
    WAREHOUSE_INGEST = "warehouse:ingest"
    WORKSPACE_OPEN = "workspace:open"
    WORKSPACE_SUBMIT = "workspace:submit"
