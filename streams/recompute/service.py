"""Complaints that wait for staff as SQL: a table of its own, and the feature."""

from collections.abc import Mapping
from typing import Final

from models.complaints import MOST
from models.params import MemberParams
from models.service import COMPLAINT
from streams.recompute.named import start_of_day, text

TABLE: Final = f"""complaints AS (
    SELECT brand_id, member_id,
        groupUniqArrayIf((at, day), own AND type = 'message' AND group_id = ''
            AND has(JSONExtract(raw, 'intent', 'Array(String)'), '{COMPLAINT}')) AS asked,
        maxIf(at, type = 'staff_message' AND {text("role")} != 'bot') AS answered
    FROM mine GROUP BY brand_id, member_id
),"""
"""Common table expression."""

JOIN: Final = (
    "LEFT JOIN complaints ON complaints.brand_id = p.brand_id AND complaints.member_id = p.member_id"
)

CROWDED: Final = f"arrayCount(one -> one.1 > complaints.answered, complaints.asked) > {MOST}"

_HOUR: Final = 3_600_000
_DAYS: Final = 3
"""Local days on which what is not given up yet may have waited."""


def named(params: MemberParams) -> Mapping[str, str]:
    """SQL of the feature: has any waited, by the hours of service gone by since, for as long as staff may take?"""
    service = params.service
    start = start_of_day("on_day")
    opens, closes = f"{start} + {service.from_hour * _HOUR}", f"{start} + {service.until_hour * _HOUR}"
    gone = f"greatest(least(now, {closes}) - greatest(one.1, {opens}), 0)"
    waited = f"arraySum(on_day -> {gone}, arrayMap(number -> one.2 + number, range({_DAYS})))"
    return {
        "complaint_waits": (
            f"arrayExists(one -> one.1 > complaints.answered AND one.1 + {service.kept} > now "
            f"AND {waited} >= {service.answer_within}, complaints.asked)"
        )
    }
