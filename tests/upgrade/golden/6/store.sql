CREATE DATABASE IF NOT EXISTS $database;

CREATE TABLE IF NOT EXISTS $database.events (
    event_id     String,
    brand_id     LowCardinality(String),
    kind         LowCardinality(String),
    type         LowCardinality(String),
    ts           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    member_id    String,
    group_id     String,
    role         LowCardinality(String),
    staff_id     String,
    order_id     String,
    paid_fen     Nullable(Int64),
    refund_fen   Nullable(Int64),
    raw          String CODEC(ZSTD(3)),
    _topic       LowCardinality(String),
    _partition   Int32,
    _offset      Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (brand_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.tag_changes (
    schema_version UInt16,
    brand_id       LowCardinality(String),
    member_id      String,
    tag            LowCardinality(String),
    name_zh        LowCardinality(String),
    name_en        LowCardinality(String),
    change         LowCardinality(String),
    at             DateTime64(3, 'UTC'),
    cause          LowCardinality(String),
    rule_version   UInt64,
    source         String,
    event_id       String,
    evidence       String CODEC(ZSTD(3)),
    next_at        Nullable(DateTime64(3, 'UTC')),
    _topic         LowCardinality(String),
    _partition     Int32,
    _offset        Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (brand_id, member_id, tag, at, change)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.member_profiles (
    schema_version      UInt16,
    brand_id            LowCardinality(String),
    member_id           String,
    version             UInt64,
    as_of               DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    first_seen          DateTime64(3, 'UTC'),
    last_seen           DateTime64(3, 'UTC'),
    activity_score      Float64,
    activity            LowCardinality(String),
    activity_freq       LowCardinality(String),
    stage               LowCardinality(String),
    r_days              Nullable(Int64),
    f                   Int64,
    m_fen               Int64,
    orders              Int64,
    revenue_fen         Int64,
    last_paid_at        Nullable(DateTime64(3, 'UTC')),
    streak_days         Int64,
    longest_streak_days Int64,
    checkin_days        Int64,
    p_alive             Float64,
    churn               LowCardinality(String),
    churn_risk          Float64,
    groups              Int64,
    tags                Array(String),
    next_at             Nullable(DateTime64(3, 'UTC')),
    _topic              LowCardinality(String),
    _partition          Int32,
    _offset             Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (brand_id, member_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.group_stats (
    schema_version UInt16,
    brand_id       LowCardinality(String),
    group_id       String,
    version        UInt64,
    as_of          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    window_start   DateTime64(3, 'UTC'),
    window_seconds UInt32,
    part           UInt64,
    members        Int64,
    joins          Int64,
    leaves         Int64,
    left_self      Int64,
    kicked         Int64,
    banned         Int64,
    planned        Int64,
    messages       Int64,
    speakers       Int64,
    active_rate    Float64,
    _topic         LowCardinality(String),
    _partition     Int32,
    _offset        Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (brand_id, group_id, window_start, window_seconds, part)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.alerts (
    schema_version UInt16,
    alert_id       String,
    brand_id       LowCardinality(String),
    group_id       String,
    kind           LowCardinality(String),
    state          LowCardinality(String),
    version        UInt64,
    severity       LowCardinality(String),
    opened_at      DateTime64(3, 'UTC'),
    closed_at      Nullable(DateTime64(3, 'UTC')),
    as_of          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    window_seconds UInt32,
    observed       Int64,
    expected       Float64,
    p_value        Float64,
    members        Int64,
    evidence       String CODEC(ZSTD(3)),
    text_zh        String,
    text_en        String,
    _topic         LowCardinality(String),
    _partition     Int32,
    _offset        Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (brand_id, alert_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.dead_letters (
    schema_version UInt16,
    topic          LowCardinality(String),
    partition      Int32,
    offset         Int64,
    timestamp      Nullable(DateTime64(3, 'UTC')),
    stage          LowCardinality(String),
    reason         LowCardinality(String),
    detail         String,
    key            String,
    value          String CODEC(ZSTD(3)),
    value_size     Int64,
    value_sha256   String,
    app_version    LowCardinality(String),
    failed_at      DateTime64(3, 'UTC'),
    _topic         LowCardinality(String),
    _partition     Int32,
    _offset        Int64 CODEC(Delta, ZSTD(1)),
    _ingested_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, offset, value_sha256)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS $database.events_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64,
    ts         Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.events_parse TO $database.events AS
WITH JSONExtract(l.raw, 'Tuple(
        event_id String, brand_id String, kind String, type String, member_id String, group_id String,
        role String, staff_id String, order_id String, paid_fen Nullable(Int64),
        refund_fen Nullable(Int64)
    )') AS j
SELECT
    j.event_id AS event_id,
    if(empty(j.brand_id), 'default', j.brand_id) AS brand_id,
    j.kind AS kind,
    j.type AS type,
    fromUnixTimestamp64Milli(l.ts, 'UTC') AS ts,
    j.member_id AS member_id,
    j.group_id AS group_id,
    if(empty(j.role), 'customer', j.role) AS role,
    j.staff_id AS staff_id,
    j.order_id AS order_id,
    j.paid_fen AS paid_fen,
    j.refund_fen AS refund_fen,
    l.raw AS raw,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.events_landing AS l
WHERE throwIf(empty(j.event_id) OR empty(j.kind), 'row refused: event_id or kind is missing') = 0;

CREATE TABLE IF NOT EXISTS $database.tag_changes_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.tag_changes_parse TO $database.tag_changes AS
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, brand_id String, member_id String, tag String, name_zh String,
        name_en String, change String, at Nullable(Int64), cause String, rule_version UInt64,
        source String, event_id String, evidence String, next_at Nullable(Int64)
    )') AS j
SELECT
    j.schema_version AS schema_version,
    if(empty(j.brand_id), 'default', j.brand_id) AS brand_id,
    j.member_id AS member_id,
    j.tag AS tag,
    j.name_zh AS name_zh,
    j.name_en AS name_en,
    j.change AS change,
    fromUnixTimestamp64Milli(assumeNotNull(j.at), 'UTC') AS at,
    j.cause AS cause,
    j.rule_version AS rule_version,
    j.source AS source,
    j.event_id AS event_id,
    j.evidence AS evidence,
    fromUnixTimestamp64Milli(j.next_at, 'UTC') AS next_at,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.tag_changes_landing AS l
WHERE throwIf(empty(j.member_id) OR empty(j.tag) OR empty(j.change) OR isNull(j.at), 'row refused: member_id, tag, change or at is missing') = 0;

CREATE TABLE IF NOT EXISTS $database.member_profiles_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.member_profiles_parse TO $database.member_profiles AS
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
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.member_profiles_landing AS l
WHERE throwIf(empty(j.member_id), 'row refused: member_id is missing') = 0;

CREATE TABLE IF NOT EXISTS $database.group_stats_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.group_stats_parse TO $database.group_stats AS
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, brand_id String, group_id String, version UInt64, as_of Int64,
        window_start Nullable(Int64), window_seconds UInt32, part UInt64, members Int64, joins Int64,
        leaves Int64, left_self Int64, kicked Int64, banned Int64, planned Int64, messages Int64,
        speakers Int64, active_rate Float64
    )') AS j
SELECT
    j.schema_version AS schema_version,
    if(empty(j.brand_id), 'default', j.brand_id) AS brand_id,
    j.group_id AS group_id,
    j.version AS version,
    fromUnixTimestamp64Milli(j.as_of, 'UTC') AS as_of,
    fromUnixTimestamp64Milli(assumeNotNull(j.window_start), 'UTC') AS window_start,
    j.window_seconds AS window_seconds,
    j.part AS part,
    j.members AS members,
    j.joins AS joins,
    j.leaves AS leaves,
    j.left_self AS left_self,
    j.kicked AS kicked,
    j.banned AS banned,
    j.planned AS planned,
    j.messages AS messages,
    j.speakers AS speakers,
    j.active_rate AS active_rate,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.group_stats_landing AS l
WHERE throwIf(empty(j.group_id) OR isNull(j.window_start), 'row refused: group_id or window_start is missing') = 0;

CREATE TABLE IF NOT EXISTS $database.alerts_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.alerts_parse TO $database.alerts AS
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, alert_id String, brand_id String, group_id String, kind String,
        state String, version UInt64, severity String, opened_at Int64, closed_at Nullable(Int64),
        as_of Int64, window_seconds UInt32, observed Int64, expected Float64, p_value Float64,
        members Int64, evidence String, text_zh String, text_en String
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
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.alerts_landing AS l
WHERE throwIf(empty(j.alert_id), 'row refused: alert_id is missing') = 0;

CREATE TABLE IF NOT EXISTS $database.dead_letters_landing (
    raw        String,
    _topic     LowCardinality(String),
    _partition Int32,
    _offset    Int64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS $database.dead_letters_parse TO $database.dead_letters AS
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, topic String, partition Nullable(Int32), offset Nullable(Int64),
        timestamp Nullable(Int64), stage String, reason String, detail String, key_base64 String,
        value_base64 String, value_size Int64, value_sha256 String, app_version String, failed_at Int64
    )') AS j
SELECT
    j.schema_version AS schema_version,
    j.topic AS topic,
    assumeNotNull(j.partition) AS partition,
    assumeNotNull(j.offset) AS offset,
    fromUnixTimestamp64Milli(j.timestamp, 'UTC') AS timestamp,
    j.stage AS stage,
    j.reason AS reason,
    j.detail AS detail,
    tryBase64Decode(j.key_base64) AS key,
    tryBase64Decode(j.value_base64) AS value,
    j.value_size AS value_size,
    j.value_sha256 AS value_sha256,
    j.app_version AS app_version,
    fromUnixTimestamp64Milli(j.failed_at, 'UTC') AS failed_at,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.dead_letters_landing AS l
WHERE throwIf(empty(j.topic) OR isNull(j.partition) OR isNull(j.offset), 'row refused: topic, partition or offset is missing') = 0;

ALTER TABLE $database.dead_letters
    ADD COLUMN IF NOT EXISTS status LowCardinality(String) DEFAULT 'new' AFTER failed_at,
    ADD COLUMN IF NOT EXISTS status_at Nullable(DateTime64(3, 'UTC')) AFTER status,
    ADD COLUMN IF NOT EXISTS replay_of String AFTER status_at,
    ADD COLUMN IF NOT EXISTS replays Int64 AFTER replay_of;

ALTER TABLE $database.dead_letters_parse MODIFY QUERY
WITH JSONExtract(l.raw, 'Tuple(
        schema_version UInt16, topic String, partition Nullable(Int32), offset Nullable(Int64),
        timestamp Nullable(Int64), stage String, reason String, detail String, key_base64 String,
        value_base64 String, value_size Int64, value_sha256 String, app_version String, failed_at Int64,
        status String, status_at Nullable(Int64), replay_of String, replays Int64
    )') AS j
SELECT
    j.schema_version AS schema_version,
    j.topic AS topic,
    assumeNotNull(j.partition) AS partition,
    assumeNotNull(j.offset) AS offset,
    fromUnixTimestamp64Milli(j.timestamp, 'UTC') AS timestamp,
    j.stage AS stage,
    j.reason AS reason,
    j.detail AS detail,
    tryBase64Decode(j.key_base64) AS key,
    tryBase64Decode(j.value_base64) AS value,
    j.value_size AS value_size,
    j.value_sha256 AS value_sha256,
    j.app_version AS app_version,
    fromUnixTimestamp64Milli(j.failed_at, 'UTC') AS failed_at,
    if(empty(j.status), 'new', j.status) AS status,
    fromUnixTimestamp64Milli(j.status_at, 'UTC') AS status_at,
    j.replay_of AS replay_of,
    j.replays AS replays,
    l._topic AS _topic,
    l._partition AS _partition,
    l._offset AS _offset,
    now64(3, 'UTC') AS _ingested_at
FROM $database.dead_letters_landing AS l
WHERE throwIf(empty(j.topic) OR isNull(j.partition) OR isNull(j.offset), 'row refused: topic, partition or offset is missing') = 0;

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
