-- One row a member: what the profile holds, and the same from events alone. All is as of the profile's own as_of.
-- `$...` is put in by `streams.recompute.query`.
WITH
mine AS (
    SELECT brand_id, member_id, event_id, type, ts, group_id, staff_id, order_id, paid_fen, refund_fen, raw,
        _topic, _partition, _offset,
        toUnixTimestamp64Milli(ts) AS at,
        toInt64(toDate(ts, {zone:String})) AS day,
        role IN ($roles) AS own,
        own AND type IN ($acts) AS acts
    FROM $database.events FINAL
    WHERE member_id != '' AND cityHash64(brand_id, member_id) % {pages:UInt32} = {page:UInt32}
),
profiles AS (
    SELECT *, toUnixTimestamp64Milli(as_of) AS now, toInt64(toDate(as_of, {zone:String})) AS today
    FROM $database.member_profiles FINAL
    WHERE cityHash64(brand_id, member_id) % {pages:UInt32} = {page:UInt32}
),
seen AS (
    SELECT brand_id, member_id,
        min(at) AS first_at,
        maxIf(at, acts) AS last_act,
        arraySort(groupUniqArrayIf(day, acts)) AS act_days,
        maxIf(day, own AND type IN ($speaks)) AS spoke_on,
        countIf(own AND type IN ($speaks)) AS spoken,
        countIf(type IN ($arrivals)) AS arrivals,
        minIf(at, type IN ($arrivals)) AS arrived_at,
        minIf(at, acts AND type NOT IN ($arrivals)) AS acted_at,
        countIf(acts AND type NOT IN ($arrivals)) AS acted,
        countIf(type = 'paid') AS payments,
        minIf(at, type = 'paid') AS first_paid_at,
        $touches
    FROM mine GROUP BY brand_id, member_id
),
points AS (
    SELECT brand_id, member_id, groupArray((day, worth)) AS worths FROM (
        SELECT brand_id, member_id, day,
            sumIf(weight, capped) AS spent,
            sumIf(weight * exp2((at - day * 86400000) / $half_life), capped) AS cheap,
            sumIf(weight * exp2((at - day * 86400000) / $half_life), NOT capped) AS other,
            if(spent > $cap, cheap * $cap / spent, cheap) + other AS worth
        FROM (
            SELECT *, transform(type, [$acts], [$weights], 0.0) AS weight, type IN ($capped) AS capped FROM mine WHERE acts
        ) GROUP BY brand_id, member_id, day
    ) GROUP BY brand_id, member_id
),
each_order AS (
    SELECT brand_id, member_id,
        if(order_id = '', event_id, order_id) AS order_key,
        max(JSONExtractString(raw, 'parent_order_id')) AS parent,
        sumIf(ifNull(paid_fen, 0), type = 'paid') AS paid,
        sumIf(ifNull(refund_fen, 0), is_refund) AS back,
        countIf(type = 'paid') AS payments,
        maxIf(at, type = 'paid') AS paid_at,
        minIf(if(isNull(original), at, assumeNotNull(original)), is_refund) AS owed_at,
        sumIf($cost, type = 'paid') AS costs,
        maxIf($costed, type = 'paid') AS is_costed,
        $rights_of_order,
        $order_marks
    FROM (
        SELECT *,
            type = 'refunded' AND JSONExtractString(raw, 'refund_type') != 'cashback' AS is_refund,
            JSONExtractArrayRaw(raw, 'lines') AS lines,
            $original AS original
        FROM mine WHERE type IN ('paid', 'refunded')
    ) GROUP BY brand_id, member_id, order_key
),
net AS (
    SELECT brand_id, member_id, if(parent = '', concat('o', order_key), concat('p', parent)) AS whole,
        maxIf(paid_at, paid > back) AS last_at,
        toInt64(toDate(fromUnixTimestamp64Milli(last_at, 'UTC'), {zone:String})) AS on_day,
        sumIf(paid - back, paid > back) AS fen,
        greatest(sumIf(paid - back - drawn, paid > back), 0) AS cash,
        max(back > 0) = 0 AS is_clean,
        $net_marks
    FROM each_order GROUP BY brand_id, member_id, whole HAVING countIf(paid > back) > 0
),
bought AS (
    SELECT brand_id, member_id,
        arraySort(groupArray(last_at)) AS times,
        arraySort(groupArray(on_day)) AS order_days,
        sum(fen) AS spent, max(fen) AS largest,
        $net_days
    FROM net GROUP BY brand_id, member_id
),
money AS (
    SELECT brand_id, member_id, sum(paid - back - drawn) AS revenue, countIf(back > 0) AS refunds,
        $rights_of_money,
        groupArray((
            toInt64(toDate(fromUnixTimestamp64Milli(if(payments > 0, paid_at, owed_at), 'UTC'), {zone:String})), paid - back - drawn
        )) AS bookings,
        groupArrayIf((
            toInt64(toDate(fromUnixTimestamp64Milli(if(payments > 0, paid_at, owed_at), 'UTC'), {zone:String})),
            if(paid > back, paid - back - intDiv(costs * (paid - back), paid), paid - back)
        ), is_costed) AS margins
    FROM each_order GROUP BY brand_id, member_id
),
signins AS (
    SELECT brand_id, member_id,
        arraySort(groupUniqArray(
            if(JSONExtractString(raw, 'local_day') = '', day, toInt64(toDate(JSONExtractString(raw, 'local_day'))))
        )) AS days,
        arrayMap((one, place) -> one - toInt64(place), days, arrayEnumerate(days)) AS runs
    FROM mine WHERE type = 'signin' AND own GROUP BY brand_id, member_id
),
words_of_ties AS (
    SELECT brand_id, member_id, event_id, at, _topic, _partition, _offset,
        multiIf(startsWith(type, 'group.'), 'group', startsWith(type, 'contact.'), 'contact', 'follow') AS sort,
        multiIf(sort = 'group', group_id, sort = 'contact', staff_id, JSONExtractString(raw, 'channel_id')) AS name,
        type IN ('group.joined', 'contact.added', 'account.followed') AS says
    FROM mine
    WHERE type IN (
        'group.joined', 'group.left', 'group.kicked', 'group.banned', 'contact.added', 'contact.deleted',
        'contact.blocked', 'account.followed', 'account.unfollowed'
    )
),
ties AS (
    SELECT brand_id, member_id,
        countIf(sort = 'group' AND holds) AS groups,
        countIf(sort = 'contact' AND holds) AS contacts,
        countIf(sort = 'follow' AND holds) AS follows,
        countIf(sort != 'follow') AS had,
        minIf(since, sort = 'group' AND holds) AS in_since,
        maxIf(since, sort = 'group' AND holds) AS in_last,
        minIf(since, sort = 'follow' AND holds) AS follows_since,
        $vip_since AS vip_since
    FROM (
        SELECT brand_id, member_id, sort, name, argMax(says, (at, says)) AS holds, max(at) AS since
        FROM words_of_ties GROUP BY brand_id, member_id, sort, name
    ) GROUP BY brand_id, member_id
),
-- How many groups there were, in the order of arrival, from when on: what a grace looks back on. Only a partition keeps an order:
-- there, an event was judged no sooner than the member's latest time, and no later than the clock of the partition. Where a
-- member's events came by several (`ways`), any of the others may have been judged before; so all that is certain is that the
-- groups were never more than there are names, and that the last change was judged by the latest of the clocks (`upto`).
clocks AS (
    SELECT brand_id, event_id, max(at) OVER (PARTITION BY _topic, _partition ORDER BY _offset) AS clock
    FROM (SELECT *, toUnixTimestamp64Milli(ts) AS at FROM $database.events FINAL)
),
arrived AS (
    SELECT acts.*, clocks.clock AS clock FROM (
        SELECT brand_id, member_id, event_id, _topic, _partition, _offset, at, 1 AS tie, name, says FROM words_of_ties
        WHERE sort = 'group'
        UNION ALL
        SELECT brand_id, member_id, event_id, _topic, _partition, _offset, at, 0 AS tie, '' AS name, 0 AS says FROM mine
        WHERE NOT startsWith(type, 'group.')
    ) AS acts INNER JOIN clocks ON clocks.brand_id = acts.brand_id AND clocks.event_id = acts.event_id
),
group_steps AS (
    SELECT brand_id, member_id, clock, _topic, _partition, _offset,
        if(tie AND (at, says) > known, toInt64(says) - toInt64(known.2), 0) AS step,
        max(at) OVER (PARTITION BY brand_id, member_id ORDER BY clock, _topic, _partition, _offset) AS stamp,
        sum(step) OVER (PARTITION BY brand_id, member_id ORDER BY clock, _topic, _partition, _offset) AS total
    FROM (
        SELECT *, max((at, says)) OVER (
            PARTITION BY brand_id, member_id, tie, name ORDER BY clock, _topic, _partition, _offset
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS known FROM arrived
    )
),
group_spells AS (
    SELECT brand_id, member_id, spells, ways, upto, names FROM (
        SELECT brand_id, member_id,
            arraySort(one -> one.1, groupArray(((clock, _topic, _partition, _offset), stamp, total, clock))) AS spells
        FROM group_steps WHERE step != 0 GROUP BY brand_id, member_id
    ) AS steps INNER JOIN (
        SELECT brand_id, member_id, uniqExact(_topic, _partition) AS ways, uniqExactIf(name, tie) AS names,
            greatest(max(at), maxIf(clock, tie)) AS upto
        FROM arrived GROUP BY brand_id, member_id
    ) AS whole ON whole.brand_id = steps.brand_id AND whole.member_id = steps.member_id
),
carts AS (
    SELECT brand_id, member_id, groupArray((added, removed, bought)) AS items FROM (
        SELECT brand_id, member_id, JSONExtractString(line, 'sku') AS sku,
            maxIf(at, type = 'cart_added') AS added, maxIf(at, type = 'cart_removed') AS removed, maxIf(at, type = 'paid') AS bought
        FROM mine ARRAY JOIN JSONExtractArrayRaw(raw, 'lines') AS line
        WHERE own AND type IN ('cart_added', 'cart_removed', 'paid') AND sku != '' GROUP BY brand_id, member_id, sku
    ) GROUP BY brand_id, member_id
),
hands AS (
    SELECT brand_id, member_id, groupArrayIf(tag, holds) AS by_hand FROM (
        SELECT brand_id, member_id, JSONExtractString(raw, 'manual_tag', 'key') AS tag,
            argMax(type = 'tag.set', (at, type = 'tag.set')) AS holds
        FROM mine WHERE type IN ('tag.set', 'tag.cleared') GROUP BY brand_id, member_id, tag
    ) GROUP BY brand_id, member_id
),
marks AS (
    SELECT brand_id, member_id, day, mark.1 AS what, mark.2 AS word, toInt64(mark.3) AS amount
    FROM (
        SELECT brand_id, member_id, day, type, raw, at,
            JSONExtractArrayRaw(raw, 'lines') AS lines,
            at - toUnixTimestamp(toDateTime(toDate(day), {zone:String})) * 1000 AS ms_of_day
        FROM mine WHERE own
    ) ARRAY JOIN $marks AS mark
),
tallied AS (
    SELECT marks.brand_id AS brand_id, marks.member_id AS member_id,
        $tallies
    FROM marks INNER JOIN profiles ON profiles.brand_id = marks.brand_id AND profiles.member_id = marks.member_id
    GROUP BY brand_id, member_id
),
visits AS (
    SELECT brand_id, member_id,
        arraySort(groupUniqArray(at)) AS times,
        arrayFilter((one, number) -> number = 1 OR one - times[number - 1] > $session_gap, times, arrayEnumerate(times)) AS begun
    FROM mine WHERE own AND type = 'visited' GROUP BY brand_id, member_id
),
pushed AS (
    SELECT brand_id, member_id,
        groupUniqArrayIf((at, day), type = 'push_delivered') AS pushes,
        groupUniqArrayIf(at, type IN ('placed', 'paid') OR JSONExtractString(raw, 'kind') = 'checkin' AND type NOT IN ($given)) AS answers
    FROM mine WHERE own GROUP BY brand_id, member_id
),
acts_after_gifts AS (
    SELECT brand_id, member_id, arraySort(groupUniqArrayIf(
            (at, day), type = 'red_packet_claimed' OR JSONExtractString(raw, 'kind') = 'checkin' AND type != 'audit'
                AND JSONExtractString(raw, 'reward', 'type') = 'coupon'
        )) AS gifts,
        groupArrayIf((at, day), type IN ($speaks)) AS said
    FROM mine WHERE own GROUP BY brand_id, member_id
),
paid_orders AS (
    SELECT brand_id, member_id, groupArrayIf(paid_at, payments > 0) AS times FROM each_order GROUP BY brand_id, member_id
),
lines_seen AS (
    SELECT brand_id, member_id, type, at, day,
        if(parent != '', parent, if(order_id = '', event_id, order_id)) AS order_key,
        JSONExtractString(line, 'sku') AS sku, JSONExtractString(line, 'category') AS category
    FROM (SELECT *, JSONExtractString(raw, 'parent_order_id') AS parent FROM mine)
    ARRAY JOIN JSONExtractArrayRaw(raw, 'lines') AS line
    WHERE own AND type IN ('visited', 'cart_added', 'cart_removed', 'paid')
),
looks AS (
    SELECT brand_id, member_id, groupArray((sku, category, days, removed)) AS goods
    FROM (
        SELECT brand_id, member_id, sku, max(word) AS category,
            groupArrayIf((day, first_at), looked > 0) AS all_days,
            arrayFilter(one -> one.1 > arrayMax(all_days.1) - $kept_days, all_days) AS days,
            groupUniqArrayArray(taken_out) AS all_removed,
            arrayFilter(one -> one.1 > arrayMax(all_removed.1) - $kept_days * 86400000, all_removed) AS removed
        FROM (
            SELECT brand_id, member_id, sku, day, max(category) AS word,
                countIf(type != 'cart_removed') AS looked, minIf(at, type != 'cart_removed') AS first_at,
                groupUniqArrayIf((at, day), type = 'cart_removed') AS taken_out
            FROM lines_seen WHERE type != 'paid' AND sku != '' GROUP BY brand_id, member_id, sku, day
        ) GROUP BY brand_id, member_id, sku
    ) GROUP BY brand_id, member_id
),
decisions AS (
    SELECT brand_id, member_id, arraySlice(arraySort(groupArray((-paid_at, way))), 1, $last_orders) AS last
    FROM (
        SELECT decided.brand_id AS brand_id, decided.member_id AS member_id, paid_at,
            toInt64(toDate(fromUnixTimestamp64Milli(paid_at, 'UTC'), {zone:String})) AS paid_on,
            arrayFilter(one -> has(skus, one.1) OR has(categories, one.2), looks.goods) AS near,
            arrayCount(
                one -> arrayExists(look -> look.2 <= paid_at AND paid_on - look.1 <= $compare_days, one.3), near
            ) AS seen,
            arrayFlatten(arrayMap(
                one -> arrayMap(look -> look.2, arrayFilter(look -> look.2 <= paid_at AND paid_on - look.1 <= $before_days, one.3)),
                arrayFilter(one -> has(skus, one.1), near)
            )) AS own_looks,
            arraySum(arrayMap(
                one -> arrayCount(time -> time.1 <= paid_at AND paid_on - time.2 <= $before_days, one.4), near
            )) AS removals,
            if(empty(own_looks), NULL, paid_at - arrayMin(own_looks)) AS waited,
            multiIf(
                ifNull(waited <= $impulse_ms, 0) AND seen <= $impulse_goods, 'impulse', seen >= $compare_goods, 'compare',
                removals >= $hesitant_removals OR ifNull(waited >= $hesitant_ms, 0), 'hesitant', ''
            ) AS way
        FROM (
            SELECT brand_id, member_id, order_key, max(at) AS paid_at,
                groupUniqArrayIf(sku, sku != '') AS skus, groupUniqArrayIf(category, category != '') AS categories
            FROM lines_seen WHERE type = 'paid' GROUP BY brand_id, member_id, order_key
        ) AS decided
        LEFT JOIN looks ON looks.brand_id = decided.brand_id AND looks.member_id = decided.member_id
    ) GROUP BY brand_id, member_id
),
liked AS (
    SELECT brand_id, member_id, arraySort(groupArray((-round(worth / whole, 9), word, acts))) AS categories
    FROM (
        SELECT *, sum(worth) OVER (PARTITION BY brand_id, member_id) AS whole
        FROM (
            SELECT marks.brand_id AS brand_id, marks.member_id AS member_id, word,
                sum(amount * $liked_weights * exp2((day - today) / $liked_half_life)) AS worth,
                sumIf(amount, what != 'followed') AS acts
            FROM marks INNER JOIN profiles ON profiles.brand_id = marks.brand_id AND profiles.member_id = marks.member_id
            WHERE $liked_weights > 0 AND today - day BETWEEN 0 AND $liked_days - 1
            GROUP BY brand_id, member_id, word
        )
    ) GROUP BY brand_id, member_id
),
$levels
$rights
$complaints
$ledger
crowds AS (
    SELECT brand_id, member_id, max(words) > 64 AS crowded FROM (
        SELECT brand_id, member_id, what, uniqExact(word) AS words FROM marks WHERE word != '' GROUP BY brand_id, member_id, what
    ) GROUP BY brand_id, member_id
)
SELECT *, $tags
FROM (
SELECT p.brand_id AS brand_id, p.member_id AS member_id, p.now AS now, p.today AS today, p.tags AS held_tags,
    $held,
    hands.by_hand AS by_hand, group_spells.spells AS spells, group_spells.ways AS ways, group_spells.upto AS upto,
    group_spells.names AS names,
    ifNull(crowds.crowded, 0) OR length(carts.items) > 128 OR length(looks.goods) > $most_goods
        OR length(pushed.pushes) > $most_pushes OR length(acts_after_gifts.gifts) > $most_gifts OR $rights_crowded
        OR $complaints_crowded AS crowded,
    $features
FROM profiles AS p
LEFT JOIN seen ON seen.brand_id = p.brand_id AND seen.member_id = p.member_id
LEFT JOIN points ON points.brand_id = p.brand_id AND points.member_id = p.member_id
LEFT JOIN bought ON bought.brand_id = p.brand_id AND bought.member_id = p.member_id
LEFT JOIN money ON money.brand_id = p.brand_id AND money.member_id = p.member_id
LEFT JOIN signins ON signins.brand_id = p.brand_id AND signins.member_id = p.member_id
LEFT JOIN ties ON ties.brand_id = p.brand_id AND ties.member_id = p.member_id
LEFT JOIN group_spells ON group_spells.brand_id = p.brand_id AND group_spells.member_id = p.member_id
LEFT JOIN carts ON carts.brand_id = p.brand_id AND carts.member_id = p.member_id
LEFT JOIN hands ON hands.brand_id = p.brand_id AND hands.member_id = p.member_id
LEFT JOIN tallied ON tallied.brand_id = p.brand_id AND tallied.member_id = p.member_id
LEFT JOIN liked ON liked.brand_id = p.brand_id AND liked.member_id = p.member_id
LEFT JOIN visits ON visits.brand_id = p.brand_id AND visits.member_id = p.member_id
LEFT JOIN looks ON looks.brand_id = p.brand_id AND looks.member_id = p.member_id
LEFT JOIN pushed ON pushed.brand_id = p.brand_id AND pushed.member_id = p.member_id
LEFT JOIN acts_after_gifts ON acts_after_gifts.brand_id = p.brand_id AND acts_after_gifts.member_id = p.member_id
LEFT JOIN paid_orders ON paid_orders.brand_id = p.brand_id AND paid_orders.member_id = p.member_id
LEFT JOIN decisions ON decisions.brand_id = p.brand_id AND decisions.member_id = p.member_id
LEFT JOIN crowds ON crowds.brand_id = p.brand_id AND crowds.member_id = p.member_id
$levels_join
$rights_joins
$complaints_join
$ledger_join
)
