"""What people type, by role; {fields} are filled in for each person and day."""

EVERYBODY = (
    "ls", "ll", "cd {work}", "cd ~", "cd ..", "pwd", "squeue --me", "squeue --me", "sinfo -p gpu",
    "cat {config}", "less logs/slurm-{job}.out", "tail -f logs/slurm-{job}.out", "{editor} {file}",
    "{editor} {file}", "{editor} {config}", "git status", "git status", "git diff",
    "git pull --ff-only", "git log --oneline -n 20", "git add -p", "git commit -m '{message}'",
    "git checkout -b {branch}", "git checkout main", "git push origin {branch}",
    "git stash", "git stash pop", "git rebase origin/main", "grep -rn {word} .", "du -sh {work}/*",
    "df -h /shared", "history | grep {word}", "htop", "tmux attach", "man squeue", "which python",
    "export CUDA_VISIBLE_DEVICES={n}", "source ~/.profile", "quota -s", "date", "gs",
    "rm -f /tmp/{login}-{n}.log", "mkdir -p {work}/runs/{branch}", "wc -l {config}",
    "find . -name '*.yaml' -newer {config}", "echo $SLURM_JOB_ID",
)  # fmt: skip
BY_ROLE: dict[str, tuple[str, ...]] = {
    "researcher": (
        "python -m trainlib.train --config {config} --dry-run", "python analyse.py --run {run}",
        "nvidia-smi", "watch -n 5 nvidia-smi", "tensorboard --logdir {work}/runs --port 60{n}6",
        "jupyter lab --no-browser --port 88{n}8", "python plot_loss.py {run}", "sinfo -N -l",
        "srun --gpus 1 --time 30:00 --pty bash", "sbatch scripts/eval.sbatch --dry-run",
        "ls -lh /shared/ckpt/{project}/{run}", "python -c 'import torch; print(torch.__version__)'",
        "sacct -S today -X --format JobID,JobName,State,Elapsed", "wandb sync {work}/runs",
        "python scripts/compare.py {run} --metric loss | tee /tmp/{login}-{n}.txt",
        "head -n 50 /shared/data/corpus/manifest.jsonl", "diff {config} configs/base.yaml",
        "cp {config} configs/{branch}.yaml", "rm -rf {work}/runs/old-{n}",
        "for s in 1 2 3; do python eval.py --seed $s; done", "kill %1", "nvtop",
    ),
    "engineer": (
        "pytest -q tests/test_{word}.py", "pytest -x -q", "ruff check .", "make test", "make -j8",
        "gdb -batch -ex bt --args python bench.py", "nsys profile -o {branch} python bench.py",
        "python bench.py --steps {n}00", "git bisect start", "git cherry-pick -x {word}",
        "srun -N 2 --gpus-per-node 8 --pty bash", "ncu --set full python kernel.py",
        "git log -p {file}", "docker build -t lab/{repository}:dev .", "pre-commit run -a",
        "python -m build --wheel", "strace -c python bench.py", "cmake --build build -j8",
        "git push origin {branch} --force-with-lease", "tox -e py311", "scontrol show job {job}",
    ),
    "data engineer": (
        "python -m datakit.shard --in /shared/data/raw/{word} --out /shared/data/corpus/{branch}",
        "python -m datakit.stats /shared/data/corpus/{branch}", "zcat part-00{n}.jsonl.gz | head",
        "md5sum /shared/data/corpus/{branch}/part-000{n}.parquet", "duckdb corpus.db",
        "wc -l /shared/data/raw/{word}/*.jsonl", "parquet-tools schema part-000{n}.parquet",
        "rsync -a /shared/data/raw/{word}/ /scratch/{login}/{word}/", "jq -c .url manifest.jsonl",
        "aws s3 ls s3://northlab-corpus/raw/", "sort -u urls.txt -o urls.txt",
        "ls /shared/data/raw",
        "aws s3 cp s3://northlab-corpus/raw/{word}.tar.zst /scratch/{login}/",
        "python dedup.py --threshold 0.{n}", "split -l 100000 urls.txt urls-",
        "tar czf /scratch/{login}/{branch}.tar.gz {work}/reports",
    ),
    "administrator": (
        "sinfo -R", "scontrol show node gpu0{n}", "journalctl -u slurmctld --since today",
        "sacctmgr show assoc user={login}", "ssh gpu0{n} uptime", "systemctl status slurmd",
        "dmesg -T | tail -n 40", "nvidia-smi -q -d ECC", "ansible-playbook site.yml --check",
        "squeue -t PD --sort=-p", "sreport cluster utilization", "last -n 20",
        "ausearch -k signals",
        "lfs quota -h /shared", "getent passwd {login}", "iostat -x 1 3", "ip -br addr", "uptime",
        "ansible-playbook site.yml --limit gpu0{n}", "smartctl -a /dev/nvme{n}",
        "ipmitool sel list",
    ),
}  # fmt: skip
MACHINE_ROOM = (
    "systemctl restart slurmd", "journalctl -u slurmd -n 100", "nvidia-smi -r -i {n}",
    "apt-get -y upgrade", "tail -n 200 /var/log/slurm/slurmctld.log", "mount -a",
    "sacctmgr list qos",
)  # fmt: skip
WORDS = (
    "loader", "optim", "tokenizer", "sampler", "attention", "schedule", "metrics", "cache",
    "stream", "encoder", "decoder", "mixer", "shards", "warmup", "gradient", "logging",
)  # fmt: skip
FILES = (
    "train.py", "eval.py", "model.py", "data/loader.py", "optim/schedule.py", "metrics.py",
    "tests/test_loader.py", "configs/base.yaml", "README.md", "layers/attention.py",
)  # fmt: skip
CHANGES = (
    "Fix {word} for empty batches", "Speed up {word}", "Add {word} option", "Refactor {word}",
    "Log {word} timings", "Test {word} with odd sizes", "Document {word}", "Remove old {word} path",
)  # fmt: skip
