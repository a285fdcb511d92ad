-- Figures of a whole brand, as views over the events: they hold nothing, so a late event, a repeat and an erased member are
-- right at the next reading. A view is replaced, never altered. Days are calendar days of the zone that migrate was given.

-- The last day that an event speaks of: what would follow it is not over yet.
CREATE OR REPLACE VIEW $database.last_days AS
SELECT brand_id, toDate(max(ts), '$zone') AS day
FROM $database.events
GROUP BY brand_id;

-- When a member came, and through which channel.
CREATE OR REPLACE VIEW $database.arrivals AS
SELECT
    brand_id,
    member_id,
    min(e.ts) AS at,
    toDate(at, '$zone') AS day,
    argMin(JSONExtractString(e.raw, 'channel_id'), (e.ts, e.event_id)) AS channel_id
FROM $database.events AS e FINAL
WHERE e.type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered')
    AND e.member_id != '' AND e.role IN ('customer', 'kol')
GROUP BY brand_id, member_id;

-- Own acts of members, once for each day and group.
CREATE OR REPLACE VIEW $database.active_days AS
SELECT DISTINCT brand_id, member_id, group_id, toDate(e.ts, '$zone') AS day
FROM $database.events AS e FINAL
WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND e.type IN (
    'message', 'solitaire', 'dice', 'red_packet_claimed', 'red_packet_sent', 'push_opened', 'push_clicked', 'share',
    'moments_like', 'moments_post', 'moments_comment',
    'group.joined', 'contact.added', 'account.followed', 'member.registered', 'invite.sent',
    'visited', 'cart_added', 'cart_removed', 'placed', 'paid',
    'signin', 'task', 'quiz', 'quiz_test', 'contest', 'form', 'enroll', 'attend', 'like_collect', 'photo_share', 'code_word',
    'lottery', 'bargain', 'game', 'claim', 'redeem');

-- Orders of which something is left after refunds; a cashback is no refund, parcels of one parent are one order.
CREATE OR REPLACE VIEW $database.net_orders AS
SELECT
    brand_id,
    member_id,
    if(empty(parent), parcel, parent) AS order_id,
    max(paid_at) AS at,
    toDate(at, '$zone') AS day,
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

-- M29: of the members who came on a day and are still there, who is active one, seven and thirty days later.
CREATE OR REPLACE VIEW $database.cohort_retention AS
WITH
    due AS (
        SELECT a.brand_id AS brand_id, a.member_id AS member_id, a.day AS cohort, n, a.day + n AS day
        FROM $database.arrivals AS a
        ARRAY JOIN [1, 7, 30] AS n
    ),
    moves AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts, toDate(e.ts, '$zone') AS day,
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

-- M30: of the members who came on a day, who bought, and who bought again.
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

-- M52: members with a second net order among those with one, in the 90 days that end with a day; a row for each day on which
-- they change. From an order to the next, or to its 90th day, a member is a buyer, and a repeat buyer of these days while the
-- order before is not 90 days old either.
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

-- M43: members active on a day, in the seven days that end with it, and on every one of the seven; group_id '' is the whole
-- brand.
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
