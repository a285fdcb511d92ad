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

CREATE OR REPLACE VIEW $database.settled_times AS
SELECT brand_id, max(ts) - INTERVAL 2 HOUR AS before
FROM $database.events
GROUP BY brand_id;

CREATE OR REPLACE VIEW $database.invitees AS
WITH
    sent AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'invite_id') AS invite_id,
            argMin(JSONExtractString(e.raw, 'campaign_id'), (e.ts, e.event_id)) AS campaign_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'invite.sent' AND invite_id != ''
        GROUP BY brand_id, invite_id
    ),
    firsts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, min(e.ts) AS at,
            argMin((JSONExtractString(e.raw, 'inviter_id'), e.group_id, JSONExtractString(e.raw, 'campaign_id'),
                JSONExtractString(e.raw, 'invite_id')), (e.ts, e.event_id)) AS told
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    )
SELECT
    f.brand_id AS brand_id,
    f.member_id AS member_id,
    tupleElement(f.told, 1) AS inviter_id,
    f.at AS at,
    toDate(f.at, 'Asia/Shanghai') AS day,
    tupleElement(f.told, 2) AS group_id,
    if(empty(tupleElement(f.told, 3)), ifNull(s.campaign_id, ''), tupleElement(f.told, 3)) AS campaign_id
FROM firsts AS f
LEFT JOIN sent AS s ON s.brand_id = f.brand_id AND s.invite_id = tupleElement(f.told, 4)
WHERE inviter_id NOT IN ('', 'erased', f.member_id)
    AND (f.brand_id, inviter_id) NOT IN (SELECT brand_id, member_id FROM $database.events WHERE role IN ('staff', 'bot'));

CREATE OR REPLACE VIEW $database.inviters AS
WITH RECURSIVE
    tree AS (
        SELECT i.brand_id AS brand_id, i.inviter_id AS root, i.member_id AS member_id, i.at AS at, 1 AS depth
        FROM $database.invitees AS i
        UNION ALL
        SELECT t.brand_id AS brand_id, t.root AS root, i.member_id AS member_id, i.at AS at, t.depth + 1 AS depth
        FROM tree AS t
        INNER JOIN $database.invitees AS i ON i.brand_id = t.brand_id AND i.inviter_id = t.member_id
        WHERE i.at > t.at AND i.member_id != t.root AND t.depth < 100
    ),
    found AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id,
            count() AS sent, 0 AS invitees, 0 AS invitees_90, 0 AS descendants, 0 AS depth, 0 AS orders_90, 0 AS net_fen_90
        FROM $database.events AS e FINAL
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS member_id, 0, count(), countIf(i.day > l.day - 90), 0, 0, 0, 0
        FROM $database.invitees AS i
        INNER JOIN $database.last_days AS l ON l.brand_id = i.brand_id
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT t.brand_id AS brand_id, t.root AS member_id, 0, 0, 0, count(), max(t.depth), 0, 0
        FROM tree AS t
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS member_id, 0, 0, 0, 0, 0, count(), sum(o.net_fen)
        FROM $database.invitees AS i
        INNER JOIN $database.last_days AS l ON l.brand_id = i.brand_id
        INNER JOIN $database.net_orders AS o ON o.brand_id = i.brand_id AND o.member_id = i.member_id
        WHERE o.at >= i.at AND o.day > l.day - 90
        GROUP BY brand_id, member_id
    )
SELECT
    f.brand_id AS brand_id,
    f.member_id AS member_id,
    toUInt64(sum(f.sent)) AS sent,
    toUInt64(sum(f.invitees)) AS invitees,
    toUInt64(sum(f.invitees_90)) AS invitees_90,
    invitees >= 5 AS five,
    toUInt64(sum(f.descendants)) AS descendants,
    toUInt64(sum(f.depth)) AS depth,
    toUInt64(sum(f.orders_90)) AS orders_90,
    toInt64(sum(f.net_fen_90)) AS net_fen_90
FROM found AS f
GROUP BY brand_id, member_id;

CREATE OR REPLACE VIEW $database.campaign_inviters AS
SELECT
    c.brand_id AS brand_id,
    c.campaign_id AS campaign_id,
    c.member_id AS member_id,
    c.invitees AS invitees,
    c.at AS at,
    row_number() OVER (PARTITION BY c.brand_id, c.campaign_id ORDER BY c.invitees DESC, c.at, c.member_id) AS place,
    max(c.at) OVER (PARTITION BY c.brand_id, c.campaign_id) < s.before AS settled
FROM (
    SELECT brand_id, i.campaign_id AS campaign_id, i.inviter_id AS member_id, count() AS invitees, max(i.at) AS at
    FROM $database.invitees AS i
    GROUP BY brand_id, campaign_id, member_id
) AS c
INNER JOIN $database.settled_times AS s ON s.brand_id = c.brand_id;

CREATE OR REPLACE VIEW $database.invitation_rates AS
WITH
    sent AS (
        SELECT DISTINCT brand_id, member_id, tupleElement(whose, 1) AS kind, tupleElement(whose, 2) AS id, toDate(e.ts, 'Asia/Shanghai') AS first
        FROM $database.events AS e FINAL
        ARRAY JOIN [('campaign', JSONExtractString(e.raw, 'campaign_id')), ('group', e.group_id)] AS whose
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol') AND id != ''
    ),
    active AS (SELECT DISTINCT brand_id, member_id, kind, id, first + later AS day FROM sent ARRAY JOIN range(30) AS later),
    came AS (
        SELECT i.brand_id AS brand_id, i.member_id AS member_id, i.inviter_id AS inviter_id, i.day AS first,
            tupleElement(whose, 1) AS kind, tupleElement(whose, 2) AS id
        FROM $database.invitees AS i
        ARRAY JOIN [('campaign', i.campaign_id), ('group', i.group_id)] AS whose
    ),
    invited AS (SELECT brand_id, member_id, inviter_id, kind, id, first + later AS day FROM came ARRAY JOIN range(30) AS later)
SELECT
    s.brand_id AS brand_id,
    s.kind AS kind,
    s.id AS id,
    s.day AS day,
    uniqExact(s.member_id) AS inviters,
    uniqExactIf(i.member_id, ifNull(i.member_id, '') != '') AS invited,
    invited / inviters AS k
FROM active AS s
INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
LEFT JOIN invited AS i
    ON i.brand_id = s.brand_id AND i.inviter_id = s.member_id AND i.kind = s.kind AND i.id = s.id AND i.day = s.day
WHERE s.day <= l.day
GROUP BY brand_id, kind, id, day;

CREATE OR REPLACE VIEW $database.distributor_days AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.order_id AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            argMinIf(JSONExtractString(e.raw, 'distributor_id'), (e.ts, e.event_id),
                JSONExtractString(e.raw, 'distributor_id') != '') AS distributor_id,
            maxIf(e.ts, e.type = 'paid') AS paid_at,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND distributor_id NOT IN ('', 'erased')
    ),
    orders AS (
        SELECT brand_id, p.distributor_id AS distributor_id, if(empty(p.parent), p.parcel, p.parent) AS order_id,
            toDate(max(p.paid_at), 'Asia/Shanghai') AS day, sum(p.paid - p.refunded) AS net_fen
        FROM parcels AS p
        GROUP BY brand_id, distributor_id, order_id
    ),
    found AS (
        SELECT brand_id, distributor_id, day, count() AS orders, sum(o.net_fen) AS net_fen, 0 AS invitees
        FROM orders AS o
        GROUP BY brand_id, distributor_id, day
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS distributor_id, i.day AS day, 0, 0, count()
        FROM $database.invitees AS i
        WHERE (i.brand_id, i.inviter_id) IN (SELECT brand_id, distributor_id FROM orders)
        GROUP BY brand_id, distributor_id, day
    )
SELECT
    f.brand_id AS brand_id,
    f.distributor_id AS distributor_id,
    f.day AS day,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toUInt64(sum(f.invitees)) AS invitees
FROM found AS f
GROUP BY brand_id, distributor_id, day;

CREATE OR REPLACE VIEW $database.group_purchases AS
WITH
    parts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'parent_order_id')), e.order_id, JSONExtractString(e.raw, 'parent_order_id')) AS order_id,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid') AND e.member_id != '' AND groupbuy_id != ''
        GROUP BY brand_id, groupbuy_id, member_id, order_id
    ),
    begun AS (SELECT brand_id, groupbuy_id, min(p.at) AS at FROM parts AS p GROUP BY brand_id, groupbuy_id)
SELECT
    p.brand_id AS brand_id,
    p.groupbuy_id AS groupbuy_id,
    any(b.at) AS at,
    toDate(any(b.at), 'Asia/Shanghai') AS day,
    uniqExact(p.member_id) AS members,
    uniqExactIf(p.member_id, ifNull(o.member_id, '') != '') AS buyers,
    buyers >= 2 AS complete,
    uniqExactIf(p.member_id, ifNull(i.at >= b.at, 0)
        AND (p.brand_id, p.groupbuy_id, ifNull(i.inviter_id, '')) IN (SELECT brand_id, groupbuy_id, member_id FROM parts)) AS new_members
FROM parts AS p
INNER JOIN begun AS b ON b.brand_id = p.brand_id AND b.groupbuy_id = p.groupbuy_id
LEFT JOIN $database.net_orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id AND o.order_id = p.order_id
LEFT JOIN $database.invitees AS i ON i.brand_id = p.brand_id AND i.member_id = p.member_id
GROUP BY brand_id, groupbuy_id;

CREATE OR REPLACE VIEW $database.bargains AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, toString(e.type) AS type, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            e.member_id AS member_id, min((e.ts, e.event_id)) AS first,
            argMin(JSONExtractString(e.raw, 'activity_id'), (e.ts, e.event_id)) AS activity_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('bargain', 'lottery') AND submission_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, type, submission_id, member_id
    ),
    begun AS (
        SELECT brand_id, type, submission_id, argMin((a.member_id, a.activity_id), a.first) AS began, min(tupleElement(a.first, 1)) AS at
        FROM acts AS a
        GROUP BY brand_id, type, submission_id
    ),
    came AS (
        SELECT brand_id, member_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined'
        GROUP BY brand_id, member_id
    )
SELECT
    b.brand_id AS brand_id,
    b.type AS type,
    b.submission_id AS submission_id,
    tupleElement(b.began, 2) AS activity_id,
    tupleElement(b.began, 1) AS member_id,
    b.at AS at,
    toDate(b.at, 'Asia/Shanghai') AS day,
    countIf(a.member_id != tupleElement(b.began, 1)) AS helpers,
    countIf(a.member_id != tupleElement(b.began, 1)
        AND ifNull(c.at >= b.at AND c.at <= tupleElement(a.first, 1) + INTERVAL 7 DAY, 0)) AS joined
FROM begun AS b
INNER JOIN acts AS a ON a.brand_id = b.brand_id AND a.type = b.type AND a.submission_id = b.submission_id
LEFT JOIN came AS c ON c.brand_id = a.brand_id AND c.member_id = a.member_id
GROUP BY b.brand_id, b.type, b.submission_id, b.began, b.at;

CREATE OR REPLACE VIEW $database.contest_places AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, contest, e.role AS role,
            multiIf(e.type = 'dice', JSONExtractString(e.raw, 'round_id'),
                e.type = 'moments_like', JSONExtractString(e.raw, 'content_id'),
                JSONExtractString(e.raw, 'activity_id')) AS id,
            multiIf(e.type = 'quiz', toInt64(JSONExtract(e.raw, 'is_correct', 'Nullable(Bool)')),
                e.type = 'dice', JSONExtract(e.raw, 'dice_value', 'Nullable(Int64)'),
                e.type = 'like_collect', JSONExtract(e.raw, 'likes', 'Nullable(Int64)'), NULL) AS value,
            JSONExtractString(e.raw, 'submission_id') AS submission_id,
            (if(e.type = 'like_collect', -ifNull(value, 0), 0), e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN multiIf(e.type != 'quiz', [toString(e.type)],
            JSONExtractBool(e.raw, 'is_correct'), ['answer', 'right_answer'], ['answer']) AS contest
        WHERE e.type IN ('quiz', 'dice', 'like_collect', 'photo_share', 'moments_like') AND id != '' AND e.member_id != ''
    ),
    entries AS (
        SELECT brand_id, contest, id, member_id, min(a.rank) AS best, argMin((a.value, a.submission_id), a.rank) AS entry,
            max(tupleElement(a.rank, 2)) AS last
        FROM acts AS a
        WHERE a.role IN ('customer', 'kol')
        GROUP BY brand_id, contest, id, member_id
    ),
    houses AS (
        SELECT brand_id, id, argMin(a.value, a.rank) AS thrown
        FROM acts AS a
        WHERE a.contest = 'dice' AND a.role = 'staff'
        GROUP BY brand_id, id
    ),
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            argMax(JSONExtractString(e.raw, 'audit_state'), (e.ts, e.event_id)) AS state
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit' AND submission_id != ''
        GROUP BY brand_id, member_id, submission_id
    ),
    ranked AS (
        SELECT
            brand_id, contest, id, member_id, tupleElement(n.best, 2) AS at,
            tupleElement(n.entry, 1) AS value, tupleElement(n.entry, 2) AS submission_id,
            row_number() OVER (PARTITION BY brand_id, contest, id ORDER BY n.best) AS place,
            if(contest = 'like_collect', max(n.last) OVER (PARTITION BY brand_id, contest, id), at) AS told
        FROM entries AS n
    )
SELECT
    r.brand_id AS brand_id,
    r.contest AS contest,
    r.id AS id,
    r.member_id AS member_id,
    r.at AS at,
    toDate(r.at, 'Asia/Shanghai') AS day,
    r.value AS value,
    r.place AS place,
    r.told < s.before AS settled,
    if(r.contest = 'dice', r.value > h.thrown, NULL) AS won,
    ifNull(a.state, '') AS audit_state
FROM ranked AS r
INNER JOIN $database.settled_times AS s ON s.brand_id = r.brand_id
LEFT JOIN houses AS h ON h.brand_id = r.brand_id AND h.id = r.id
LEFT JOIN audits AS a ON a.brand_id = r.brand_id AND a.member_id = r.member_id AND a.submission_id = r.submission_id;

CREATE OR REPLACE VIEW $database.quizzes AS
SELECT
    brand_id,
    p.id AS activity_id,
    toDate(min(p.at), 'Asia/Shanghai') AS day,
    count() AS members,
    countIf(ifNull(p.value, 0) = 1) AS right_answers,
    right_answers / members AS rate
FROM $database.contest_places AS p
WHERE p.contest = 'answer'
GROUP BY brand_id, activity_id;

CREATE OR REPLACE VIEW $database.group_sizes AS
SELECT s.brand_id AS brand_id, s.group_id AS group_id, toDate(s.window_start, 'Asia/Shanghai') AS day,
    argMax(s.members, s.window_start) AS members
FROM $database.group_stats AS s FINAL
WHERE s.part = 0
GROUP BY brand_id, group_id, day;

CREATE OR REPLACE VIEW $database.own_acts AS
SELECT brand_id, place AS group_id, member_id, event_id, at, day, type, speaks
FROM (
    SELECT
        e.brand_id AS brand_id, e.member_id AS member_id, e.event_id AS event_id, e.ts AS at, toDate(e.ts, 'Asia/Shanghai') AS day,
        CAST(e.type, 'String') AS type, e.kind = 'checkin' OR e.type IN ('message', 'solitaire', 'dice') AS speaks,
        if(e.kind = 'order', JSONExtractString(e.raw, 'attributed_group_id'), '') AS attributed,
        if(empty(attributed), e.group_id, attributed) AS place
    FROM $database.events AS e FINAL
    WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
        'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
        'moments_like', 'moments_post', 'moments_comment',
        'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
        'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
        'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
        'lottery', 'bargain', 'game', 'claim', 'redeem')
)
WHERE place != '';

CREATE OR REPLACE VIEW $database.awakenings AS
WITH signs AS (
    SELECT
        brand_id, group_id, member_id, event_id, at, type,
        max(if(speaks, at, NULL)) OVER w AS spoke,
        max(if(type = 'group.joined', at, NULL)) OVER w AS joined,
        min(toNullable(at)) OVER w AS seen
    FROM $database.own_acts
    WINDOW w AS (PARTITION BY brand_id, group_id, member_id ORDER BY at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT brand_id, group_id, member_id, event_id, at, toDate(at, 'Asia/Shanghai') AS day, type
FROM signs
WHERE type != 'group.joined' AND ifNull(spoke <= at - INTERVAL 14 DAY, 1) AND ifNull(coalesce(joined, seen) <= at - INTERVAL 7 DAY, 0);

CREATE OR REPLACE VIEW $database.chains AS
WITH
    entries AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.event_id AS event_id, e.ts AS at,
            toDate(e.ts, 'Asia/Shanghai') AS day,
            JSONExtractString(e.raw, 'solitaire', 'id') AS chain_id, JSONExtractString(e.raw, 'solitaire', 'type') AS type
        FROM $database.events AS e FINAL
        WHERE e.type = 'solitaire' AND e.group_id != '' AND e.role IN ('customer', 'kol')
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    woken AS (SELECT brand_id, event_id FROM $database.awakenings WHERE type = 'solitaire'),
    chains AS (
        SELECT
            n.brand_id AS brand_id, n.group_id AS group_id, n.type AS type, n.chain_id AS chain_id, min(n.day) AS day,
            count() AS parts, uniqExact(n.member_id) AS participants,
            uniqExactIf(n.member_id, arrayExists(t -> t > n.at AND t <= n.at + INTERVAL 7 DAY, o.times)) AS payers,
            uniqExactIf(n.member_id, ifNull(w.event_id, '') != '') AS woken
        FROM entries AS n
        LEFT JOIN orders AS o ON o.brand_id = n.brand_id AND o.member_id = n.member_id
        LEFT JOIN woken AS w ON w.brand_id = n.brand_id AND w.event_id = n.event_id
        GROUP BY brand_id, group_id, type, chain_id, if(empty(n.chain_id), n.day, toDate(0))
    )
SELECT
    c.brand_id AS brand_id, c.group_id AS group_id, c.type AS type, c.chain_id AS chain_id, c.day AS day,
    c.parts AS parts, c.participants AS participants,
    if(ifNull(s.members, 0) <= 0, NULL, participants / s.members) AS rate,
    c.payers AS payers, payers / participants AS paid_rate, c.woken AS woken
FROM chains AS c
ASOF LEFT JOIN $database.group_sizes AS s ON s.brand_id = c.brand_id AND s.group_id = c.group_id AND c.day >= s.day;

CREATE OR REPLACE VIEW $database.activity_parts AS
WITH done AS (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id, toString(e.type) AS type,
        JSONExtractString(e.raw, 'activity_id') AS activity_id,
        toDate(min(e.ts), 'Asia/Shanghai') AS day, uniqExact(e.member_id) AS participants
    FROM $database.events AS e FINAL
    WHERE e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant') AND e.group_id != '' AND e.role IN ('customer', 'kol')
    GROUP BY brand_id, group_id, type, activity_id
    HAVING activity_id != ''
    UNION ALL
    SELECT c.brand_id, c.group_id, 'solitaire', c.chain_id, c.day, c.participants
    FROM $database.chains AS c
)
SELECT
    d.brand_id AS brand_id, d.group_id AS group_id, d.type AS type, d.activity_id AS activity_id, d.day AS day,
    d.participants AS participants,
    ifNull(s.members, 0) AS members,
    if(members <= 0, NULL, participants / members) AS rate
FROM done AS d
ASOF LEFT JOIN $database.group_sizes AS s ON s.brand_id = d.brand_id AND s.group_id = d.group_id AND d.day >= s.day;

CREATE OR REPLACE VIEW $database.signin_days AS
WITH signed AS (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id,
        ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, 'Asia/Shanghai')) AS day,
        uniqExact(e.member_id) AS signed
    FROM $database.events AS e FINAL
    WHERE e.type = 'signin' AND e.group_id != '' AND e.role IN ('customer', 'kol')
    GROUP BY brand_id, group_id, day
)
SELECT
    d.brand_id AS brand_id, d.group_id AS group_id, d.day AS day, d.signed AS signed,
    ifNull(s.members, 0) AS members,
    if(members <= 0, NULL, signed / members) AS rate
FROM signed AS d
ASOF LEFT JOIN $database.group_sizes AS s ON s.brand_id = d.brand_id AND s.group_id = d.group_id AND d.day >= s.day;

CREATE OR REPLACE VIEW $database.signin_campaigns AS
WITH
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, JSONExtractString(e.raw, 'activity_id') AS activity_id,
            e.member_id AS member_id, max(JSONExtractUInt(e.raw, 'required_days')) AS asked,
            uniqExact(ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, 'Asia/Shanghai'))) AS days
        FROM $database.events AS e FINAL
        WHERE e.type = 'signin' AND e.group_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, group_id, activity_id, member_id
        HAVING activity_id != ''
    ),
    campaigns AS (
        SELECT brand_id, group_id, activity_id, max(s.asked) AS required_days, groupArray(s.days) AS days
        FROM signed AS s
        GROUP BY brand_id, group_id, activity_id
    )
SELECT
    brand_id, group_id, activity_id, required_days,
    length(days) AS members,
    toUInt64(arrayCount(d -> d >= required_days, days)) AS completed,
    completed / members AS rate
FROM campaigns
WHERE required_days > 0;

CREATE OR REPLACE VIEW $database.group_members AS
SELECT
    brand_id, group_id, member_id,
    coalesce(maxOrNullIf(m.at, m.came), minOrNullIf(m.at, m.inside)) AS since
FROM (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at,
        e.type IN ('group.joined', 'message') AS inside, e.type = 'group.joined' AS came
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.joined', 'message', 'group.left', 'group.kicked', 'group.banned')
        AND e.group_id != '' AND e.member_id != '' AND e.role IN ('customer', 'kol')
) AS m
GROUP BY brand_id, group_id, member_id
HAVING argMax(m.inside, (m.at, m.inside)) = 1;

CREATE OR REPLACE VIEW $database.group_layers AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    points AS (
        SELECT
            a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS member_id, a.day AS day,
            transform(a.type,
                ['dice', 'red_packet_claimed', 'moments_like', 'red_packet_sent', 'push_opened', 'share', 'moments_post',
                 'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent', 'visited',
                 'cart_removed', 'placed', 'paid', 'task', 'quiz_test', 'contest', 'form', 'enroll', 'attend',
                 'like_collect', 'photo_share', 'redeem'],
                [0.2, 0.5, 0.5, 2.0, 0.5, 3.0, 2.0, 0.5, 0.5, 0.5, 0.5, 3.0, 0.5, 0.2, 2.0, 5.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 2.0,
                 3.0, 2.0], 1.0) AS weight,
            a.type IN ('message', 'solitaire', 'dice', 'red_packet_claimed', 'moments_like') AS capped,
            weight * exp2(-dateDiff('millisecond', a.at, h.last) / 604800000) AS worth,
            a.speaks AND a.at > h.last - INTERVAL 14 DAY AS spoke
        FROM $database.own_acts AS a
        INNER JOIN heard AS h ON h.brand_id = a.brand_id
    ),
    scores AS (
        SELECT brand_id, group_id, member_id, sum(d.points) AS score, max(d.spoke) AS spoke
        FROM (
            SELECT brand_id, group_id, member_id,
                sumIf(p.worth, NOT p.capped) + sumIf(p.worth, p.capped) * least(1, 20 / greatest(sumIf(p.weight, p.capped), 20)) AS points,
                max(p.spoke) AS spoke
            FROM points AS p
            GROUP BY brand_id, group_id, member_id, p.day
        ) AS d
        GROUP BY brand_id, group_id, member_id
    ),
    named AS (
        SELECT brand_id, member_id
        FROM (
            SELECT e.brand_id AS brand_id, e.member_id AS member_id, lower(JSONExtractString(e.raw, 'manual_tag', 'key')) AS tag,
                argMax(e.type = 'tag.set', (e.ts, e.event_id)) AS held
            FROM $database.events AS e FINAL
            WHERE e.type IN ('tag.set', 'tag.cleared')
            GROUP BY brand_id, member_id, tag
        )
        WHERE held AND tag IN ('koc', 'kol')
        UNION DISTINCT
        SELECT DISTINCT e.brand_id, e.member_id FROM $database.events AS e FINAL WHERE e.role = 'kol' AND e.member_id != ''
    ),
    persons AS (
        SELECT brand_id, group_id, staff_id AS member_id, 1 AS place FROM $database.group_owners
        UNION ALL
        SELECT DISTINCT e.brand_id, e.group_id, e.member_id, 2
        FROM $database.events AS e FINAL
        WHERE e.role = 'admin' AND e.group_id != '' AND e.member_id != ''
        UNION ALL
        SELECT m.brand_id, m.group_id, m.member_id, if(ifNull(n.member_id, '') != '', 3, 4)
        FROM $database.group_members AS m
        LEFT JOIN named AS n ON n.brand_id = m.brand_id AND n.member_id = m.member_id
    ),
    placed AS (SELECT brand_id, group_id, member_id, min(p.place) AS place FROM persons AS p GROUP BY brand_id, group_id, member_id)
SELECT
    p.brand_id AS brand_id, p.group_id AS group_id, p.member_id AS member_id,
    ifNull(s.score, 0) AS score,
    multiIf(p.place = 1, 'owner', p.place = 2, 'admin', p.place = 3, 'koc', score >= 3, 'active', ifNull(s.spoke, 0) = 1, 'occasional',
        'silent') AS pyramid_level
FROM placed AS p
LEFT JOIN scores AS s ON s.brand_id = p.brand_id AND s.group_id = p.group_id AND s.member_id = p.member_id;

CREATE OR REPLACE VIEW $database.participation AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id,
            max(e.kind = 'checkin' OR e.type IN ('solitaire', 'dice') OR JSONExtractString(e.raw, 'campaign_id') != '') AS took,
            max(e.type = 'task') AS task,
            uniqExactIf(toDate(e.ts, 'Asia/Shanghai'), e.type = 'signin' AND toDate(e.ts, 'Asia/Shanghai') > l.day - 7) AS streak
        FROM $database.events AS e FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        WHERE e.group_id != '' AND e.role IN ('customer', 'kol') AND e.type NOT IN ('audit', 'points_grant', 'push_delivered', 'refunded',
            'group.left', 'group.kicked', 'group.banned') AND toDate(e.ts, 'Asia/Shanghai') > l.day - 30
        GROUP BY brand_id, group_id, member_id
    ),
    gates AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND JSONExtractString(e.raw, 'entry_gate') = 'paid'
    )
SELECT
    m.brand_id AS brand_id, m.group_id AS group_id,
    count() AS members,
    countIf(ifNull(a.took, 0) = 1) AS took_part,
    countIf(ifNull(a.task, 0) = 1) AS joined_tasks,
    countIf(ifNull(g.member_id, '') != '' OR ifNull(a.streak, 0) >= 7) AS gave,
    took_part / members AS rate
FROM $database.group_members AS m
LEFT JOIN acts AS a ON a.brand_id = m.brand_id AND a.group_id = m.group_id AND a.member_id = m.member_id
LEFT JOIN gates AS g ON g.brand_id = m.brand_id AND g.group_id = m.group_id AND g.member_id = m.member_id
GROUP BY brand_id, group_id;

CREATE OR REPLACE VIEW $database.group_reach AS
SELECT brand_id, count() AS memberships, uniqExact(m.member_id) AS members, uniqExact(m.group_id) AS groups, members / memberships AS rate
FROM $database.group_members AS m
GROUP BY brand_id;

CREATE OR REPLACE VIEW $database.group_links AS
WITH
    follows AS (
        SELECT brand_id, member_id, 1 AS follows
        FROM (
            SELECT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'channel_id') AS account,
                argMax(e.type = 'account.followed', (e.ts, e.event_id)) AS held
            FROM $database.events AS e FINAL
            WHERE e.type IN ('account.followed', 'account.unfollowed')
            GROUP BY brand_id, member_id, account
        )
        GROUP BY brand_id, member_id
        HAVING max(held) = 1
    ),
    used AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, 1 AS used
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND JSONExtractString(e.raw, 'platform') IN ('小程序', 'miniapp') AND e.role IN ('customer', 'kol')
            AND (e.kind = 'order' AND e.type != 'refunded' OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant'))
    )
SELECT
    m.brand_id AS brand_id, m.group_id AS group_id, count() AS members,
    countIf(ifNull(f.follows, 0) = 1) AS followed, countIf(ifNull(u.used, 0) = 1) AS used_mini_program,
    countIf(ifNull(f.follows, 0) = 1 OR ifNull(u.used, 0) = 1) AS linked,
    linked / members AS rate
FROM $database.group_members AS m
LEFT JOIN follows AS f ON f.brand_id = m.brand_id AND f.member_id = m.member_id
LEFT JOIN used AS u ON u.brand_id = m.brand_id AND u.member_id = m.member_id
GROUP BY brand_id, group_id;

CREATE OR REPLACE VIEW $database.group_fits AS
WITH
    told AS (
        SELECT brand_id, member_id, word AS dimension,
            argMax(if(word = 'age', toString(intDiv(JSONExtractInt(e.raw, 'profile', 'age'), 10) * 10),
                JSONExtractString(e.raw, 'profile', 'gender')), (e.ts, e.event_id)) AS band
        FROM $database.events AS e FINAL
        ARRAY JOIN ['gender', 'age'] AS word
        WHERE e.type = 'profile.updated' AND JSONHas(e.raw, 'profile', word)
        GROUP BY brand_id, member_id, dimension
    ),
    spent AS (SELECT brand_id, member_id, avg(o.net_fen) AS fen FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    bands AS (
        SELECT brand_id, member_id, dimension, band FROM told WHERE band != ''
        UNION ALL
        SELECT s.brand_id, s.member_id, 'spending', toString(1 + arrayCount(q -> s.fen > q, c.cuts))
        FROM spent AS s
        INNER JOIN (SELECT brand_id, quantilesExact(0.25, 0.5, 0.75)(spent.fen) AS cuts FROM spent GROUP BY brand_id) AS c
            ON c.brand_id = s.brand_id
    ),
    held AS (
        SELECT m.brand_id AS brand_id, m.group_id AS group_id, m.member_id AS member_id, b.dimension AS dimension, b.band AS band,
            count() OVER (PARTITION BY m.brand_id, m.group_id, b.dimension, b.band) AS alike
        FROM $database.group_members AS m
        INNER JOIN bands AS b ON b.brand_id = m.brand_id AND b.member_id = m.member_id
    )
SELECT
    brand_id, group_id, member_id, dimension, band,
    first_value(h.band) OVER (PARTITION BY brand_id, group_id, dimension ORDER BY h.alike DESC, h.band
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS modal,
    band != modal AS misfit
FROM held AS h;

CREATE OR REPLACE VIEW $database.group_tiers AS
SELECT brand_id, group_id, argMax(g.named, (g.at, g.event_id)) AS tier
FROM (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id,
        JSONExtractString(e.raw, 'group_meta', 'tier') AS named
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.created', 'group.updated') AND named != ''
) AS g
GROUP BY brand_id, group_id;

CREATE OR REPLACE VIEW $database.group_orders AS
WITH
    places AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            multiIf(JSONExtractString(e.raw, 'parent_order_id') != '', JSONExtractString(e.raw, 'parent_order_id'),
                empty(e.order_id), e.event_id, e.order_id) AS order_id,
            argMax(if(empty(JSONExtractString(e.raw, 'attributed_group_id')), e.group_id, JSONExtractString(e.raw, 'attributed_group_id')),
                (e.ts, e.event_id)) AS group_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'paid' AND e.member_id != ''
        GROUP BY brand_id, member_id, order_id
    ),
    figures AS (
        SELECT brand_id, group_id, day, count() AS visits, uniqExact(a.member_id) AS visitors, toUInt64(0) AS orders,
            toUInt64(0) AS buyers, toInt64(0) AS net_fen
        FROM $database.own_acts AS a
        WHERE a.type = 'visited'
        GROUP BY brand_id, group_id, day
        UNION ALL
        SELECT o.brand_id AS brand_id, ifNull(p.group_id, '') AS place, o.day AS day, 0, 0, count(), uniqExact(o.member_id),
            sum(o.net_fen)
        FROM $database.net_orders AS o
        LEFT JOIN places AS p ON p.brand_id = o.brand_id AND p.member_id = o.member_id AND p.order_id = o.order_id
        GROUP BY brand_id, place, day
    ),
    days AS (
        SELECT brand_id, group_id, day, sum(f.visits) AS visits, sum(f.visitors) AS visitors, sum(f.orders) AS orders,
            sum(f.buyers) AS buyers, sum(f.net_fen) AS net_fen
        FROM figures AS f
        GROUP BY brand_id, group_id, day
    )
SELECT
    d.brand_id AS brand_id, d.group_id AS group_id, d.day AS day, ifNull(t.tier, '') AS tier,
    d.visits AS visits, d.visitors AS visitors, d.orders AS orders, d.buyers AS buyers, d.net_fen AS net_fen
FROM days AS d
LEFT JOIN $database.group_tiers AS t ON t.brand_id = d.brand_id AND t.group_id = d.group_id;

CREATE OR REPLACE VIEW $database.group_frequency AS
WITH month AS (
    SELECT o.brand_id AS brand_id, o.group_id AS group_id, sum(o.visits) AS visits, sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
    FROM $database.group_orders AS o
    INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
    WHERE o.day > l.day - 30
    GROUP BY brand_id, group_id
)
SELECT
    g.brand_id AS brand_id, g.group_id AS group_id, g.members AS members,
    ifNull(m.visits, 0) AS visits, ifNull(m.orders, 0) AS orders, ifNull(m.net_fen, 0) AS net_fen,
    visits / members AS visits_per_member, orders / members AS orders_per_member
FROM (SELECT brand_id, group_id, count() AS members FROM $database.group_members GROUP BY brand_id, group_id) AS g
LEFT JOIN month AS m ON m.brand_id = g.brand_id AND m.group_id = g.group_id;

CREATE OR REPLACE VIEW $database.tier_orders AS
WITH tiers AS (
    SELECT o.brand_id AS brand_id, o.tier AS tier, sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
    FROM $database.group_orders AS o
    INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
    WHERE o.day > l.day - 30
    GROUP BY brand_id, tier
)
SELECT
    brand_id, tier, orders, net_fen,
    if(sum(t.net_fen) OVER (PARTITION BY brand_id) = 0, NULL, net_fen / sum(t.net_fen) OVER (PARTITION BY brand_id)) AS share
FROM tiers AS t;

CREATE OR REPLACE VIEW $database.channel_joins AS
WITH
    joins AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, min(e.ts) AS at, toDate(at, 'Asia/Shanghai') AS day,
            argMin(JSONExtractString(e.raw, 'channel_id'), (e.ts, e.event_id)) AS channel_id,
            argMin(JSONExtractString(e.raw, 'join_method'), (e.ts, e.event_id)) AS join_method
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, group_id, member_id
    ),
    moves AS (
        SELECT j.brand_id AS brand_id, j.group_id AS group_id, j.member_id AS member_id,
            argMax(e.type = 'group.joined', (e.ts, e.type = 'group.joined')) AS held
        FROM joins AS j
        INNER JOIN (
            SELECT brand_id, group_id, member_id, ts, type FROM $database.events FINAL
            WHERE type IN ('group.joined', 'group.left', 'group.kicked', 'group.banned')
        ) AS e ON e.brand_id = j.brand_id AND e.group_id = j.group_id AND e.member_id = j.member_id
        WHERE toDate(e.ts, 'Asia/Shanghai') <= j.day + 7
        GROUP BY brand_id, group_id, member_id
    ),
    hours AS (
        SELECT j.brand_id AS brand_id, j.day AS day, j.channel_id AS channel_id, j.join_method AS join_method,
            toStartOfHour(j.at) AS hour, count() AS joins,
            countIf(m.held = 1) AS stayed, countIf(m.held = 1 AND ifNull(a.member_id, '') != '') AS active
        FROM joins AS j
        INNER JOIN moves AS m ON m.brand_id = j.brand_id AND m.group_id = j.group_id AND m.member_id = j.member_id
        LEFT JOIN (SELECT DISTINCT brand_id, group_id, member_id, day FROM $database.own_acts) AS a
            ON a.brand_id = j.brand_id AND a.group_id = j.group_id AND a.member_id = j.member_id AND a.day = j.day + 7
        GROUP BY brand_id, day, channel_id, join_method, hour
    )
SELECT
    h.brand_id AS brand_id, h.day AS day, h.channel_id AS channel_id, h.join_method AS join_method,
    sum(h.joins) AS joins, joins / 24 AS joins_per_hour, max(h.joins) AS most_in_an_hour,
    if(h.day + 7 < any(l.day), sum(h.stayed), NULL) AS stayed,
    if(h.day + 7 < any(l.day), sum(h.active), NULL) AS active,
    stayed / joins AS stay_rate,
    if(ifNull(stayed, 0) = 0, NULL, active / stayed) AS rate
FROM hours AS h
INNER JOIN $database.last_days AS l ON l.brand_id = h.brand_id
GROUP BY brand_id, day, channel_id, join_method;

CREATE OR REPLACE VIEW $database.newcomer_weeks AS
WITH
    seen AS (SELECT brand_id, group_id, member_id, min(a.at) AS since FROM $database.own_acts AS a GROUP BY brand_id, group_id, member_id),
    money AS (SELECT brand_id, member_id, sum(o.net_fen) AS fen FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    high AS (
        SELECT m.brand_id AS brand_id, m.member_id AS member_id
        FROM money AS m
        INNER JOIN (SELECT brand_id, quantileExact(0.8)(money.fen) AS least FROM money GROUP BY brand_id) AS c ON c.brand_id = m.brand_id
        WHERE m.fen >= c.least
    ),
    weeks AS (
        SELECT
            a.brand_id AS brand_id, a.group_id AS group_id, toMonday(a.day) AS week,
            countIf(a.type = 'message') AS messages,
            countIf(a.type = 'message' AND a.at < s.since + INTERVAL 30 DAY) AS newcomer_messages,
            if(messages = 0, NULL, newcomer_messages / messages) AS newcomer_share,
            uniqExactIf(a.member_id, ifNull(h.member_id, '') != '') AS high_active
        FROM $database.own_acts AS a
        INNER JOIN seen AS s ON s.brand_id = a.brand_id AND s.group_id = a.group_id AND s.member_id = a.member_id
        LEFT JOIN high AS h ON h.brand_id = a.brand_id AND h.member_id = a.member_id
        GROUP BY brand_id, group_id, week
    )
SELECT
    brand_id, group_id, week, messages, newcomer_messages, newcomer_share, high_active,
    newcomer_share > avg(w.newcomer_share) OVER before AND high_active < avg(w.high_active) OVER before AS only_newcomers
FROM weeks AS w
WINDOW before AS (PARTITION BY brand_id, group_id ORDER BY week ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING);

CREATE OR REPLACE VIEW $database.code_words AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'answer')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'answer'))
                AS code_word,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'code_word' AND e.group_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, group_id, member_id, code_word
    ),
    later AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    used AS (
        SELECT
            e.brand_id AS brand_id, max(e.member_id) AS member_id, max(JSONExtractString(e.raw, 'code_word')) AS code_word,
            max(if(empty(JSONExtractString(e.raw, 'attributed_group_id')), e.group_id, JSONExtractString(e.raw, 'attributed_group_id')))
                AS named,
            max(JSONExtractString(e.raw, 'store_id')) != '' AS in_store, minIf(e.ts, e.type = 'paid') AS at,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded')
        GROUP BY brand_id, e.order_id
        HAVING code_word != '' AND paid > refunded
    ),
    counted AS (
        SELECT
            t.brand_id AS brand_id, t.group_id AS group_id, t.code_word AS code_word, toDate(t.at, 'Asia/Shanghai') AS day,
            uniqExact(t.member_id) AS members,
            uniqExactIf(t.member_id, arrayExists(x -> x > t.at AND x <= t.at + INTERVAL 7 DAY, l.times)) AS bought,
            toUInt64(0) AS orders, toUInt64(0) AS store_orders, toInt64(0) AS net_fen
        FROM told AS t
        LEFT JOIN later AS l ON l.brand_id = t.brand_id AND l.member_id = t.member_id
        GROUP BY brand_id, group_id, code_word, day
        UNION ALL
        SELECT
            u.brand_id AS brand_id, if(empty(u.named), ifNull(t.told_in, ''), u.named) AS group_id, u.code_word AS code_word,
            toDate(u.at, 'Asia/Shanghai') AS day,
            0, 0, count(), countIf(u.in_store), sum(u.paid - u.refunded)
        FROM used AS u
        LEFT JOIN (
            SELECT brand_id, member_id, code_word, argMin(told.group_id, (told.at, told.group_id)) AS told_in
            FROM told GROUP BY brand_id, member_id, code_word
        ) AS t ON t.brand_id = u.brand_id AND t.member_id = u.member_id AND t.code_word = u.code_word
        GROUP BY brand_id, group_id, code_word, day
    )
SELECT
    brand_id, group_id, code_word, day,
    sum(c.members) AS members, sum(c.bought) AS bought, sum(c.orders) AS orders, sum(c.store_orders) AS store_orders,
    sum(c.net_fen) AS net_fen
FROM counted AS c
GROUP BY brand_id, group_id, code_word, day;

CREATE OR REPLACE VIEW $database.flash_minutes AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, promo.2 AS promo_id, toStartOfMinute(e.ts) AS minute, toString(e.type) AS type,
            e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS order_id,
            arraySum(JSONExtract(e.raw, 'lines', 'Array(Tuple(qty UInt64))').qty) AS pieces, ifNull(e.paid_fen, 0) AS fen
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayDistinct(JSONExtract(e.raw, 'promo', 'Array(Tuple(type String, id String))')) AS promo
        WHERE e.type IN ('visited', 'placed', 'paid') AND promo.1 IN ('flash', '秒杀', '1元秒杀', '闪购', '限时折扣')
    ),
    minutes AS (
        SELECT
            brand_id, promo_id, minute,
            uniqExactIf(a.member_id, a.type = 'visited' AND a.member_id != '') AS visitors,
            uniqExactIf(a.order_id, a.type = 'placed') AS placed,
            uniqExactIf(a.order_id, a.type = 'paid') AS paid,
            sumIf(a.pieces, a.type = 'paid') AS pieces,
            sumIf(a.fen, a.type = 'paid') AS paid_fen
        FROM acts AS a
        GROUP BY brand_id, promo_id, minute
    )
SELECT
    brand_id, promo_id, minute, visitors, placed, paid, pieces, paid_fen,
    sum(pieces) OVER (PARTITION BY brand_id, promo_id ORDER BY minute) AS sold
FROM minutes;

CREATE OR REPLACE VIEW $database.red_packets AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.staff_id AS staff_id, e.event_id AS event_id,
            e.ts AS at, e.role IN ('customer', 'kol') AS own, e.type = 'red_packet_sent' AS sent,
            JSONExtractString(e.raw, 'red_packet', 'id') AS packet_id,
            JSONExtractUInt(e.raw, 'red_packet', 'parts') AS parts, JSONExtractUInt(e.raw, 'red_packet', 'amount_fen') AS fen,
            coalesce(
                fromUnixTimestamp64Milli(JSONExtract(e.raw, 'red_packet', 'expire_ts', 'Nullable(Int64)'), 'UTC'),
                parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'red_packet', 'expire_ts'), 3, 'UTC'),
                e.ts + INTERVAL 24 HOUR) AS ends
        FROM $database.events AS e FINAL
        WHERE e.type IN ('red_packet_sent', 'red_packet_claimed') AND packet_id != ''
    ),
    packets AS (
        SELECT
            brand_id, packet_id, argMin(told.group_id, (told.at, told.event_id)) AS group_id,
            argMin(told.member_id, (told.at, told.event_id)) AS sender,
            argMin(told.staff_id, (told.at, told.event_id)) AS staff_id,
            min(told.at) AS sent_at, argMin(told.ends, (told.at, told.event_id)) AS expires_at,
            max(told.parts) AS parts, max(told.fen) AS amount_fen
        FROM told
        WHERE sent
        GROUP BY brand_id, packet_id
    ),
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    woken AS (SELECT brand_id, event_id FROM $database.awakenings WHERE type = 'red_packet_claimed')
SELECT
    p.brand_id AS brand_id, p.packet_id AS packet_id, any(p.group_id) AS group_id, any(p.sender) AS sender, any(p.staff_id) AS staff_id,
    any(p.sent_at) AS sent_at, any(p.expires_at) AS expires_at,
    any(h.last) >= expires_at AS expired,
    any(p.parts) AS parts, any(p.amount_fen) AS amount_fen,
    uniqExactIf(c.event_id, c.packet_id != '') AS claimed,
    uniqExactIf(c.event_id, c.packet_id != '' AND c.own) AS claimed_by_members,
    if(parts + claimed_by_members <= claimed, NULL, claimed_by_members / (parts + claimed_by_members - claimed)) AS rate,
    sumIf(c.fen, c.packet_id != '') AS claimed_fen,
    if(expired, greatest(toInt64(amount_fen) - toInt64(claimed_fen), 0), NULL) AS returned_fen,
    dateDiff('millisecond', sent_at, maxOrNullIf(c.at, c.packet_id != '' AND c.own)) / 1000 AS seconds_to_last,
    uniqExactIf(c.member_id, ifNull(w.event_id, '') != '') AS woken,
    if(woken = 0, NULL, claimed_fen / woken) AS fen_for_woken
FROM packets AS p
INNER JOIN heard AS h ON h.brand_id = p.brand_id
LEFT JOIN (
    SELECT t.brand_id AS brand_id, t.packet_id AS packet_id, t.event_id AS event_id, t.member_id AS member_id, t.at AS at,
        t.own AS own, t.fen AS fen
    FROM told AS t
    INNER JOIN packets AS k ON k.brand_id = t.brand_id AND k.packet_id = t.packet_id
    WHERE NOT t.sent AND t.at <= k.expires_at
) AS c ON c.brand_id = p.brand_id AND c.packet_id = p.packet_id
LEFT JOIN woken AS w ON w.brand_id = c.brand_id AND w.event_id = c.event_id
GROUP BY brand_id, packet_id;

CREATE OR REPLACE VIEW $database.lucky_receipts AS
WITH
    lucky AS (
        SELECT brand_id, packet_id, group_id, member_id, at, toDate(at, 'Asia/Shanghai') AS day,
            row_number() OVER (PARTITION BY brand_id, member_id, day ORDER BY at, packet_id) AS place
        FROM (
            SELECT
                e.brand_id AS brand_id, JSONExtractString(e.raw, 'red_packet', 'id') AS packet_id, min(e.ts) AS at,
                argMin(e.group_id, (e.ts, e.event_id)) AS group_id, argMin(e.member_id, (e.ts, e.event_id)) AS member_id
            FROM $database.events AS e FINAL
            WHERE e.type = 'red_packet_claimed' AND e.role IN ('customer', 'kol') AND JSONExtractBool(e.raw, 'red_packet', 'best')
            GROUP BY brand_id, packet_id
            HAVING packet_id != ''
        )
    ),
    receipts AS (
        SELECT brand_id, member_id, day, order_id, net_fen,
            row_number() OVER (PARTITION BY brand_id, member_id, day ORDER BY o.at, order_id) AS place
        FROM $database.net_orders AS o
    )
SELECT
    l.brand_id AS brand_id, l.packet_id AS packet_id, l.group_id AS group_id, l.member_id AS member_id, l.at AS at, l.day AS day,
    ifNull(r.order_id, '') AS order_id, ifNull(r.net_fen, 0) AS net_fen
FROM lucky AS l
LEFT JOIN receipts AS r ON r.brand_id = l.brand_id AND r.member_id = l.member_id AND r.day = l.day AND r.place = l.place;

CREATE OR REPLACE VIEW $database.team_orders AS
WITH
    games AS (
        SELECT brand_id, group_id, member_id, at, day FROM $database.own_acts WHERE type IN ('game', 'dice')
    ),
    joint AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, e.order_id AS order_id,
            JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'placed' AND e.member_id != '' AND e.role IN ('customer', 'kol') AND groupbuy_id != ''
    ),
    after AS (
        SELECT g.brand_id AS brand_id, g.group_id AS group_id, g.day AS day, j.groupbuy_id AS groupbuy_id, j.order_id AS order_id,
            j.member_id AS member_id
        FROM joint AS j
        ASOF INNER JOIN games AS g ON g.brand_id = j.brand_id AND g.member_id = j.member_id AND j.at >= g.at
        WHERE j.at <= g.at + INTERVAL 3 HOUR
    ),
    played AS (SELECT brand_id, group_id, day, uniqExact(g.member_id) AS players FROM games AS g GROUP BY brand_id, group_id, day),
    ordered AS (
        SELECT brand_id, group_id, day, uniqExact(a.groupbuy_id) AS groupbuys, uniqExact(a.order_id) AS orders,
            uniqExact(a.member_id) AS buyers
        FROM after AS a
        GROUP BY brand_id, group_id, day
    )
SELECT
    p.brand_id AS brand_id, p.group_id AS group_id, p.day AS day, p.players AS players,
    ifNull(o.groupbuys, 0) AS groupbuys, ifNull(o.orders, 0) AS orders, ifNull(o.buyers, 0) AS buyers, buyers / players AS rate
FROM played AS p
LEFT JOIN ordered AS o ON o.brand_id = p.brand_id AND o.group_id = p.group_id AND o.day = p.day;

CREATE OR REPLACE VIEW $database.group_edges AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at, CAST(e.type, 'String') AS type,
            e.role NOT IN ('customer', 'kol') AS of_staff,
            JSONExtractString(e.raw, 'msg_id') AS msg_id, JSONExtractString(e.raw, 'reply_to') AS reply_to,
            JSONExtract(e.raw, 'mentions', 'Array(String)') AS mentions
        FROM $database.events AS e FINAL
        WHERE e.kind = 'chat' AND e.group_id != '' AND e.member_id NOT IN ('', 'erased')
    ),
    said AS (SELECT brand_id, group_id, msg_id, member_id, of_staff FROM acts WHERE msg_id != ''),
    crew AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id
        FROM $database.events AS e FINAL
        WHERE e.role IN ('staff', 'bot', 'admin') AND e.member_id != ''
    ),
    named AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS from_member, arrayJoin(a.mentions) AS to_member,
            a.at AS at, a.of_staff AS of_staff
        FROM acts AS a
        WHERE notEmpty(a.mentions)
    )
SELECT a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS from_member, q.member_id AS to_member, a.at AS at,
    toDate(a.at, 'Asia/Shanghai') AS day, if(a.type = 'share', 'share', 'reply') AS type, NOT (a.of_staff OR q.of_staff) AS between_members
FROM acts AS a
ANY LEFT JOIN said AS q ON q.brand_id = a.brand_id AND q.group_id = a.group_id AND q.msg_id = a.reply_to
WHERE a.reply_to != '' AND ifNull(q.member_id, '') NOT IN ('', a.member_id)
UNION ALL
SELECT n.brand_id AS brand_id, n.group_id AS group_id, n.from_member AS from_member, n.to_member AS to_member, n.at AS at,
    toDate(n.at, 'Asia/Shanghai') AS day, 'mention' AS type, NOT (n.of_staff OR ifNull(c.member_id, '') != '') AS between_members
FROM named AS n
LEFT JOIN crew AS c ON c.brand_id = n.brand_id AND c.member_id = n.to_member
WHERE n.to_member NOT IN (n.from_member, 'erased');

CREATE OR REPLACE VIEW $database.group_connections AS
WITH
    together AS (
        SELECT brand_id, group_id, toUInt64(sum(c.n * (c.n - 1) / 2)) AS edges
        FROM (
            SELECT e.brand_id AS brand_id, e.group_id AS group_id, JSONExtractString(e.raw, 'activity_id') AS activity_id,
                uniqExact(e.member_id) AS n
            FROM $database.events AS e FINAL
            INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
            WHERE e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant') AND e.group_id != '' AND e.role IN ('customer', 'kol')
                AND toDate(e.ts, 'Asia/Shanghai') > l.day - 30
            GROUP BY brand_id, group_id, activity_id
            HAVING activity_id != '' AND n > 1
        ) AS c
        GROUP BY brand_id, group_id
    )
SELECT
    g.brand_id AS brand_id, g.group_id AS group_id, what AS type,
    uniqExact(g.from_member, g.to_member) AS edges,
    uniqExactIf((g.from_member, g.to_member), g.between_members = 1) AS between_members,
    between_members / edges AS rate
FROM $database.group_edges AS g
INNER JOIN $database.last_days AS l ON l.brand_id = g.brand_id
ARRAY JOIN ['', g.type] AS what
WHERE g.day > l.day - 30
GROUP BY brand_id, group_id, type
UNION ALL
SELECT t.brand_id AS brand_id, t.group_id AS group_id, 'together' AS type, t.edges AS edges, t.edges AS between_members, 1.0 AS rate
FROM together AS t;

CREATE OR REPLACE VIEW $database.group_kocs AS
WITH
    ranked AS (
        SELECT brand_id, group_id, member_id, score,
            row_number() OVER (PARTITION BY brand_id, group_id ORDER BY score DESC, member_id) AS place,
            count() OVER (PARTITION BY brand_id, group_id) AS members
        FROM $database.group_layers
        WHERE pyramid_level NOT IN ('owner', 'admin')
    ),
    answered AS (
        SELECT g.brand_id AS brand_id, g.group_id AS group_id, g.to_member AS member_id, count() AS replies
        FROM $database.group_edges AS g
        INNER JOIN $database.last_days AS l ON l.brand_id = g.brand_id
        WHERE g.type = 'reply' AND g.day > l.day - 30
        GROUP BY brand_id, group_id, member_id
    ),
    spread AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, count() AS times
        FROM $database.events AS e FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        WHERE e.type IN ('share', 'invite.sent') AND toDate(e.ts, 'Asia/Shanghai') > l.day - 30
        GROUP BY brand_id, member_id
    )
SELECT
    r.brand_id AS brand_id, r.group_id AS group_id, r.member_id AS member_id, r.score AS score, r.place AS place, r.members AS members,
    ifNull(a.replies, 0) AS replies, ifNull(s.times, 0) AS shares,
    r.place <= greatest(1, r.members / 20) AND r.score > 0 AND replies >= 3 AND shares >= 1 AS candidate
FROM ranked AS r
LEFT JOIN answered AS a ON a.brand_id = r.brand_id AND a.group_id = r.group_id AND a.member_id = r.member_id
LEFT JOIN spread AS s ON s.brand_id = r.brand_id AND s.member_id = r.member_id;

CREATE OR REPLACE VIEW $database.questions AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    said AS (
        SELECT
            e.brand_id AS brand_id, e.event_id AS event_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at,
            e.role IN ('staff', 'admin') AS of_staff,
            JSONExtractString(e.raw, 'msg_id') AS msg_id, JSONExtractString(e.raw, 'reply_to') AS reply_to,
            JSONExtract(e.raw, 'mentions', 'Array(String)') AS mentions,
            arrayIntersect(JSONExtract(e.raw, 'intent', 'Array(String)'), ['提问', '客诉', '催单']) AS intents
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.role IN ('customer', 'kol', 'staff', 'admin') AND e.member_id != ''
    ),
    asked AS (
        SELECT brand_id, event_id, group_id, member_id, at, msg_id, arrayJoin(intents) AS intent FROM said WHERE NOT of_staff
    ),
    named AS (
        SELECT brand_id, reply_to, groupArray(said.at) AS times FROM said WHERE of_staff AND reply_to != '' GROUP BY brand_id, reply_to
    ),
    mentioned AS (
        SELECT brand_id, group_id, member_id, groupArray(m.at) AS times
        FROM (
            SELECT brand_id, group_id, at, arrayJoin(mentions) AS member_id
            FROM said
            WHERE of_staff AND group_id != '' AND reply_to = '' AND notEmpty(mentions)
        ) AS m
        GROUP BY brand_id, group_id, member_id
    ),
    answers AS (
        SELECT
            q.brand_id AS brand_id, q.event_id AS event_id, q.group_id AS group_id, q.member_id AS member_id, q.intent AS intent,
            q.at AS at, h.last AS last,
            arraySort(arrayFilter(t -> t >= q.at, arrayConcat(n.times, m.times))) AS times
        FROM asked AS q
        INNER JOIN heard AS h ON h.brand_id = q.brand_id
        LEFT JOIN named AS n ON n.brand_id = q.brand_id AND n.reply_to = if(empty(q.msg_id), '-', q.msg_id)
        LEFT JOIN mentioned AS m ON m.brand_id = q.brand_id AND m.group_id = q.group_id AND m.member_id = q.member_id
    )
SELECT
    brand_id, event_id, group_id, member_id, intent, at, toDate(at, 'Asia/Shanghai') AS day,
    if(empty(times), NULL, times[1]) AS answered_at,
    dateDiff('millisecond', at, ifNull(answered_at, last)) / 60000 AS minutes,
    isNull(answered_at) AS open,
    minutes > 10 AS late
FROM answers;

CREATE OR REPLACE VIEW $database.reply_times AS
SELECT
    brand_id, group_id, day,
    count() AS questions, countIf(NOT q.open) AS answered,
    if(answered = 0, NULL, quantileExactIf(0.5)(q.minutes, NOT q.open)) AS median_minutes,
    if(answered = 0, NULL, quantileExactIf(0.9)(q.minutes, NOT q.open)) AS p90_minutes,
    countIf(q.open) AS open, countIf(q.open AND q.late) AS unanswered
FROM (SELECT brand_id, group_id, day, event_id, any(minutes) AS minutes, any(questions.open) AS open, any(questions.late) AS late
    FROM $database.questions GROUP BY brand_id, group_id, day, event_id) AS q
GROUP BY brand_id, group_id, day;

CREATE OR REPLACE VIEW $database.message_value AS
WITH
    said AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.member_id AS member_id, toString(e.type) AS type,
            JSONExtractString(e.raw, 'msg_id') AS msg_id, JSONExtractString(e.raw, 'reply_to') AS reply_to,
            if(empty(JSONExtractString(e.raw, 'broadcast_id')), JSONExtractString(e.raw, 'content_id'),
                JSONExtractString(e.raw, 'broadcast_id')) AS content
        FROM $database.events AS e FINAL
        WHERE e.kind = 'chat' AND (e.group_id != '' OR e.type = 'push_clicked')
    ),
    answers AS (
        SELECT brand_id, reply_to, groupUniqArray(s.member_id) AS members, countIf(s.type = 'message') AS replies
        FROM said AS s
        WHERE s.reply_to != ''
        GROUP BY brand_id, reply_to
    ),
    clicks AS (SELECT DISTINCT brand_id, content FROM said WHERE type = 'push_clicked' AND content != '')
SELECT
    s.brand_id AS brand_id, s.group_id AS group_id, toDate(s.at, 'Asia/Shanghai') AS day,
    count() AS messages,
    countIf(arrayExists(x -> x != s.member_id, a.members)) AS answered,
    countIf(ifNull(c.content, '') != '') AS clicked,
    countIf(arrayExists(x -> x != s.member_id, a.members) OR ifNull(c.content, '') != '') AS valued,
    valued / messages AS rate
FROM said AS s
LEFT JOIN answers AS a ON a.brand_id = s.brand_id AND a.reply_to = if(empty(s.msg_id), '-', s.msg_id)
LEFT JOIN clicks AS c ON c.brand_id = s.brand_id AND c.content = if(empty(s.content), '-', s.content)
WHERE s.type IN ('message', 'broadcast')
GROUP BY brand_id, group_id, day;

CREATE OR REPLACE VIEW $database.value_weeks AS
WITH weeks AS (
    SELECT brand_id, group_id, toMonday(v.day) AS week, sum(v.messages) AS messages, sum(v.valued) / messages AS rate
    FROM $database.message_value AS v
    GROUP BY brand_id, group_id, week
)
SELECT
    brand_id, group_id, week, messages, rate,
    messages > avg(w.messages) OVER before AND rate < avg(w.rate) OVER before AS little_worth
FROM weeks AS w
WINDOW before AS (PARTITION BY brand_id, group_id ORDER BY week ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING);

CREATE OR REPLACE VIEW $database.urging_days AS
WITH
    stores AS (
        SELECT brand_id, group_id, argMax(g.store, (g.at, g.event_id)) AS store
        FROM (
            SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id,
                if(empty(JSONExtractString(e.raw, 'group_meta', 'store')), JSONExtractString(e.raw, 'store_id'),
                    JSONExtractString(e.raw, 'group_meta', 'store')) AS store
            FROM $database.events AS e FINAL
            WHERE e.type IN ('group.created', 'group.updated') AND store != ''
        ) AS g
        GROUP BY brand_id, group_id
    ),
    days AS (
        SELECT
            e.brand_id AS brand_id,
            if(empty(JSONExtractString(e.raw, 'store_id')), ifNull(s.store, ''), JSONExtractString(e.raw, 'store_id')) AS store_id,
            toDate(e.ts, 'Asia/Shanghai') AS day,
            count() AS messages, uniqExact(e.member_id) AS members, uniqExactIf(e.group_id, e.group_id != '') AS groups
        FROM (
            SELECT brand_id, group_id, member_id, ts, raw FROM $database.events FINAL
            WHERE type = 'message' AND role IN ('customer', 'kol') AND has(JSONExtract(raw, 'intent', 'Array(String)'), '催单')
        ) AS e
        LEFT JOIN stores AS s ON s.brand_id = e.brand_id AND s.group_id = e.group_id
        GROUP BY brand_id, store_id, day
    )
SELECT
    brand_id, store_id, day, messages, members, groups,
    sum(d.messages) OVER (PARTITION BY brand_id, store_id ORDER BY day RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING) / 7 AS expected,
    store_id != '' AND groups >= 2 AND messages >= 5 AND messages > expected + 3 * sqrt(greatest(expected, 1)) AS incident
FROM days AS d;

CREATE OR REPLACE VIEW $database.repeated_texts AS
WITH
    days AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, JSONExtractUInt(e.raw, 'text_hash') AS text_hash,
            toDate(e.ts, 'Asia/Shanghai') AS day, count() AS sent,
            countIf(has(JSONExtract(e.raw, 'intent', 'Array(String)'), '提问')) AS asked
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.group_id != '' AND e.role IN ('customer', 'kol') AND JSONHas(e.raw, 'text_hash')
        GROUP BY brand_id, group_id, text_hash, day
    ),
    weeks AS (
        SELECT brand_id, group_id, text_hash, day, sum(d.sent) OVER week AS times, sum(d.asked) OVER week AS questions
        FROM days AS d
        WINDOW week AS (PARTITION BY brand_id, group_id, text_hash ORDER BY day RANGE BETWEEN 6 PRECEDING AND CURRENT ROW)
    )
SELECT brand_id, group_id, text_hash, day, times, questions
FROM weeks
WHERE times >= 3;

CREATE OR REPLACE VIEW $database.topics AS
WITH
    said AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at, e.role IN ('customer', 'kol') AND e.member_id != '' AS own,
            JSONExtractString(e.raw, 'topic_id') AS topic_id, JSONExtractString(e.raw, 'msg_id') AS msg_id,
            JSONExtractString(e.raw, 'reply_to') AS reply_to
        FROM $database.events AS e FINAL
        WHERE e.type IN ('message', 'broadcast') AND e.group_id != ''
    ),
    answers AS (
        SELECT brand_id, reply_to, groupUniqArrayIf(said.member_id, said.own) AS members FROM said WHERE reply_to != ''
        GROUP BY brand_id, reply_to
    ),
    sizes AS (SELECT brand_id, group_id, count() AS members FROM $database.group_members GROUP BY brand_id, group_id)
SELECT
    s.brand_id AS brand_id, s.group_id AS group_id, s.topic_id AS topic_id,
    toDate(min(s.at), 'Asia/Shanghai') AS day,
    count() AS messages,
    uniqExactIf(s.member_id, s.own) AS speakers,
    countIf(arrayExists(x -> x != s.member_id, a.members)) AS answered,
    answered / messages AS response_rate,
    if(any(ifNull(z.members, 0)) = 0, NULL, speakers / any(ifNull(z.members, 0))) AS rate
FROM said AS s
LEFT JOIN answers AS a ON a.brand_id = s.brand_id AND a.reply_to = if(empty(s.msg_id), '-', s.msg_id)
LEFT JOIN sizes AS z ON z.brand_id = s.brand_id AND z.group_id = s.group_id
WHERE s.topic_id != ''
GROUP BY brand_id, group_id, topic_id;

CREATE OR REPLACE VIEW $database.staff_repeats AS
WITH
    posts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.event_id AS event_id, e.ts AS at, toDate(e.ts, 'Asia/Shanghai') AS day,
            toUnixTimestamp64Milli(e.ts) AS ms,
            JSONExtractUInt(e.raw, 'text_simhash') AS print, JSONExtractUInt(e.raw, 'text_hash') AS text,
            JSONExtractString(e.raw, 'content_id') AS content
        FROM $database.events AS e FINAL
        WHERE (e.type = 'broadcast' OR e.type = 'message' AND e.role IN ('staff', 'bot')) AND e.group_id != ''
            AND (print != 0 OR text != 0 OR content != '')
    ),
    compared AS (
        SELECT
            brand_id, group_id, day, print, text, content,
            groupArray((p.print, p.text, p.content)) OVER (PARTITION BY brand_id, group_id ORDER BY ms, event_id
                ROWS BETWEEN 500 PRECEDING AND 1 PRECEDING) AS others,
            groupArray(p.ms) OVER (PARTITION BY brand_id, group_id ORDER BY ms, event_id
                ROWS BETWEEN 500 PRECEDING AND 1 PRECEDING) AS times,
            ms
        FROM posts AS p
    ),
    days AS (
        SELECT brand_id, group_id, day, count() AS posts,
            countIf(arrayExists((o, t) -> t > c.ms - 604800000 AND (
                c.print != 0 AND o.1 != 0 AND bitHammingDistance(c.print, o.1) <= 3
                OR c.text != 0 AND o.2 = c.text OR c.content != '' AND o.3 = c.content), c.others, c.times)) AS repeats
        FROM compared AS c
        GROUP BY brand_id, group_id, day
    )
SELECT
    brand_id, group_id, day, posts, repeats,
    sum(d.repeats) OVER week / sum(d.posts) OVER week AS week_share
FROM days AS d
WINDOW week AS (PARTITION BY brand_id, group_id ORDER BY day RANGE BETWEEN 6 PRECEDING AND CURRENT ROW);

CREATE OR REPLACE VIEW $database.broadcast_responses AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    sent AS (
        SELECT e.brand_id AS brand_id, e.event_id AS event_id, e.group_id AS group_id, e.ts AS at, toDate(e.ts, 'Asia/Shanghai') AS day,
            JSONExtractString(e.raw, 'broadcast_id') AS broadcast_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'broadcast' AND e.group_id != ''
    ),
    acts AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS member_id, a.at AS at, a.day AS day, a.type AS type,
            ifNull(w.event_id, '') != '' AS wakes
        FROM $database.own_acts AS a
        LEFT JOIN $database.awakenings AS w ON w.brand_id = a.brand_id AND w.event_id = a.event_id
        WHERE a.type != 'group.joined'
    ),
    answers AS (
        SELECT s.brand_id AS brand_id, s.event_id AS event_id,
            uniqExactIf(a.member_id, a.type = 'signin' AND a.at <= s.at + INTERVAL 2 HOUR) AS signed,
            uniqExact(a.member_id) AS acted, uniqExactIf(a.member_id, a.wakes) AS woken
        FROM (SELECT brand_id, event_id, group_id, at, bucket FROM sent ARRAY JOIN [day, day + 1] AS bucket) AS s
        INNER JOIN acts AS a ON a.brand_id = s.brand_id AND a.group_id = s.group_id AND a.day = s.bucket
        WHERE a.at > s.at AND a.at <= s.at + INTERVAL 24 HOUR
        GROUP BY brand_id, event_id
    )
SELECT
    s.brand_id AS brand_id, s.event_id AS event_id, s.broadcast_id AS broadcast_id, s.group_id AS group_id, s.at AS at, s.day AS day,
    h.last >= s.at + INTERVAL 24 HOUR AS over,
    ifNull(z.members, 0) AS members,
    ifNull(r.signed, 0) AS signed, ifNull(r.acted, 0) AS acted, ifNull(r.woken, 0) AS woken,
    if(members <= 0, NULL, signed / members) AS signed_rate,
    if(members <= 0, NULL, acted / members) AS rate
FROM sent AS s
INNER JOIN heard AS h ON h.brand_id = s.brand_id
LEFT JOIN answers AS r ON r.brand_id = s.brand_id AND r.event_id = s.event_id
ASOF LEFT JOIN $database.group_sizes AS z ON z.brand_id = s.brand_id AND z.group_id = s.group_id AND s.day >= z.day;

CREATE OR REPLACE VIEW $database.woken_members AS
SELECT w.brand_id AS brand_id, w.group_id AS group_id, w.member_id AS member_id, w.at AS at, w.day AS day, w.type AS type,
    b.broadcast_id AS broadcast_id, b.at AS broadcast_at
FROM $database.awakenings AS w
ASOF INNER JOIN (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, JSONExtractString(e.raw, 'broadcast_id') AS broadcast_id
    FROM $database.events AS e FINAL
    WHERE e.type = 'broadcast' AND e.group_id != ''
) AS b ON b.brand_id = w.brand_id AND b.group_id = w.group_id AND w.at > b.at
WHERE w.at <= b.at + INTERVAL 24 HOUR;

CREATE OR REPLACE VIEW $database.push_actions AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    pushes AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, h.last AS last
        FROM $database.events AS e FINAL
        INNER JOIN heard AS h ON h.brand_id = e.brand_id
        WHERE e.type = 'push_delivered' AND e.role IN ('customer', 'kol')
    ),
    acts AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (e.type IN ('solitaire', 'visited', 'cart_added', 'placed', 'paid')
            OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant'))
    ),
    followed AS (
        SELECT p.brand_id AS brand_id, p.member_id AS member_id, p.at AS at, p.last AS last,
            ifNull(a.member_id, '') != '' AND a.at <= p.at + INTERVAL 24 HOUR AS done
        FROM pushes AS p
        ASOF LEFT JOIN acts AS a ON a.brand_id = p.brand_id AND a.member_id = p.member_id AND p.at < a.at
    )
SELECT brand_id, member_id, count() AS pushes, countIf(f.done) AS acted, acted / pushes AS rate
FROM followed AS f
WHERE f.done OR f.last >= f.at + INTERVAL 24 HOUR
GROUP BY brand_id, member_id;

CREATE OR REPLACE VIEW $database.group_lives AS
WITH
    born AS (
        SELECT g.brand_id AS brand_id, g.group_id AS group_id,
            toDate(ifNull(minOrNullIf(g.at, g.type = 'group.created'), min(g.at)), 'Asia/Shanghai') AS began,
            toDate(maxOrNullIf(g.at, g.type = 'group.dissolved'), 'Asia/Shanghai') AS ended,
            began + 6 AS first_end,
            argMaxIf(g.purpose, (g.at, g.event_id), g.purpose != '') AS purpose,
            argMaxIf(g.growth, (g.at, g.event_id), g.growth != '') AS growth_type
        FROM (
            SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id, e.type AS type,
                if(startsWith(e.type, 'group.'), JSONExtractString(e.raw, 'group_meta', 'purpose'), '') AS purpose,
                if(startsWith(e.type, 'group.'), JSONExtractString(e.raw, 'group_meta', 'growth_type'), '') AS growth
            FROM $database.events AS e FINAL
            WHERE e.group_id != ''
        ) AS g
        GROUP BY brand_id, group_id
    ),
    weeks AS (
        SELECT b.brand_id AS brand_id, b.group_id AS group_id, intDiv(a.day - b.began, 7) AS week, uniqExact(a.member_id) AS active,
            uniqExactIf(a.member_id, a.type = 'message') AS speakers, max(a.day) AS last
        FROM $database.own_acts AS a
        INNER JOIN born AS b ON b.brand_id = a.brand_id AND b.group_id = a.group_id
        WHERE a.type IN ('message', 'solitaire', 'dice', 'visited') OR a.speaks
        GROUP BY brand_id, group_id, week
    ),
    fits AS (
        SELECT w.brand_id AS brand_id, w.group_id AS group_id, max(w.last) AS last_active,
            sumIf(w.speakers, w.week = 0) AS first_week,
            countIf((w.week + 1) * 7 <= l.day - b.began) AS weeks,
            simpleLinearRegressionIf(w.week * 7, log(w.active), (w.week + 1) * 7 <= l.day - b.began).1 AS slope
        FROM weeks AS w
        INNER JOIN born AS b ON b.brand_id = w.brand_id AND b.group_id = w.group_id
        INNER JOIN $database.last_days AS l ON l.brand_id = w.brand_id
        GROUP BY brand_id, group_id
    ),
    sizes AS (
        SELECT brand_id, group_id, argMax(z.members, z.day) AS members FROM $database.group_sizes AS z GROUP BY brand_id, group_id
    ),
    latest AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, uniqExactIf(a.member_id, a.type = 'message') AS speakers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 7
        GROUP BY brand_id, group_id
    )
SELECT
    b.brand_id AS brand_id, b.group_id AS group_id, b.purpose AS purpose, b.growth_type AS growth_type,
    b.began AS began, b.ended AS ended, nullIf(f.last_active, toDate(0)) AS last_active,
    l.day - b.began AS age_days,
    isNotNull(b.ended) OR ifNull(last_active <= l.day - 7, age_days >= 7) AS dead,
    if(dead, greatest(ifNull(last_active - b.began + 1, 0), 0), NULL) AS life_days,
    if(ifNull(y.members, 0) <= 0, NULL, ifNull(f.first_week, 0) / y.members) AS first_rate,
    if(ifNull(z.members, 0) <= 0, NULL, ifNull(t.speakers, 0) / z.members) AS last_rate,
    age_days >= 14 AND ifNull(last_rate < first_rate / 2, 0) AS cooling,
    if(f.weeks >= 3 AND f.slope < 0, -log(2) / f.slope, NULL) AS half_life_days
FROM born AS b
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
LEFT JOIN fits AS f ON f.brand_id = b.brand_id AND f.group_id = b.group_id
LEFT JOIN latest AS t ON t.brand_id = b.brand_id AND t.group_id = b.group_id
LEFT JOIN sizes AS z ON z.brand_id = b.brand_id AND z.group_id = b.group_id
ASOF LEFT JOIN $database.group_sizes AS y ON y.brand_id = b.brand_id AND y.group_id = b.group_id AND b.first_end >= y.day;

CREATE OR REPLACE VIEW $database.group_deaths AS
SELECT brand_id, growth_type, count() AS groups, countIf(g.dead) AS died, died / groups AS dead_share,
    quantileExactIf(0.5)(g.life_days, g.dead) AS median_days
FROM $database.group_lives AS g
GROUP BY brand_id, growth_type;

CREATE OR REPLACE VIEW $database.signin_runs AS
WITH
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts,
            JSONExtractString(e.raw, 'activity_id') AS activity_id, JSONExtractString(e.raw, 'bet_id') AS bet_id,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id, JSONExtractUInt(e.raw, 'required_days') AS required,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, 'Asia/Shanghai')) AS day
        FROM $database.events AS e FINAL
        WHERE e.type = 'signin' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    runs AS (
        SELECT
            brand_id, member_id, activity_id, bet_id, max(s.campaign_id) AS campaign_id, max(s.required) AS required,
            min(s.day) AS first, arrayFilter(d -> d < first + required, groupUniqArray(s.day)) AS days, max(s.ts) AS last_at
        FROM signed AS s
        GROUP BY brand_id, member_id, activity_id, bet_id
        HAVING required > 0
    )
SELECT
    r.brand_id AS brand_id,
    r.member_id AS member_id,
    r.activity_id AS activity_id,
    r.bet_id AS bet_id,
    r.campaign_id AS campaign_id,
    r.first AS day,
    r.required AS required_days,
    length(r.days) AS days,
    multiIf(days >= required_days, 'earned',
        arrayCount(d -> d < l.day, r.days) < least(toInt64(required_days), dateDiff('day', r.first, l.day)), 'failed',
        'active') AS state,
    r.last_at AS last_at
FROM runs AS r
INNER JOIN $database.last_days AS l ON l.brand_id = r.brand_id;

CREATE OR REPLACE VIEW $database.campaign_paths AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.group_id AS group_id, e.ts AS ts,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id,
            if(e.kind = 'join', JSONExtractString(e.raw, 'inviter_id'), '') AS inviter_id,
            multiIf(e.type = 'account.followed', 'followed', e.type = 'group.joined', 'joined', e.type = 'contact.added', 'contact',
                e.type = 'visited', 'visited', e.type = 'invite.sent', 'invited', e.type = 'enroll', 'enrolled',
                e.type = 'signin', 'signed_in', e.type IN ('share', 'moments_post'), 'shared',
                e.type = 'message' AND e.group_id != '' AND JSONExtractString(e.raw, 'msg_type') = 'image', 'posted',
                e.type = 'audit' AND JSONExtractString(e.raw, 'audit_state') = 'approved', 'approved',
                e.type = 'paid' AND arrayExists(line -> JSONExtractString(line, 'sku_type') = 'course',
                    JSONExtractArrayRaw(e.raw, 'lines')), 'paid', '') AS act
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (act != '' OR inviter_id != '') AND e.type IN (
            'account.followed', 'group.joined', 'contact.added', 'member.registered', 'visited', 'invite.sent', 'enroll', 'signin',
            'share', 'moments_post', 'message', 'audit', 'paid')
    ),
    posts AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS ts
        FROM $database.events AS e FINAL
        WHERE e.group_id != '' AND (e.type = 'broadcast' OR (e.type = 'message' AND e.role = 'staff'))
    ),
    acts AS (
        SELECT brand_id, member_id, campaign_id, ts, act FROM told WHERE act != ''
        UNION ALL
        SELECT t.brand_id, t.inviter_id, t.campaign_id, t.ts, 'brought' FROM told AS t
        WHERE t.inviter_id NOT IN ('', 'erased', t.member_id) AND t.act != 'invited'
        UNION ALL
        SELECT j.brand_id, j.member_id, j.campaign_id, p.ts, 'told'
        FROM (SELECT * FROM told WHERE act = 'joined') AS j
        ASOF INNER JOIN posts AS p ON p.brand_id = j.brand_id AND p.group_id = j.group_id AND p.ts >= j.ts
    ),
    campaigns AS (SELECT DISTINCT brand_id, member_id, campaign_id FROM acts WHERE campaign_id != ''),
    steps AS (
        SELECT a.brand_id AS brand_id, a.member_id AS member_id, c.campaign_id AS campaign_id, a.act AS act, a.ts AS ts,
            toUInt64(toUnixTimestamp64Milli(a.ts)) AS ms
        FROM acts AS a
        INNER JOIN campaigns AS c ON c.brand_id = a.brand_id AND c.member_id = a.member_id
        WHERE a.campaign_id IN ('', c.campaign_id)
    ),
    reached AS (
        SELECT
            brand_id, member_id, campaign_id, minIf(s.ts, s.act = 'followed') AS at,
            windowFunnel(604800000)(ms, act = 'followed', act = 'joined', act = 'told', act = 'posted', act = 'approved',
                act = 'signed_in') AS spreading,
            windowFunnel(604800000)(ms, act = 'followed', act = 'paid', act = 'contact', act = 'joined', act = 'told',
                act = 'signed_in', act = 'shared') AS product,
            windowFunnel(604800000)(ms, act = 'followed', act = 'visited', act = 'invited', act = 'brought', act = 'enrolled',
                act = 'joined') AS service
        FROM steps AS s
        GROUP BY brand_id, member_id, campaign_id
        HAVING spreading > 0
    ),
    completed AS (
        SELECT DISTINCT brand_id, member_id, campaign_id FROM $database.signin_runs WHERE state = 'earned'
    )
SELECT
    r.brand_id AS brand_id,
    way.1 AS path,
    r.campaign_id AS campaign_id,
    r.member_id AS member_id,
    r.at AS at,
    toDate(r.at, 'Asia/Shanghai') AS day,
    way.2 AS stage,
    arrayElement(way.3, stage) AS step
FROM reached AS r
ARRAY JOIN [
    ('spreading', r.spreading, ['followed', 'joined', 'told', 'posted', 'approved', 'signed_in']),
    ('product', if(r.product = 7 AND ((r.brand_id, r.member_id, r.campaign_id) IN (SELECT * FROM completed)
            OR (r.brand_id, r.member_id, '') IN (SELECT * FROM completed)), 8, r.product),
        ['followed', 'paid', 'contact', 'joined', 'told', 'signed_in', 'shared', 'completed']),
    ('service', r.service, ['followed', 'visited', 'invited', 'brought', 'enrolled', 'joined'])] AS way;

CREATE OR REPLACE VIEW $database.audit_days AS
WITH
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            if(empty(submission_id), e.event_id, submission_id) AS id,
            argMax(JSONExtractString(e.raw, 'activity_id'), (e.ts, e.event_id)) AS activity_id,
            argMax(JSONExtractString(e.raw, 'audit_state'), (e.ts, e.event_id)) AS state, max(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit'
        GROUP BY brand_id, member_id, submission_id, id
        HAVING state IN ('approved', 'rejected')
    ),
    handed AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.kind = 'checkin' AND submission_id != ''
            AND (e.type != 'audit' OR JSONExtractString(e.raw, 'audit_state') = 'pending')
        GROUP BY brand_id, member_id, submission_id
    ),
    pictures AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND (e.type = 'share'
            OR (e.type = 'message' AND e.group_id != '' AND JSONExtractString(e.raw, 'msg_type') = 'image'))
    ),
    judged AS (
        SELECT
            a.brand_id AS brand_id, a.activity_id AS activity_id, a.state AS state, a.at AS at,
            multiIf(h.at > 0 AND h.at <= a.at, h.at, p.at > 0 AND p.at >= a.at - INTERVAL 7 DAY, p.at, NULL) AS since
        FROM audits AS a
        LEFT JOIN handed AS h ON h.brand_id = a.brand_id AND h.member_id = a.member_id AND h.submission_id = a.submission_id
        ASOF LEFT JOIN pictures AS p ON p.brand_id = a.brand_id AND p.member_id = a.member_id AND p.at <= a.at
    )
SELECT
    j.brand_id AS brand_id,
    j.activity_id AS activity_id,
    toDate(j.at, 'Asia/Shanghai') AS day,
    count() AS audits,
    countIf(j.state = 'approved') AS approved,
    approved / audits AS pass_rate,
    avgOrNull(dateDiff('millisecond', j.since, j.at)) / 60000 AS minutes
FROM judged AS j
GROUP BY brand_id, activity_id, day;

CREATE OR REPLACE VIEW $database.first_signins AS
WITH
    came AS (
        SELECT brand_id, member_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    ),
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, min(c.at) AS joined_at, min(e.ts) AS at,
            argMin((JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'submission_id')), (e.ts, e.event_id)) AS told
        FROM $database.events AS e FINAL
        INNER JOIN came AS c ON c.brand_id = e.brand_id AND c.member_id = e.member_id
        WHERE e.type = 'signin' AND e.ts >= c.at
        GROUP BY brand_id, member_id
    ),
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, JSONExtractString(e.raw, 'activity_id') AS activity_id,
            JSONExtractString(e.raw, 'submission_id') AS submission_id, JSONExtractString(e.raw, 'audit_state') AS state
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit' AND state IN ('approved', 'rejected')
    )
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    any(s.joined_at) AS joined_at,
    any(s.at) AS at,
    toDate(any(s.at), 'Asia/Shanghai') AS day,
    dateDiff('millisecond', joined_at, at) / 3600000 AS hours,
    hours <= 24 AS within_day,
    ifNull(nullIf(if(tupleElement(any(s.told), 2) != '',
        argMaxIf(a.state, a.at, a.submission_id = tupleElement(s.told, 2)),
        argMinIf(a.state, a.at, a.activity_id = tupleElement(s.told, 1) AND a.at >= s.at)), ''), 'pending') AS audit_state
FROM signed AS s
LEFT JOIN audits AS a ON a.brand_id = s.brand_id AND a.member_id = s.member_id
GROUP BY brand_id, member_id;

CREATE OR REPLACE VIEW $database.live_phases AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.order_id AS parcel, any(e.member_id) AS member_id,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            argMaxIf((JSONExtractString(e.raw, 'live_id'), JSONExtractString(e.raw, 'live_phase')), (e.ts, e.event_id), e.type = 'paid') AS live,
            maxIf(e.group_id != '' OR JSONExtractString(e.raw, 'attributed_group_id') != '', e.type = 'paid') AS by_group,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND tupleElement(live, 1) != ''
    ),
    sold AS (
        SELECT
            brand_id, tupleElement(o.live, 1) AS live_id, tupleElement(o.live, 2) AS phase,
            uniqExact(if(empty(o.parent), o.parcel, o.parent)) AS orders,
            sum(o.paid - o.refunded) AS net_fen, sumIf(o.paid - o.refunded, o.by_group) AS group_fen
        FROM parcels AS o
        GROUP BY brand_id, live_id, phase
    ),
    acts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'live_id') AS live_id, JSONExtractString(e.raw, 'live_phase') AS phase,
            uniqExactIf(e.member_id, e.type = 'visited') AS visitors,
            uniqExactIf(e.member_id, e.type = 'group.joined') AS joins,
            uniqExactIf(e.member_id, e.type IN ('account.followed', 'contact.added')) AS fans,
            uniqExactIf(e.member_id, e.type = 'lottery') AS drawing
        FROM $database.events AS e FINAL
        WHERE e.type IN ('visited', 'group.joined', 'account.followed', 'contact.added', 'lottery') AND live_id != ''
            AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, live_id, phase
    ),
    found AS (
        SELECT brand_id, live_id, phase, visitors, joins, fans, drawing, 0 AS orders, 0 AS net_fen, 0 AS group_fen FROM acts
        UNION ALL
        SELECT brand_id, live_id, phase, 0, 0, 0, 0, orders, net_fen, group_fen FROM sold
    )
SELECT
    f.brand_id AS brand_id,
    f.live_id AS live_id,
    f.phase AS phase,
    toUInt64(sum(f.visitors)) AS visitors,
    toUInt64(sum(f.joins)) AS joins,
    toUInt64(sum(f.fans)) AS fans,
    toUInt64(sum(f.drawing)) AS drawing,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toInt64(sum(f.group_fen)) AS group_fen
FROM found AS f
GROUP BY brand_id, live_id, phase;

CREATE OR REPLACE VIEW $database.group_repurchase AS
SELECT
    g.brand_id AS brand_id,
    g.group_id AS group_id,
    count() AS buyers,
    countIf(o.orders >= 2) AS repeat_buyers,
    repeat_buyers / buyers AS rate
FROM $database.group_members AS g
INNER JOIN (
    SELECT n.brand_id AS brand_id, n.member_id AS member_id, count() AS orders
    FROM $database.net_orders AS n
    INNER JOIN $database.last_days AS l ON l.brand_id = n.brand_id
    WHERE n.day > l.day - 90
    GROUP BY brand_id, member_id
) AS o ON o.brand_id = g.brand_id AND o.member_id = g.member_id
GROUP BY brand_id, group_id;

CREATE OR REPLACE VIEW $database.relation_platforms AS
WITH
    visits AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'platform') AS platform
        FROM $database.events AS e FINAL
        WHERE e.type = 'visited' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    ties AS (
        SELECT brand_id, member_id, if(type = 'member.registered', 2, 1) AS nearness
        FROM $database.events FINAL
        WHERE type IN ('member.registered', 'contact.added', 'account.followed')
        UNION ALL
        SELECT brand_id, member_id, 3
        FROM $database.member_profiles FINAL
        WHERE has(tags, 'value.super')
    ),
    relations AS (SELECT brand_id, member_id, max(t.nearness) AS nearness FROM ties AS t GROUP BY brand_id, member_id),
    orders AS (SELECT DISTINCT brand_id, member_id, platform FROM $database.net_orders)
SELECT
    v.brand_id AS brand_id,
    ['other', 'fan', 'member', 'super'][1 + ifNull(r.nearness, 0)] AS relation,
    v.platform AS platform,
    count() AS visitors,
    countIf(ifNull(o.member_id, '') != '') AS payers,
    payers / visitors AS rate
FROM visits AS v
LEFT JOIN relations AS r ON r.brand_id = v.brand_id AND r.member_id = v.member_id
LEFT JOIN orders AS o ON o.brand_id = v.brand_id AND o.member_id = v.member_id AND o.platform = v.platform
GROUP BY brand_id, relation, platform;

CREATE OR REPLACE VIEW $database.activities AS
WITH
    announced AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'activity_id') AS activity_id,
            max(e.ts) AS announced_at, argMax(e.raw, (e.ts, e.event_id)) AS told
        FROM $database.events AS e FINAL
        WHERE e.type = 'activity.announced'
        GROUP BY brand_id, activity_id
    )
SELECT
    a.brand_id AS brand_id,
    a.activity_id AS activity_id,
    a.announced_at AS announced_at,
    JSONExtractString(a.told, 'activity_type') AS activity_type,
    JSONExtractString(a.told, 'campaign_id') AS campaign_id,
    transform(JSONExtractString(a.told, 'scene'), ['裂变', '留存', '活跃', '转化'], ['fission', 'retention', 'activity', 'conversion'],
        JSONExtractString(a.told, 'scene')) AS scene,
    JSONExtractString(a.told, 'live_id') AS live_id,
    coalesce(
        fromUnixTimestamp64Milli(JSONExtract(a.told, 'opens_at', 'Nullable(Int64)'), 'UTC'),
        parseDateTime64BestEffortOrNull(JSONExtractString(a.told, 'opens_at'), 3, 'UTC')) AS opens_at,
    coalesce(
        fromUnixTimestamp64Milli(JSONExtract(a.told, 'closes_at', 'Nullable(Int64)'), 'UTC'),
        parseDateTime64BestEffortOrNull(JSONExtractString(a.told, 'closes_at'), 3, 'UTC')) AS closes_at,
    multiIf(
        ifNull(closes_at < s.before, 0), 'settled',
        ifNull(closes_at <= now64(3, 'UTC'), 0), 'closed',
        ifNull(opens_at > now64(3, 'UTC'), 0), 'planned',
        'open') AS state,
    JSONExtract(a.told, 'goal', 'Nullable(Int64)') AS goal,
    JSONExtractString(a.told, 'sku') AS sku,
    JSONExtract(a.told, 'stock', 'Nullable(Int64)') AS stock,
    JSONExtract(a.told, 'variants', 'Array(String)') AS variants
FROM announced AS a
INNER JOIN $database.settled_times AS s ON s.brand_id = a.brand_id;

CREATE OR REPLACE VIEW $database.contest_places AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, contest, e.role AS role,
            multiIf(e.type = 'dice', JSONExtractString(e.raw, 'round_id'),
                e.type = 'moments_like', JSONExtractString(e.raw, 'content_id'),
                JSONExtractString(e.raw, 'activity_id')) AS id,
            multiIf(e.type = 'quiz', toInt64(JSONExtract(e.raw, 'is_correct', 'Nullable(Bool)')),
                e.type = 'dice', JSONExtract(e.raw, 'dice_value', 'Nullable(Int64)'),
                e.type = 'like_collect', JSONExtract(e.raw, 'likes', 'Nullable(Int64)'), NULL) AS value,
            JSONExtractString(e.raw, 'submission_id') AS submission_id,
            e.ts AS at, (if(e.type = 'like_collect', -ifNull(value, 0), 0), e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN multiIf(e.type != 'quiz', [toString(e.type)],
            JSONExtractBool(e.raw, 'is_correct'), ['answer', 'right_answer'], ['answer']) AS contest
        WHERE e.type IN ('quiz', 'dice', 'like_collect', 'photo_share', 'moments_like') AND id != '' AND e.member_id != ''
    ),
    entries AS (
        SELECT a.brand_id AS brand_id, a.contest AS contest, a.id AS id, a.member_id AS member_id,
            min(a.rank) AS best, argMin((a.value, a.submission_id), a.rank) AS entry,
            max(a.at) AS last, any(p.closes_at) AS closes_at, any(p.goal) AS goal
        FROM acts AS a
        LEFT JOIN $database.activities AS p ON p.brand_id = a.brand_id AND p.activity_id = a.id
        WHERE a.role IN ('customer', 'kol') AND ifNull(a.at >= p.opens_at, 1) AND ifNull(a.at < p.closes_at, 1)
        GROUP BY brand_id, contest, id, member_id
    ),
    houses AS (
        SELECT brand_id, id, argMin(a.value, a.rank) AS thrown
        FROM acts AS a
        WHERE a.contest = 'dice' AND a.role = 'staff'
        GROUP BY brand_id, id
    ),
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            argMax(JSONExtractString(e.raw, 'audit_state'), (e.ts, e.event_id)) AS state
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit' AND submission_id != ''
        GROUP BY brand_id, member_id, submission_id
    ),
    ranked AS (
        SELECT
            brand_id, contest, id, member_id, tupleElement(n.best, 2) AS at,
            tupleElement(n.entry, 1) AS value, tupleElement(n.entry, 2) AS submission_id, n.goal AS goal,
            row_number() OVER (PARTITION BY brand_id, contest, id ORDER BY n.best) AS place,
            if(contest = 'like_collect', ifNull(n.closes_at, max(n.last) OVER (PARTITION BY brand_id, contest, id)), at) AS told
        FROM entries AS n
    )
SELECT
    r.brand_id AS brand_id,
    r.contest AS contest,
    r.id AS id,
    r.member_id AS member_id,
    r.at AS at,
    toDate(r.at, 'Asia/Shanghai') AS day,
    r.value AS value,
    r.place AS place,
    r.told < s.before AS settled,
    if(r.contest = 'dice', r.value > h.thrown, NULL) AS won,
    ifNull(a.state, '') AS audit_state,
    if(r.contest = 'like_collect', r.value >= r.goal, NULL) AS reached
FROM ranked AS r
INNER JOIN $database.settled_times AS s ON s.brand_id = r.brand_id
LEFT JOIN houses AS h ON h.brand_id = r.brand_id AND h.id = r.id
LEFT JOIN audits AS a ON a.brand_id = r.brand_id AND a.member_id = r.member_id AND a.submission_id = r.submission_id;

CREATE OR REPLACE VIEW $database.flash_minutes AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, promo.2 AS promo_id, toStartOfMinute(e.ts) AS minute, toString(e.type) AS type,
            e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS order_id,
            JSONExtract(e.raw, 'lines', 'Array(Tuple(sku String, qty UInt64))') AS lines, ifNull(e.paid_fen, 0) AS fen
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayDistinct(JSONExtract(e.raw, 'promo', 'Array(Tuple(type String, id String))')) AS promo
        WHERE e.type IN ('visited', 'placed', 'paid') AND promo.1 IN ('flash', '秒杀', '1元秒杀', '闪购', '限时折扣')
    ),
    minutes AS (
        SELECT
            a.brand_id AS brand_id, a.promo_id AS promo_id, a.minute AS minute,
            uniqExactIf(a.member_id, a.type = 'visited' AND a.member_id != '') AS visitors,
            uniqExactIf(a.order_id, a.type = 'placed') AS placed,
            uniqExactIf(a.order_id, a.type = 'paid') AS paid,
            sumIf(arraySum(line -> if(ifNull(p.sku, '') IN ('', line.1), line.2, 0), a.lines), a.type = 'paid') AS pieces,
            sumIf(a.fen, a.type = 'paid') AS paid_fen,
            any(p.stock) AS stock
        FROM acts AS a
        LEFT JOIN $database.activities AS p ON p.brand_id = a.brand_id AND p.activity_id = a.promo_id
        GROUP BY brand_id, promo_id, minute
    )
SELECT
    brand_id, promo_id, minute, visitors, placed, paid, pieces, paid_fen,
    sum(pieces) OVER (PARTITION BY brand_id, promo_id ORDER BY minute) AS sold,
    stock,
    pieces / nullIf(stock, 0) AS rate,
    sold / nullIf(stock, 0) AS sell_through
FROM minutes;

CREATE OR REPLACE VIEW $database.group_purchase_members AS
WITH
    parts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'parent_order_id')), e.order_id, JSONExtractString(e.raw, 'parent_order_id')) AS order_id,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid') AND e.member_id != '' AND groupbuy_id != ''
        GROUP BY brand_id, groupbuy_id, member_id, order_id
    ),
    begun AS (SELECT brand_id, groupbuy_id, min(p.at) AS at FROM parts AS p GROUP BY brand_id, groupbuy_id)
SELECT
    p.brand_id AS brand_id,
    p.groupbuy_id AS groupbuy_id,
    p.member_id AS member_id,
    min(p.at) AS at,
    minOrNullIf(o.at, ifNull(o.member_id, '') != '') AS paid_at,
    if(any(ifNull(i.at >= b.at, 0)
        AND (p.brand_id, p.groupbuy_id, ifNull(i.inviter_id, '')) IN (SELECT brand_id, groupbuy_id, member_id FROM parts)),
        any(ifNull(i.inviter_id, '')), '') AS inviter_id
FROM parts AS p
INNER JOIN begun AS b ON b.brand_id = p.brand_id AND b.groupbuy_id = p.groupbuy_id
LEFT JOIN $database.net_orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id AND o.order_id = p.order_id
LEFT JOIN $database.invitees AS i ON i.brand_id = p.brand_id AND i.member_id = p.member_id
GROUP BY brand_id, groupbuy_id, member_id;

CREATE OR REPLACE VIEW $database.group_purchases AS
WITH sizes AS (
    SELECT
        e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id,
        argMax(JSONExtractInt(e.raw, 'groupbuy_size'), (e.ts, e.event_id)) AS size
    FROM $database.events AS e FINAL
    WHERE e.type IN ('placed', 'paid') AND JSONExtractInt(e.raw, 'groupbuy_size') > 0
    GROUP BY brand_id, groupbuy_id
)
SELECT
    m.brand_id AS brand_id,
    m.groupbuy_id AS groupbuy_id,
    min(m.at) AS at,
    toDate(min(m.at), 'Asia/Shanghai') AS day,
    count() AS members,
    count(m.paid_at) AS buyers,
    buyers >= if(size = 0, 2, size) AS complete,
    countIf(m.inviter_id != '') AS new_members,
    any(toInt64(ifNull(s.size, 0))) AS size,
    if(complete, arraySort(groupArray(m.paid_at))[if(size = 0, 2, size)], NULL) AS completed_at
FROM $database.group_purchase_members AS m
LEFT JOIN sizes AS s ON s.brand_id = m.brand_id AND s.groupbuy_id = m.groupbuy_id
GROUP BY brand_id, groupbuy_id;

CREATE OR REPLACE VIEW $database.lesson_attendance AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, toString(e.type) AS type,
            JSONExtractString(e.raw, 'activity_id') AS activity_id, JSONExtractString(e.raw, 'lesson_id') AS lesson_id, min(e.ts) AS at,
            max(e.ts) AS last
        FROM $database.events AS e FINAL
        WHERE e.type IN ('enroll', 'attend') AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id, type, activity_id, lesson_id
    ),
    lessons AS (
        SELECT brand_id, lesson_id, max(a.activity_id) AS activity_id,
            minOrNullIf(a.at, a.type = 'attend') AS began, maxOrNullIf(a.last, a.type = 'attend') AS over
        FROM acts AS a
        WHERE lesson_id != ''
        GROUP BY brand_id, lesson_id
    ),
    parts AS (
        SELECT brand_id, lesson_id, member_id, type = 'enroll' AS enrolled, type = 'attend' AS attended
        FROM acts
        WHERE lesson_id != ''
        UNION ALL
        SELECT l.brand_id AS brand_id, l.lesson_id AS lesson_id, a.member_id AS member_id, 1 AS enrolled, 0 AS attended
        FROM lessons AS l
        INNER JOIN acts AS a ON a.brand_id = l.brand_id AND a.activity_id = l.activity_id
        WHERE a.type = 'enroll' AND a.lesson_id = '' AND a.activity_id != '' AND ifNull(a.at <= l.over, 1)
    ),
    members AS (
        SELECT brand_id, lesson_id, member_id, max(p.enrolled) AS enrolled, max(p.attended) AS attended
        FROM parts AS p
        GROUP BY brand_id, lesson_id, member_id
    )
SELECT
    m.brand_id AS brand_id,
    m.lesson_id AS lesson_id,
    any(l.activity_id) AS activity_id,
    toDate(any(l.began), 'Asia/Shanghai') AS day,
    countIf(m.enrolled) AS enrolled,
    countIf(m.enrolled AND m.attended) AS attended,
    countIf(m.attended AND NOT m.enrolled) AS others,
    if(enrolled = 0, NULL, attended / enrolled) AS rate
FROM members AS m
INNER JOIN lessons AS l ON l.brand_id = m.brand_id AND l.lesson_id = m.lesson_id
GROUP BY brand_id, lesson_id;

CREATE OR REPLACE VIEW $database.variant_conversions AS
WITH
    announced AS (
        SELECT brand_id, if(empty(a.campaign_id), a.activity_id, a.campaign_id) AS test_id, argMax(a.variants, (a.announced_at, a.activity_id)) AS arms
        FROM $database.activities AS a
        WHERE notEmpty(a.variants)
        GROUP BY brand_id, test_id
    ),
    seen AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'campaign_id')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'campaign_id'))
                AS test_id,
            argMin(JSONExtractString(e.raw, 'variant'), (e.ts, e.event_id)) AS variant, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND JSONExtractString(e.raw, 'variant') != ''
        GROUP BY brand_id, member_id, test_id
        HAVING test_id != ''
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    counted AS (
        SELECT s.brand_id AS brand_id, s.test_id AS test_id, s.variant AS variant, count() AS members,
            countIf(arrayExists(t -> t >= s.at AND t <= s.at + INTERVAL 7 DAY, o.times)) AS converted
        FROM seen AS s
        LEFT JOIN orders AS o ON o.brand_id = s.brand_id AND o.member_id = s.member_id
        GROUP BY brand_id, test_id, variant
        UNION ALL
        SELECT brand_id, test_id, variant, 0, 0 FROM announced ARRAY JOIN arms AS variant
    ),
    arms AS (
        SELECT brand_id, test_id, variant, sum(c.members) AS members, sum(c.converted) AS converted
        FROM counted AS c
        GROUP BY brand_id, test_id, variant
    ),
    controls AS (
        SELECT c.brand_id AS brand_id, c.test_id AS test_id, if(empty(any(a.arms)), min(c.variant), any(a.arms)[1]) AS variant
        FROM arms AS c
        LEFT JOIN announced AS a ON a.brand_id = c.brand_id AND a.test_id = c.test_id
        GROUP BY brand_id, test_id
    ),
    (v.converted + b.converted) / (v.members + b.members) AS pooled
SELECT
    v.brand_id AS brand_id,
    v.test_id AS test_id,
    v.variant AS variant,
    v.members AS members,
    v.converted AS converted,
    if(v.members = 0, NULL, v.converted / v.members) AS rate,
    c.variant AS control,
    if(v.members = 0 OR b.members = 0 OR v.variant = c.variant, NULL, v.converted / v.members - b.converted / b.members) AS difference,
    if(difference IS NULL OR pooled IN (0, 1), NULL,
        erfc(abs(difference) / sqrt(pooled * (1 - pooled) * (1 / v.members + 1 / b.members)) / sqrt(2))) AS p_value
FROM arms AS v
INNER JOIN controls AS c ON c.brand_id = v.brand_id AND c.test_id = v.test_id
INNER JOIN arms AS b ON b.brand_id = c.brand_id AND b.test_id = c.test_id AND b.variant = c.variant;

CREATE OR REPLACE VIEW $database.live_phases AS
WITH
    streams AS (
        SELECT brand_id, if(empty(a.live_id), a.activity_id, a.live_id) AS stream,
            argMax((a.opens_at, a.closes_at, a.campaign_id), (a.announced_at, a.activity_id)) AS told
        FROM $database.activities AS a
        WHERE a.activity_type IN ('live', '直播')
        GROUP BY brand_id, stream
    ),
    campaigns AS (
        SELECT brand_id, tupleElement(s.told, 3) AS campaign_id, any(s.stream) AS stream
        FROM streams AS s
        WHERE campaign_id != ''
        GROUP BY brand_id, campaign_id
        HAVING count() = 1
    ),
    named AS (
        SELECT
            e.brand_id AS brand_id, e.event_id AS event_id, e.ts AS ts, toString(e.type) AS type, e.member_id AS member_id,
            e.role IN ('customer', 'kol') AS own, e.order_id AS parcel, JSONExtractString(e.raw, 'parent_order_id') AS parent,
            e.group_id != '' OR JSONExtractString(e.raw, 'attributed_group_id') != '' AS by_group,
            ifNull(e.paid_fen, 0) AS paid_fen, ifNull(e.refund_fen, 0) AS refund_fen,
            JSONExtractString(e.raw, 'refund_type') AS refund_type, JSONExtractString(e.raw, 'live_phase') AS told_phase,
            JSONExtractString(e.raw, 'live_id') AS told_live, JSONExtractString(e.raw, 'campaign_id') AS campaign_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded', 'visited', 'group.joined', 'account.followed', 'contact.added', 'lottery')
    ),
    found AS (
        SELECT n.*, if(empty(n.told_live), ifNull(c.stream, ''), n.told_live) AS live_id
        FROM named AS n
        LEFT JOIN campaigns AS c ON c.brand_id = n.brand_id AND c.campaign_id = n.campaign_id
    ),
    phased AS (
        SELECT f.*,
            multiIf(
                ifNull(f.ts < tupleElement(s.told, 1), 0), '直播前',
                ifNull(f.ts >= tupleElement(s.told, 2), 0), '直播后',
                tupleElement(s.told, 1) IS NOT NULL OR tupleElement(s.told, 2) IS NOT NULL, '直播中',
                f.told_phase) AS phase
        FROM found AS f
        LEFT JOIN streams AS s ON s.brand_id = f.brand_id AND s.stream = f.live_id
    ),
    parcels AS (
        SELECT
            brand_id, parcel, max(p.parent) AS parent,
            argMaxIf((p.live_id, p.phase), (p.ts, p.event_id), p.type = 'paid') AS live,
            maxIf(p.by_group, p.type = 'paid') AS by_group,
            sumIf(p.paid_fen, p.type = 'paid') AS paid, sumIf(p.refund_fen, p.type = 'refunded') AS refunded
        FROM phased AS p
        WHERE p.type IN ('paid', 'refunded') AND p.refund_type != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND tupleElement(live, 1) != ''
    ),
    counted AS (
        SELECT
            brand_id, live_id, phase,
            uniqExactIf(p.member_id, p.type = 'visited') AS visitors,
            uniqExactIf(p.member_id, p.type = 'group.joined') AS joins,
            uniqExactIf(p.member_id, p.type IN ('account.followed', 'contact.added')) AS fans,
            uniqExactIf(p.member_id, p.type = 'lottery') AS drawing,
            0 AS orders, 0 AS net_fen, 0 AS group_fen
        FROM phased AS p
        WHERE p.type NOT IN ('paid', 'refunded') AND live_id != '' AND p.member_id != '' AND p.own
        GROUP BY brand_id, live_id, phase
        UNION ALL
        SELECT
            brand_id, tupleElement(o.live, 1) AS live_id, tupleElement(o.live, 2) AS phase, 0, 0, 0, 0,
            uniqExact(if(empty(o.parent), o.parcel, o.parent)),
            sum(o.paid - o.refunded), sumIf(o.paid - o.refunded, o.by_group)
        FROM parcels AS o
        GROUP BY brand_id, live_id, phase
    )
SELECT
    f.brand_id AS brand_id,
    f.live_id AS live_id,
    f.phase AS phase,
    toUInt64(sum(f.visitors)) AS visitors,
    toUInt64(sum(f.joins)) AS joins,
    toUInt64(sum(f.fans)) AS fans,
    toUInt64(sum(f.drawing)) AS drawing,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toInt64(sum(f.group_fen)) AS group_fen
FROM counted AS f
GROUP BY brand_id, live_id, phase;

CREATE OR REPLACE VIEW $database.scenes AS
WITH
    said AS (
        SELECT brand_id, 'campaign' AS kind, a.campaign_id AS id, a.scene AS scene, (1, a.announced_at, a.activity_id) AS rank
        FROM $database.activities AS a
        UNION ALL
        SELECT brand_id, 'activity' AS kind, a.activity_id AS id, a.scene AS scene, (1, a.announced_at, '') AS rank
        FROM $database.activities AS a
        UNION ALL
        SELECT
            e.brand_id AS brand_id, whose.1 AS kind, whose.2 AS id,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS scene,
            (0, e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN [('campaign', JSONExtractString(e.raw, 'campaign_id')), ('activity', JSONExtractString(e.raw, 'activity_id'))] AS whose
        WHERE e.type != 'activity.announced' AND scene != ''
    )
SELECT brand_id, kind, id, argMax(s.scene, s.rank) AS scene
FROM said AS s
WHERE s.id != '' AND s.scene != ''
GROUP BY brand_id, kind, id;

CREATE OR REPLACE VIEW $database.scene_figures AS
WITH
    named AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, toDate(e.ts, 'Asia/Shanghai') AS day, toString(e.type) AS type,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS told,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id, JSONExtractString(e.raw, 'activity_id') AS activity_id
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
            'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
            'moments_like', 'moments_post', 'moments_comment',
            'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
            'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
            'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
            'lottery', 'bargain', 'game', 'claim', 'redeem')
            AND (told != '' OR campaign_id != '' OR activity_id != '')
    ),
    campaigns AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'campaign'),
    activities AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'activity'),
    acts AS (
        SELECT n.brand_id AS brand_id, n.member_id AS member_id, n.ts AS ts, n.day AS day, n.type AS type,
            multiIf(n.told != '', n.told, ifNull(c.scene, '') != '', ifNull(c.scene, ''), ifNull(a.scene, '')) AS scene
        FROM named AS n
        LEFT JOIN campaigns AS c ON c.brand_id = n.brand_id AND c.id = n.campaign_id
        LEFT JOIN activities AS a ON a.brand_id = n.brand_id AND a.id = n.activity_id
        WHERE scene != ''
    ),
    parts AS (
        SELECT brand_id, scene, toStartOfMonth(day) AS month, member_id, min(ts) AS at, min(day) AS first,
            countIf(type = 'invite.sent') > 0 AS invites
        FROM acts
        GROUP BY brand_id, scene, month, member_id
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    begun AS (SELECT brand_id, scene, member_id, min(p.first) AS first FROM parts AS p GROUP BY brand_id, scene, member_id),
    active AS (SELECT DISTINCT brand_id, member_id, day FROM $database.active_days),
    counted AS (
        SELECT p.brand_id AS brand_id, p.scene AS scene, p.month AS month, count() AS participants, countIf(p.invites) AS inviters,
            0 AS invited, 0 AS begun, 0 AS returned,
            countIf(arrayExists(t -> t >= p.at AND t <= p.at + INTERVAL 7 DAY, o.times)) AS payers
        FROM parts AS p
        LEFT JOIN orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id
        GROUP BY brand_id, scene, month
        UNION ALL
        SELECT p.brand_id AS brand_id, p.scene AS scene, p.month AS month, 0, 0, count(), 0, 0, 0
        FROM $database.invitees AS i
        INNER JOIN campaigns AS c ON c.brand_id = i.brand_id AND c.id = i.campaign_id
        INNER JOIN parts AS p ON p.brand_id = i.brand_id AND p.scene = c.scene AND p.member_id = i.inviter_id
            AND p.month = toStartOfMonth(i.day)
        WHERE p.invites
        GROUP BY brand_id, scene, month
        UNION ALL
        SELECT b.brand_id AS brand_id, b.scene AS scene, toStartOfMonth(b.first) AS month, 0, 0, 0, count(),
            countIf(ifNull(a.member_id, '') != ''), 0
        FROM begun AS b
        INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
        LEFT JOIN active AS a ON a.brand_id = b.brand_id AND a.member_id = b.member_id AND a.day = b.first + 7
        WHERE b.first + 7 < l.day
        GROUP BY brand_id, scene, month
    )
SELECT
    c.brand_id AS brand_id,
    c.scene AS scene,
    c.month AS month,
    toUInt64(sum(c.participants)) AS participants,
    toUInt64(sum(c.inviters)) AS inviters,
    toUInt64(sum(c.invited)) AS invited,
    invited / nullIf(inviters, 0) AS k,
    toUInt64(sum(c.begun)) AS begun,
    toUInt64(sum(c.returned)) AS returned,
    returned / nullIf(begun, 0) AS d7,
    toUInt64(sum(c.payers)) AS payers,
    payers / nullIf(participants, 0) AS paid_rate,
    multiIf(scene = 'fission', k, scene = 'retention', d7, scene = 'activity', toFloat64(participants),
        scene = 'conversion', toFloat64(payers), NULL) AS figure
FROM counted AS c
GROUP BY brand_id, scene, month;

CREATE OR REPLACE VIEW $database.member_margins AS
WITH
    moves AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel, e.ts AS ts,
            e.type = 'paid' AS is_paid, ifNull(e.paid_fen, 0) AS paid_fen, ifNull(e.refund_fen, 0) AS refund_fen,
            JSONExtractArrayRaw(e.raw, 'lines') AS lines,
            is_paid AND length(lines) > 0
                AND arrayAll(line -> JSONType(line, 'cost_fen') IN ('Int64', 'UInt64'), lines) AS costed,
            if(costed, arraySum(arrayMap(line -> JSONExtractInt(line, 'cost_fen')
                * if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1), lines)), 0) AS cost
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    parcels AS (
        SELECT
            brand_id, member_id, parcel, toDate(maxIf(m.ts, m.is_paid), 'Asia/Shanghai') AS day,
            toInt64(sumIf(m.paid_fen, m.is_paid)) AS paid, toInt64(sumIf(m.refund_fen, NOT m.is_paid)) AS refunded,
            toInt64(sum(m.cost)) AS costs
        FROM moves AS m
        GROUP BY brand_id, member_id, parcel
        HAVING max(m.costed)
    ),
    claims AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, sum(JSONExtractInt(e.raw, 'red_packet', 'amount_fen')) AS fen
        FROM $database.events AS e FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        WHERE e.type = 'red_packet_claimed' AND e.role IN ('customer', 'kol') AND toDate(e.ts, 'Asia/Shanghai') >= l.day - 365
        GROUP BY brand_id, member_id
    ),
    earned AS (
        SELECT
            p.brand_id AS brand_id, p.member_id AS member_id,
            sum(if(p.paid > p.refunded, p.paid - p.refunded - intDiv(p.costs * (p.paid - p.refunded), p.paid),
                p.paid - p.refunded)) AS fen
        FROM parcels AS p
        INNER JOIN $database.last_days AS l ON l.brand_id = p.brand_id
        WHERE p.day >= l.day - 365
        GROUP BY brand_id, member_id
    )
SELECT
    e.brand_id AS brand_id,
    e.member_id AS member_id,
    e.fen - ifNull(c.fen, 0) AS margin_fen,
    row_number() OVER (PARTITION BY e.brand_id ORDER BY margin_fen DESC, e.member_id) AS place
FROM earned AS e
LEFT JOIN claims AS c ON c.brand_id = e.brand_id AND c.member_id = e.member_id;

CREATE OR REPLACE VIEW $database.margin_shares AS
SELECT
    m.brand_id AS brand_id,
    any(n.members) AS members,
    countIf(m.place * 5 < n.members + 5) AS top_members,
    countIf(m.margin_fen < 0) AS losing_members,
    toInt64(sum(m.margin_fen)) AS margin_fen,
    toInt64(sumIf(m.margin_fen, m.place * 5 < n.members + 5)) AS top_fen,
    toInt64(sumIf(m.margin_fen, m.margin_fen < 0)) AS losses_fen,
    if(margin_fen > 0, top_fen / margin_fen, NULL) AS top_share
FROM $database.member_margins AS m
INNER JOIN (
    SELECT brand_id, count() AS members FROM $database.member_margins GROUP BY brand_id
) AS n ON n.brand_id = m.brand_id
GROUP BY brand_id;

CREATE OR REPLACE VIEW $database.stored_moves AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id,
            e.ts AS ts, e.type = 'paid' AS is_paid,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractInt(e.raw, 'stored_fen') AS stored_fen,
            NOT is_paid AND JSONType(e.raw, 'stored_fen') IN ('Int64', 'UInt64') AS tells,
            multiIf(JSONType(e.raw, 'paid_ts_orig') IN ('Int64', 'UInt64'),
                    fromUnixTimestamp64Milli(JSONExtractInt(e.raw, 'paid_ts_orig'), 'UTC'),
                JSONExtractString(e.raw, 'paid_ts_orig') != '',
                    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'paid_ts_orig'), 3, 'UTC'), e.ts),
                e.ts) AS owed_at,
            arraySum(arrayMap(
                line -> if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1) * multiIf(
                    JSONExtractString(line, 'sku_type') NOT IN ('card', 'gift_card'), 0,
                    JSONType(line, 'face_fen') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'face_fen'),
                    JSONExtractString(line, 'sku_type') = 'gift_card', JSONExtractInt(line, 'unit_fen'), 0),
                JSONExtractArrayRaw(e.raw, 'lines'))) AS face_fen
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    sums AS (
        SELECT
            brand_id, member_id, order_id,
            if(countIf(t.is_paid) > 0, maxIf(t.ts, t.is_paid), minIf(t.owed_at, NOT t.is_paid)) AS at,
            sumIf(t.paid_fen, t.is_paid) AS paid, sumIf(t.refund_fen, NOT t.is_paid) AS refunded,
            sumIf(t.face_fen, t.is_paid) AS loaded, sumIf(least(t.stored_fen, t.paid_fen), t.is_paid) AS spent,
            sumIf(least(t.stored_fen, t.refund_fen), NOT t.is_paid) AS back, max(t.tells) AS tells
        FROM told AS t
        GROUP BY brand_id, member_id, order_id
        HAVING loaded > 0 OR spent > 0 OR tells
    )
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    s.order_id AS order_id,
    s.at AS at,
    toDate(s.at, 'Asia/Shanghai') AS day,
    toInt64(multiIf(s.paid = 0, if(s.refunded = 0, s.loaded, 0),
        s.paid > s.refunded, intDiv(toInt128(s.loaded) * (s.paid - s.refunded), s.paid), 0)) AS loaded_fen,
    toInt64(if(s.tells OR s.paid = 0, s.spent - s.back,
        s.spent - intDiv(toInt128(s.spent) * least(s.refunded, s.paid), s.paid))) AS spent_fen
FROM sums AS s
WHERE loaded_fen != 0 OR spent_fen != 0;

CREATE OR REPLACE VIEW $database.stored_balances AS
SELECT
    m.brand_id AS brand_id,
    m.member_id AS member_id,
    sum(m.loaded_fen) AS loaded_fen,
    sum(m.spent_fen) AS spent_fen,
    loaded_fen - spent_fen AS balance_fen,
    max(m.at) AS last_at
FROM $database.stored_moves AS m
GROUP BY brand_id, member_id;

CREATE OR REPLACE VIEW $database.stored_days AS
SELECT
    d.brand_id AS brand_id,
    d.day AS day,
    d.loaded AS loaded_fen,
    d.spent AS spent_fen,
    sum(d.loaded - d.spent) OVER (PARTITION BY d.brand_id ORDER BY d.day) AS liability_fen
FROM (
    SELECT brand_id, day, sum(m.loaded_fen) AS loaded, sum(m.spent_fen) AS spent
    FROM $database.stored_moves AS m
    GROUP BY brand_id, day
) AS d;

CREATE OR REPLACE VIEW $database.coupon_states AS
WITH
    slips AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, slip.1 AS coupon_id, slip.2 AS is_grant, e.ts AS ts, e.type AS type,
            e.order_id AS order_id, if(is_grant, -JSONExtractInt(e.raw, 'points_delta'), 0) AS points,
            if(NOT is_grant, NULL, if(JSONType(e.raw, 'coupon_expires_ts') IN ('Int64', 'UInt64'),
                fromUnixTimestamp64Milli(JSONExtractInt(e.raw, 'coupon_expires_ts'), 'UTC'),
                parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'coupon_expires_ts'), 3, 'UTC'))) AS expires
        FROM $database.events AS e FINAL
        ARRAY JOIN arrayConcat(
            if(e.kind = 'checkin' AND e.role IN ('customer', 'kol'), [(JSONExtractString(e.raw, 'coupon_id'), 1)], []),
            if(e.type = 'paid', [(JSONExtractString(e.raw, 'next_coupon_id'), 1), (JSONExtractString(e.raw, 'coupon_id'), 0)], [])
        ) AS slip
        WHERE (e.kind = 'checkin' OR e.type = 'paid') AND e.member_id != '' AND slip.1 != ''
    ),
    last AS (SELECT brand_id, max(ts) AS at FROM $database.events GROUP BY brand_id)
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    s.coupon_id AS coupon_id,
    argMinIf(s.type, (s.ts, s.type), s.is_grant = 1) AS granted_by,
    toInt64(sum(s.points)) AS points,
    minIf(s.ts, s.is_grant = 1) AS granted_at,
    toDate(granted_at, 'Asia/Shanghai') AS day,
    max(s.expires) AS expires_at,
    argMinIf(s.order_id, (s.ts, s.order_id), s.is_grant = 0) AS order_id,
    if(countIf(s.is_grant = 0) > 0, minIf(s.ts, s.is_grant = 0), NULL) AS used_at,
    multiIf(isNotNull(used_at), 'used', ifNull(expires_at <= any(l.at), 0), 'lapsed', 'unused') AS state
FROM slips AS s
INNER JOIN last AS l ON l.brand_id = s.brand_id
GROUP BY brand_id, member_id, coupon_id
HAVING countIf(s.is_grant = 1) > 0;

CREATE OR REPLACE VIEW $database.coupon_days AS
SELECT
    c.brand_id AS brand_id,
    c.day AS day,
    c.granted_by AS granted_by,
    count() AS coupons,
    countIf(c.state = 'used') AS used,
    countIf(c.state = 'lapsed') AS lapsed,
    used / coupons AS rate,
    toInt64(sumIf(o.net_fen, c.state = 'used')) AS net_fen
FROM $database.coupon_states AS c
LEFT JOIN $database.net_orders AS o ON o.brand_id = c.brand_id AND o.member_id = c.member_id AND o.order_id = c.order_id
GROUP BY brand_id, day, granted_by;

CREATE OR REPLACE VIEW $database.bet_states AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'bet_id') AS bet_id, e.type AS type, e.ts AS ts,
            if(e.order_id = '', e.event_id, e.order_id) AS order_id,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractUInt(e.raw, 'required_days') AS required,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, 'Asia/Shanghai')) AS day
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND bet_id != '' AND (e.type = 'paid' OR (e.type = 'signin' AND e.role IN ('customer', 'kol'))
            OR (e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') = 'cashback'))
    ),
    kept AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, order_id
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    bets AS (
        SELECT
            t.brand_id AS brand_id, t.member_id AS member_id, t.bet_id AS bet_id,
            countIf(t.type = 'paid') AS payments, minIf(t.ts, t.type = 'paid') AS first_paid,
            toInt64(sumIf(t.paid_fen, t.type = 'paid')) AS paid, toInt64(sumIf(t.refund_fen, t.type = 'refunded')) AS back,
            toUInt64(max(t.required)) AS required, arraySort(groupUniqArrayIf(t.day, t.type = 'signin')) AS days
        FROM told AS t
        LEFT JOIN kept AS k ON k.brand_id = t.brand_id AND k.member_id = t.member_id AND k.order_id = t.order_id
        GROUP BY brand_id, member_id, bet_id
        HAVING required > 0 AND (payments = 0 OR countIf(t.type = 'paid' AND k.order_id != '') > 0)
    )
SELECT
    b.brand_id AS brand_id,
    b.member_id AS member_id,
    b.bet_id AS bet_id,
    if(b.payments > 0, b.first_paid, NULL) AS paid_at,
    b.paid AS paid_fen,
    b.required AS required_days,
    if(empty(b.days), NULL, b.days[1]) AS day,
    toUInt64(arrayCount(one -> one < b.days[1] + required_days, b.days)) AS days,
    multiIf(b.back > 0, 'paid_back',
        empty(b.days) OR (b.payments > 0 AND b.days[1] > toDate(b.first_paid, 'Asia/Shanghai') + 7),
            if(toDate(b.first_paid, 'Asia/Shanghai') + 7 < l.day, 'failed', 'active'),
        days >= required_days, 'earned',
        arrayCount(one -> one < b.days[1] + required_days AND one < l.day, b.days)
            < least(toInt64(required_days), dateDiff('day', b.days[1], l.day)), 'failed', 'active') AS state,
    b.back AS back_fen
FROM bets AS b
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id;

CREATE OR REPLACE VIEW $database.plan_dues AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS order_id, e.ts AS ts,
            e.type = 'paid' AS is_paid, toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            arrayMax(arrayPushBack(arrayMap(
                line -> JSONExtractInt(line, 'plan_days') * 1000 + JSONExtractInt(line, 'plan_times'),
                arrayFilter(line -> JSONExtractString(line, 'sku_type') = 'plan' AND JSONExtractInt(line, 'plan_days') > 0
                    AND JSONExtractInt(line, 'plan_times') > 0, JSONExtractArrayRaw(e.raw, 'lines'))), 0)) AS plan
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AND e.member_id != ''
    ),
    bought AS (
        SELECT
            brand_id, member_id, order_id, toDate(maxIf(t.ts, t.is_paid), 'Asia/Shanghai') AS day,
            maxIf(t.plan, t.is_paid) AS plan, intDiv(plan, 1000) AS period
        FROM told AS t
        GROUP BY brand_id, member_id, order_id
        HAVING plan > 0 AND sumIf(t.paid_fen, t.is_paid) > sumIf(t.refund_fen, NOT t.is_paid)
    ),
    uses AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'plan_order_id') AS order_id,
            groupUniqArray(toDate(e.ts, 'Asia/Shanghai')) AS days
        FROM $database.events AS e FINAL
        WHERE order_id != '' AND e.role IN ('customer', 'kol') AND (e.type IN ('placed', 'paid') OR e.kind = 'checkin')
        GROUP BY brand_id, member_id, order_id
    )
SELECT
    b.brand_id AS brand_id,
    b.member_id AS member_id,
    b.order_id AS order_id,
    toUInt64(n) AS number,
    b.day + n * b.period AS day,
    multiIf(arrayExists(one -> one <= b.day + n * b.period AND one >= b.day + (n - 1) * b.period + (n > 1), u.days), 'met',
        day < l.day, 'missed', 'open') AS state
FROM bought AS b
LEFT JOIN uses AS u ON u.brand_id = b.brand_id AND u.member_id = b.member_id AND u.order_id = b.order_id
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
ARRAY JOIN range(1, toUInt32(b.plan % 1000 + 1)) AS n;

CREATE OR REPLACE VIEW $database.product_days AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            toDate(maxIf(e.ts, e.type = 'paid'), 'Asia/Shanghai') AS day,
            groupArrayArrayIf(arrayMap(line -> (JSONExtractString(line, 'sku'), JSONExtractString(line, 'product_role'),
                if(JSONType(line, 'qty') IN ('Int64', 'UInt64'), JSONExtractInt(line, 'qty'), 1)),
                JSONExtractArrayRaw(e.raw, 'lines')), e.type = 'paid') AS goods
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, parcel
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    days AS (
        SELECT
            p.brand_id AS brand_id, good.1 AS sku, p.day AS day, uniqExact(if(empty(p.parent), p.parcel, p.parent)) AS orders,
            uniqExactIf(p.member_id, p.member_id != '') AS buyers, toInt64(sum(good.3)) AS pieces,
            max(lower(good.2) IN ('hit', '爆款', '爆款商品')) AS is_named
        FROM parcels AS p
        ARRAY JOIN p.goods AS good
        WHERE good.1 != ''
        GROUP BY brand_id, sku, day
    ),
    spread AS (
        SELECT brand_id, sku, arraySort(groupArray((d.day, d.orders))) AS course FROM days AS d GROUP BY brand_id, sku
    ),
    judged AS (
        SELECT
            s.brand_id AS brand_id, s.sku AS sku, s.course AS course,
            arrayMap(one -> arraySort(arrayResize(arrayMap(was -> was.2,
                arrayFilter(was -> was.1 < one.1 AND was.1 >= one.1 - 28, s.course)), 28, toUInt64(0))), s.course) AS before,
            arrayMap((one, was) -> one.2 >= 10 AND one.2 > 3 * ((was[14] + was[15]) / 2 + 1), s.course, before) AS spikes
        FROM spread AS s
    )
SELECT
    d.brand_id AS brand_id,
    d.sku AS sku,
    d.day AS day,
    d.orders AS orders,
    d.buyers AS buyers,
    d.pieces AS pieces,
    toUInt8(d.is_named) AS named_hit,
    toUInt8(j.spikes[indexOf(arrayMap(one -> one.1, j.course), d.day)]) AS is_spike,
    arraySum(arrayMap((one, spike) -> if(one.1 < d.day AND one.1 >= d.day - 28 AND NOT spike, one.2, 0), j.course, j.spikes))
        / greatest(28 - arrayCount((one, spike) -> one.1 < d.day AND one.1 >= d.day - 28 AND spike, j.course, j.spikes), 1) AS usual
FROM days AS d
INNER JOIN judged AS j ON j.brand_id = d.brand_id AND j.sku = d.sku;

CREATE OR REPLACE VIEW $database.order_days AS
WITH
    spikes AS (SELECT brand_id, day, groupArray(sku) AS skus FROM $database.product_days WHERE is_spike GROUP BY brand_id, day),
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(e.order_id = '', e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            toDate(maxIf(e.ts, e.type = 'paid'), 'Asia/Shanghai') AS day,
            groupArrayArrayIf(arrayMap(line -> JSONExtractString(line, 'sku'), JSONExtractArrayRaw(e.raw, 'lines')),
                e.type = 'paid') AS skus
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, member_id, parcel
        HAVING sumIf(toInt64(ifNull(e.paid_fen, 0)), e.type = 'paid') > sumIf(toInt64(ifNull(e.refund_fen, 0)), e.type = 'refunded')
    ),
    orders AS (
        SELECT p.brand_id AS brand_id, if(empty(p.parent), p.parcel, p.parent) AS whole, max(p.day) AS day,
            max(hasAny(p.skus, s.skus)) AS in_spike
        FROM parcels AS p
        LEFT JOIN spikes AS s ON s.brand_id = p.brand_id AND s.day = p.day
        GROUP BY brand_id, whole
    ),
    days AS (
        SELECT brand_id, day, count() AS orders, countIf(o.in_spike) AS spike_orders FROM orders AS o GROUP BY brand_id, day
    ),
    courses AS (SELECT brand_id, groupArray((d.day, d.orders - d.spike_orders)) AS course FROM days AS d GROUP BY brand_id)
SELECT
    d.brand_id AS brand_id,
    d.day AS day,
    d.orders AS orders,
    d.spike_orders AS spike_orders,
    arraySum(one -> if(one.1 < d.day AND one.1 >= d.day - 28, one.2, 0), c.course) / 28 AS usual
FROM days AS d
INNER JOIN courses AS c ON c.brand_id = d.brand_id;

CREATE OR REPLACE VIEW $database.variant_conversions AS
WITH
    announced AS (
        SELECT brand_id, if(empty(a.campaign_id), a.activity_id, a.campaign_id) AS test_id, argMax(a.variants, (a.announced_at, a.activity_id)) AS arms
        FROM $database.activities AS a
        WHERE notEmpty(a.variants)
        GROUP BY brand_id, test_id
    ),
    seen AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'campaign_id')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'campaign_id'))
                AS test_id,
            argMin(JSONExtractString(e.raw, 'variant'), (e.ts, e.event_id)) AS variant, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND JSONExtractString(e.raw, 'variant') != ''
        GROUP BY brand_id, member_id, test_id
        HAVING test_id != ''
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    counted AS (
        SELECT s.brand_id AS brand_id, s.test_id AS test_id, s.variant AS variant, count() AS members,
            countIf(arrayExists(t -> t >= s.at AND t <= s.at + INTERVAL 7 DAY, o.times)) AS converted
        FROM seen AS s
        LEFT JOIN orders AS o ON o.brand_id = s.brand_id AND o.member_id = s.member_id
        GROUP BY brand_id, test_id, variant
        UNION ALL
        SELECT brand_id, test_id, variant, 0, 0 FROM announced ARRAY JOIN arms AS variant
    ),
    arms AS (
        SELECT brand_id, test_id, variant, sum(c.members) AS members, sum(c.converted) AS converted
        FROM counted AS c
        GROUP BY brand_id, test_id, variant
    ),
    chosen AS (
        SELECT c.brand_id AS brand_id, c.test_id AS test_id, c.variant AS variant, c.members AS members, c.converted AS converted,
            if(empty(a.arms), min(c.variant) OVER (PARTITION BY c.brand_id, c.test_id), a.arms[1]) AS control
        FROM arms AS c
        LEFT JOIN announced AS a ON a.brand_id = c.brand_id AND a.test_id = c.test_id
    ),
    compared AS (
        SELECT *,
            sum(if(variant = control, members, 0)) OVER (PARTITION BY brand_id, test_id) AS others,
            sum(if(variant = control, converted, 0)) OVER (PARTITION BY brand_id, test_id) AS bought,
            (converted + bought) / (members + others) AS pooled
        FROM chosen
    )
SELECT
    brand_id, test_id, variant, members, converted,
    if(members = 0, NULL, converted / members) AS rate,
    control,
    if(members = 0 OR others = 0 OR variant = control, NULL, converted / members - bought / others) AS difference,
    if(difference IS NULL OR pooled IN (0, 1), NULL,
        erfc(abs(difference) / sqrt(pooled * (1 - pooled) * (1 / members + 1 / others)) / sqrt(2))) AS p_value
FROM compared;

CREATE OR REPLACE VIEW $database.scenes AS
WITH
    said AS (
        SELECT a.brand_id AS brand_id, whose.1 AS kind, whose.2 AS id, a.scene AS scene, (1, a.announced_at, a.activity_id) AS rank
        FROM $database.activities AS a
        ARRAY JOIN [('campaign', a.campaign_id), ('activity', a.activity_id)] AS whose
        UNION ALL
        SELECT
            e.brand_id AS brand_id, whose.1 AS kind, whose.2 AS id,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS scene,
            (0, e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN [('campaign', JSONExtractString(e.raw, 'campaign_id')), ('activity', JSONExtractString(e.raw, 'activity_id'))] AS whose
        WHERE e.type != 'activity.announced' AND scene != ''
    )
SELECT brand_id, kind, id, argMax(s.scene, s.rank) AS scene
FROM said AS s
WHERE s.id != '' AND s.scene != ''
GROUP BY brand_id, kind, id;

CREATE OR REPLACE VIEW $database.scene_figures AS
WITH
    named AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, toDate(e.ts, 'Asia/Shanghai') AS day, toString(e.type) AS type,
            transform(JSONExtractString(e.raw, 'scene'), ['裂变', '留存', '活跃', '转化'],
                ['fission', 'retention', 'activity', 'conversion'], JSONExtractString(e.raw, 'scene')) AS told,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id, JSONExtractString(e.raw, 'activity_id') AS activity_id
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
            'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
            'moments_like', 'moments_post', 'moments_comment',
            'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
            'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
            'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
            'lottery', 'bargain', 'game', 'claim', 'redeem')
            AND (told != '' OR campaign_id != '' OR activity_id != '')
    ),
    campaigns AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'campaign'),
    activities AS (SELECT brand_id, id, scene FROM $database.scenes WHERE kind = 'activity'),
    acts AS (
        SELECT n.brand_id AS brand_id, n.member_id AS member_id, n.ts AS ts, n.day AS day, n.type AS type,
            multiIf(n.told != '', n.told, ifNull(c.scene, '') != '', ifNull(c.scene, ''), ifNull(a.scene, '')) AS scene
        FROM named AS n
        LEFT JOIN campaigns AS c ON c.brand_id = n.brand_id AND c.id = n.campaign_id
        LEFT JOIN activities AS a ON a.brand_id = n.brand_id AND a.id = n.activity_id
        WHERE scene != ''
    ),
    parts AS (
        SELECT brand_id, scene, month, member_id, at, first, invites,
            min(first) OVER (PARTITION BY brand_id, scene, member_id) = first AS begins
        FROM (
            SELECT brand_id, scene, toStartOfMonth(day) AS month, member_id, min(ts) AS at, min(day) AS first,
                countIf(type = 'invite.sent') > 0 AS invites
            FROM acts
            GROUP BY brand_id, scene, month, member_id
        )
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    active AS (SELECT DISTINCT brand_id, member_id, day FROM $database.active_days),
    came AS (
        SELECT i.brand_id AS brand_id, c.scene AS scene, toStartOfMonth(i.day) AS month, i.inviter_id AS member_id, count() AS invited
        FROM $database.invitees AS i
        INNER JOIN campaigns AS c ON c.brand_id = i.brand_id AND c.id = i.campaign_id
        GROUP BY brand_id, scene, month, member_id
    )
SELECT
    p.brand_id AS brand_id,
    p.scene AS scene,
    p.month AS month,
    count() AS participants,
    countIf(p.invites) AS inviters,
    sumIf(ifNull(i.invited, 0), p.invites) AS invited,
    invited / nullIf(inviters, 0) AS k,
    countIf(p.begins AND p.first + 7 < l.day) AS begun,
    countIf(p.begins AND p.first + 7 < l.day AND ifNull(a.member_id, '') != '') AS returned,
    returned / nullIf(begun, 0) AS d7,
    countIf(arrayExists(t -> t >= p.at AND t <= p.at + INTERVAL 7 DAY, o.times)) AS payers,
    payers / nullIf(participants, 0) AS paid_rate,
    multiIf(scene = 'fission', k, scene = 'retention', d7, scene = 'activity', toFloat64(participants),
        scene = 'conversion', toFloat64(payers), NULL) AS figure
FROM parts AS p
INNER JOIN $database.last_days AS l ON l.brand_id = p.brand_id
LEFT JOIN orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id
LEFT JOIN active AS a ON a.brand_id = p.brand_id AND a.member_id = p.member_id AND a.day = p.first + 7
LEFT JOIN came AS i ON i.brand_id = p.brand_id AND i.scene = p.scene AND i.month = p.month AND i.member_id = p.member_id
GROUP BY brand_id, scene, month;

CREATE OR REPLACE VIEW $database.identities AS
WITH
    links AS (
        SELECT DISTINCT e.brand_id AS brand_id, e.member_id AS member_id, (word, JSONExtractString(e.raw, 'ids', word)) AS identity
        FROM $database.events AS e FINAL
        ARRAY JOIN ['unionid', 'external_userid', 'openid', 'phone_hash'] AS word
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND identity.2 != ''
    ),
    one AS (SELECT *, min(member_id) OVER (PARTITION BY brand_id, identity) AS a FROM links),
    two AS (SELECT *, min(a) OVER (PARTITION BY brand_id, member_id) AS b FROM one),
    three AS (SELECT *, min(b) OVER (PARTITION BY brand_id, identity) AS c FROM two),
    four AS (SELECT *, min(c) OVER (PARTITION BY brand_id, member_id) AS d FROM three),
    five AS (SELECT *, min(d) OVER (PARTITION BY brand_id, identity) AS f FROM four),
    six AS (SELECT *, min(f) OVER (PARTITION BY brand_id, member_id) AS g FROM five),
    seven AS (SELECT *, min(g) OVER (PARTITION BY brand_id, identity) AS h FROM six),
    whose AS (SELECT brand_id, member_id, min(h) AS person_id FROM seven GROUP BY brand_id, member_id)
SELECT m.brand_id AS brand_id, m.member_id AS member_id, if(ifNull(w.person_id, '') = '', m.member_id, w.person_id) AS person_id
FROM (
    SELECT DISTINCT brand_id, member_id FROM $database.events FINAL WHERE member_id != '' AND role IN ('customer', 'kol')
) AS m
LEFT JOIN whose AS w ON w.brand_id = m.brand_id AND w.member_id = m.member_id;

CREATE OR REPLACE VIEW $database.persons AS
WITH
    ids AS (
        SELECT brand_id, person_id, arraySort(groupArray(i.member_id)) AS member_ids
        FROM $database.identities AS i
        GROUP BY brand_id, person_id
    ),
    arrivals AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, argMin(e.group_id, (e.ts, e.event_id)) AS first_seen_group
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type = 'group.joined'
        GROUP BY brand_id, person_id
    ),
    places AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, uniqExact(g.group_id) AS groups_n
        FROM $database.group_members AS g
        INNER JOIN $database.identities AS i ON i.brand_id = g.brand_id AND i.member_id = g.member_id
        GROUP BY brand_id, person_id
    ),
    reports AS (
        SELECT
            i.brand_id AS brand_id, i.person_id AS person_id, e.member_id AS member_id,
            if(empty(e.order_id), e.event_id, e.order_id) AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback') AS refunded,
            sumIf(greatest(JSONExtractInt(e.raw, 'points_used'), 0), e.type = 'paid' AND e.role IN ('customer', 'kol')) AS points
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type IN ('paid', 'refunded')
        GROUP BY brand_id, person_id, member_id, parcel
    ),
    parcels AS (
        SELECT brand_id, person_id, parcel, max(r.parent) AS parent, max(r.paid) AS paid, max(r.refunded) AS refunded, max(r.points) AS points
        FROM reports AS r
        GROUP BY brand_id, person_id, parcel
    ),
    money AS (
        SELECT brand_id, person_id,
            uniqExactIf(if(empty(p.parent), p.parcel, p.parent), p.paid > p.refunded) AS orders,
            sum(p.paid - p.refunded) AS net_fen, sum(p.points) AS points
        FROM parcels AS p
        GROUP BY brand_id, person_id
    ),
    granted AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, sum(JSONExtractInt(e.raw, 'points_delta')) AS points
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.kind = 'checkin' AND e.role IN ('customer', 'kol')
            AND JSONExtractString(e.raw, 'audit_state') NOT IN ('pending', 'rejected')
        GROUP BY brand_id, person_id
    ),
    levels AS (
        SELECT i.brand_id AS brand_id, i.person_id AS person_id, arraySort(groupUniqArray(JSONExtractString(m.features, 'level'))) AS levels
        FROM $database.member_profiles AS m FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = m.brand_id AND i.member_id = m.member_id
        GROUP BY brand_id, person_id
    )
SELECT
    p.brand_id AS brand_id, p.person_id AS person_id, p.member_ids AS member_ids,
    ifNull(a.first_seen_group, '') AS first_seen_group, ifNull(g.groups_n, 0) AS groups_n,
    ifNull(m.orders, 0) AS orders, ifNull(m.net_fen, 0) AS net_fen,
    ifNull(r.points, 0) - ifNull(m.points, 0) AS points,
    l.levels AS levels, toUInt8(length(levels) > 1) AS levels_differ
FROM ids AS p
LEFT JOIN arrivals AS a ON a.brand_id = p.brand_id AND a.person_id = p.person_id
LEFT JOIN places AS g ON g.brand_id = p.brand_id AND g.person_id = p.person_id
LEFT JOIN money AS m ON m.brand_id = p.brand_id AND m.person_id = p.person_id
LEFT JOIN granted AS r ON r.brand_id = p.brand_id AND r.person_id = p.person_id
LEFT JOIN levels AS l ON l.brand_id = p.brand_id AND l.person_id = p.person_id;

CREATE OR REPLACE VIEW $database.person_reach AS
SELECT g.brand_id AS brand_id, count() AS memberships, uniqExact(i.person_id) AS persons, persons / memberships AS rate
FROM $database.group_members AS g
INNER JOIN $database.identities AS i ON i.brand_id = g.brand_id AND i.member_id = g.member_id
GROUP BY brand_id;

CREATE OR REPLACE VIEW $database.group_types AS
SELECT
    brand_id, group_id,
    argMaxIf(w.purpose, (w.at, w.purpose), w.purpose != '') AS purpose,
    argMaxIf(w.growth_type, (w.at, w.growth_type), w.growth_type != '') AS growth_type,
    argMaxIf(w.tier, (w.at, w.tier), w.tier != '') AS tier,
    argMaxIf(w.audience, (w.at, w.audience), w.audience != '') AS audience,
    argMaxIf(w.entry_gate, (w.at, w.entry_gate), w.entry_gate != '') AS entry_gate,
    argMaxIf(w.owned, (w.at, w.owned), isNotNull(w.owned)) AS owned,
    argMaxIf(w.store, (w.at, w.store), w.store != '') AS store,
    argMaxIf(w.city, (w.at, w.city), w.city != '') AS city,
    argMaxIf(w.community_no, (w.at, w.community_no), w.community_no != '') AS community_no,
    argMaxIf(w.warehouse_id, (w.at, w.warehouse_id), w.warehouse_id != '') AS warehouse_id,
    argMaxIf(w.campaign_id, (w.at, w.campaign_id), w.campaign_id != '') AS campaign_id,
    argMaxIf(w.welfare_weekday, (w.at, w.welfare_weekday), w.welfare_weekday > 0) AS welfare_weekday,
    argMaxIf(w.planned_end, (w.at, w.planned_end), isNotNull(w.planned_end)) AS planned_end,
    minOrNullIf(w.at, w.made) AS created_at
FROM (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.type = 'group.created' AS made,
        JSONExtractString(e.raw, 'group_meta', 'purpose') AS purpose,
        JSONExtractString(e.raw, 'group_meta', 'growth_type') AS growth_type,
        JSONExtractString(e.raw, 'group_meta', 'tier') AS tier,
        JSONExtractString(e.raw, 'group_meta', 'audience') AS audience,
        JSONExtractString(e.raw, 'entry_gate') AS entry_gate,
        if(JSONType(e.raw, 'group_meta', 'owned') = 'Bool', JSONExtract(e.raw, 'group_meta', 'owned', 'Nullable(UInt8)'), NULL) AS owned,
        if(empty(JSONExtractString(e.raw, 'group_meta', 'store')), JSONExtractString(e.raw, 'store_id'),
            JSONExtractString(e.raw, 'group_meta', 'store')) AS store,
        JSONExtractString(e.raw, 'city') AS city,
        JSONExtractString(e.raw, 'group_meta', 'community_no') AS community_no,
        JSONExtractString(e.raw, 'warehouse_id') AS warehouse_id,
        JSONExtractString(e.raw, 'campaign_id') AS campaign_id,
        toUInt8(JSONExtractUInt(e.raw, 'group_meta', 'welfare_weekday')) AS welfare_weekday,
        coalesce(
            fromUnixTimestamp64Milli(JSONExtract(e.raw, 'group_meta', 'planned_end_ts', 'Nullable(Int64)'), 'UTC'),
            parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'group_meta', 'planned_end_ts'), 3, 'UTC')) AS planned_end
    FROM $database.events AS e FINAL
    WHERE e.type IN ('group.created', 'group.updated') AND e.group_id != ''
) AS w
GROUP BY brand_id, group_id;

CREATE OR REPLACE VIEW $database.group_profiles AS
WITH
    sizes AS (SELECT brand_id, group_id, count() AS members FROM $database.group_members GROUP BY brand_id, group_id),
    moves AS (
        SELECT s.brand_id AS brand_id, s.group_id AS group_id, sum(s.joins) AS joins, sum(s.left_self + s.kicked + s.banned) AS leaves
        FROM $database.group_stats AS s FINAL
        INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
        WHERE toDate(s.window_start, 'Asia/Shanghai') > l.day - 30
        GROUP BY brand_id, group_id
    ),
    acts AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id,
            uniqExactIf((a.member_id, a.day), a.type = 'signin') AS signins,
            uniqExactIf(a.member_id, a.type = 'visited') AS visitors,
            length(arrayIntersect(groupUniqArrayIf(a.member_id, a.type = 'visited'), groupUniqArrayIf(a.member_id, a.type = 'paid'))) AS payers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 30
        GROUP BY brand_id, group_id
    ),
    figures AS (
        SELECT
            s.brand_id AS brand_id, s.group_id AS group_id, s.members AS members,
            ifNull(t.purpose, '') AS purpose, ifNull(t.growth_type, '') AS growth_type, ifNull(t.tier, '') AS tier,
            ifNull(m.joins, 0) AS joins, ifNull(m.leaves, 0) AS leaves,
            if(leaves = 0, NULL, joins / leaves) AS joins_per_leave,
            leaves / (leaves + s.members) AS leave_rate,
            ifNull(a.signins, 0) / (30 * s.members) AS checkin_rate,
            ifNull(a.visitors, 0) AS visitors, ifNull(a.payers, 0) AS payers,
            if(visitors = 0, NULL, payers / visitors) AS conversion
        FROM sizes AS s
        LEFT JOIN $database.group_types AS t ON t.brand_id = s.brand_id AND t.group_id = s.group_id
        LEFT JOIN moves AS m ON m.brand_id = s.brand_id AND m.group_id = s.group_id
        LEFT JOIN acts AS a ON a.brand_id = s.brand_id AND a.group_id = s.group_id
    )
SELECT
    brand_id, group_id, purpose, growth_type, tier, members, joins, leaves, joins_per_leave, leave_rate, checkin_rate,
    visitors, payers, conversion,
    count() OVER alike AS type_groups,
    quantileExact(0.5)(f.leave_rate) OVER alike AS type_leave_rate,
    quantileExact(0.5)(f.checkin_rate) OVER alike AS type_checkin_rate,
    quantileExact(0.5)(f.conversion) OVER alike AS type_conversion,
    if(growth_type IN ('content', '内容型') OR purpose IN ('content', '内容型'), 0.4, NULL) AS expected_conversion
FROM figures AS f
WINDOW alike AS (PARTITION BY brand_id, purpose, growth_type, tier);

CREATE OR REPLACE VIEW $database.group_weekdays AS
WITH
    talk AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, toDayOfWeek(a.day) AS weekday,
            countIf(a.type = 'message') AS messages, uniqExactIf(a.member_id, a.type = 'message') AS speakers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 84
        GROUP BY brand_id, group_id, weekday
    ),
    sales AS (
        SELECT o.brand_id AS brand_id, o.group_id AS group_id, toDayOfWeek(o.day) AS weekday,
            sum(o.orders) AS orders, sum(o.net_fen) AS net_fen
        FROM $database.group_orders AS o
        INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
        WHERE o.day > l.day - 84 AND o.group_id != ''
        GROUP BY brand_id, group_id, weekday
    ),
    places AS (
        SELECT brand_id, group_id, weekday
        FROM (SELECT brand_id, group_id FROM talk UNION DISTINCT SELECT brand_id, group_id FROM sales) AS g
        ARRAY JOIN [1, 2, 3, 4, 5, 6, 7] AS weekday
    ),
    figures AS (
        SELECT
            p.brand_id AS brand_id, p.group_id AS group_id, toUInt8(p.weekday) AS weekday,
            ifNull(t.messages, 0) AS messages, ifNull(t.speakers, 0) AS speakers,
            ifNull(s.orders, 0) AS orders, ifNull(s.net_fen, 0) AS net_fen
        FROM places AS p
        LEFT JOIN talk AS t ON t.brand_id = p.brand_id AND t.group_id = p.group_id AND t.weekday = p.weekday
        LEFT JOIN sales AS s ON s.brand_id = p.brand_id AND s.group_id = p.group_id AND s.weekday = p.weekday
    ),
    whole AS (
        SELECT *, sum(f.messages) OVER g AS all_messages, sum(f.orders) OVER g AS all_orders
        FROM figures AS f
        WINDOW g AS (PARTITION BY brand_id, group_id)
    )
SELECT
    w.brand_id AS brand_id, w.group_id AS group_id, w.weekday AS weekday,
    w.messages AS messages, w.speakers AS speakers, w.orders AS orders, w.net_fen AS net_fen,
    if(w.all_messages = w.messages, NULL, 6 * w.messages / (w.all_messages - w.messages)) AS messages_lift,
    if(w.all_orders = w.orders, NULL, 6 * w.orders / (w.all_orders - w.orders)) AS orders_lift,
    toUInt8(ifNull(t.welfare_weekday, 0) = w.weekday) AS welfare
FROM whole AS w
LEFT JOIN $database.group_types AS t ON t.brand_id = w.brand_id AND t.group_id = w.group_id;

CREATE OR REPLACE VIEW $database.vip_portraits AS
WITH
    vips AS (
        SELECT g.brand_id AS brand_id, g.member_id AS member_id, min(g.since) AS since, arraySort(groupUniqArray(g.group_id)) AS groups
        FROM $database.group_members AS g
        INNER JOIN $database.group_types AS t ON t.brand_id = g.brand_id AND t.group_id = g.group_id
        WHERE lower(t.tier) = 'vip'
        GROUP BY brand_id, member_id
    ),
    facts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            argMaxIf(JSONExtract(e.raw, 'profile', 'age', 'Nullable(Int64)'), (e.ts, e.event_id), e.type = 'profile.updated'
                AND JSONType(e.raw, 'profile', 'age') IN ('Int64', 'UInt64')) AS age,
            argMaxIf(JSONExtractString(e.raw, 'profile', 'occupation'), (e.ts, e.event_id), e.type = 'profile.updated'
                AND JSONExtractString(e.raw, 'profile', 'occupation') != '') AS occupation,
            max(JSONExtractString(e.raw, 'ids', 'phone_hash') != '') AS phone_known,
            max(JSONExtractString(e.raw, 'ids', 'unionid') != '' OR JSONExtractString(e.raw, 'ids', 'external_userid') != ''
                OR JSONExtractString(e.raw, 'ids', 'openid') != '') AS wechat_known,
            countIf(e.type = 'form' OR e.type = 'message' AND hasAny(JSONExtract(e.raw, 'intent', 'Array(String)'), ['反馈', '建议'])) AS suggestions
        FROM $database.events AS e FINAL
        INNER JOIN vips AS v ON v.brand_id = e.brand_id AND v.member_id = e.member_id
        WHERE e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    ),
    words AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.type = 'paid' AS bought, word, count() AS times
        FROM $database.events AS e FINAL
        INNER JOIN vips AS v ON v.brand_id = e.brand_id AND v.member_id = e.member_id
        INNER JOIN $database.last_days AS l ON l.brand_id = e.brand_id
        ARRAY JOIN arrayDistinct(arrayConcat(
            if(e.type = 'visited', [JSONExtractString(e.raw, 'query_category')], []),
            arrayMap(line -> JSONExtractString(line, 'category'), JSONExtractArrayRaw(e.raw, 'lines')))) AS word
        WHERE e.type IN ('visited', 'cart_added', 'paid') AND e.role IN ('customer', 'kol') AND word != ''
            AND toDate(e.ts, 'Asia/Shanghai') > l.day - 365
        GROUP BY brand_id, member_id, bought, word
    ),
    wishes AS (
        SELECT brand_id, member_id,
            argMinIf(w.word, (-toInt64(w.times), w.word), NOT w.bought) AS wanted,
            argMinIf(w.word, (-toInt64(w.times), w.word), w.bought) AS category
        FROM words AS w
        GROUP BY brand_id, member_id
    ),
    year AS (
        SELECT o.brand_id AS brand_id, o.member_id AS member_id, o.day AS day, o.net_fen AS net_fen, o.platform AS platform
        FROM $database.net_orders AS o
        INNER JOIN $database.last_days AS l ON l.brand_id = o.brand_id
        WHERE o.day > l.day - 365
    ),
    money AS (
        SELECT y.brand_id AS brand_id, y.member_id AS member_id, count() AS orders, sum(y.net_fen) AS net_fen,
            if(orders < 2, NULL, dateDiff('day', min(y.day), max(y.day)) / (orders - 1)) AS days_between
        FROM year AS y
        GROUP BY brand_id, member_id
    ),
    platforms AS (
        SELECT brand_id, member_id, argMin(p.platform, (-toInt64(p.orders), p.platform)) AS platform
        FROM (
            SELECT y.brand_id AS brand_id, y.member_id AS member_id, y.platform AS platform, count() AS orders
            FROM year AS y WHERE y.platform != '' GROUP BY brand_id, member_id, platform
        ) AS p
        GROUP BY brand_id, member_id
    ),
    totals AS (SELECT brand_id, sum(y.net_fen) AS net_fen FROM year AS y GROUP BY brand_id)
SELECT
    v.brand_id AS brand_id, v.member_id AS member_id, v.groups AS groups, v.since AS since,
    f.age AS age, ifNull(f.occupation, '') AS occupation,
    toUInt8(ifNull(f.phone_known, 0)) AS phone_known, toUInt8(ifNull(f.wechat_known, 0)) AS wechat_known,
    ifNull(w.wanted, '') AS wanted, ifNull(f.suggestions, 0) AS suggestions, ifNull(w.category, '') AS category,
    ifNull(m.orders, 0) AS orders, m.days_between AS days_between, ifNull(p.platform, '') AS platform,
    ifNull(m.net_fen, 0) AS net_fen, if(ifNull(t.net_fen, 0) = 0, NULL, net_fen / t.net_fen) AS share
FROM vips AS v
LEFT JOIN facts AS f ON f.brand_id = v.brand_id AND f.member_id = v.member_id
LEFT JOIN wishes AS w ON w.brand_id = v.brand_id AND w.member_id = v.member_id
LEFT JOIN money AS m ON m.brand_id = v.brand_id AND m.member_id = v.member_id
LEFT JOIN platforms AS p ON p.brand_id = v.brand_id AND p.member_id = v.member_id
LEFT JOIN totals AS t ON t.brand_id = v.brand_id;

CREATE OR REPLACE VIEW $database.vip_months AS
WITH
    spells AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, min(toDate(e.ts, 'Asia/Shanghai')) AS first,
            arraySort(groupArray((toDate(e.ts, 'Asia/Shanghai'), e.ts, e.type IN ('group.joined', 'message')))) AS words
        FROM $database.events AS e FINAL
        INNER JOIN $database.group_types AS t ON t.brand_id = e.brand_id AND t.group_id = e.group_id
        WHERE e.type IN ('group.joined', 'message', 'group.left', 'group.kicked', 'group.banned') AND e.member_id != ''
            AND e.role IN ('customer', 'kol') AND lower(t.tier) = 'vip'
        GROUP BY brand_id, group_id, member_id
    ),
    inside AS (
        SELECT DISTINCT s.brand_id AS brand_id, s.member_id AS member_id, month
        FROM spells AS s
        INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
        ARRAY JOIN arrayMap(n -> addMonths(toStartOfMonth(s.first), n), range(toUInt32(dateDiff('month', s.first, l.day)) + 1)) AS month
        WHERE arrayExists(w -> w.3 AND toStartOfMonth(w.1) = month, s.words) OR arrayLast(w -> w.1 < month, s.words).3
    ),
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, toStartOfMonth(toDate(e.ts, 'Asia/Shanghai')) AS month,
            max(e.type = 'red_packet_claimed' OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant')) AS active,
            max(e.type IN ('claim', 'red_packet_claimed') OR e.kind = 'checkin' AND JSONExtractString(e.raw, 'reward', 'type') != '') AS benefit
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (e.kind = 'checkin' OR e.type = 'red_packet_claimed')
        GROUP BY brand_id, member_id, month
    ),
    bought AS (SELECT DISTINCT brand_id, member_id, toStartOfMonth(o.day) AS month FROM $database.net_orders AS o)
SELECT
    i.brand_id AS brand_id, i.month AS month, count() AS members,
    countIf(ifNull(a.active, 0) = 1) AS active,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1) AS retained,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1 AND a.benefit = 1) AS stimulated,
    countIf(ifNull(a.active, 0) = 1 AND ifNull(b.active, 0) = 1 AND a.benefit = 1 AND ifNull(o.member_id, '') != '') AS bought
FROM inside AS i
LEFT JOIN acts AS a ON a.brand_id = i.brand_id AND a.member_id = i.member_id AND a.month = i.month
LEFT JOIN acts AS b ON b.brand_id = i.brand_id AND b.member_id = i.member_id AND addMonths(b.month, 1) = i.month
LEFT JOIN bought AS o ON o.brand_id = i.brand_id AND o.member_id = i.member_id AND o.month = i.month
GROUP BY brand_id, month;

CREATE OR REPLACE VIEW $database.group_seeds AS
WITH
    ending AS (
        SELECT brand_id, group_id, argMax(JSONExtractString(a.evidence, 'diagnosis'), (a.opened_at, a.version)) AS diagnosis
        FROM $database.alerts AS a FINAL
        WHERE a.kind = 'group_health' AND a.closed_at IS NULL
        GROUP BY brand_id, group_id
        HAVING diagnosis IN ('dying', 'dead')
    ),
    scores AS (
        SELECT m.brand_id AS brand_id, m.group_id AS group_id, m.member_id AS member_id, d.diagnosis AS diagnosis, s.score AS score
        FROM $database.group_members AS m
        INNER JOIN ending AS d ON d.brand_id = m.brand_id AND d.group_id = m.group_id
        INNER JOIN $database.group_layers AS s ON s.brand_id = m.brand_id AND s.group_id = m.group_id AND s.member_id = m.member_id
    ),
    limits AS (
        SELECT brand_id, group_id, quantileExact(0.8)(c.score) AS least, count() AS members
        FROM scores AS c GROUP BY brand_id, group_id
    )
SELECT
    c.brand_id AS brand_id, c.group_id AS group_id, c.member_id AS member_id, c.diagnosis AS diagnosis, c.score AS score,
    l.least AS least, l.members AS members
FROM scores AS c
INNER JOIN limits AS l ON l.brand_id = c.brand_id AND l.group_id = c.group_id
WHERE c.score >= l.least AND c.score > 0;

CREATE OR REPLACE VIEW $database.repeated_memberships AS
WITH types AS (
    SELECT brand_id, group_id, argMaxIf(t.growth, (t.at, t.event_id), t.growth != '') AS growth_type,
        argMaxIf(t.purpose, (t.at, t.event_id), t.purpose != '') AS told_purpose,
        if(growth_type != '', growth_type, told_purpose) AS type
    FROM (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id,
            JSONExtractString(e.raw, 'group_meta', 'growth_type') AS growth,
            JSONExtractString(e.raw, 'group_meta', 'purpose') AS purpose
        FROM $database.events AS e FINAL
        WHERE e.type IN ('group.created', 'group.updated') AND e.group_id != ''
    ) AS t
    GROUP BY brand_id, group_id
)
SELECT m.brand_id AS brand_id, m.member_id AS member_id, t.type AS type, count() AS groups, arraySort(groupArray(m.group_id)) AS group_ids
FROM $database.group_members AS m
INNER JOIN types AS t ON t.brand_id = m.brand_id AND t.group_id = m.group_id
WHERE t.type != ''
GROUP BY brand_id, member_id, type;

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

CREATE OR REPLACE VIEW $database.questions AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    said AS (
        SELECT
            e.brand_id AS brand_id, e.event_id AS event_id, e.group_id AS group_id, e.member_id AS member_id, e.ts AS at,
            e.role IN ('staff', 'admin') AS of_staff,
            JSONExtractString(e.raw, 'msg_id') AS msg_id, JSONExtractString(e.raw, 'reply_to') AS reply_to,
            JSONExtract(e.raw, 'mentions', 'Array(String)') AS mentions,
            arrayIntersect(JSONExtract(e.raw, 'intent', 'Array(String)'), ['提问', '客诉', '催单']) AS intents
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.role IN ('customer', 'kol', 'staff', 'admin') AND e.member_id != ''
    ),
    asked AS (
        SELECT brand_id, event_id, group_id, member_id, at, msg_id, arrayJoin(intents) AS intent FROM said WHERE NOT of_staff
    ),
    named AS (
        SELECT brand_id, reply_to, groupArray(said.at) AS times FROM said WHERE of_staff AND reply_to != '' GROUP BY brand_id, reply_to
    ),
    mentioned AS (
        SELECT brand_id, group_id, member_id, groupArray(m.at) AS times
        FROM (
            SELECT brand_id, group_id, at, arrayJoin(mentions) AS member_id
            FROM said
            WHERE of_staff AND group_id != '' AND reply_to = '' AND notEmpty(mentions)
        ) AS m
        GROUP BY brand_id, group_id, member_id
    ),
    written AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, groupArray(e.ts) AS times
        FROM $database.events AS e FINAL
        WHERE e.type = 'staff_message' AND e.role != 'bot'
        GROUP BY brand_id, member_id
    ),
    answers AS (
        SELECT
            q.brand_id AS brand_id, q.event_id AS event_id, q.group_id AS group_id, q.member_id AS member_id, q.intent AS intent,
            q.at AS at, h.last AS last,
            arraySort(arrayFilter(t -> t >= q.at, arrayConcat(n.times, m.times, if(q.group_id = '', w.times, [])))) AS times
        FROM asked AS q
        INNER JOIN heard AS h ON h.brand_id = q.brand_id
        LEFT JOIN named AS n ON n.brand_id = q.brand_id AND n.reply_to = if(empty(q.msg_id), '-', q.msg_id)
        LEFT JOIN mentioned AS m ON m.brand_id = q.brand_id AND m.group_id = q.group_id AND m.member_id = q.member_id
        LEFT JOIN written AS w ON w.brand_id = q.brand_id AND w.member_id = q.member_id
    )
SELECT
    brand_id, event_id, group_id, member_id, intent, at, toDate(at, 'Asia/Shanghai') AS day,
    if(empty(times), NULL, times[1]) AS answered_at,
    dateDiff('millisecond', at, ifNull(answered_at, last)) / 60000 AS minutes,
    isNull(answered_at) AS open,
    minutes > 10 AS late
FROM answers;

CREATE OR REPLACE VIEW $database.person_levels AS
WITH
    money AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, if(empty(e.order_id), e.event_id, e.order_id) AS parcel,
            e.ts AS ts, e.type = 'paid' AS is_paid,
            e.type = 'refunded' AND JSONExtractString(e.raw, 'refund_type') != 'cashback' AS is_refund,
            JSONExtractString(e.raw, 'parent_order_id') AS parent,
            toInt64(ifNull(e.paid_fen, 0)) AS paid_fen, toInt64(ifNull(e.refund_fen, 0)) AS refund_fen,
            JSONExtractInt(e.raw, 'stored_fen') AS stored_fen,
            is_refund AND JSONType(e.raw, 'stored_fen') IN ('Int64', 'UInt64') AS tells
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded') AND e.member_id != ''
    ),
    reports AS (
        SELECT
            brand_id, member_id, parcel, max(m.parent) AS parent, maxIf(m.ts, m.is_paid) AS paid_at,
            sumIf(m.paid_fen, m.is_paid) AS paid, sumIf(m.refund_fen, m.is_refund) AS refunded,
            sumIf(least(m.stored_fen, m.paid_fen), m.is_paid) AS spent,
            sumIf(least(m.stored_fen, m.refund_fen), m.is_refund) AS restored, max(m.tells) AS tells
        FROM money AS m
        GROUP BY brand_id, member_id, parcel
    ),
    parcels AS (
        SELECT
            i.brand_id AS brand_id, i.person_id AS person_id, r.parcel AS parcel, max(r.parent) AS parent, max(r.paid_at) AS paid_at,
            max(r.paid) AS paid, max(r.refunded) AS refunded, max(r.spent) AS spent, max(r.restored) AS restored, max(r.tells) AS tells
        FROM reports AS r
        INNER JOIN $database.identities AS i ON i.brand_id = r.brand_id AND i.member_id = r.member_id
        GROUP BY brand_id, person_id, parcel
    ),
    acts AS (
        SELECT
            brand_id, person_id, toDate(max(p.paid_at), 'Asia/Shanghai') AS day,
            toInt64(intDiv(greatest(sum(p.paid - p.refunded - if(p.tells, p.spent - p.restored,
                p.spent - intDiv(toInt128(p.spent) * p.refunded, greatest(p.paid, 1)))), 0), 100)) AS growth
        FROM parcels AS p
        WHERE p.paid > p.refunded
        GROUP BY brand_id, person_id, if(empty(p.parent), ('', p.parcel), (p.parent, ''))
        UNION ALL
        SELECT DISTINCT
            i.brand_id AS brand_id, i.person_id AS person_id,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, 'Asia/Shanghai')) AS day, toInt64(1) AS growth
        FROM $database.events AS e FINAL
        INNER JOIN $database.identities AS i ON i.brand_id = e.brand_id AND i.member_id = e.member_id
        WHERE e.type = 'signin' AND e.role IN ('customer', 'kol')
    ),
    days AS (
        SELECT
            a.brand_id AS brand_id, a.person_id AS person_id, toInt64(a.day) AS day, sum(a.growth) AS brought, toInt64(any(l.day)) AS today
        FROM acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day <= l.day
        GROUP BY brand_id, person_id, day
    ),
    steps AS (
        SELECT
            d.brand_id AS brand_id, d.person_id AS person_id, step.1 AS day, d.today AS today,
            sum(step.2) AS brought, max(step.3) AS is_act
        FROM days AS d
        ARRAY JOIN arrayPushBack(arrayFlatten(arrayMap(
            reviews -> arrayMap(graces -> (d.day + 365 * reviews + 30 * graces, toInt64(0), 0), range(reviews + 1)),
            range(1, toUInt64(intDiv(d.today - d.day, 365)) + 1)
        )), (d.day, d.brought, 1)) AS step
        WHERE step.1 <= d.today
        GROUP BY brand_id, person_id, day, today
    ),
    grown AS (
        SELECT
            s.brand_id AS brand_id, s.person_id AS person_id, s.day AS day, s.today AS today, s.is_act AS is_act, s.brought AS brought,
            sum(s.brought) OVER (
                PARTITION BY s.brand_id, s.person_id ORDER BY s.day RANGE BETWEEN 364 PRECEDING AND CURRENT ROW
            ) AS growth
        FROM steps AS s
    ),
    ladders AS (
        SELECT
            brand_id, person_id,
            sumIf(g.brought, g.day > g.today - 365) AS growth,
            maxIf(g.growth, g.is_act = 1 AND g.day > g.today - 395) AS growth_held,
            tupleElement(arrayFold(
                (held, step) -> multiIf(
                    step.2 = 1, if(step.3 > held.1 OR (held.3 = 1 AND step.3 = held.1), (step.3, step.1 + 365, toInt64(0)), held),
                    held.1 = 0 OR held.2 != step.1, held,
                    step.3 >= held.1, (held.1, step.1 + 365, toInt64(0)),
                    held.3 = 0, (held.1, step.1 + 30, toInt64(1)),
                    (step.3, step.1 + 365, toInt64(0))
                ),
                arraySort(arrayConcat(
                    groupArray((g.day, toInt64(0), toInt64(g.growth - g.brought >= 500) + (g.growth - g.brought >= 2000)
                        + (g.growth - g.brought >= 10000))),
                    groupArrayIf((g.day, toInt64(1), toInt64(g.growth >= 500) + (g.growth >= 2000) + (g.growth >= 10000)), g.is_act = 1)
                )),
                (toInt64(0), toInt64(0), toInt64(0))
            ), 1) AS rank
        FROM grown AS g
        GROUP BY brand_id, person_id
    )
SELECT
    i.brand_id AS brand_id, i.member_id AS member_id, i.person_id AS person_id,
    ifNull(l.growth, 0) AS growth, ifNull(l.growth_held, 0) AS growth_held,
    ['', 'silver', 'gold', 'diamond'][1 + ifNull(l.rank, 0)] AS level
FROM $database.identities AS i
LEFT JOIN ladders AS l ON l.brand_id = i.brand_id AND l.person_id = i.person_id;

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
        UNION ALL
        SELECT w.brand_id AS brand_id, w.staff_id AS staff_id, w.member_id AS member_id, w.ts AS ts, 1 AS answer
        FROM $database.events AS w FINAL
        WHERE w.type = 'staff_message' AND w.role != 'bot' AND w.staff_id != 'erased'
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
            e.role = 'staff' AS of_staff, e.role = 'bot' AS of_bot,
            JSONExtractString(e.raw, 'scope') AS scope,
            parseDateTime64BestEffortOrNull(JSONExtractString(e.raw, 'scheduled_ts'), 3, 'UTC') AS planned_text,
            fromUnixTimestamp64Milli(JSONExtract(e.raw, 'scheduled_ts', 'Nullable(Int64)'), 'UTC') AS planned_ms,
            coalesce(planned_ms, planned_text) AS planned
        FROM $database.events AS e FINAL
        WHERE e.type IN ('contact.added', 'contact.deleted', 'contact.blocked', 'message', 'moments_post', 'moments_like',
            'moments_comment', 'broadcast', 'staff_message') AND (e.role = 'staff' OR e.staff_id != '')
    ),
    counted AS (
        SELECT
            brand_id, staff_id, toDate(a.ts, 'Asia/Shanghai') AS day,
            uniqExactIf(a.member_id, act = 'contact.added') AS new_contacts,
            uniqExactIf(a.member_id, act IN ('contact.deleted', 'contact.blocked')) AS lost_contacts,
            countIf(act = 'message' AND of_staff AND scope = 'single' OR act = 'staff_message' AND NOT of_bot) AS messages,
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
