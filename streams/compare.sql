WITH
mine AS (
    SELECT * FROM $database.events FINAL
    WHERE member_id != '' AND cityHash64(brand_id, member_id) % {pages:UInt32} = {page:UInt32}
),
seen AS (
    SELECT brand_id, member_id,
        min(ts) AS first_ts,
        maxIf(ts, role IN ($roles) AND type IN ($acts)) AS last_act,
        countIf(role IN ($roles) AND type IN ($acts)) AS acts,
        groupUniqArrayIf(toDate(ts, {zone:String}), role IN ($roles) AND type IN ($acts)) AS act_days,
        countIf(type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered')) AS arrivals,
        minIf(ts, type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered')) AS joined,
        countIf(type = 'paid') AS payments,
        minIf(ts, type = 'paid') AS first_paid
    FROM mine GROUP BY brand_id, member_id
),
each_order AS (
    SELECT brand_id, member_id,
        if(order_id = '', event_id, order_id) AS order_key,
        max(JSONExtractString(raw, 'parent_order_id')) AS parent,
        sumIf(ifNull(paid_fen, 0), type = 'paid') AS paid,
        sumIf(ifNull(refund_fen, 0), type = 'refunded' AND JSONExtractString(raw, 'refund_type') != 'cashback') AS back,
        countIf(type = 'paid') AS payments,
        maxIf(ts, type = 'paid') AS paid_at,
        minIf(
            multiIf(
                JSONType(raw, 'paid_ts_orig') IN ('Int64', 'UInt64'),
                fromUnixTimestamp64Milli(JSONExtractInt(raw, 'paid_ts_orig'), 'UTC'),
                JSONExtractString(raw, 'paid_ts_orig') != '',
                parseDateTime64BestEffort(JSONExtractString(raw, 'paid_ts_orig'), 3, 'UTC'),
                ts
            ),
            type = 'refunded' AND JSONExtractString(raw, 'refund_type') != 'cashback'
        ) AS owed_at
    FROM mine WHERE type IN ('paid', 'refunded') GROUP BY brand_id, member_id, order_key
),
net AS (
    SELECT brand_id, member_id, if(parent = '', concat('o', order_key), concat('p', parent)) AS whole,
        maxIf(paid_at, paid > back) AS at, countIf(paid > back) AS parcels
    FROM each_order GROUP BY brand_id, member_id, whole
),
bought AS (
    SELECT brand_id, member_id, groupArray(at) AS times, max(at) AS last_paid FROM net WHERE parcels > 0
    GROUP BY brand_id, member_id
),
money AS (
    SELECT brand_id, member_id, sum(paid - back) AS revenue, countIf(back > 0) AS refunds,
        groupArray((toDate(if(payments > 0, paid_at, owed_at), {zone:String}), paid - back)) AS bookings
    FROM each_order GROUP BY brand_id, member_id
),
signins AS (
    SELECT brand_id, member_id,
        arraySort(groupUniqArray(toInt64(
            if(JSONExtractString(raw, 'local_day') = '', toDate(ts, {zone:String}), toDate(JSONExtractString(raw, 'local_day')))
        ))) AS days,
        arrayMap((day, place) -> day - toInt64(place), days, arrayEnumerate(days)) AS runs
    FROM mine WHERE type = 'signin' AND role IN ($roles) GROUP BY brand_id, member_id
),
ties AS (
    SELECT brand_id, member_id, countIf(holds) AS groups FROM (
        SELECT brand_id, member_id, group_id, argMax(type = 'group.joined', (ts, type = 'group.joined')) AS holds
        FROM mine WHERE type IN ('group.joined', 'group.left', 'group.kicked', 'group.banned')
        GROUP BY brand_id, member_id, group_id
    ) GROUP BY brand_id, member_id
),
hands AS (
    SELECT brand_id, member_id, groupArrayIf(tag, holds) AS by_hand FROM (
        SELECT brand_id, member_id, JSONExtractString(raw, 'manual_tag', 'key') AS tag,
            argMax(type = 'tag.set', (ts, type = 'tag.set')) AS holds
        FROM mine WHERE type IN ('tag.set', 'tag.cleared') GROUP BY brand_id, member_id, tag
    ) GROUP BY brand_id, member_id
)
SELECT p.brand_id AS brand_id, p.member_id AS member_id,
    p.tags AS tags, hands.by_hand AS by_hand,
    p.first_seen AS held_first_seen, p.last_seen AS held_last_seen, p.activity AS held_activity,
    p.activity_freq AS held_activity_freq, p.r_days AS held_r_days, p.f AS held_f, p.m_fen AS held_m_fen,
    p.orders AS held_orders, p.revenue_fen AS held_revenue_fen, p.last_paid_at AS held_last_paid_at,
    p.streak_days AS held_streak_days, p.longest_streak_days AS held_longest_streak_days,
    p.checkin_days AS held_checkin_days, p.groups AS held_groups,
    toDate(p.as_of, {zone:String}) AS today,
    arrayMap(at -> toDate(at, {zone:String}), bought.times) AS order_days,
    seen.first_ts AS first_seen,
    if(seen.acts > 0, seen.last_act, seen.first_ts) AS last_seen,
    toInt64(length(order_days)) AS orders,
    toInt64(money.revenue) AS revenue_fen,
    if(orders > 0, bought.last_paid, NULL) AS last_paid_at,
    if(orders > 0, toInt64(today - toDate(bought.last_paid, {zone:String})), NULL) AS r_days,
    toInt64(arrayCount(day -> today - day <= 365, order_days)) AS f,
    toInt64(arraySum(arrayMap(one -> if(today - one.1 <= 365, one.2, 0), money.bookings))) AS m_fen,
    toInt64(arrayCount(day -> today - day <= 90, order_days)) AS lately,
    multiIf(lately >= 6, 'high', lately >= 3, 'mid', lately >= 1, 'low', 'none') AS activity_freq,
    multiIf(
        seen.arrivals = 0, seen.first_paid, seen.payments = 0, seen.joined, greatest(seen.joined, seen.first_paid)
    ) AS began,
    today - multiIf(
        orders > 0, toDate(bought.last_paid, {zone:String}),
        seen.acts > 0, arrayMax(seen.act_days),
        toDate(seen.first_ts, {zone:String})
    ) AS silent,
    multiIf(
        (seen.arrivals > 0 OR seen.payments > 0) AND today - toDate(began, {zone:String}) <= 30, 'new',
        silent <= 90, 'active',
        silent <= 180, 'sleeping',
        'lost'
    ) AS activity,
    toInt64(length(signins.days)) AS checkin_days,
    if(checkin_days = 0, 0, toInt64(arrayMax(arrayMap(run -> countEqual(signins.runs, run), signins.runs)))) AS longest_streak_days,
    if(
        checkin_days > 0 AND signins.days[-1] >= toInt64(today) - 1,
        toInt64(countEqual(signins.runs, signins.runs[-1])), 0
    ) AS streak_days,
    toInt64(ties.groups) AS groups,
    toUInt8(activity = 'new') AS `tag_activity.new`, toUInt8(activity = 'active') AS `tag_activity.active`,
    toUInt8(activity = 'sleeping') AS `tag_activity.sleeping`, toUInt8(activity = 'lost') AS `tag_activity.lost`,
    toUInt8(lately >= 6) AS `tag_freq.high`, toUInt8(lately BETWEEN 3 AND 5) AS `tag_freq.mid`,
    toUInt8(lately BETWEEN 1 AND 2) AS `tag_freq.low`,
    toUInt8(orders >= 1) AS `tag_value.buyer`, toUInt8(orders >= 2) AS `tag_value.repeat_buyer`,
    toUInt8(money.refunds >= 1) AS `tag_value.refunded`,
    toUInt8(arrayCount(day -> today - day < 30, seen.act_days) >= 12) AS `tag_habit.high_activity`,
    toUInt8(streak_days >= 7) AS `tag_habit.streak_7`
FROM (
    SELECT * FROM $database.member_profiles FINAL
    WHERE cityHash64(brand_id, member_id) % {pages:UInt32} = {page:UInt32}
) AS p
LEFT JOIN seen ON seen.brand_id = p.brand_id AND seen.member_id = p.member_id
LEFT JOIN bought ON bought.brand_id = p.brand_id AND bought.member_id = p.member_id
LEFT JOIN money ON money.brand_id = p.brand_id AND money.member_id = p.member_id
LEFT JOIN signins ON signins.brand_id = p.brand_id AND signins.member_id = p.member_id
LEFT JOIN ties ON ties.brand_id = p.brand_id AND ties.member_id = p.member_id
LEFT JOIN hands ON hands.brand_id = p.brand_id AND hands.member_id = p.member_id
