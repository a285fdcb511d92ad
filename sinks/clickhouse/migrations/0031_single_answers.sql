-- T84, G55, G71: questions, complaints and urging of members, and the first answer of staff: one that names the message, in a group
-- one that mentions the member later, one to one any later `staff_message` to the member. A bot's answer is none.
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
    brand_id, event_id, group_id, member_id, intent, at, toDate(at, '$zone') AS day,
    if(empty(times), NULL, times[1]) AS answered_at,
    dateDiff('millisecond', at, ifNull(answered_at, last)) / 60000 AS minutes,
    isNull(answered_at) AS open,
    minutes > 10 AS late
FROM answers;
