"""How traces are wiped: what is typed last in a session."""

from analytics.simulation.chance import Chance, pick
from analytics.simulation.scenario import Stage
from analytics.simulation.terminal import Terminal

WAYS = {
    "bash": (
        "history -cw", "unset HISTFILE", "export HISTFILE=/dev/null", "set +o history",
        "ln -sf /dev/null ~/.bash_history", "rm -f ~/.bash_history", "HISTSIZE=0",
        "shred -zu ~/.bash_history", ": > ~/.bash_history",
    ),
    "zsh": (
        "unset HISTFILE", "HISTFILE=/dev/null", "fc -p /dev/null", "rm -f ~/.zsh_history",
        "ln -sf /dev/null ~/.zsh_history", "SAVEHIST=0", ": > ~/.zsh_history",
    ),
}  # fmt: skip


def wipe(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """The history ends; what is typed after it is seen by the audit daemon only."""
    command = pick(rng, WAYS[stage.insider.shell])
    stage.act(moment, terminal.type(moment, command), "stops or empties the own history")
    terminal.silenced = True
    return moment + 3
