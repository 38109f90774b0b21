-- Only root submits or changes a job: the broker's executor does, after it has asked the register.
-- A leaked munge socket or a shell on a node therefore starts nothing (docs/architecture.md, Isolation 1).
local SENTENCE = "Jobs start only through the research environment: open a workspace in the hub."

local function refuse_all_but_root(uid)
  if uid == 0 then
    return slurm.SUCCESS
  end
  slurm.log_user(SENTENCE)
  slurm.log_info("refused a request of uid %u", uid)
  return slurm.ERROR
end

function slurm_job_submit(job, partitions, submit_uid)
  return refuse_all_but_root(submit_uid)
end

function slurm_job_modify(job, record, partitions, modify_uid)
  return refuse_all_but_root(modify_uid)
end
