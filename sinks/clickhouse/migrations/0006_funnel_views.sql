-- From one step to the next, over the whole brand.

-- M40, W18: members whom a channel brought on a day, and how many of these contacts were deleted or blocked later.
-- paid_orders are those paid a week earlier: the parcels that a card with the channel's code lay in.
CREATE OR REPLACE VIEW $database.channel_days AS
WITH
    came AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.staff_id AS staff_id, e.ts AS ts, e.type AS type,
            toDate(e.ts, '$zone') AS day, JSONExtractString(e.raw, 'channel_id') AS channel_id
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
        SELECT brand_id, toDate(ts, '$zone') + 7 AS day, uniqExact(order_id) AS orders
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

-- M38: in the 30 days that end with a day, members who sent invitations, and those who came into a group for the first time
-- through one of them.
CREATE OR REPLACE VIEW $database.invitations AS
WITH
    inviters AS (
        SELECT DISTINCT brand_id, member_id, toDate(e.ts, '$zone') + later AS day
        FROM $database.events AS e FINAL
        ARRAY JOIN range(30) AS later
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    invited AS (
        SELECT brand_id, member_id, inviter_id, first + later AS day
        FROM (
            SELECT
                brand_id, member_id,
                toDate(min(e.ts), '$zone') AS first,
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

-- M32: of the members who first visited on a day, by the channel that they came through, how many went on to search, then to
-- pay what was not refunded, then to share.
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
        SELECT brand_id, member_id, toDate(fromUnixTimestamp64Milli(toInt64(minIf(ms, act IN ('visit', 'search')))), '$zone') AS day,
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

-- M48: visitors of each platform and how many of them have a net order there, by how near they are to the brand: registered
-- members, fans (a contact or a follower), others.
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

-- A25, A30, A42, A54: members who did something on a day for the first time, and those of them who within seven days after it
-- had a net order or, where they had paid, followed the account. Who follows already is not counted.
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
    toDate(s.at, '$zone') AS day,
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
