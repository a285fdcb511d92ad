-- Contests within the period that was announced.

-- A03, A13, A14, A16, A31, A32, N03: the entry of a member that counts, and its place, among the entries within the announced period.
-- In the order of arrival it is the member's first entry; of collected likes it is the one with most, and of equals the earlier. A
-- ranking by likes is settled when nothing that came before its end can be late any more.
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
            e.ts AS at, (if(e.type = 'like_collect', -ifNull(value, 0), 0), e.ts, e.event_id) AS rank
        FROM $database.events AS e FINAL
        ARRAY JOIN multiIf(e.type != 'quiz', [toString(e.type)],
            JSONExtractBool(e.raw, 'is_correct'), ['answer', 'right_answer'], ['answer']) AS contest
        WHERE e.type IN ('quiz', 'dice', 'like_collect', 'photo_share', 'moments_like') AND id != '' AND e.member_id != ''
    ),
    entries AS (
        SELECT a.brand_id AS brand_id, a.contest AS contest, a.id AS id, a.member_id AS member_id,
            min(a.rank) AS best, argMin((a.value, a.submission_id), a.rank) AS entry,
            max(a.at) AS last, any(p.closes_at) AS closes_at, any(p.goal) AS goal
        FROM acts AS a
        LEFT JOIN $database.activities AS p ON p.brand_id = a.brand_id AND p.activity_id = a.id
        WHERE a.role IN ('customer', 'kol') AND ifNull(a.at >= p.opens_at, 1) AND ifNull(a.at < p.closes_at, 1)
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
            tupleElement(n.entry, 1) AS value, tupleElement(n.entry, 2) AS submission_id, n.goal AS goal,
            row_number() OVER (PARTITION BY brand_id, contest, id ORDER BY n.best) AS place,
            if(contest = 'like_collect', ifNull(n.closes_at, max(n.last) OVER (PARTITION BY brand_id, contest, id)), at) AS told
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
    ifNull(a.state, '') AS audit_state,
    if(r.contest = 'like_collect', r.value >= r.goal, NULL) AS reached
FROM ranked AS r
INNER JOIN $database.settled_times AS s ON s.brand_id = r.brand_id
LEFT JOIN houses AS h ON h.brand_id = r.brand_id AND h.id = r.id
LEFT JOIN audits AS a ON a.brand_id = r.brand_id AND a.member_id = r.member_id AND a.submission_id = r.submission_id;
