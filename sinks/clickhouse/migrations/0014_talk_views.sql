-- What is said: urging, texts and topics that come again, and posts of staff that repeat themselves.

-- T85: urging (催单) of members over the groups of a store, against the seven days before. The store is the event's, else that
-- of its group by the last word on it.
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
            toDate(e.ts, '$zone') AS day,
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

-- T88: texts that members of a group sent three times or more in the seven days that end with a day; only days with one of them.
CREATE OR REPLACE VIEW $database.repeated_texts AS
WITH
    days AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, JSONExtractUInt(e.raw, 'text_hash') AS text_hash,
            toDate(e.ts, '$zone') AS day, count() AS sent,
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

-- T90: what a topic brings about in a group.
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
    toDate(min(s.at), '$zone') AS day,
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

-- G53: posts of staff (messages and broadcasts) that say what one of the seven days before said: at most 3 of 64 bits of the
-- text's print differ, or the text or content is the same.
CREATE OR REPLACE VIEW $database.staff_repeats AS
WITH
    posts AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.event_id AS event_id, e.ts AS at, toDate(e.ts, '$zone') AS day,
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
