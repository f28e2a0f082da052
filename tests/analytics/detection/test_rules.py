"""Every own rule: complete, and right about its own examples."""

from uuid import UUID

import pytest
import yaml

from analytics.detection.correlations.correlation import Correlation
from analytics.detection.described import Described
from analytics.detection.examples import fires, wrong, wrong_together
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.sigma import Rule
from analytics.fields import FAMILIES
from analytics.findings import Severity

OWN = load([OWN_RULES])
RULES = OWN.rules
RAISING = [rule for rule in RULES if rule.id not in OWN.parts]
SEQUENCES = [each for each in OWN.correlations if each.id not in OWN.parts]
NAMES = [rule.id for rule in RULES]

# Ids of ATT&CK 19 and what they were before.
RENUMBERED = {
    "t1684.001": {"t1656"},
    "t1685": {"t1562", "t1562.001", "t1562.006"},
    "t1685.002": {"t1562.008"},
    "t1685.004": {"t1562.012"},
    "t1685.006": {"t1070.002"},
    "t1686": {"t1562.004"},
    "t1689": {"t1562.010"},
}

# What an engineer's day leaves in a history.
ORDINARY = """
git push origin main
git push --force-with-lease origin asilva/faster-loader
git pull --rebase
pip install -r requirements.txt
pip install --index-url https://pypi.northlab.example/simple trainlib
kill -9 48211
pkill -f tensorboard
kill %1
export HISTTIMEFORMAT='%F %T '
history | tail -50
hf download google/gemma-2-2b --include '*.safetensors'
huggingface-cli download lab/llm-13b
hf auth whoami
sbatch scripts/train.sbatch
scancel 481516
scancel -u $USER
squeue -u asilva
scontrol show job 481516
nvidia-smi
watch -n 2 nvidia-smi
ssh gpu03
ssh -L 8888:localhost:8888 gpu03
rsync -av results/ login01:/shared/projects/llm-13b/asilva/
scp gpu03:/scratch/step900.safetensors .
chmod +x scripts/train.sh
chmod 755 out
rm -rf build dist
rm -rf /shared/projects/llm-13b/asilva/checkpoints/old
tar czf logs.tgz logs
python train.py --config configs/13b.yaml
python -c "import torch; print(torch.__version__)"
torchrun --nproc_per_node 8 train.py
vim trainlib/optim/adamw.py
grep -rn weights_only src
conda activate train
source .venv/bin/activate
export CUDA_VISIBLE_DEVICES=0,1
export PYTHONPATH=$PWD/src
crontab -l
touch notes.md
cat /etc/os-release
tail -f /var/log/syslog
py-spy dump --pid 48211
sudo apt install htop
docker ps
tmux new -s train
jupyter lab --no-browser --port 8888
""".strip().splitlines()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_right_about_its_examples(rule: Rule) -> None:
    assert wrong(rule) == []


@pytest.mark.parametrize("rule", RAISING, ids=[rule.id for rule in RAISING])
def test_a_rule_is_complete(rule: Rule) -> None:
    raw = yaml.safe_load(rule.path.read_text("utf-8"))
    assert len(rule.examples.match) >= 2
    assert len(rule.examples.no_match) >= 2
    assert rule.path.parent.name in {*FAMILIES, "kubernetes"}
    assert UUID(raw["id"])
    assert raw["author"] == "Foureyes"
    assert {"title", "status", "description", "date", "level", "falsepositives"} <= raw.keys()
    assert rule.tactics, "no tag attack.<tactic>"
    assert any(tag.startswith("attack.t") for tag in rule.tags)
    assert {"confidence", "object"} <= raw["foureyes"].keys()
    assert len(rule.title) <= 80


@pytest.mark.parametrize("one", OWN.detections, ids=[each.id for each in OWN.detections])
def test_a_rule_says_what_to_look_at_next(one: Described) -> None:
    assert len(one.investigate) >= 2 or one.severity in (Severity.INFORMATIONAL, Severity.LOW)
    assert one.investigate
    assert all(sentence.endswith((".", "?")) for sentence in one.investigate)


@pytest.mark.parametrize("one", OWN.detections, ids=[each.id for each in OWN.detections])
def test_a_technique_that_was_renumbered_has_its_former_id_too(one: Described) -> None:
    tags = {tag.removeprefix("attack.") for tag in one.tags}
    for now, before in RENUMBERED.items():
        if now in tags:
            assert before & set(one.former), f"{now} was one of {before}"
    assert set(one.former) <= set().union(*RENUMBERED.values())
    assert not tags & {"defense-evasion"}, "ATT&CK 19 has stealth and defense-impairment"


@pytest.mark.parametrize("correlation", SEQUENCES, ids=[each.id for each in SEQUENCES])
def test_a_correlation_is_complete_and_right_about_its_examples(correlation: Correlation) -> None:
    assert wrong_together(correlation, OWN) == []
    assert len(correlation.examples.match) >= 2
    assert len(correlation.examples.no_match) >= 2
    assert correlation.tactics
    assert correlation.falsepositives
    assert any(tag.startswith("attack.t") for tag in correlation.tags)
    assert correlation.path.parent.name == "sequences"
    assert len(correlation.title) <= 80


def test_nothing_of_ours_is_refused() -> None:
    assert OWN.refused == ()


def test_ids_differ() -> None:
    ids = [yaml.safe_load(rule.path.read_text("utf-8"))["id"] for rule in RAISING]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("family", ["shell", "git", "scheduler", "huggingface", "kubernetes"])
def test_every_family_has_rules(family: str) -> None:
    assert [rule for rule in RULES if rule.path.parent.name == family]


@pytest.mark.parametrize("command", ORDINARY)
def test_an_ordinary_day_fires_nothing_of_medium_severity_or_higher(command: str) -> None:
    words = command.split()
    event = {
        "event.category": "process",
        "process.command_line": command,
        "process.args": words,
        "process.name": words[0],
        "event.original": command,
        "message": f"asilva ran {command}",
        "user.name": "asilva",
        "actor.account": "unix:asilva",
    }
    grave = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
    shell = [rule for rule in RULES if rule.path.parent.name == "shell"]
    assert [rule.id for rule in shell if rule.severity in grave and fires(rule, event)] == []
