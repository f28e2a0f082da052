"""Years of a researcher's bash history, with times."""

import random

FIRST = 1_735_689_600
COMMANDS = (
    "cd ~/train/runs/{number}",
    "python train.py --seed {number} --out runs/{number}",
    "git commit -am 'Tune warmup {number}'",
    "sbatch --gres=gpu:8 train.sh {number}",
    "squeue -u $USER",
    "tail -f runs/{number}/log.txt | grep loss",
    "ls -la",
    "scp runs/{number}/model.safetensors gpu03:/scratch/asilva/",
    "export RUN={number}; ./launch.sh && echo done",
    "vim configs/llm-{number}.yml",
)


def commands(size: int, seed: int) -> list[tuple[int, str]]:
    """So many times and commands."""
    chance = random.Random(seed)
    told, time = [], FIRST
    for _ in range(size):
        time += chance.randint(1, 250)
        told.append((time, chance.choice(COMMANDS).format(number=chance.randint(1, 9_000))))
    return told


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines: a time and a command by turns."""
    lines = [f"#{time}\n{command}\n" for time, command in commands(size // 2, seed)]
    return "".join(lines).encode()
