-- Alerts about a member: whom, and the tag that the member is in. Empty in alerts about a group.

ALTER TABLE $database.alerts
    ADD COLUMN IF NOT EXISTS member_id String AFTER text_en,
    ADD COLUMN IF NOT EXISTS tag LowCardinality(String) AFTER member_id;

ALTER TABLE $database.alerts_parse MODIFY QUERY
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, alert_id String, brand_id String, group_id String, kind String,
        state String, version UInt64, severity String, opened_at Int64, closed_at Nullable(Int64),
        as_of Int64, window_seconds UInt32, observed Int64, expected Float64, p_value Float64,
        members Int64, evidence String, text_zh String, text_en String,
        member_id String, tag String
    )') AS j
SELECT
    j.schema_version AS schema_version,
    j.alert_id AS alert_id,
    if(empty(j.brand_id), 'default', j.brand_id) AS brand_id,
    j.group_id AS group_id,
    j.kind AS kind,
    j.state AS state,
    j.version AS version,
    j.severity AS severity,
    fromUnixTimestamp64Milli(j.opened_at, 'UTC') AS opened_at,
    fromUnixTimestamp64Milli(j.closed_at, 'UTC') AS closed_at,
    fromUnixTimestamp64Milli(j.as_of, 'UTC') AS as_of,
    j.window_seconds AS window_seconds,
    j.observed AS observed,
    j.expected AS expected,
    j.p_value AS p_value,
    j.members AS members,
    j.evidence AS evidence,
    j.text_zh AS text_zh,
    j.text_en AS text_en,
    j.member_id AS member_id,
    j.tag AS tag,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.alerts_landing AS l
WHERE throwIf(empty(j.alert_id), 'row refused: alert_id is missing') = 0;
