-- What was announced of activities, and how far they are.

-- N03: the latest announcement of each activity, and its state by the clock of the store. It is settled once an event more than two
-- hours after its end was stored: then what comes late was there.
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
