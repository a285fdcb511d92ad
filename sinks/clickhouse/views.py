"""The views of the store. A test compares what is told of them with what the migrations create.

They are read without ``FINAL``, since they read the tables with it themselves.
"""

from typing import Final

from sinks.clickhouse.activity_views import ACTIVITY_VIEWS
from sinks.clickhouse.announced_views import ANNOUNCED_VIEWS
from sinks.clickhouse.brand_views import BRAND_VIEWS, FUNNEL_VIEWS, LIVE_VIEWS
from sinks.clickhouse.contest_views import CONTEST_VIEWS
from sinks.clickhouse.group_views import GROUP_VIEWS
from sinks.clickhouse.invite_views import INVITE_VIEWS
from sinks.clickhouse.kind_views import KIND_VIEWS
from sinks.clickhouse.money_views import MONEY_VIEWS
from sinks.clickhouse.path_views import PATH_VIEWS
from sinks.clickhouse.person_views import PERSON_VIEWS
from sinks.clickhouse.product_views import PRODUCT_VIEWS
from sinks.clickhouse.response_views import RESPONSE_VIEWS
from sinks.clickhouse.right_views import RIGHT_VIEWS
from sinks.clickhouse.staff_views import STAFF_VIEWS
from sinks.clickhouse.talk_views import REPLY_VIEWS, TALK_VIEWS

VIEWS: Final = {
    view.name: view
    for view in (
        *BRAND_VIEWS,
        *FUNNEL_VIEWS,
        *LIVE_VIEWS,
        *MONEY_VIEWS,
        *RIGHT_VIEWS,
        *PRODUCT_VIEWS,
        *STAFF_VIEWS,
        *ACTIVITY_VIEWS,
        *ANNOUNCED_VIEWS,
        *INVITE_VIEWS,
        *CONTEST_VIEWS,
        *PATH_VIEWS,
        *GROUP_VIEWS,
        *KIND_VIEWS,
        *PERSON_VIEWS,
        *REPLY_VIEWS,
        *TALK_VIEWS,
        *RESPONSE_VIEWS,
    )
}
