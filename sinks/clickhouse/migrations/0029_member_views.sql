-- Members by what the others of their groups are and do, as tags of views ask for it.

-- T60: the most active fifth of a group that is dying or dead by its open alert of health, of the members who are still there.
CREATE OR REPLACE VIEW $database.group_seeds AS
WITH
    ending AS (
        SELECT brand_id, group_id, argMax(JSONExtractString(a.evidence, 'diagnosis'), (a.opened_at, a.version)) AS diagnosis
        FROM $database.alerts AS a FINAL
        WHERE a.kind = 'group_health' AND a.closed_at IS NULL
        GROUP BY brand_id, group_id
        HAVING diagnosis IN ('dying', 'dead')
    ),
    scores AS (
        SELECT m.brand_id AS brand_id, m.group_id AS group_id, m.member_id AS member_id, d.diagnosis AS diagnosis, s.score AS score
        FROM $database.group_members AS m
        INNER JOIN ending AS d ON d.brand_id = m.brand_id AND d.group_id = m.group_id
        INNER JOIN $database.group_layers AS s ON s.brand_id = m.brand_id AND s.group_id = m.group_id AND s.member_id = m.member_id
    ),
    limits AS (
        SELECT brand_id, group_id, quantileExact(0.8)(c.score) AS least, count() AS members
        FROM scores AS c GROUP BY brand_id, group_id
    )
SELECT
    c.brand_id AS brand_id, c.group_id AS group_id, c.member_id AS member_id, c.diagnosis AS diagnosis, c.score AS score,
    l.least AS least, l.members AS members
FROM scores AS c
INNER JOIN limits AS l ON l.brand_id = c.brand_id AND l.group_id = c.group_id
WHERE c.score >= l.least AND c.score > 0;

-- T76: in how many groups of one type a member is. The type is the last word on how a group grows, or else on its purpose; a group of
-- which neither was told has none.
CREATE OR REPLACE VIEW $database.repeated_memberships AS
WITH types AS (
    SELECT brand_id, group_id, argMaxIf(t.growth, (t.at, t.event_id), t.growth != '') AS growth_type,
        argMaxIf(t.purpose, (t.at, t.event_id), t.purpose != '') AS told_purpose,
        if(growth_type != '', growth_type, told_purpose) AS type
    FROM (
        SELECT e.brand_id AS brand_id, e.group_id AS group_id, e.ts AS at, e.event_id AS event_id,
            JSONExtractString(e.raw, 'group_meta', 'growth_type') AS growth,
            JSONExtractString(e.raw, 'group_meta', 'purpose') AS purpose
        FROM $database.events AS e FINAL
        WHERE e.type IN ('group.created', 'group.updated') AND e.group_id != ''
    ) AS t
    GROUP BY brand_id, group_id
)
SELECT m.brand_id AS brand_id, m.member_id AS member_id, t.type AS type, count() AS groups, arraySort(groupArray(m.group_id)) AS group_ids
FROM $database.group_members AS m
INNER JOIN types AS t ON t.brand_id = m.brand_id AND t.group_id = m.group_id
WHERE t.type != ''
GROUP BY brand_id, member_id, type;
