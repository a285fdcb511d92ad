-- What came of chains, quizzes and sign-ins, by group. Members are customers and KOLs, as
-- elsewhere; an act counts in the group that its event names.

-- Size of a group at the end of a day, from the statistics of the group; a day without any has no row.
CREATE OR REPLACE VIEW $database.group_sizes AS
SELECT s.brand_id AS brand_id, s.group_id AS group_id, toDate(s.window_start, '$zone') AS day,
    argMax(s.members, s.window_start) AS members
FROM $database.group_stats AS s FINAL
WHERE s.part = 0
GROUP BY brand_id, group_id, day;

-- Own acts of members in groups. `speaks` are those that end a silence.
CREATE OR REPLACE VIEW $database.own_acts AS
SELECT brand_id, place AS group_id, member_id, event_id, at, day, type, speaks
FROM (
    SELECT
        e.brand_id AS brand_id, e.member_id AS member_id, e.event_id AS event_id, e.ts AS at, toDate(e.ts, '$zone') AS day,
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

-- T75: own acts of a member who by then was in the group for seven days and had not spoken for fourteen.
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
SELECT brand_id, group_id, member_id, event_id, at, toDate(at, '$zone') AS day, type
FROM signs
WHERE type != 'group.joined' AND ifNull(spoke <= at - INTERVAL 14 DAY, 1) AND ifNull(coalesce(joined, seen) <= at - INTERVAL 7 DAY, 0);

-- A04, A05, A39, G58: those who added themselves to a chain; of chains without an id those of one day are one.
CREATE OR REPLACE VIEW $database.chains AS
WITH
    entries AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, e.member_id AS member_id, e.event_id AS event_id, e.ts AS at,
            toDate(e.ts, '$zone') AS day,
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

-- G58: how many of a group take part in an activity.
CREATE OR REPLACE VIEW $database.activity_parts AS
WITH done AS (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id, toString(e.type) AS type,
        JSONExtractString(e.raw, 'activity_id') AS activity_id,
        toDate(min(e.ts), '$zone') AS day, uniqExact(e.member_id) AS participants
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

-- G57: who signs in on a day. A make-up counts for the day that it makes up for.
CREATE OR REPLACE VIEW $database.signin_days AS
WITH signed AS (
    SELECT
        e.brand_id AS brand_id, e.group_id AS group_id,
        ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, '$zone')) AS day,
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

-- G57: who signed in on as many days as a campaign asks for.
CREATE OR REPLACE VIEW $database.signin_campaigns AS
WITH
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.group_id AS group_id, JSONExtractString(e.raw, 'activity_id') AS activity_id,
            e.member_id AS member_id, max(JSONExtractUInt(e.raw, 'required_days')) AS asked,
            uniqExact(ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, '$zone'))) AS days
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
