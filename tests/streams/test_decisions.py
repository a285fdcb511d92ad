"""What the settings say reaches the models."""

from models.service import Service
from streams.decisions import group_params, member_params
from streams.settings import Settings


def test_members_and_groups_wait_for_staff_by_the_same_settings() -> None:
    settings = Settings(answer_minutes=7, service_from=8, service_until=20)
    expected = Service(answer_within=7 * 60_000, from_hour=8, until_hour=20)
    assert member_params(settings).service == group_params(settings).service == expected
    assert member_params(Settings()).service == Service()
