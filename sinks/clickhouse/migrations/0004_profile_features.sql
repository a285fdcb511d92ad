-- Features that rules read beside the columns of a profile: a JSON object, empty where profiles do not carry them.

ALTER TABLE $database.member_profiles
    ADD COLUMN IF NOT EXISTS features String CODEC(ZSTD(3)) AFTER next_at;

ALTER TABLE $database.member_profiles_parse MODIFY QUERY
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, brand_id String, member_id String, version UInt64, as_of Int64,
        first_seen Int64, last_seen Int64, activity_score Float64, activity String, activity_freq String,
        stage String, r_days Nullable(Int64), f Int64, m_fen Int64, orders Int64, revenue_fen Int64,
        last_paid_at Nullable(Int64), streak_days Int64, longest_streak_days Int64, checkin_days Int64,
        p_alive Float64, churn String, churn_risk Float64, groups Int64, tags Array(String),
        next_at Nullable(Int64)
    )') AS j
SELECT
    j.schema_version AS schema_version,
    if(empty(j.brand_id), 'default', j.brand_id) AS brand_id,
    j.member_id AS member_id,
    j.version AS version,
    fromUnixTimestamp64Milli(j.as_of, 'UTC') AS as_of,
    fromUnixTimestamp64Milli(j.first_seen, 'UTC') AS first_seen,
    fromUnixTimestamp64Milli(j.last_seen, 'UTC') AS last_seen,
    j.activity_score AS activity_score,
    j.activity AS activity,
    j.activity_freq AS activity_freq,
    j.stage AS stage,
    j.r_days AS r_days,
    j.f AS f,
    j.m_fen AS m_fen,
    j.orders AS orders,
    j.revenue_fen AS revenue_fen,
    fromUnixTimestamp64Milli(j.last_paid_at, 'UTC') AS last_paid_at,
    j.streak_days AS streak_days,
    j.longest_streak_days AS longest_streak_days,
    j.checkin_days AS checkin_days,
    j.p_alive AS p_alive,
    j.churn AS churn,
    j.churn_risk AS churn_risk,
    j.groups AS groups,
    j.tags AS tags,
    fromUnixTimestamp64Milli(j.next_at, 'UTC') AS next_at,
    if(startsWith(JSONExtractRaw(l.raw, 'features'), '{'), JSONExtractRaw(l.raw, 'features'), '') AS features,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.member_profiles_landing AS l
WHERE throwIf(empty(j.member_id), 'row refused: member_id is missing') = 0;
