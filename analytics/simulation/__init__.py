"""A synthetic organisation that writes the logs real tools would, with the truth beside them."""

from analytics.simulation.course import FURTHER, ImpossibleSimulation, simulate
from analytics.simulation.scenario import UnknownScenario, known_scenarios

__all__ = ["FURTHER", "ImpossibleSimulation", "UnknownScenario", "known_scenarios", "simulate"]
