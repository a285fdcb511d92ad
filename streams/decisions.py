"""The models' parameters and the rules of the tags, as the settings of this deployment say."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from models.palive import Spread
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from streams.population import Population
from streams.settings import Settings


def member_params(settings: Settings) -> MemberParams:
    """Parameters of the member models.

    Raises:
        streams.population.PopulationWrong: the population's file cannot be used; the text names file and field.
        OSError: it cannot be read.
    """
    return MemberParams(
        half_life_days=settings.half_life_days,
        cap_per_day=float(settings.daily_message_cap),
        spread=Spread() if settings.population is None else Population.read(settings.population).spread,
    )


SHIPPED: Final = ("default", "full")
"""Rule files that are shipped, by the name that `QUNPULSE_RULES` may give instead of a path."""


def shipped_rules(name: str = "default") -> tuple[str, str]:
    """Text and name of a rule file that is shipped."""
    return files("models.rules").joinpath(f"{name}.yaml").read_text("utf-8"), f"{name}.yaml"


def rules_text(path: Path | None) -> tuple[str, str]:
    """Text and name of the rule file at a path, or of a shipped one by its bare name; none is the default one.

    Raises:
        OSError: the file cannot be read.
    """
    if path is None or str(path) in SHIPPED:
        return shipped_rules("default" if path is None else str(path))
    return path.read_text("utf-8"), str(path)


def rule_set(settings: Settings) -> RuleSet:
    """The rules in use, compiled.

    Raises:
        models.rules.RuleError: the file has an error; the text names file, line and word.
        OSError: the file cannot be read.
    """
    return compile_rules(*rules_text(settings.rules))
