-- Figures of members of staff, from events that name them (`staff_id`; of what staff say themselves `member_id` is enough).
-- The id 'erased' stands where somebody was erased and is nobody.

-- Who is in charge of a group: as told last by the group's making, a change of it or a passing on.
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

-- M41: whom a member of staff has as a contact, and since when.
CREATE OR REPLACE VIEW $database.contacts AS
SELECT
    e.brand_id AS brand_id, e.staff_id AS staff_id, e.member_id AS member_id,
    maxIf(e.ts, e.type = 'contact.added') AS since
FROM $database.events AS e FINAL
WHERE e.type IN ('contact.added', 'contact.deleted', 'contact.blocked') AND e.staff_id NOT IN ('', 'erased')
GROUP BY brand_id, staff_id, member_id
HAVING argMax(e.type = 'contact.added', (e.ts, e.type = 'contact.added')) = 1;

-- M41: whom they reach, each member once; staff_id '' is all of them together. 180 yuan for a thousand are 18 fen for one.
CREATE OR REPLACE VIEW $database.reach AS
SELECT brand_id, whose AS staff_id, uniqExact(c.member_id) AS members, members * 18 AS value_fen
FROM $database.contacts AS c
ARRAY JOIN ['', c.staff_id] AS whose
GROUP BY brand_id, staff_id;

-- One to one chats of a day. Staff's message belongs to the chat of the message that it answers (`reply_to`), as nothing else
-- in it names the customer. A customer began the day's chat when no answer came before their first message of that day.
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
            brand_id, staff_id, toDate(a.ts, '$zone') AS day,
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

-- W09 to W15: the groups of a member of staff, those that are theirs by the last word; totals up to the end of a day, and a row
-- for each day on which something changes.
CREATE OR REPLACE VIEW $database.staff_group_days AS
WITH
    said AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.role AS role, toDate(e.ts, '$zone') AS day
        FROM $database.events AS e FINAL
        WHERE e.type = 'message' AND e.group_id != ''
    ),
    sizes AS (
        SELECT
            brand_id, group_id, toDate(s.window_start, '$zone') AS day, toInt64(argMax(s.members, s.window_start)) AS size,
            size - lagInFrame(size, 1, 0) OVER (PARTITION BY brand_id, group_id ORDER BY day
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS members
        FROM $database.group_stats AS s FINAL
        WHERE s.part = 0
        GROUP BY brand_id, group_id, day
    ),
    changes AS (
        SELECT brand_id, group_id, if(countIf(e.type = 'group.created') > 0, toDate(minIf(e.ts, e.type = 'group.created'), '$zone'),
                toDate(min(e.ts), '$zone')) AS day,
            1 AS groups, 0 AS joins, 0 AS members, 0 AS messages, 0 AS talking, 0 AS speakers
        FROM $database.events AS e FINAL WHERE e.group_id != '' GROUP BY brand_id, group_id
        UNION ALL
        SELECT brand_id, group_id, toDate(e.ts, '$zone') AS day, 0, uniqExact(e.member_id), 0, 0, 0, 0
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

-- G54, G74: each group as it stands on the brand's last day: size, active members and posts of staff in the seven days that
-- end with it, days since the last post.
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
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, toDate(e.ts, '$zone') AS day,
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
