-- Who answers whom in groups, how soon staff answer, and what answers are worth. An answer is an event that names the message
-- that it answers (`reply_to`).

-- Replies, mentions and shares of a message in a group: from whom to whom. Nobody answers themselves.
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
    toDate(a.at, '$zone') AS day, if(a.type = 'share', 'share', 'reply') AS type, NOT (a.of_staff OR q.of_staff) AS between_members
FROM acts AS a
ANY LEFT JOIN said AS q ON q.brand_id = a.brand_id AND q.group_id = a.group_id AND q.msg_id = a.reply_to
WHERE a.reply_to != '' AND ifNull(q.member_id, '') NOT IN ('', a.member_id)
UNION ALL
SELECT n.brand_id AS brand_id, n.group_id AS group_id, n.from_member AS from_member, n.to_member AS to_member, n.at AS at,
    toDate(n.at, '$zone') AS day, 'mention' AS type, NOT (n.of_staff OR ifNull(c.member_id, '') != '') AS between_members
FROM named AS n
LEFT JOIN crew AS c ON c.brand_id = n.brand_id AND c.member_id = n.to_member
WHERE n.to_member NOT IN (n.from_member, 'erased');

-- M56, G51: who is linked with whom in the 30 days that end with the brand's last day, each pair once; type '' is all of replies,
-- mentions and shares. Members of one activity are linked once for each activity.
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
                AND toDate(e.ts, '$zone') > l.day - 30
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

-- T57: the most active twentieth of a group who are answered and pass things on.
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
        WHERE e.type IN ('share', 'invite.sent') AND toDate(e.ts, '$zone') > l.day - 30
        GROUP BY brand_id, member_id
    )
SELECT
    r.brand_id AS brand_id, r.group_id AS group_id, r.member_id AS member_id, r.score AS score, r.place AS place, r.members AS members,
    ifNull(a.replies, 0) AS replies, ifNull(s.times, 0) AS shares,
    r.place <= greatest(1, r.members / 20) AND r.score > 0 AND replies >= 3 AND shares >= 1 AS candidate
FROM ranked AS r
LEFT JOIN answered AS a ON a.brand_id = r.brand_id AND a.group_id = r.group_id AND a.member_id = r.member_id
LEFT JOIN spread AS s ON s.brand_id = r.brand_id AND s.member_id = r.member_id;

-- T84, G55, G71: questions, complaints and urging of members, and the first answer of staff: one that names the message, or in a
-- group one that mentions the member later. A bot's answer is none.
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
    brand_id, event_id, group_id, member_id, intent, at, toDate(at, '$zone') AS day,
    if(empty(times), NULL, times[1]) AS answered_at,
    dateDiff('millisecond', at, ifNull(answered_at, last)) / 60000 AS minutes,
    isNull(answered_at) AS open,
    minutes > 10 AS late
FROM answers;

-- G55: the time to the first answer of staff in a group on a day; group_id '' is one to one.
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

-- G52: messages and broadcasts of a group on a day that somebody else answered, passed on or clicked.
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
    s.brand_id AS brand_id, s.group_id AS group_id, toDate(s.at, '$zone') AS day,
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

-- G95: more is said and less of it is worth an answer than in the four weeks before; weeks begin on Monday.
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
