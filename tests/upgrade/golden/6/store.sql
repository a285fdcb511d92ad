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

CREATE OR REPLACE VIEW $database.last_days AS
SELECT brand_id, toDate(max(ts), 'Asia/Shanghai') AS day
FROM $database.events
GROUP BY brand_id;

CREATE OR REPLACE VIEW $database.arrivals AS
SELECT
    brand_id,
    member_id,
    min(e.ts) AS at,
    toDate(at, 'Asia/Shanghai') AS day,
    argMin(JSONExtractString(e.raw, 'channel_id'), (e.ts, e.event_id)) AS channel_id
FROM $database.events AS e FINAL
WHERE e.type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered')
    AND e.member_id != '' AND e.role IN ('customer', 'kol')
GROUP BY brand_id, member_id;

CREATE OR REPLACE VIEW $database.active_days AS
SELECT DISTINCT brand_id, member_id, group_id, toDate(e.ts, 'Asia/Shanghai') AS day
FROM $database.events AS e FINAL
WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
    'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
    'moments_like', 'moments_post', 'moments_comment',
    'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
    'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
    'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
    'lottery', 'bargain', 'game', 'claim', 'redeem');

CREATE OR REPLACE VIEW $database.net_orders AS
SELECT
    brand_id,
    member_id,
    if(empty(parent), parcel, parent) AS order_id,
    max(paid_at) AS at,
    toDate(at, 'Asia/Shanghai') AS day,
    sum(paid - refunded) AS net_fen,
    argMax(p.platform, (p.paid_at, p.parcel)) AS platform
FROM (
    SELECT
        e.brand_id AS brand_id,
        e.member_id AS member_id,
        if(empty(e.order_id), e.event_id, e.order_id) AS parcel,
        max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
        maxIf(e.ts, e.type = 'paid') AS paid_at,
        sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
        sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded') AS refunded,
        argMaxIf(JSONExtractString(e.raw, 'platform'), (e.ts, e.event_id), e.type = 'paid') AS platform
    FROM $database.events AS e FINAL
    WHERE e.type IN ('paid', 'refunded') AND e.member_id != ''
        AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
    GROUP BY brand_id, member_id, parcel
    HAVING paid > refunded
) AS p
GROUP BY brand_id, member_id, order_id;

CREATE OR REPLACE VIEW $database.cohort_retention AS
WITH
    due AS (
        SELECT a.brand_id AS brand_id, a.member_id AS member_id, a.day AS cohort, n, a.day + n AS day
        FROM $database.arrivals AS a
        ARRAY JOIN [1, 7, 30] AS n
    ),
    moves AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, toDate(e.ts, 'Asia/Shanghai') AS day,
            e.type IN ('group.joined', 'contact.added', 'account.followed') AS holds,
            multiIf(
                startsWith(e.type, 'group.'), ('group', e.group_id),
                startsWith(e.type, 'contact.'), ('contact', e.staff_id),
                ('account', JSONExtractString(e.raw, 'channel_id'))) AS tie
        FROM $database.events AS e FINAL
        WHERE e.type IN ('group.joined', 'group.left', 'group.kicked', 'group.banned', 'contact.added', 'contact.deleted',
            'contact.blocked', 'account.followed', 'account.unfollowed')
    ),
    gone AS (
        SELECT brand_id, member_id, n, 1 AS left
        FROM (
            SELECT d.brand_id AS brand_id, d.member_id AS member_id, d.n AS n, m.tie AS tie,
                argMax(m.holds, (m.ts, m.holds)) AS held
            FROM due AS d
            INNER JOIN moves AS m ON m.brand_id = d.brand_id AND m.member_id = d.member_id
            WHERE m.day <= d.day
            GROUP BY brand_id, member_id, n, tie
        )
        GROUP BY brand_id, member_id, n
        HAVING max(held) = 0
    )
SELECT
    d.brand_id AS brand_id,
    d.cohort AS cohort,
    d.n AS n,
    count() AS members,
    countIf(ifNull(g.left, 0) = 0) AS stayed,
    countIf(ifNull(g.left, 0) = 0 AND ifNull(a.member_id, '') != '') AS active,
    if(stayed = 0, NULL, active / stayed) AS rate
FROM due AS d
INNER JOIN $database.last_days AS l ON l.brand_id = d.brand_id
LEFT JOIN gone AS g ON g.brand_id = d.brand_id AND g.member_id = d.member_id AND g.n = d.n
LEFT JOIN (SELECT DISTINCT brand_id, member_id, day FROM $database.active_days) AS a
    ON a.brand_id = d.brand_id AND a.member_id = d.member_id AND a.day = d.day
WHERE d.day < l.day
GROUP BY brand_id, cohort, n;

CREATE OR REPLACE VIEW $database.cohort_purchases AS
SELECT
    a.brand_id AS brand_id,
    a.day AS cohort,
    count() AS members,
    countIf(o.orders >= 1) AS buyers,
    countIf(o.orders >= 2) AS repeat_buyers,
    buyers / members AS first_rate,
    if(buyers = 0, NULL, repeat_buyers / buyers) AS second_rate
FROM $database.arrivals AS a
LEFT JOIN (SELECT brand_id, member_id, count() AS orders FROM $database.net_orders GROUP BY brand_id, member_id) AS o
    ON o.brand_id = a.brand_id AND o.member_id = a.member_id
GROUP BY brand_id, cohort;

CREATE OR REPLACE VIEW $database.repurchase AS
WITH
    spans AS (
        SELECT
            brand_id,
            o.day AS since,
            least(leadInFrame(o.day, 1, o.day + 90) OVER w, o.day + 90) AS until,
            least(lagInFrame(o.day, 1, o.day - 90) OVER w + 90, until) AS again_until
        FROM $database.net_orders AS o
        WINDOW w AS (PARTITION BY o.brand_id, o.member_id ORDER BY o.day, o.order_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    steps AS (
        SELECT brand_id, since AS day, 1 AS one, again_until > since AS two FROM spans
        UNION ALL SELECT brand_id, until AS day, -1 AS one, 0 AS two FROM spans
        UNION ALL SELECT brand_id, again_until AS day, 0 AS one, -1 AS two FROM spans WHERE again_until > since
    ),
    changes AS (SELECT brand_id, day, sum(one) AS one, sum(two) AS two FROM steps GROUP BY brand_id, day)
SELECT
    c.brand_id AS brand_id,
    c.day AS day,
    sum(c.one) OVER (PARTITION BY c.brand_id ORDER BY c.day) AS buyers,
    sum(c.two) OVER (PARTITION BY c.brand_id ORDER BY c.day) AS repeat_buyers,
    if(buyers = 0, NULL, repeat_buyers / buyers) AS rate
FROM changes AS c
INNER JOIN $database.last_days AS l ON l.brand_id = c.brand_id
WHERE c.day <= l.day;

CREATE OR REPLACE VIEW $database.stickiness AS
WITH
    days AS (SELECT DISTINCT brand_id, place, member_id, day FROM $database.active_days ARRAY JOIN arrayDistinct(['', group_id]) AS place),
    -- The sixth active day before is six days ago where none between was missed.
    streaks AS (
        SELECT brand_id, place, member_id, day, lagInFrame(day, 6) OVER (PARTITION BY brand_id, place, member_id ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) = day - 6 AS daily
        FROM days
    ),
    counts AS (
        SELECT brand_id, place, day, count() AS dau, countIf(daily) AS daily_daily, uniqExactState(member_id) AS members
        FROM streaks
        GROUP BY brand_id, place, day
    )
SELECT
    c.brand_id AS brand_id,
    c.place AS group_id,
    c.day + later AS day,
    sumIf(c.dau, later = 0) AS dau,
    uniqExactMerge(c.members) AS wau,
    dau / wau AS stickiness,
    sumIf(c.daily_daily, later = 0) AS daily_daily
FROM counts AS c
ARRAY JOIN range(7) AS later
INNER JOIN $database.last_days AS l ON l.brand_id = c.brand_id
WHERE c.day + later <= l.day
GROUP BY brand_id, group_id, day;

CREATE OR REPLACE VIEW $database.channel_days AS
WITH
    came AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.staff_id AS staff_id, e.ts AS ts, e.type AS type,
            toDate(e.ts, 'Asia/Shanghai') AS day, JSONExtractString(e.raw, 'channel_id') AS channel_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('contact.added', 'group.joined') AND channel_id != ''
    ),
    went AS (
        SELECT brand_id, member_id, staff_id, max(ts) AS last
        FROM $database.events FINAL
        WHERE type IN ('contact.deleted', 'contact.blocked')
        GROUP BY brand_id, member_id, staff_id
    ),
    paid AS (
        SELECT brand_id, toDate(ts, 'Asia/Shanghai') + 7 AS day, uniqExact(order_id) AS orders
        FROM $database.events FINAL
        WHERE type = 'paid'
        GROUP BY brand_id, day
    )
SELECT
    c.brand_id AS brand_id,
    c.day AS day,
    c.channel_id AS channel_id,
    uniqExactIf(c.member_id, c.type = 'contact.added') AS contacts,
    uniqExactIf(c.member_id, c.type = 'contact.added' AND ifNull(w.last >= c.ts, 0)) AS lost,
    contacts - lost AS kept,
    uniqExactIf(c.member_id, c.type = 'group.joined') AS joins,
    any(ifNull(p.orders, 0)) AS paid_orders,
    if(paid_orders = 0, NULL, contacts / paid_orders) AS rate
FROM came AS c
LEFT JOIN went AS w ON w.brand_id = c.brand_id AND w.member_id = c.member_id AND w.staff_id = c.staff_id
LEFT JOIN paid AS p ON p.brand_id = c.brand_id AND p.day = c.day
GROUP BY brand_id, day, channel_id;

CREATE OR REPLACE VIEW $database.invitations AS
WITH
    inviters AS (
        SELECT DISTINCT brand_id, member_id, toDate(e.ts, 'Asia/Shanghai') + later AS day
        FROM $database.events AS e FINAL
        ARRAY JOIN range(30) AS later
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    invited AS (
        SELECT brand_id, member_id, inviter_id, first + later AS day
        FROM (
            SELECT
                brand_id, member_id,
                toDate(min(e.ts), 'Asia/Shanghai') AS first,
                argMin(JSONExtractString(e.raw, 'inviter_id'), (e.ts, e.event_id)) AS inviter_id
            FROM $database.events AS e FINAL
            WHERE e.type = 'group.joined'
            GROUP BY brand_id, member_id
        )
        ARRAY JOIN range(30) AS later
        WHERE inviter_id NOT IN ('', member_id)
    )
SELECT
    s.brand_id AS brand_id,
    s.day AS day,
    uniqExact(s.member_id) AS inviters,
    uniqExactIf(i.member_id, ifNull(i.member_id, '') != '') AS invited,
    invited / inviters AS k
FROM inviters AS s
INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
LEFT JOIN invited AS i ON i.brand_id = s.brand_id AND i.inviter_id = s.member_id AND i.day = s.day
WHERE s.day <= l.day
GROUP BY brand_id, day;

CREATE OR REPLACE VIEW $database.visit_funnel AS
WITH
    acts AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, toUInt64(toUnixTimestamp64Milli(e.ts)) AS ms,
            multiIf(e.type = 'share', 'share', JSONExtractString(e.raw, 'action') = 'search', 'search', 'visit') AS act
        FROM $database.events AS e FINAL
        WHERE e.type IN ('visited', 'share') AND e.member_id != '' AND e.role IN ('customer', 'kol')
        UNION ALL
        SELECT o.brand_id AS brand_id, o.member_id AS member_id, toUInt64(toUnixTimestamp64Milli(o.at)) AS ms, 'paid' AS act
        FROM $database.net_orders AS o
    ),
    reached AS (
        SELECT brand_id, member_id, toDate(fromUnixTimestamp64Milli(toInt64(minIf(ms, act IN ('visit', 'search')))), 'Asia/Shanghai') AS day,
            windowFunnel(1000000000000000)(ms, act IN ('visit', 'search'), act = 'search', act = 'paid', act = 'share') AS level
        FROM acts
        GROUP BY brand_id, member_id
        HAVING level > 0
    )
SELECT
    r.brand_id AS brand_id,
    r.day AS day,
    ifNull(a.channel_id, '') AS channel_id,
    count() AS visitors,
    countIf(r.level >= 2) AS searched,
    countIf(r.level >= 3) AS paid,
    countIf(r.level >= 4) AS shared
FROM reached AS r
LEFT JOIN $database.arrivals AS a ON a.brand_id = r.brand_id AND a.member_id = r.member_id
GROUP BY brand_id, day, channel_id;

CREATE OR REPLACE VIEW $database.relation_platforms AS
WITH
    visits AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'platform') AS platform
        FROM $database.events AS e FINAL
        WHERE e.type = 'visited' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    relations AS (
        SELECT brand_id, member_id, if(countIf(type = 'member.registered') > 0, 'member', 'fan') AS relation
        FROM $database.events FINAL
        WHERE type IN ('member.registered', 'contact.added', 'account.followed')
        GROUP BY brand_id, member_id
    ),
    orders AS (SELECT DISTINCT brand_id, member_id, platform FROM $database.net_orders)
SELECT
    v.brand_id AS brand_id,
    if(ifNull(r.relation, '') = '', 'other', r.relation) AS relation,
    v.platform AS platform,
    count() AS visitors,
    countIf(ifNull(o.member_id, '') != '') AS payers,
    payers / visitors AS rate
FROM visits AS v
LEFT JOIN relations AS r ON r.brand_id = v.brand_id AND r.member_id = v.member_id
LEFT JOIN orders AS o ON o.brand_id = v.brand_id AND o.member_id = v.member_id AND o.platform = v.platform
GROUP BY brand_id, relation, platform;

CREATE OR REPLACE VIEW $database.conversions AS
WITH
    steps AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            if(e.type = 'paid' AND e.paid_fen = 0, 'trial', toString(e.type)) AS step,
            if(e.kind = 'checkin', JSONExtractString(e.raw, 'activity_id'), '') AS activity_id,
            if(e.type = 'form', JSONExtractString(e.raw, 'answer'), '') AS answer,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type IN ('quiz_test', 'form', 'enroll', 'paid') AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id, step, activity_id, answer
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    follows AS (
        SELECT brand_id, member_id, groupArray(ts) AS times
        FROM $database.events FINAL
        WHERE type = 'account.followed'
        GROUP BY brand_id, member_id
    )
SELECT
    s.brand_id AS brand_id,
    toDate(s.at, 'Asia/Shanghai') AS day,
    s.step AS step,
    s.activity_id AS activity_id,
    s.answer AS answer,
    count() AS members,
    countIf(arrayExists(t -> t > s.at AND t <= s.at + INTERVAL 7 DAY, if(s.step = 'paid', f.times, o.times))) AS converted,
    converted / members AS rate
FROM steps AS s
LEFT JOIN orders AS o ON o.brand_id = s.brand_id AND o.member_id = s.member_id
LEFT JOIN follows AS f ON f.brand_id = s.brand_id AND f.member_id = s.member_id
WHERE s.step != 'paid' OR NOT arrayExists(t -> t <= s.at, f.times)
GROUP BY brand_id, day, step, activity_id, answer;

CREATE OR REPLACE VIEW $database.group_owners AS
SELECT brand_id, group_id, argMax(owner, (ts, event_id)) AS staff_id
FROM (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS ts, e.event_id AS event_id,
        JSONExtractString(e.raw, 'group_meta', 'owner_staff') AS named,
        if(empty(named), e.staff_id, named) AS owner
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.created', 'group.updated', 'staff.reassigned') AND e.group_id != ''
)
WHERE owner != ''
GROUP BY brand_id, group_id
HAVING staff_id != 'erased';

CREATE OR REPLACE VIEW $database.contacts AS
SELECT
    e.brand_id AS brand_id, e.staff_id AS staff_id, e.member_id AS member_id,
    maxIf(e.ts, e.type = 'contact.added') AS since
FROM $database.events AS e FINAL
WHERE e.type IN ('contact.added', 'contact.deleted', 'contact.blocked') AND e.staff_id NOT IN ('', 'erased')
GROUP BY brand_id, staff_id, member_id
HAVING argMax(e.type = 'contact.added', (e.ts, e.type = 'contact.added')) = 1;

CREATE OR REPLACE VIEW $database.reach AS
SELECT brand_id, whose AS staff_id, uniqExact(c.member_id) AS members, members * 18 AS value_fen
FROM $database.contacts AS c
ARRAY JOIN ['', c.staff_id] AS whose
GROUP BY brand_id, staff_id;

CREATE OR REPLACE VIEW $database.staff_chats AS
WITH
    said AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, e.role = 'staff' AS of_staff,
            if(of_staff AND empty(e.staff_id), e.member_id, e.staff_id) AS staff_id,
            JSONExtractString(e.raw, 'msg_id') AS msg_id, JSONExtractString(e.raw, 'reply_to') AS reply_to
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.role IN ('customer', 'kol', 'staff') AND (e.role = 'staff' OR e.staff_id != '')
            AND JSONExtractString(e.raw, 'scope') = 'single'
    ),
    messages AS (
        SELECT brand_id, staff_id, member_id, ts, 0 AS answer
        FROM said
        WHERE NOT of_staff AND staff_id NOT IN ('', 'erased')
        UNION ALL
        SELECT a.brand_id AS brand_id, a.staff_id AS staff_id, q.member_id AS member_id, a.ts AS ts, 1 AS answer
        FROM said AS a
        INNER JOIN said AS q ON q.brand_id = a.brand_id AND q.staff_id = a.staff_id AND q.msg_id = a.reply_to
        WHERE a.of_staff AND NOT q.of_staff AND a.reply_to != '' AND a.staff_id != 'erased'
    )
SELECT
    m.brand_id AS brand_id,
    m.staff_id AS staff_id,
    m.member_id AS member_id,
    toDate(m.ts, 'Asia/Shanghai') AS day,
    countIf(m.answer = 0) AS asked,
    countIf(m.answer = 1) AS answers,
    argMin(m.answer, (m.ts, m.answer)) = 0 AS began,
    minOrNullIf(m.ts, m.answer = 0) AS first_asked,
    minOrNullIf(m.ts, m.answer = 1) AS first_answered
FROM messages AS m
GROUP BY brand_id, staff_id, member_id, day;

CREATE OR REPLACE VIEW $database.staff_days AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.event_id AS event_id, toString(e.type) AS act, e.ts AS ts,
            if(e.role = 'staff' AND empty(e.staff_id), e.member_id, e.staff_id) AS staff_id,
            e.role = 'staff' AS of_staff,
            JSONExtractString(e.raw, 'scope') AS scope,
            parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'scheduled_ts'), 3, 'UTC') AS planned_text,
            fromUnixTimestamp64Milli(JSONExtract(e.raw, 'scheduled_ts', 'Nullable(Int64)'), 'UTC') AS planned_ms,
            coalesce(planned_ms, planned_text) AS planned
        FROM $database.events AS e FINAL
        WHERE e.type IN ('contact.added', 'contact.deleted', 'contact.blocked', 'message', 'moments_post', 'moments_like',
            'moments_comment', 'broadcast') AND (e.role = 'staff' OR e.staff_id != '')
    ),
    counted AS (
        SELECT
            brand_id, staff_id, toDate(a.ts, 'Asia/Shanghai') AS day,
            uniqExactIf(a.member_id, act = 'contact.added') AS new_contacts,
            uniqExactIf(a.member_id, act IN ('contact.deleted', 'contact.blocked')) AS lost_contacts,
            countIf(act = 'message' AND of_staff AND scope = 'single') AS messages,
            countIf(act = 'moments_post' AND of_staff) AS moments_posts,
            countIf(act = 'moments_like' AND NOT of_staff) AS moments_likes,
            countIf(act = 'moments_comment' AND NOT of_staff) AS moments_comments,
            countIf(act = 'broadcast') AS broadcasts,
            countIf(act = 'broadcast' AND abs(dateDiff('millisecond', planned, a.ts)) <= 300000) AS punctual
        FROM acts AS a
        WHERE staff_id NOT IN ('', 'erased')
        GROUP BY brand_id, staff_id, day
    ),
    chats AS (
        SELECT
            brand_id, staff_id, day,
            countIf(c.answers > 0) AS chats,
            countIf(c.began) AS begun,
            countIf(c.began AND isNotNull(c.first_answered)) AS answered,
            sumIf(ifNull(dateDiff('millisecond', c.first_asked, c.first_answered), 0), c.began) AS waited_ms
        FROM $database.staff_chats AS c
        GROUP BY brand_id, staff_id, day
    )
SELECT
    d.brand_id AS brand_id,
    d.staff_id AS staff_id,
    d.day AS day,
    d.new_contacts AS new_contacts,
    d.lost_contacts AS lost_contacts,
    ifNull(c.chats, 0) AS chats,
    d.messages AS messages,
    ifNull(c.begun, 0) AS begun,
    ifNull(c.answered, 0) AS answered,
    if(begun = 0, NULL, answered / begun) AS answered_rate,
    if(answered = 0, NULL, c.waited_ms / 60000 / answered) AS reply_minutes,
    d.moments_posts AS moments_posts,
    d.moments_likes AS moments_likes,
    d.moments_comments AS moments_comments,
    d.broadcasts AS broadcasts,
    d.punctual AS punctual
FROM counted AS d
LEFT JOIN chats AS c ON c.brand_id = d.brand_id AND c.staff_id = d.staff_id AND c.day = d.day;

CREATE OR REPLACE VIEW $database.staff_group_days AS
WITH
    said AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.role AS role, toDate(e.ts, 'Asia/Shanghai') AS day
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.group_id != ''
    ),
    sizes AS (
        SELECT
            brand_id, group_id, toDate(s.window_start, 'Asia/Shanghai') AS day, toInt64(argMax(s.members, s.window_start)) AS size,
            size - lagInFrame(size, 1, 0) OVER (PARTITION BY brand_id, group_id ORDER BY day
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS members
        FROM $database.group_stats AS s FINAL
        WHERE s.part = 0
        GROUP BY brand_id, group_id, day
    ),
    changes AS (
        SELECT brand_id, group_id, if(countIf(e.type = 'group.created') > 0, toDate(minIf(e.ts, e.type = 'group.created'), 'Asia/Shanghai'),
                toDate(min(e.ts), 'Asia/Shanghai')) AS day,
            1 AS groups, 0 AS joins, 0 AS members, 0 AS messages, 0 AS talking, 0 AS speakers
        FROM $database.events AS e FINAL WHERE e.group_id != '' GROUP BY brand_id, group_id
        UNION ALL
        SELECT brand_id, group_id, toDate(e.ts, 'Asia/Shanghai') AS day, 0, uniqExact(e.member_id), 0, 0, 0, 0
        FROM $database.events AS e FINAL WHERE e.type = 'group.joined' AND e.role IN ('customer', 'kol') GROUP BY brand_id, group_id, day
        UNION ALL
        SELECT brand_id, group_id, day, 0, 0, members, 0, 0, 0 FROM sizes
        UNION ALL
        SELECT brand_id, group_id, day, 0, 0, 0, count(), 0, 0 FROM said GROUP BY brand_id, group_id, day
        UNION ALL
        SELECT brand_id, group_id, min(said.day) AS day, 0, 0, 0, 0, 1, 0 FROM said GROUP BY brand_id, group_id
        UNION ALL
        SELECT brand_id, group_id, min(said.day) AS day, 0, 0, 0, 0, 0, 1 FROM said
        WHERE role IN ('customer', 'kol') GROUP BY brand_id, group_id, member_id
    ),
    days AS (
        SELECT
            c.brand_id AS brand_id, o.staff_id AS staff_id, c.day AS day,
            sum(c.groups) AS new_groups, sum(c.joins) AS new_members, sum(c.members) AS more_members, sum(c.messages) AS new_messages,
            sum(c.talking) AS newly_talking, sum(c.speakers) AS new_speakers
        FROM changes AS c
        INNER JOIN $database.group_owners AS o ON o.brand_id = c.brand_id AND o.group_id = c.group_id
        GROUP BY brand_id, staff_id, day
    )
SELECT
    brand_id,
    staff_id,
    day,
    new_groups,
    new_members,
    new_messages,
    sum(new_groups) OVER w AS groups,
    sum(newly_talking) OVER w AS groups_with_messages,
    sum(more_members) OVER w AS members,
    sum(new_speakers) OVER w AS speakers,
    sum(new_messages) OVER w AS messages
FROM days
WINDOW w AS (PARTITION BY brand_id, staff_id ORDER BY day);

CREATE OR REPLACE VIEW $database.staff_groups AS
WITH
    sizes AS (
        SELECT brand_id, group_id, argMax(s.members, s.window_start) AS members
        FROM $database.group_stats AS s FINAL
        WHERE s.part = 0
        GROUP BY brand_id, group_id
    ),
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, toDate(e.ts, 'Asia/Shanghai') AS day,
            e.type = 'broadcast' OR (e.type = 'message' AND e.role = 'staff') AS post,
            (e.type IN ('message', 'visited') OR e.kind = 'checkin') AND e.role IN ('customer', 'kol') AS own
        FROM $database.events AS e FINAL
        WHERE e.group_id != '' AND (e.type IN ('broadcast', 'message', 'visited') OR e.kind = 'checkin')
    ),
    week AS (
        SELECT
            a.brand_id AS brand_id, a.group_id AS group_id,
            uniqExactIf(a.member_id, a.own AND a.day > l.day - 7) AS active,
            countIf(a.post AND a.day > l.day - 7) AS posts,
            maxOrNullIf(a.day, a.post) AS last_post
        FROM acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        GROUP BY brand_id, group_id
    )
SELECT
    o.brand_id AS brand_id,
    o.staff_id AS staff_id,
    o.group_id AS group_id,
    ifNull(s.members, 0) AS members,
    ifNull(w.active, 0) AS active,
    if(members = 0, NULL, active / members) AS active_rate,
    ifNull(w.posts, 0) AS posts,
    dateDiff('day', w.last_post, l.day) AS days_since_post
FROM $database.group_owners AS o
INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
LEFT JOIN sizes AS s ON s.brand_id = o.brand_id AND s.group_id = o.group_id
LEFT JOIN week AS w ON w.brand_id = o.brand_id AND w.group_id = o.group_id;
