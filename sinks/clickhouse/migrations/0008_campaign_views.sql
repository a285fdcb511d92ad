-- Campaigns and contests: who brought whom and what came of it, who was first. The id 'erased' stands where somebody was erased and is
-- nobody.

-- N05: what happened before this time is settled: the brand's latest event is more than the lateness of the group figures
-- (two hours) after it.
CREATE OR REPLACE VIEW $database.settled_times AS
SELECT brand_id, max(ts) - INTERVAL 2 HOUR AS before
FROM $database.events
GROUP BY brand_id;

-- M39: a member's first coming into any group, where another member brought it about. Where the arrival names no campaign, it is
-- that of the invitation with the same invite_id.
CREATE OR REPLACE VIEW $database.invitees AS
WITH
    sent AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'invite_id') AS invite_id,
            argMin(JSONExtractString(e.raw, 'campaign_id'), (e.ts, e.event_id)) AS campaign_id
        FROM $database.events AS e FINAL
        WHERE e.type = 'invite.sent' AND invite_id != ''
        GROUP BY brand_id, invite_id
    ),
    firsts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, min(e.ts) AS at,
            argMin((JSONExtractString(e.raw, 'inviter_id'), e.group_id, JSONExtractString(e.raw, 'campaign_id'),
                JSONExtractString(e.raw, 'invite_id')), (e.ts, e.event_id)) AS told
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    )
SELECT
    f.brand_id AS brand_id,
    f.member_id AS member_id,
    tupleElement(f.told, 1) AS inviter_id,
    f.at AS at,
    toDate(f.at, '$zone') AS day,
    tupleElement(f.told, 2) AS group_id,
    if(empty(tupleElement(f.told, 3)), ifNull(s.campaign_id, ''), tupleElement(f.told, 3)) AS campaign_id
FROM firsts AS f
LEFT JOIN sent AS s ON s.brand_id = f.brand_id AND s.invite_id = tupleElement(f.told, 4)
WHERE inviter_id NOT IN ('', 'erased', f.member_id)
    AND (f.brand_id, inviter_id) NOT IN (SELECT brand_id, member_id FROM $database.events WHERE role IN ('staff', 'bot'));

-- M31, M39, T31, T63: what a member's invitations came to. In the tree an invitee's own invitees follow if they came later.
CREATE OR REPLACE VIEW $database.inviters AS
WITH RECURSIVE
    tree AS (
        SELECT i.brand_id AS brand_id, i.inviter_id AS root, i.member_id AS member_id, i.at AS at, 1 AS depth
        FROM $database.invitees AS i
        UNION ALL
        SELECT t.brand_id AS brand_id, t.root AS root, i.member_id AS member_id, i.at AS at, t.depth + 1 AS depth
        FROM tree AS t
        INNER JOIN $database.invitees AS i ON i.brand_id = t.brand_id AND i.inviter_id = t.member_id
        WHERE i.at > t.at AND i.member_id != t.root AND t.depth < 100
    ),
    found AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id,
            count() AS sent, 0 AS invitees, 0 AS invitees_90, 0 AS descendants, 0 AS depth, 0 AS orders_90, 0 AS net_fen_90
        FROM $database.events AS e FINAL
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS member_id, 0, count(), countIf(i.day > l.day - 90), 0, 0, 0, 0
        FROM $database.invitees AS i
        INNER JOIN $database.last_days AS l ON l.brand_id = i.brand_id
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT t.brand_id AS brand_id, t.root AS member_id, 0, 0, 0, count(), max(t.depth), 0, 0
        FROM tree AS t
        GROUP BY brand_id, member_id
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS member_id, 0, 0, 0, 0, 0, count(), sum(o.net_fen)
        FROM $database.invitees AS i
        INNER JOIN $database.last_days AS l ON l.brand_id = i.brand_id
        INNER JOIN $database.net_orders AS o ON o.brand_id = i.brand_id AND o.member_id = i.member_id
        WHERE o.at >= i.at AND o.day > l.day - 90
        GROUP BY brand_id, member_id
    )
SELECT
    f.brand_id AS brand_id,
    f.member_id AS member_id,
    toUInt64(sum(f.sent)) AS sent,
    toUInt64(sum(f.invitees)) AS invitees,
    toUInt64(sum(f.invitees_90)) AS invitees_90,
    invitees >= 5 AS five,
    toUInt64(sum(f.descendants)) AS descendants,
    toUInt64(sum(f.depth)) AS depth,
    toUInt64(sum(f.orders_90)) AS orders_90,
    toInt64(sum(f.net_fen_90)) AS net_fen_90
FROM found AS f
GROUP BY brand_id, member_id;

-- A01, A27, G30: first-ever invitees of an inviter in a campaign, and the inviter's place; of two with as many the one who had
-- them earlier is before the other.
CREATE OR REPLACE VIEW $database.campaign_inviters AS
SELECT
    c.brand_id AS brand_id,
    c.campaign_id AS campaign_id,
    c.member_id AS member_id,
    c.invitees AS invitees,
    c.at AS at,
    row_number() OVER (PARTITION BY c.brand_id, c.campaign_id ORDER BY c.invitees DESC, c.at, c.member_id) AS place,
    max(c.at) OVER (PARTITION BY c.brand_id, c.campaign_id) < s.before AS settled
FROM (
    SELECT brand_id, i.campaign_id AS campaign_id, i.inviter_id AS member_id, count() AS invitees, max(i.at) AS at
    FROM $database.invitees AS i
    GROUP BY brand_id, campaign_id, member_id
) AS c
INNER JOIN $database.settled_times AS s ON s.brand_id = c.brand_id;

-- M38, G59, A01: K of a campaign and of a group over the 30 days that end with a day: members who sent its invitations, and those
-- of its first-ever arrivals who were invited by one of them.
CREATE OR REPLACE VIEW $database.invitation_rates AS
WITH
    sent AS (
        SELECT DISTINCT brand_id, member_id, tupleElement(whose, 1) AS kind, tupleElement(whose, 2) AS id, toDate(e.ts, '$zone') AS first
        FROM $database.events AS e FINAL
        ARRAY JOIN [('campaign', JSONExtractString(e.raw, 'campaign_id')), ('group', e.group_id)] AS whose
        WHERE e.type = 'invite.sent' AND e.member_id != '' AND e.role IN ('customer', 'kol') AND id != ''
    ),
    active AS (SELECT DISTINCT brand_id, member_id, kind, id, first + later AS day FROM sent ARRAY JOIN range(30) AS later),
    came AS (
        SELECT i.brand_id AS brand_id, i.member_id AS member_id, i.inviter_id AS inviter_id, i.day AS first,
            tupleElement(whose, 1) AS kind, tupleElement(whose, 2) AS id
        FROM $database.invitees AS i
        ARRAY JOIN [('campaign', i.campaign_id), ('group', i.group_id)] AS whose
    ),
    invited AS (SELECT brand_id, member_id, inviter_id, kind, id, first + later AS day FROM came ARRAY JOIN range(30) AS later)
SELECT
    s.brand_id AS brand_id,
    s.kind AS kind,
    s.id AS id,
    s.day AS day,
    uniqExact(s.member_id) AS inviters,
    uniqExactIf(i.member_id, ifNull(i.member_id, '') != '') AS invited,
    invited / inviters AS k
FROM active AS s
INNER JOIN $database.last_days AS l ON l.brand_id = s.brand_id
LEFT JOIN invited AS i
    ON i.brand_id = s.brand_id AND i.inviter_id = s.member_id AND i.kind = s.kind AND i.id = s.id AND i.day = s.day
WHERE s.day <= l.day
GROUP BY brand_id, kind, id, day;

-- M47: what distributors sold, by day of payment, and whom they invited. An order is the distributor's who is named first in it;
-- orders of nobody known count.
CREATE OR REPLACE VIEW $database.distributor_days AS
WITH
    parcels AS (
        SELECT
            e.brand_id AS brand_id, e.order_id AS parcel,
            max(JSONExtractString(e.raw, 'parent_order_id')) AS parent,
            argMinIf(JSONExtractString(e.raw, 'distributor_id'), (e.ts, e.event_id),
                JSONExtractString(e.raw, 'distributor_id') != '') AS distributor_id,
            maxIf(e.ts, e.type = 'paid') AS paid_at,
            sumIf(ifNull(e.paid_fen, 0), e.type = 'paid') AS paid,
            sumIf(ifNull(e.refund_fen, 0), e.type = 'refunded') AS refunded
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid', 'refunded') AND JSONExtractString(e.raw, 'refund_type') != 'cashback'
        GROUP BY brand_id, parcel
        HAVING paid > refunded AND distributor_id NOT IN ('', 'erased')
    ),
    orders AS (
        SELECT brand_id, p.distributor_id AS distributor_id, if(empty(p.parent), p.parcel, p.parent) AS order_id,
            toDate(max(p.paid_at), '$zone') AS day, sum(p.paid - p.refunded) AS net_fen
        FROM parcels AS p
        GROUP BY brand_id, distributor_id, order_id
    ),
    found AS (
        SELECT brand_id, distributor_id, day, count() AS orders, sum(o.net_fen) AS net_fen, 0 AS invitees
        FROM orders AS o
        GROUP BY brand_id, distributor_id, day
        UNION ALL
        SELECT i.brand_id AS brand_id, i.inviter_id AS distributor_id, i.day AS day, 0, 0, count()
        FROM $database.invitees AS i
        WHERE (i.brand_id, i.inviter_id) IN (SELECT brand_id, distributor_id FROM orders)
        GROUP BY brand_id, distributor_id, day
    )
SELECT
    f.brand_id AS brand_id,
    f.distributor_id AS distributor_id,
    f.day AS day,
    toUInt64(sum(f.orders)) AS orders,
    toInt64(sum(f.net_fen)) AS net_fen,
    toUInt64(sum(f.invitees)) AS invitees
FROM found AS f
GROUP BY brand_id, distributor_id, day;

-- A20: group purchases. How many members one takes is not in the events: it is complete with two whose orders are kept.
CREATE OR REPLACE VIEW $database.group_purchases AS
WITH
    parts AS (
        SELECT
            e.brand_id AS brand_id, JSONExtractString(e.raw, 'groupbuy_id') AS groupbuy_id, e.member_id AS member_id,
            if(empty(JSONExtractString(e.raw, 'parent_order_id')), e.order_id, JSONExtractString(e.raw, 'parent_order_id')) AS order_id,
            min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type IN ('placed', 'paid') AND e.member_id != '' AND groupbuy_id != ''
        GROUP BY brand_id, groupbuy_id, member_id, order_id
    ),
    begun AS (SELECT brand_id, groupbuy_id, min(p.at) AS at FROM parts AS p GROUP BY brand_id, groupbuy_id)
SELECT
    p.brand_id AS brand_id,
    p.groupbuy_id AS groupbuy_id,
    any(b.at) AS at,
    toDate(any(b.at), '$zone') AS day,
    uniqExact(p.member_id) AS members,
    uniqExactIf(p.member_id, ifNull(o.member_id, '') != '') AS buyers,
    buyers >= 2 AS complete,
    uniqExactIf(p.member_id, ifNull(i.at >= b.at, 0)
        AND (p.brand_id, p.groupbuy_id, ifNull(i.inviter_id, '')) IN (SELECT brand_id, groupbuy_id, member_id FROM parts)) AS new_members
FROM parts AS p
INNER JOIN begun AS b ON b.brand_id = p.brand_id AND b.groupbuy_id = p.groupbuy_id
LEFT JOIN $database.net_orders AS o ON o.brand_id = p.brand_id AND o.member_id = p.member_id AND o.order_id = p.order_id
LEFT JOIN $database.invitees AS i ON i.brand_id = p.brand_id AND i.member_id = p.member_id
GROUP BY brand_id, groupbuy_id;

-- A21: bargains and draws that others help with. All their events carry one submission_id; whose is the first began it.
CREATE OR REPLACE VIEW $database.bargains AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, toString(e.type) AS type, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            e.member_id AS member_id, min((e.ts, e.event_id)) AS first,
            argMin(JSONExtractString(e.raw, 'activity_id'), (e.ts, e.event_id)) AS activity_id
        FROM $database.events AS e FINAL
        WHERE e.type IN ('bargain', 'lottery') AND submission_id != '' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, type, submission_id, member_id
    ),
    begun AS (
        SELECT brand_id, type, submission_id, argMin((a.member_id, a.activity_id), a.first) AS began, min(tupleElement(a.first, 1)) AS at
        FROM acts AS a
        GROUP BY brand_id, type, submission_id
    ),
    came AS (
        SELECT brand_id, member_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined'
        GROUP BY brand_id, member_id
    )
SELECT
    b.brand_id AS brand_id,
    b.type AS type,
    b.submission_id AS submission_id,
    tupleElement(b.began, 2) AS activity_id,
    tupleElement(b.began, 1) AS member_id,
    b.at AS at,
    toDate(b.at, '$zone') AS day,
    countIf(a.member_id != tupleElement(b.began, 1)) AS helpers,
    countIf(a.member_id != tupleElement(b.began, 1)
        AND ifNull(c.at >= b.at AND c.at <= tupleElement(a.first, 1) + INTERVAL 7 DAY, 0)) AS joined
FROM begun AS b
INNER JOIN acts AS a ON a.brand_id = b.brand_id AND a.type = b.type AND a.submission_id = b.submission_id
LEFT JOIN came AS c ON c.brand_id = a.brand_id AND c.member_id = a.member_id
GROUP BY b.brand_id, b.type, b.submission_id, b.began, b.at;

-- Contests: who was first, or had most. A place stands once it is settled.

-- A03, A13, A14, A16, A31, A32: the entry of a member that counts, and its place. In the order of arrival it is the member's first
-- entry; of collected likes it is the one with most, and of equals the earlier.
CREATE OR REPLACE VIEW $database.contest_places AS
WITH
    acts AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, contest, e.role AS role,
            multiIf(e.type = 'dice', JSONExtractString(e.raw, 'round_id'),
                e.type = 'moments_like', JSONExtractString(e.raw, 'content_id'),
                JSONExtractString(e.raw, 'activity_id')) AS id,
            multiIf(e.type = 'quiz', toInt64(JSONExtract(e.raw, 'is_correct', 'Nullable(Bool)')),
                e.type = 'dice', JSONExtract(e.raw, 'dice_value', 'Nullable(Int64)'),
                e.type = 'like_collect', JSONExtract(e.raw, 'likes', 'Nullable(Int64)'), NULL) AS value,
            JSONExtractString(e.raw, 'submission_id') AS submission_id,
            (if(e.type = 'like_collect', -ifNull(value, 0), 0), e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN multiIf(e.type != 'quiz', [toString(e.type)],
            JSONExtractBool(e.raw, 'is_correct'), ['answer', 'right_answer'], ['answer']) AS contest
        WHERE e.type IN ('quiz', 'dice', 'like_collect', 'photo_share', 'moments_like') AND id != '' AND e.member_id != ''
    ),
    entries AS (
        SELECT brand_id, contest, id, member_id, min(a.rank) AS best, argMin((a.value, a.submission_id), a.rank) AS entry,
            max(tupleElement(a.rank, 2)) AS last
        FROM acts AS a
        WHERE a.role IN ('customer', 'kol')
        GROUP BY brand_id, contest, id, member_id
    ),
    houses AS (
        SELECT brand_id, id, argMin(a.value, a.rank) AS thrown
        FROM acts AS a
        WHERE a.contest = 'dice' AND a.role = 'staff'
        GROUP BY brand_id, id
    ),
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            argMax(JSONExtractString(e.raw, 'audit_state'), (e.ts, e.event_id)) AS state
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit' AND submission_id != ''
        GROUP BY brand_id, member_id, submission_id
    ),
    ranked AS (
        SELECT
            brand_id, contest, id, member_id, tupleElement(n.best, 2) AS at,
            tupleElement(n.entry, 1) AS value, tupleElement(n.entry, 2) AS submission_id,
            row_number() OVER (PARTITION BY brand_id, contest, id ORDER BY n.best) AS place,
            if(contest = 'like_collect', max(n.last) OVER (PARTITION BY brand_id, contest, id), at) AS told
        FROM entries AS n
    )
SELECT
    r.brand_id AS brand_id,
    r.contest AS contest,
    r.id AS id,
    r.member_id AS member_id,
    r.at AS at,
    toDate(r.at, '$zone') AS day,
    r.value AS value,
    r.place AS place,
    r.told < s.before AS settled,
    if(r.contest = 'dice', r.value > h.thrown, NULL) AS won,
    ifNull(a.state, '') AS audit_state
FROM ranked AS r
INNER JOIN $database.settled_times AS s ON s.brand_id = r.brand_id
LEFT JOIN houses AS h ON h.brand_id = r.brand_id AND h.id = r.id
LEFT JOIN audits AS a ON a.brand_id = r.brand_id AND a.member_id = r.member_id AND a.submission_id = r.submission_id;

-- A03: how many members answered a quiz, and how many of them rightly at their first try.
CREATE OR REPLACE VIEW $database.quizzes AS
SELECT
    brand_id,
    p.id AS activity_id,
    toDate(min(p.at), '$zone') AS day,
    count() AS members,
    countIf(ifNull(p.value, 0) = 1) AS right_answers,
    right_answers / members AS rate
FROM $database.contest_places AS p
WHERE p.contest = 'answer'
GROUP BY brand_id, activity_id;
