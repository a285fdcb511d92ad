-- What members do after a broadcast or a push, and how long groups live.

-- A35, A36, M35: what members of a group did there after a broadcast to it: sign-ins within two hours, own acts and acts that end
-- a silence within 24 hours.
CREATE OR REPLACE VIEW $database.broadcast_responses AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    sent AS (
        SELECT e.brand_id AS brand_id, e.event_id AS event_id, e.group_id AS group_id, e.ts AS at, toDate(e.ts, '$zone') AS day,
            JSONExtractString(e.raw, 'broadcast_id') AS broadcast_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'broadcast' AND e.group_id != ''
    ),
    acts AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, a.member_id AS member_id, a.at AS at, a.day AS day, a.type AS type,
            ifNull(w.event_id, '') != '' AS wakes
        FROM $database.own_acts AS a
        LEFT JOIN $database.awakenings AS w ON w.brand_id = a.brand_id AND w.event_id = a.event_id
        WHERE a.type != 'group.joined'
    ),
    answers AS (
        SELECT s.brand_id AS brand_id, s.event_id AS event_id,
            uniqExactIf(a.member_id, a.type = 'signin' AND a.at <= s.at + INTERVAL 2 HOUR) AS signed,
            uniqExact(a.member_id) AS acted, uniqExactIf(a.member_id, a.wakes) AS woken
        FROM (SELECT brand_id, event_id, group_id, at, bucket FROM sent ARRAY JOIN [day, day + 1] AS bucket) AS s
        INNER JOIN acts AS a ON a.brand_id = s.brand_id AND a.group_id = s.group_id AND a.day = s.bucket
        WHERE a.at > s.at AND a.at <= s.at + INTERVAL 24 HOUR
        GROUP BY brand_id, event_id
    )
SELECT
    s.brand_id AS brand_id, s.event_id AS event_id, s.broadcast_id AS broadcast_id, s.group_id AS group_id, s.at AS at, s.day AS day,
    h.last >= s.at + INTERVAL 24 HOUR AS over,
    ifNull(z.members, 0) AS members,
    ifNull(r.signed, 0) AS signed, ifNull(r.acted, 0) AS acted, ifNull(r.woken, 0) AS woken,
    if(members <= 0, NULL, signed / members) AS signed_rate,
    if(members <= 0, NULL, acted / members) AS rate
FROM sent AS s
INNER JOIN heard AS h ON h.brand_id = s.brand_id
LEFT JOIN answers AS r ON r.brand_id = s.brand_id AND r.event_id = s.event_id
ASOF LEFT JOIN $database.group_sizes AS z ON z.brand_id = s.brand_id AND z.group_id = s.group_id AND s.day >= z.day;

-- T75: members whose silence a broadcast to their group ended, each act under the last broadcast before it.
CREATE OR REPLACE VIEW $database.woken_members AS
SELECT w.brand_id AS brand_id, w.group_id AS group_id, w.member_id AS member_id, w.at AS at, w.day AS day, w.type AS type,
    b.broadcast_id AS broadcast_id, b.at AS broadcast_at
FROM $database.awakenings AS w
ASOF INNER JOIN (
    SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, JSONExtractString(e.raw, 'broadcast_id') AS broadcast_id
    FROM $database.events AS e FINAL
    WHERE e.type = 'broadcast' AND e.group_id != ''
) AS b ON b.brand_id = w.brand_id AND b.group_id = w.group_id AND w.at > b.at
WHERE w.at <= b.at + INTERVAL 24 HOUR;

-- M35: whether a member does something within 24 hours after a push: a check-in, a chain, a visit, a cart, an order. Pushes whose 24
-- hours are not over do not count, unless they were followed.
CREATE OR REPLACE VIEW $database.push_actions AS
WITH
    heard AS (SELECT brand_id, max(ts) AS last FROM $database.events GROUP BY brand_id),
    pushes AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, h.last AS last
        FROM $database.events AS e FINAL
        INNER JOIN heard AS h ON h.brand_id = e.brand_id
        WHERE e.type = 'push_delivered' AND e.role IN ('customer', 'kol')
    ),
    acts AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (e.type IN ('solitaire', 'visited', 'cart_added', 'placed', 'paid')
            OR e.kind = 'checkin' AND e.type NOT IN ('audit', 'points_grant'))
    ),
    followed AS (
        SELECT p.brand_id AS brand_id, p.member_id AS member_id, p.at AS at, p.last AS last,
            ifNull(a.member_id, '') != '' AND a.at <= p.at + INTERVAL 24 HOUR AS done
        FROM pushes AS p
        ASOF LEFT JOIN acts AS a ON a.brand_id = p.brand_id AND a.member_id = p.member_id AND p.at < a.at
    )
SELECT brand_id, member_id, count() AS pushes, countIf(f.done) AS acted, acted / pushes AS rate
FROM followed AS f
WHERE f.done OR f.last >= f.at + INTERVAL 24 HOUR
GROUP BY brand_id, member_id;

-- G31, G32, G37: the life of a group, from its making (or first event) to its end, and the fall of its activity: the slope of the
-- logarithm of those active in each week of its age. Weeks that are not over do not count.
CREATE OR REPLACE VIEW $database.group_lives AS
WITH
    born AS (
        SELECT g.brand_id AS brand_id, g.group_id AS group_id,
            toDate(ifNull(minOrNullIf(g.at, g.type = 'group.created'), min(g.at)), '$zone') AS began,
            toDate(maxOrNullIf(g.at, g.type = 'group.dissolved'), '$zone') AS ended,
            began + 6 AS first_end,
            argMaxIf(g.purpose, (g.at, g.event_id), g.purpose != '') AS purpose,
            argMaxIf(g.growth, (g.at, g.event_id), g.growth != '') AS growth_type
        FROM (
            SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id, e.type AS type,
                if(startsWith(e.type, 'group.'), JSONExtractString(e.raw, 'group_meta', 'purpose'), '') AS purpose,
                if(startsWith(e.type, 'group.'), JSONExtractString(e.raw, 'group_meta', 'growth_type'), '') AS growth
            FROM $database.events AS e FINAL
            WHERE e.group_id != ''
        ) AS g
        GROUP BY brand_id, group_id
    ),
    weeks AS (
        SELECT b.brand_id AS brand_id, b.group_id AS group_id, intDiv(a.day - b.began, 7) AS week, uniqExact(a.member_id) AS active,
            uniqExactIf(a.member_id, a.type = 'message') AS speakers, max(a.day) AS last
        FROM $database.own_acts AS a
        INNER JOIN born AS b ON b.brand_id = a.brand_id AND b.group_id = a.group_id
        WHERE a.type IN ('message', 'solitaire', 'dice', 'visited') OR a.speaks
        GROUP BY brand_id, group_id, week
    ),
    fits AS (
        SELECT w.brand_id AS brand_id, w.group_id AS group_id, max(w.last) AS last_active,
            sumIf(w.speakers, w.week = 0) AS first_week,
            countIf((w.week + 1) * 7 <= l.day - b.began) AS weeks,
            simpleLinearRegressionIf(w.week * 7, log(w.active), (w.week + 1) * 7 <= l.day - b.began).1 AS slope
        FROM weeks AS w
        INNER JOIN born AS b ON b.brand_id = w.brand_id AND b.group_id = w.group_id
        INNER JOIN $database.last_days AS l ON l.brand_id = w.brand_id
        GROUP BY brand_id, group_id
    ),
    sizes AS (
        SELECT brand_id, group_id, argMax(z.members, z.day) AS members FROM $database.group_sizes AS z GROUP BY brand_id, group_id
    ),
    latest AS (
        SELECT a.brand_id AS brand_id, a.group_id AS group_id, uniqExactIf(a.member_id, a.type = 'message') AS speakers
        FROM $database.own_acts AS a
        INNER JOIN $database.last_days AS l ON l.brand_id = a.brand_id
        WHERE a.day > l.day - 7
        GROUP BY brand_id, group_id
    )
SELECT
    b.brand_id AS brand_id, b.group_id AS group_id, b.purpose AS purpose, b.growth_type AS growth_type,
    b.began AS began, b.ended AS ended, nullIf(f.last_active, toDate(0)) AS last_active,
    l.day - b.began AS age_days,
    isNotNull(b.ended) OR ifNull(last_active <= l.day - 7, age_days >= 7) AS dead,
    if(dead, greatest(ifNull(last_active - b.began + 1, 0), 0), NULL) AS life_days,
    if(ifNull(y.members, 0) <= 0, NULL, ifNull(f.first_week, 0) / y.members) AS first_rate,
    if(ifNull(z.members, 0) <= 0, NULL, ifNull(t.speakers, 0) / z.members) AS last_rate,
    age_days >= 14 AND ifNull(last_rate < first_rate / 2, 0) AS cooling,
    if(f.weeks >= 3 AND f.slope < 0, -log(2) / f.slope, NULL) AS half_life_days
FROM born AS b
INNER JOIN $database.last_days AS l ON l.brand_id = b.brand_id
LEFT JOIN fits AS f ON f.brand_id = b.brand_id AND f.group_id = b.group_id
LEFT JOIN latest AS t ON t.brand_id = b.brand_id AND t.group_id = b.group_id
LEFT JOIN sizes AS z ON z.brand_id = b.brand_id AND z.group_id = b.group_id
ASOF LEFT JOIN $database.group_sizes AS y ON y.brand_id = b.brand_id AND y.group_id = b.group_id AND b.first_end >= y.day;

-- G31, G32: how long groups of a type live, and how many are dead.
CREATE OR REPLACE VIEW $database.group_deaths AS
SELECT brand_id, growth_type, count() AS groups, countIf(g.dead) AS died, died / groups AS dead_share,
    quantileExactIf(0.5)(g.life_days, g.dead) AS median_days
FROM $database.group_lives AS g
GROUP BY brand_id, growth_type;
