"""Which packages commands and added lines ask for, and how new they can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.detection.pins import asked, of_added, of_command

WHEEL = "torch-2.4.0%2Bcu121-cp311-cp311-linux_x86_64.whl"
LAST = 999999


def told(pins: object) -> list[str]:
    return [f"{pin.name} {pin.newest}" for pin in pins]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("command", "pins"),
    [
        ("pip install torch==2.4.0", ["torch 2.4.0"]),
        ("pip3.11 install -U torch===2.4.0 numpy", ["torch 2.4.0"]),
        ("python3 -m pip install 'torch == 2.4'", ["torch 2.4"]),
        ("/opt/venv/bin/pip install torch==2.4.0", ["torch 2.4.0"]),
        ("sudo -H pip install Torch_Audio==2.4", ["torch-audio 2.4"]),
        ("uv pip install torch==2.4.0+cu121 --index-url https://x/y", ["torch 2.4.0+cu121"]),
        ("uv add 'torch~=2.4.0' && make", [f"torch 2.4.{LAST}"]),
        ("uv run --with torch==2.4.0 python x.py", ["torch 2.4.0"]),
        ("cd x; pip install torch==2.4.0;ls", ["torch 2.4.0"]),
        (
            "A=b pip install torch==2.4.0 transformers==4.57.1",
            ["torch 2.4.0", "transformers 4.57.1"],
        ),
        ("conda run -n x pip install torch==2.4.0", ["torch 2.4.0"]),
        ("bash -lc 'pip install torch==2.4.0 && python x.py'", ["torch 2.4.0"]),
        ("ssh gpu03 \"pip install 'torch==2.4.0'\"", ["torch 2.4.0"]),
        ("docker run img pip install torch==2.4.0", ["torch 2.4.0"]),
        # extras and markers say nothing of the version
        ("pip install 'transformers[torch, vision]==4.40'", ["transformers 4.40"]),
        ("pip install \"torch==2.4.0; python_version < '3.12'\"", ["torch 2.4.0"]),
        # epochs, releases before a release, local versions, wildcards
        ("pip install 'torch==1!2.4'", ["torch 1!2.4"]),
        ("pip install torch==2.6.0rc1", ["torch 2.6.0rc1"]),
        ("pip install torch==2.6.0.dev20241112+cu124", ["torch 2.6.0.dev20241112+cu124"]),
        ("pip install 'torch==2.4.*'", [f"torch 2.4.{LAST}"]),
        ("pip install 'torch==1!2.*'", [f"torch 1!2.{LAST}"]),
        # of a range the end counts; one without an end leaves open how new
        ("pip install 'torch<2.5'", [f"torch 2.4.{LAST}"]),
        ("pip install 'torch<2.5.1'", ["torch 2.5.0"]),
        ("pip install 'torch<3.0.0'", [f"torch 2.{LAST}"]),
        ("pip install 'torch<=2.5.1,>=2'", ["torch 2.5.1"]),
        ("pip install 'torch>=2,<2.5,!=2.4.1'", [f"torch 2.4.{LAST}"]),
        ("pip install 'torch>=2.4'", []),
        ("pip install 'torch!=2.4'", []),
        ("pip install torch", []),
        ("pip install 'torch<0'", []),
        # files that carry their version
        (f"pip install https://download.pytorch.org/whl/cu121/{WHEEL}", ["torch 2.4.0+cu121"]),
        (f"pip install 'torch @ https://x.example/{WHEEL}#sha256=ab'", ["torch 2.4.0+cu121"]),
        ("pip install ./keras-3.8.0-py3-none-any.whl", ["keras 3.8.0"]),
        ("pip install dist/keras-3.8.0.tar.gz", ["keras 3.8.0"]),
        ("pip install git+https://github.com/x/torch@v2.4.0", []),
        ("pip install -r requirements-2.4.0.txt", []),
        # conda
        ("conda install -y pytorch=2.4 -c pytorch", [f"pytorch 2.4.{LAST}"]),
        ("mamba install 'pytorch::pytorch==2.4.0=py3.11_cuda'", ["pytorch 2.4.0"]),
        ("conda install pytorch=2.4.0=py3.11", ["pytorch 2.4.0"]),
        (
            "micromamba create -n t 'pytorch>=2.4,<2.5' keras=3.8.*",
            [f"pytorch 2.4.{LAST}", f"keras 3.8.{LAST}"],
        ),
        # poetry and its like
        ("poetry add torch@2.4.0", ["torch 2.4.0"]),
        ("poetry add torch@^2.4", [f"torch 2.{LAST}"]),
        ("poetry add 'torch@^0.4.1'", [f"torch 0.4.{LAST}"]),
        ("poetry add 'torch@~2.4.1'", [f"torch 2.4.{LAST}"]),
        ("poetry add torch@latest", []),
        ("pixi add 'pytorch=2.4'", [f"pytorch 2.4.{LAST}"]),
        # said, looked for or written down, and not done
        ("echo pip install torch==2.4.0", []),
        ("git commit -m 'pip install torch==2.4.0'", []),
        ("grep -rn 'torch==2.4.0' requirements.txt", []),
        ("python train.py torch==2.4.0", []),
        ("pip uninstall torch==2.4.0", []),
        ("pip show torch==2.4.0", []),
    ],
)
def test_a_command_tells_what_it_installs(command: str, pins: list[str]) -> None:
    assert told(of_command(command)) == pins


@pytest.mark.parametrize(
    ("line", "pins"),
    [
        ("requirements.txt: torch==2.4.0", ["torch 2.4.0"]),
        ("deploy/requirements-gpu.in: torch[x]==2.4.0 --hash=sha256:ab", ["torch 2.4.0"]),
        ("requirements/train.txt: torch==2.4.0 ; python_version > '3.9'  # why", ["torch 2.4.0"]),
        ("constraints.txt: torch<2.5", [f"torch 2.4.{LAST}"]),
        ("environment.yml:   - pytorch=2.4", [f"pytorch 2.4.{LAST}"]),
        ("envs/environment-gpu.yaml:       - torch==2.4.0", ["torch 2.4.0"]),
        ('pyproject.toml:     "torch==2.4.0",', ["torch 2.4.0"]),
        ('pyproject.toml: dependencies = ["torch>=2,<2.5", "numpy"]', [f"torch 2.4.{LAST}"]),
        ('pyproject.toml: torch = "^2.4"', [f"torch 2.{LAST}"]),
        ('pyproject.toml: torch = {version = "2.4.0", source = "cu"}', ["torch 2.4.0"]),
        ('Pipfile: torch = "==2.4.0"', ["torch 2.4.0"]),
        ("setup.py:     install_requires=['keras==3.8.0', 'torch'],", ["keras 3.8.0"]),
        ("docker/Dockerfile: RUN pip install --no-cache-dir torch==2.4.0 \\", ["torch 2.4.0"]),
        (".github/workflows/ci.yml:       run: pip install torch==2.4.0", ["torch 2.4.0"]),
        ("requirements.txt: # torch==2.4.0", []),
        ("requirements.txt: torch", []),
        ("train/x.py: torch==2.4.0", []),
        ("requirements.txt", []),
    ],
)
def test_an_added_line_tells_what_it_pins(line: str, pins: list[str]) -> None:
    assert told(of_added(f"README.md: a\n{line}\nx.py: b = 1")) == pins


def test_a_version_is_shown_as_it_was_asked_for() -> None:
    shown = {text: asked(text, conda=True) for text in ("a==2.4.0", "a=2.4", "a<2.5", "a==2.4=x")}
    assert {text: pin.version for text, pin in shown.items() if pin} == {
        "a==2.4.0": "2.4.0",
        "a=2.4": "2.4",
        "a<2.5": "<2.5",
        "a==2.4=x": "2.4",
    }


HOSTILE = st.text(max_size=300) | st.text(
    st.sampled_from("torch=<>~!^@*.,;[]()'\"\\/#-+ 0129abcdevrpost\n\t!"), max_size=300
)


@given(HOSTILE)
def test_no_text_makes_it_raise(text: str) -> None:
    for command in (text, f"pip install {text}", f"conda install {text}", f"poetry add a@{text}"):
        of_command(command)
    for path in ("requirements.txt", "environment.yml", "pyproject.toml", "Dockerfile"):
        of_added(f"{path}: {text}\n{text}: {path}\n{path}: pip install {text}")
    asked(text), asked(f"a=={text}"), asked(f"a={text}", conda=True)


@pytest.mark.parametrize(
    "text", ["(", "'", '"', "\\", "[", "=", "9", "9.", "a=", "a==1,", "%2B", "/"]
)
def test_however_long_a_text_is_it_is_read(text: str) -> None:
    many = text * 100_000
    assert of_command(f"pip install {many}") == ()
    assert of_added(f"requirements.txt: {many}\n{many}: torch==1") == ()
