"""The views of contests, against small stories that are counted by hand. A story's last event is stored twice."""

import pytest

from tests.sinks.story import Brand, event

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

PLACES = "place, member_id, value, settled"
HOUR = 1 / 24


def test_first_answers_and_the_fastest_right_one(brand: Brand) -> None:
    brand.tell(
        event(1, "quiz", "changes", activity_id="q", is_correct=False),
        event(1.1, "quiz", "fast", activity_id="q", is_correct=True),
        event(1.2, "quiz", "changes", activity_id="q", is_correct=True),
        event(1.05, "quiz", "late", activity_id="q", is_correct=True),  # told after those that it precedes
        event(1.01, "quiz", "clerk", activity_id="q", is_correct=True, role="staff"),
        event(1.3, "quiz", "unjudged", activity_id="q"),
        event(1.02, "quiz", "no activity", is_correct=True),
        event(1.4, "quiz", "slow", activity_id="other", is_correct=True),
    )
    # The latest event is of 1.4, so what was before 1.3166 is settled.
    assert brand.read("contest_places", PLACES, "contest = 'answer' AND id = 'q'") == [
        (1, "changes", 0, 1),
        (2, "late", 1, 1),
        (3, "fast", 1, 1),
        (4, "unjudged", None, 1),
    ]
    assert brand.read("contest_places", PLACES, "contest = 'right_answer'") == [
        (1, "late", 1, 1),
        (1, "slow", 1, 0),
        (2, "fast", 1, 1),
        (3, "changes", 1, 1),
    ]
    assert brand.read("quizzes", "activity_id, members, right_answers, rate") == [
        ("other", 1, 1, 1.0),
        ("q", 4, 2, 0.5),
    ]


def test_throws_that_beat_the_house(brand: Brand) -> None:
    brand.tell(
        event(1, "dice", "butler", role="staff", round_id="r", dice_value=4),
        event(1.1, "dice", "butler", role="staff", round_id="r", dice_value=1),
        event(1.2, "dice", "again", round_id="r", dice_value=4),
        event(1.3, "dice", "again", round_id="r", dice_value=6),
        event(1.4, "dice", "wins", round_id="r", dice_value=5),
        event(1.5, "dice", "no house", round_id="s", dice_value=6),
    )
    assert brand.read("contest_places", "id, place, member_id, value, won") == [
        ("r", 1, "again", 4, 0),
        ("r", 2, "wins", 5, 1),
        ("s", 1, "no house", 6, None),
    ]


def test_most_likes_and_of_equals_the_earlier(brand: Brand) -> None:
    brand.tell(
        event(1, "like_collect", "grows", activity_id="a", likes=10),
        event(1.1, "like_collect", "first", activity_id="a", likes=38),
        event(1.2, "like_collect", "grows", activity_id="a", likes=38),
        event(1.3, "like_collect", "grows", activity_id="a", likes=38),
        event(1.15, "like_collect", "most", activity_id="a", likes=50),
        event(1.3 + 1.9 * HOUR, "visited", "most"),
    )
    places = [(1, "most", 50, 0), (2, "first", 38, 0), (3, "grows", 38, 0)]
    assert brand.read("contest_places", PLACES) == places
    # Two hours after the last of all entries, not of the member's own.
    brand.tell(event(1.3 + 2.1 * HOUR, "visited", "most"))
    assert brand.read("contest_places", PLACES) == [(*row[:3], 1) for row in places]


def test_the_nth_photo_and_like(brand: Brand) -> None:
    brand.tell(
        event(1, "photo_share", "a", activity_id="p", submission_id="s1"),
        event(1.2, "photo_share", "b", activity_id="p", submission_id="s2"),
        event(1.3, "photo_share", "a", activity_id="p", submission_id="s3"),
        event(1.4, "audit", "a", submission_id="s1", audit_state="pending"),
        event(1.5, "audit", "a", submission_id="s1", audit_state="rejected"),
        event(1.4, "audit", "a", submission_id="s3", audit_state="approved"),
        *(event(2 + n / 100, "moments_like", f"m{n}", content_id="c") for n in (3, 1, 2)),
        event(2.5, "moments_like", "m1", content_id="c"),
    )
    assert brand.read("contest_places", "place, member_id, audit_state", "contest = 'photo_share'") == [
        (1, "a", "rejected"),
        (2, "b", ""),
    ]
    likes = "contest = 'moments_like'"
    assert brand.read("contest_places", "place, member_id", likes) == [(1, "m1"), (2, "m2"), (3, "m3")]
    # A late like moves the others back; where places are settled, what is later than the bound came too late.
    brand.tell(event(2, "moments_like", "m0", content_id="c"))
    assert brand.read("contest_places", "place, member_id", likes)[:2] == [(1, "m0"), (2, "m1")]
