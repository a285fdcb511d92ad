"""How often nothing is called a spike, and how surely a spike is seen, on groups made up by chance."""

import random
from collections.abc import Iterator

HOUR = 3600
WEEK = 168 * HOUR


def season(hour: int) -> float:
    """Nights are quiet, evenings busy, weekends busier; mean about 1."""
    by_day = 0.2 if hour % 24 < 7 else 1.0 if hour % 24 < 18 else 2.0
    return by_day * (1.4 if hour // 24 % 7 > 4 else 0.9)


def leaves(chance: random.Random, hourly: float, weeks: int) -> Iterator[float]:
    """Times of a seasonal Poisson process, by thinning."""
    at = 0.0
    while (at := at + chance.expovariate(3 * hourly / HOUR)) < weeks * WEEK:
        if chance.random() < season(int(at // HOUR)) / 3:
            yield at


def live(stage, times: list[float], members: int) -> list[int]:
    """Whoever leaves is replaced at once; the opening times of alerts, s."""
    present = stage.fill(members)
    chance = random.Random(1)
    for number, at in enumerate(sorted(times)):
        place = chance.randrange(members)
        stage.play(at, "group.left", present[place])
        present[place] = f"n{number}"
        stage.play(at, "group.joined", present[place])
    start = stage.event(0, "message").at
    return [(alert.opened_at - start) // 1000 for alert in stage.alerts if alert.state == "opened"]


def test_seasonal_leaves_without_a_spike_raise_few_alerts(new_stage) -> None:
    weeks, opened = 0, 0
    for seed in range(3):
        opened += len(live(new_stage(), list(leaves(random.Random(seed), 1.0, 8)), 120))
        weeks += 8
    assert opened / weeks <= 0.2, "more than the tolerated rate"


def test_a_spike_of_three_times_the_usual_hour_within_ten_minutes_is_seen(new_stage) -> None:
    chance = random.Random(5)
    quiet = list(leaves(chance, 0.8, 20))
    spikes = [week * WEEK + chance.randrange(WEEK) for week in range(4, 20, 2)]
    waves = [spike + chance.random() * 600 for spike in spikes for _ in range(5)]
    opened = live(new_stage(), quiet + waves, 100)
    seen = sum(any(spike <= at <= spike + 600 for at in opened) for spike in spikes)
    assert seen >= 7
