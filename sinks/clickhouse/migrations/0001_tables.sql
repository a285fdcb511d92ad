-- The tables that are read, always with FINAL. Deduplication by token needs a window on each of them: 10,000 inserts, at
-- one a second and table nearly three hours.

CREATE DATABASE IF NOT EXISTS $database;

-- An accepted event as the producer sent it. A producer's repeat (same event_id) folds into one row.
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

-- Who entered or left which tag, when and why.
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

-- What a member looks like now: the row with the highest version holds.
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

-- Figures of a group in a window; a window may come in parts, each corrected by a higher version.
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

-- An alert from its opening to its closing: the row with the highest version holds.
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

-- What was refused, where and why, with the original bytes.
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
