#!/bin/sh
# One JSON line for each task of a job: host, pid, cgroup, job, user, step. For Slurm's TaskProlog
# (`slurm-task.sh prolog`) and TaskEpilog (`slurm-task.sh epilog`); see slurm.md beside this file.
#
# It never fails or delays a job: no command is waited for, nothing is printed (a TaskProlog's
# output would be taken for the task's environment), and it always ends well. It writes to
# FOUREYES_TASK_LOG where that file can be appended to, else to syslog.

at=${1:-prolog}

clean() { # only what needs no escaping in JSON
    printf '%s' "$1" | tr -cd 'A-Za-z0-9_.:@/+-' | head -c 400
}

tell() {
    host=$(clean "${SLURMD_NODENAME:-$(uname -n)}")
    # TaskProlog and TaskEpilog are children of the step's daemon; so is the task.
    cgroup=$(clean "$(sed -n '/job_/{s/^[^:]*:[^:]*://p;q}' /proc/self/cgroup 2>/dev/null)")
    line=$(printf '{"foureyes":"slurm_task","at":"%s","time":%s,"host":"%s","pid":"%s","cgroup":"%s","cluster":"%s","job":"%s","array_job":"%s","array_task":"%s","step":"%s","task":"%s","local_task":"%s","user":"%s","uid":"%s"}' \
        "$(clean "$at")" "$(date +%s)" "$host" "$(clean "${SLURM_TASK_PID:-$PPID}")" "$cgroup" \
        "$(clean "$SLURM_CLUSTER_NAME")" "$(clean "$SLURM_JOB_ID")" \
        "$(clean "$SLURM_ARRAY_JOB_ID")" "$(clean "$SLURM_ARRAY_TASK_ID")" \
        "$(clean "${SLURM_STEP_ID:-$SLURM_STEPID}")" "$(clean "$SLURM_PROCID")" \
        "$(clean "$SLURM_LOCALID")" "$(clean "${SLURM_JOB_USER:-$(id -un)}")" \
        "$(clean "${SLURM_JOB_UID:-$(id -u)}")")
    if [ -n "$FOUREYES_TASK_LOG" ] && [ -w "$FOUREYES_TASK_LOG" ]; then
        printf '%s\n' "$line" >>"$FOUREYES_TASK_LOG"
    else
        logger -t foureyes -- "$line"
    fi
}

(tell >/dev/null 2>&1 </dev/null &)
exit 0
