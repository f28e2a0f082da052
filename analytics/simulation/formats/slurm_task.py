"""Lines of the task prolog and epilog that come with the collection kit, one a task and moment."""

from analytics.simulation.formats.slurm_sacct import Job


def line(job: Job, at: str, moment: float, pid: int) -> str:
    """The first task of a job's first step begins (`prolog`) or ends (`epilog`)."""
    array, task = job.array if job.array is not None else ("", "")
    return (
        f'{{"foureyes":"slurm_task","at":"{at}","time":{int(moment)},"host":"{job.nodes[0]}",'
        f'"pid":"{pid}","cgroup":"/system.slice/slurmstepd.scope/job_{job.id}/step_0/user/task_0",'
        f'"cluster":"northlab","job":"{job.id}","array_job":"{array}","array_task":"{task}",'
        f'"step":"0","task":"0","local_task":"0","user":"{job.owner}","uid":"{job.uid}"}}\n'
    )
