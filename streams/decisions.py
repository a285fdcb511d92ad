"""The models' parameters and the rules of the tags, as the settings of this deployment say."""

from models.groups.params import MINUTE, GroupParams
from models.palive import Spread
from models.params import MemberParams
from models.rules import RuleSet, compile_rules
from models.service import Service
from streams.population import Population
from streams.rule_files import rules_text, shipped_rules
from streams.settings import Settings

__all__ = ["group_params", "member_params", "rule_set", "rules_text", "shipped_rules"]


def member_params(settings: Settings) -> MemberParams:
    """Parameters of the member models.

    Raises:
        streams.population.PopulationWrong: the population's file cannot be used; the text names file and field.
        OSError: it cannot be read.
    """
    return MemberParams(
        half_life_days=settings.half_life_days,
        cap_per_day=float(settings.daily_message_cap),
        service=_service(settings),
        spread=Spread() if settings.population is None else Population.read(settings.population).spread,
    )


def group_params(settings: Settings) -> GroupParams:
    """Parameters of the groups' models."""
    return GroupParams(service=_service(settings))


def _service(settings: Settings) -> Service:
    return Service(
        answer_within=settings.answer_minutes * MINUTE,
        from_hour=settings.service_from,
        until_hour=settings.service_until,
    )


def rule_set(settings: Settings) -> RuleSet:
    """The rules in use, compiled.

    Raises:
        models.rules.RuleError: the file has an error; the text names file, line and word.
        OSError: the file cannot be read.
    """
    return compile_rules(*rules_text(settings.rules))
