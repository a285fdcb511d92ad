-- Lessons, arms of tests, and live streams by their announced hours.

-- M59: who of those enrolled attended a lesson. An enrolment for a course, which names no lesson, is for each of its lessons that is
-- not over by then: until the last attendance.
CREATE OR REPLACE VIEW $database.lesson_attendance AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, toString(e.type) AS type,
            JSONExtractString(e.raw, 'activity_id') AS activity_id, JSONExtractString(e.raw, 'lesson_id') AS lesson_id, min(e.ts) AS at,
            max(e.ts) AS last
        FROM $database.events AS e FINAL
        WHERE e.type IN ('enroll', 'attend') AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id, type, activity_id, lesson_id
    ),
    lessons AS (
        SELECT brand_id, lesson_id, max(a.activity_id) AS activity_id,
            minOrNullIf(a.at, a.type = 'attend') AS began, maxOrNullIf(a.last, a.type = 'attend') AS over
        FROM acts AS a
        WHERE lesson_id != ''
        GROUP BY brand_id, lesson_id
    ),
    parts AS (
        SELECT brand_id, lesson_id, member_id, type = 'enroll' AS enrolled, type = 'attend' AS attended
        FROM acts
        WHERE lesson_id != ''
        UNION ALL
        SELECT l.brand_id AS brand_id, l.lesson_id AS lesson_id, a.member_id AS member_id, 1 AS enrolled, 0 AS attended
        FROM lessons AS l
        INNER JOIN acts AS a ON a.brand_id = l.brand_id AND a.activity_id = l.activity_id
        WHERE a.type = 'enroll' AND a.lesson_id = '' AND a.activity_id != '' AND ifNull(a.at <= l.over, 1)
    ),
    members AS (
        SELECT brand_id, lesson_id, member_id, max(p.enrolled) AS enrolled, max(p.attended) AS attended
        FROM parts AS p
        GROUP BY brand_id, lesson_id, member_id
    )
SELECT
    m.brand_id AS brand_id,
    m.lesson_id AS lesson_id,
    any(l.activity_id) AS activity_id,
    toDate(any(l.began), '$zone') AS day,
    countIf(m.enrolled) AS enrolled,
    countIf(m.enrolled AND m.attended) AS attended,
    countIf(m.attended AND NOT m.enrolled) AS others,
    if(enrolled = 0, NULL, attended / enrolled) AS rate
FROM members AS m
INNER JOIN lessons AS l ON l.brand_id = m.brand_id AND l.lesson_id = m.lesson_id
GROUP BY brand_id, lesson_id;

-- M59: net orders within seven days, by arm of an A/B test. A member is in the arm that came first. Each arm is compared with the first
-- one announced, or the first by name, by a two-sided z-test of two proportions with the variance pooled.
CREATE OR REPLACE VIEW $database.variant_conversions AS
WITH
    announced AS (
        SELECT brand_id, if(empty(a.campaign_id), a.activity_id, a.campaign_id) AS test_id, argMax(a.variants, (a.announced_at, a.activity_id)) AS arms
        FROM $database.activities AS a
        WHERE notEmpty(a.variants)
        GROUP BY brand_id, test_id
    ),
    seen AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'campaign_id')), JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'campaign_id'))
                AS test_id,
            argMin(JSONExtractString(e.raw, 'variant'), (e.ts, e.event_id)) AS variant, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND JSONExtractString(e.raw, 'variant') != ''
        GROUP BY brand_id, member_id, test_id
        HAVING test_id != ''
    ),
    orders AS (SELECT brand_id, member_id, groupArray(o.at) AS times FROM $database.net_orders AS o GROUP BY brand_id, member_id),
    counted AS (
        SELECT s.brand_id AS brand_id, s.test_id AS test_id, s.variant AS variant, count() AS members,
            countIf(arrayExists(t -> t >= s.at AND t <= s.at + INTERVAL 7 DAY, o.times)) AS converted
        FROM seen AS s
        LEFT JOIN orders AS o ON o.brand_id = s.brand_id AND o.member_id = s.member_id
        GROUP BY brand_id, test_id, variant
        UNION ALL
        SELECT brand_id, test_id, variant, 0, 0 FROM announced ARRAY JOIN arms AS variant
    ),
    arms AS (
        SELECT brand_id, test_id, variant, sum(c.members) AS members, sum(c.converted) AS converted
        FROM counted AS c
        GROUP BY brand_id, test_id, variant
    ),
    controls AS (
        SELECT c.brand_id AS brand_id, c.test_id AS test_id, if(empty(any(a.arms)), min(c.variant), any(a.arms)[1]) AS variant
        FROM arms AS c
        LEFT JOIN announced AS a ON a.brand_id = c.brand_id AND a.test_id = c.test_id
        GROUP BY brand_id, test_id
    ),
    (v.converted + b.converted) / (v.members + b.members) AS pooled
SELECT
    v.brand_id AS brand_id,
    v.test_id AS test_id,
    v.variant AS variant,
    v.members AS members,
    v.converted AS converted,
    if(v.members = 0, NULL, v.converted / v.members) AS rate,
    c.variant AS control,
    if(v.members = 0 OR b.members = 0 OR v.variant = c.variant, NULL, v.converted / v.members - b.converted / b.members) AS difference,
    if(difference IS NULL OR pooled IN (0, 1), NULL,
        erfc(abs(difference) / sqrt(pooled * (1 - pooled) * (1 / v.members + 1 / b.members)) / sqrt(2))) AS p_value
FROM arms AS v
INNER JOIN controls AS c ON c.brand_id = v.brand_id AND c.test_id = v.test_id
INNER JOIN arms AS b ON b.brand_id = c.brand_id AND b.test_id = c.test_id AND b.variant = c.variant;

-- A28, M60: what came of a live stream before, during and after its announced hours; where none are announced the events name the
-- phase. What names no stream but the campaign of one stream alone belongs to that one. An order is led by a group where it is
-- attributed to one or names one, else by the platform.
CREATE OR REPLACE VIEW $database.live_phases AS
WITH
    streams AS (
        SELECT brand_id, if(empty(a.live_id), a.activity_id, a.live_id) AS stream,
            argMax((a.opens_at, a.closes_at, a.campaign_id), (a.announced_at, a.activity_id)) AS told
        FROM $database.activities AS a
        WHERE a.activity_type IN ('live', '直播')
        GROUP BY brand_id, stream
    ),
    campaigns AS (
        SELECT brand_id, tupleElement(s.told, 3) AS campaign_id, any(s.stream) AS stream
        FROM streams AS s
        WHERE campaign_id != ''
        GROUP BY brand_id, campaign_id
        HAVING count() = 1
    ),
    named AS (
        SELECT
            e.brand_id AS brand_id, e.event_id AS event_id, e.ts AS ts, toString(e.type) AS type, e.member_id AS member_id,
            e.role IN ('customer', 'kol') AS own, e.order_id AS parcel, JSONExtractString(e.raw, 'parent_order_id') AS parent,
            e.group_id != '' OR JSONExtractString(e.raw, 'attributed_group_id') != '' AS by_group,
            ifNull(e.paid_fen, 0) AS paid_fen, ifNull(e.refund_fen, 0) AS refund_fen,
            JSONExtractString(e.raw, 'refund_type') AS refund_type, JSONExtractString(e.raw, 'live_phase') AS told_phase,
            JSONExtractString(e.raw, 'live_id') AS told_live, JSONExtractString(e.raw, 'campaign_id') AS campaign_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('paid', 'refunded', 'visited', 'group.joined', 'account.followed', 'contact.added', 'lottery')
    ),
    found AS (
        SELECT n.*, if(empty(n.told_live), ifNull(c.stream, ''), n.told_live) AS live_id
        FROM named AS n
        LEFT JOIN campaigns AS c ON c.brand_id = n.brand_id AND c.campaign_id = n.campaign_id
    ),
    phased AS (
        SELECT f.*,
            multiIf(
                ifNull(f.ts < tupleElement(s.told, 1), 0), '直播前',
                ifNull(f.ts >= tupleElement(s.told, 2), 0), '直播后',
                tupleElement(s.told, 1) IS NOT NULL OR tupleElement(s.told, 2) IS NOT NULL, '直播中',
                f.told_phase) AS phase
        FROM found AS f
        LEFT JOIN streams AS s ON s.brand_id = f.brand_id AND s.stream = f.live_id
    ),
    parcels AS (
        SELECT
            brand_id, parcel, max(p.parent) AS parent,
            argMaxIf((p.live_id, p.phase), (p.ts, p.event_id), p.type = 'paid') AS live,
            maxIf(p.by_group, p.type = 'paid') AS by_group,
            sumIf(p.paid_fen, p.type = 'paid') AS paid, sumIf(p.refund_fen, p.type = 'refunded') AS refunded
        FROM phased AS p
        WHERE p.type IN ('paid', 'refunded') AND p.refund_type != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND tupleElement(live, 1) != ''
    ),
    counted AS (
        SELECT
            brand_id, live_id, phase,
            uniqExactIf(p.member_id, p.type = 'visited') AS visitors,
            uniqExactIf(p.member_id, p.type = 'group.joined') AS joins,
            uniqExactIf(p.member_id, p.type IN ('account.followed', 'contact.added')) AS fans,
            uniqExactIf(p.member_id, p.type = 'lottery') AS drawing,
            0 AS orders, 0 AS net_fen, 0 AS group_fen
        FROM phased AS p
        WHERE p.type NOT IN ('paid', 'refunded') AND live_id != '' AND p.member_id != '' AND p.own
        GROUP BY brand_id, live_id, phase
        UNION ALL
        SELECT
            brand_id, tupleElement(o.live, 1) AS live_id, tupleElement(o.live, 2) AS phase, 0, 0, 0, 0,
            uniqExact(if(empty(o.parent), o.parcel, o.parent)),
            sum(o.paid - o.refunded), sumIf(o.paid - o.refunded, o.by_group)
        FROM parcels AS o
        GROUP BY brand_id, live_id, phase
    )
SELECT
    f.brand_id AS brand_id,
    f.live_id AS live_id,
    f.phase AS phase,
    toUInt64(sum(f.visitors)) AS visitors,
    toUInt64(sum(f.joins)) AS joins,
    toUInt64(sum(f.fans)) AS fans,
    toUInt64(sum(f.drawing)) AS drawing,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toInt64(sum(f.group_fen)) AS group_fen
FROM counted AS f
GROUP BY brand_id, live_id, phase;
