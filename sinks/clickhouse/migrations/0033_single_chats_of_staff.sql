-- One to one chats of a day. A `staff_message` names the customer; a `message` of staff belongs to the chat of the message that it
-- answers (`reply_to`), as nothing else in it names the customer. A customer began the day's chat when staff wrote nothing before
-- their first message of that day.
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
    toDate(m.ts, '$zone') AS day,
    countIf(m.answer = 0) AS asked,
    countIf(m.answer = 1) AS answers,
    argMin(m.answer, (m.ts, m.answer)) = 0 AS began,
    minOrNullIf(m.ts, m.answer = 0) AS first_asked,
    minOrNullIf(m.ts, m.answer = 1) AS first_answered
FROM messages AS m
GROUP BY brand_id, staff_id, member_id, day;

-- W01 to W07, W19, G62, G72: what came of a member of staff on a day.
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
            brand_id, staff_id, toDate(a.ts, '$zone') AS day,
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
