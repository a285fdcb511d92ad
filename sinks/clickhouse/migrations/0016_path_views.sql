-- The steps of campaigns, member by member.

-- A22, A24: sign-ins that ask for a number of days in a row, counted from the first. A day that is over and missing makes it fail;
-- a sign-in that makes up for the day mends it.
CREATE OR REPLACE VIEW $database.signin_runs AS
WITH
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS ts,
            JSONExtractString(e.raw, 'activity_id') AS activity_id, JSONExtractString(e.raw, 'bet_id') AS bet_id,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id, JSONExtractUInt(e.raw, 'required_days') AS required,
            ifNull(toDateOrNull(JSONExtractString(e.raw, 'local_day')), toDate(e.ts, '$zone')) AS day
        FROM $database.events AS e FINAL
        WHERE e.type = 'signin' AND e.member_id != '' AND e.role IN ('customer', 'kol')
    ),
    runs AS (
        SELECT
            brand_id, member_id, activity_id, bet_id, max(s.campaign_id) AS campaign_id, max(s.required) AS required,
            min(s.day) AS first, arrayFilter(d -> d < first + required, groupUniqArray(s.day)) AS days, max(s.ts) AS last_at
        FROM signed AS s
        GROUP BY brand_id, member_id, activity_id, bet_id
        HAVING required > 0
    )
SELECT
    r.brand_id AS brand_id,
    r.member_id AS member_id,
    r.activity_id AS activity_id,
    r.bet_id AS bet_id,
    r.campaign_id AS campaign_id,
    r.first AS day,
    r.required AS required_days,
    length(r.days) AS days,
    multiIf(days >= required_days, 'earned',
        arrayCount(d -> d < l.day, r.days) < least(toInt64(required_days), dateDiff('day', r.first, l.day)), 'failed',
        'active') AS state,
    r.last_at AS last_at
FROM runs AS r
INNER JOIN $database.last_days AS l ON l.brand_id = r.brand_id;

-- M44, M45, M46, A26: how far a member came on the three ways of a campaign, the steps in their order and within seven days of the
-- first. A step that names no campaign counts for all campaigns of the member.
CREATE OR REPLACE VIEW $database.campaign_paths AS
WITH
    told AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.group_id AS group_id, e.ts AS ts,
            JSONExtractString(e.raw, 'campaign_id') AS campaign_id,
            if(e.kind = 'join', JSONExtractString(e.raw, 'inviter_id'), '') AS inviter_id,
            multiIf(e.type = 'account.followed', 'followed', e.type = 'group.joined', 'joined', e.type = 'contact.added', 'contact',
                e.type = 'visited', 'visited', e.type = 'invite.sent', 'invited', e.type = 'enroll', 'enrolled',
                e.type = 'signin', 'signed_in', e.type IN ('share', 'moments_post'), 'shared',
                e.type = 'message' AND e.group_id != '' AND JSONExtractString(e.raw, 'msg_type') = 'image', 'posted',
                e.type = 'audit' AND JSONExtractString(e.raw, 'audit_state') = 'approved', 'approved',
                e.type = 'paid' AND arrayExists(line -> JSONExtractString(line, 'sku_type') = 'course',
                    JSONExtractArrayRaw(e.raw, 'lines')), 'paid', '') AS act
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND e.role IN ('customer', 'kol') AND (act != '' OR inviter_id != '') AND e.type IN (
            'account.followed', 'group.joined', 'contact.added', 'member.registered', 'visited', 'invite.sent', 'enroll', 'signin',
            'share', 'moments_post', 'message', 'audit', 'paid')
    ),
    posts AS (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS ts
        FROM $database.events AS e FINAL
        WHERE e.group_id != '' AND (e.type = 'broadcast' OR (e.type = 'message' AND e.role = 'staff'))
    ),
    acts AS (
        SELECT brand_id, member_id, campaign_id, ts, act FROM told WHERE act != ''
        UNION ALL
        SELECT t.brand_id, t.inviter_id, t.campaign_id, t.ts, 'brought' FROM told AS t
        WHERE t.inviter_id NOT IN ('', 'erased', t.member_id) AND t.act != 'invited'
        UNION ALL
        SELECT j.brand_id, j.member_id, j.campaign_id, p.ts, 'told'
        FROM (SELECT * FROM told WHERE act = 'joined') AS j
        ASOF INNER JOIN posts AS p ON p.brand_id = j.brand_id AND p.group_id = j.group_id AND p.ts >= j.ts
    ),
    campaigns AS (SELECT DISTINCT brand_id, member_id, campaign_id FROM acts WHERE campaign_id != ''),
    steps AS (
        SELECT a.brand_id AS brand_id, a.member_id AS member_id, c.campaign_id AS campaign_id, a.act AS act, a.ts AS ts,
            toUInt64(toUnixTimestamp64Milli(a.ts)) AS ms
        FROM acts AS a
        INNER JOIN campaigns AS c ON c.brand_id = a.brand_id AND c.member_id = a.member_id
        WHERE a.campaign_id IN ('', c.campaign_id)
    ),
    reached AS (
        SELECT
            brand_id, member_id, campaign_id, minIf(s.ts, s.act = 'followed') AS at,
            windowFunnel(604800000)(ms, act = 'followed', act = 'joined', act = 'told', act = 'posted', act = 'approved',
                act = 'signed_in') AS spreading,
            windowFunnel(604800000)(ms, act = 'followed', act = 'paid', act = 'contact', act = 'joined', act = 'told',
                act = 'signed_in', act = 'shared') AS product,
            windowFunnel(604800000)(ms, act = 'followed', act = 'visited', act = 'invited', act = 'brought', act = 'enrolled',
                act = 'joined') AS service
        FROM steps AS s
        GROUP BY brand_id, member_id, campaign_id
        HAVING spreading > 0
    ),
    completed AS (
        SELECT DISTINCT brand_id, member_id, campaign_id FROM $database.signin_runs WHERE state = 'earned'
    )
SELECT
    r.brand_id AS brand_id,
    way.1 AS path,
    r.campaign_id AS campaign_id,
    r.member_id AS member_id,
    r.at AS at,
    toDate(r.at, '$zone') AS day,
    way.2 AS stage,
    arrayElement(way.3, stage) AS step
FROM reached AS r
ARRAY JOIN [
    ('spreading', r.spreading, ['followed', 'joined', 'told', 'posted', 'approved', 'signed_in']),
    ('product', if(r.product = 7 AND ((r.brand_id, r.member_id, r.campaign_id) IN (SELECT * FROM completed)
            OR (r.brand_id, r.member_id, '') IN (SELECT * FROM completed)), 8, r.product),
        ['followed', 'paid', 'contact', 'joined', 'told', 'signed_in', 'shared', 'completed']),
    ('service', r.service, ['followed', 'visited', 'invited', 'brought', 'enrolled', 'joined'])] AS way;

-- A23: what was handed in, by the day on which it was judged, the last word counting. It was handed in with the first event of its
-- submission_id, else with the member's last picture in a group or share, up to seven days before.
CREATE OR REPLACE VIEW $database.audit_days AS
WITH
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id,
            if(empty(submission_id), e.event_id, submission_id) AS id,
            argMax(JSONExtractString(e.raw, 'activity_id'), (e.ts, e.event_id)) AS activity_id,
            argMax(JSONExtractString(e.raw, 'audit_state'), (e.ts, e.event_id)) AS state, max(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit'
        GROUP BY brand_id, member_id, submission_id, id
        HAVING state IN ('approved', 'rejected')
    ),
    handed AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, JSONExtractString(e.raw, 'submission_id') AS submission_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.kind = 'checkin' AND submission_id != ''
            AND (e.type != 'audit' OR JSONExtractString(e.raw, 'audit_state') = 'pending')
        GROUP BY brand_id, member_id, submission_id
    ),
    pictures AS (
        SELECT e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at
        FROM $database.events AS e FINAL
        WHERE e.member_id != '' AND (e.type = 'share'
            OR (e.type = 'message' AND e.group_id != '' AND JSONExtractString(e.raw, 'msg_type') = 'image'))
    ),
    judged AS (
        SELECT
            a.brand_id AS brand_id, a.activity_id AS activity_id, a.state AS state, a.at AS at,
            multiIf(h.at > 0 AND h.at <= a.at, h.at, p.at > 0 AND p.at >= a.at - INTERVAL 7 DAY, p.at, NULL) AS since
        FROM audits AS a
        LEFT JOIN handed AS h ON h.brand_id = a.brand_id AND h.member_id = a.member_id AND h.submission_id = a.submission_id
        ASOF LEFT JOIN pictures AS p ON p.brand_id = a.brand_id AND p.member_id = a.member_id AND p.at <= a.at
    )
SELECT
    j.brand_id AS brand_id,
    j.activity_id AS activity_id,
    toDate(j.at, '$zone') AS day,
    count() AS audits,
    countIf(j.state = 'approved') AS approved,
    approved / audits AS pass_rate,
    avgOrNull(dateDiff('millisecond', j.since, j.at)) / 60000 AS minutes
FROM judged AS j
GROUP BY brand_id, activity_id, day;

-- A08: a member's first sign-in after first coming into a group, and what an audit said of it: of the same submission, or where
-- it names none, the first word that followed in the same activity.
CREATE OR REPLACE VIEW $database.first_signins AS
WITH
    came AS (
        SELECT brand_id, member_id, min(e.ts) AS at
        FROM $database.events AS e FINAL
        WHERE e.type = 'group.joined' AND e.role IN ('customer', 'kol')
        GROUP BY brand_id, member_id
    ),
    signed AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, min(c.at) AS joined_at, min(e.ts) AS at,
            argMin((JSONExtractString(e.raw, 'activity_id'), JSONExtractString(e.raw, 'submission_id')), (e.ts, e.event_id)) AS told
        FROM $database.events AS e FINAL
        INNER JOIN came AS c ON c.brand_id = e.brand_id AND c.member_id = e.member_id
        WHERE e.type = 'signin' AND e.ts >= c.at
        GROUP BY brand_id, member_id
    ),
    audits AS (
        SELECT
            e.brand_id AS brand_id, e.member_id AS member_id, e.ts AS at, JSONExtractString(e.raw, 'activity_id') AS activity_id,
            JSONExtractString(e.raw, 'submission_id') AS submission_id, JSONExtractString(e.raw, 'audit_state') AS state
        FROM $database.events AS e FINAL
        WHERE e.type = 'audit' AND state IN ('approved', 'rejected')
    )
SELECT
    s.brand_id AS brand_id,
    s.member_id AS member_id,
    any(s.joined_at) AS joined_at,
    any(s.at) AS at,
    toDate(any(s.at), '$zone') AS day,
    dateDiff('millisecond', joined_at, at) / 3600000 AS hours,
    hours <= 24 AS within_day,
    ifNull(nullIf(if(tupleElement(any(s.told), 2) != '',
        argMaxIf(a.state, a.at, a.submission_id = tupleElement(s.told, 2)),
        argMinIf(a.state, a.at, a.activity_id = tupleElement(s.told, 1) AND a.at >= s.at)), ''), 'pending') AS audit_state
FROM signed AS s
LEFT JOIN audits AS a ON a.brand_id = s.brand_id AND a.member_id = s.member_id
GROUP BY brand_id, member_id;
