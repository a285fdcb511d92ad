-- What became of a dead letter. The view is changed in place: dropping it would let a running sink's rows go nowhere.

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
