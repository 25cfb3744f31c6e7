# Medians of the measurements of tools/bench, ours beside the best peer and the best floor, with the
# goals. Reads rows of peer,version,test,variant,dist,n,ops,seconds,ops_per_s,bytes_per_item.

function median(values, list, n, i, j, swap) {
  n = split(values, list, " ")
  for (i = 2; i <= n; ++i)
    for (j = i; j > 1 && list[j] + 0 < list[j - 1] + 0; --j) {
      swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap
    }
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
function number(value) {
  if (value >= 1e6) return sprintf("%.2f M/s", value / 1e6)
  if (value >= 1e3) return sprintf("%.1f k/s", value / 1e3)
  return sprintf("%.1f /s", value)
}
function ratio(ours, theirs) { return theirs > 0 ? sprintf("%.2fx", ours / theirs) : "-" }
# Whether `value` reaches a goal, in words.
function verdict(goal, value, least) {
  if (value == 0) return goal
  return goal (value >= least ? ": met" : sprintf(": missed by %.0f %%", 100 * (1 - value / least)))
}

{
  row = $3 " " $5 " " $6
  if ($3 ~ /^udp-packet-hops/) row = $3 " - " $6
  if (!(row in seen)) { seen[row] = ++rows; name[rows] = row }
  key = row SUBSEP $1 SUBSEP $4
  rates[key] = rates[key] " " $9
  bytes[key] = bytes[key] " " $10
  if (!(key in known)) { known[key] = 1; keys[++count] = key }
}

END {
  for (i = 1; i <= count; ++i) {
    split(keys[i], part, SUBSEP)
    rate = median(rates[keys[i]])
    row = part[1]
    if (part[2] == "meshsim") {
      own[row, part[3]] = rate
      own_bytes[row, part[3]] = median(bytes[keys[i]])
      variants[row] = variants[row] " " part[3]
    } else if (part[2] == "floor") {
      if (rate > floor_rate[row]) { floor_rate[row] = rate; floor_name[row] = part[3] }
      floor_of[row, part[3]] = rate
    } else if (rate > peer_rate[row]) {
      peer_rate[row] = rate; peer_name[row] = part[2] " " part[3]
    }
  }
  printf "%-34s %-10s %12s  %-26s %8s  %-20s %8s  %s\n", "WORKLOAD", "VARIANT", "OURS",
         "BEST PEER", "RATIO", "BEST FLOOR", "RATIO", "GOAL"
  for (i = 1; i <= rows; ++i) {
    row = name[i]
    n = split(variants[row], list, " ")
    for (j = 1; j <= n; ++j) {
      variant = list[j]
      rate = own[row, variant]
      against = peer_rate[row] > 0 ? rate / peer_rate[row] : 0
      below = floor_rate[row] > 0 ? rate / floor_rate[row] : 0
      goal = ""
      if (row == "hold exp 100000" && variant == "self")
        goal = verdict("4x peer", against, 4) ", " verdict("0.8 of floor", below, 0.8)
      if (row == "hold exp 1000000" && variant == "self") goal = verdict("5x peer", against, 5)
      if (row == "hold mixed 100000" && variant == "self") goal = verdict("3x peer", against, 3)
      if (row == "timeout95 - 100000")
        goal = verdict("1x lazy floor", rate / floor_of[row, "stdpq/lazy"], 1)
      if (row == "udp-packet-hops - 10000" && variant == "models")
        goal = verdict("20x peer", against, 20)
      if (row == "wan-flow-churn - 10000") goal = verdict("20x peer", against, 20)
      if (variant == "2-threads" && own[row, "models"] > 0)
        goal = verdict("1.8x of 1 thread", rate / own[row, "models"], 1.8)
      if (row ~ /^three-region/) goal = verdict("0.2 s", rate, 5)
      if (row ~ /^64-clusters/) goal = verdict("2 s", rate, 0.5)
      if (own_bytes[row, variant] > 0 && row ~ /^hold exp 1000000*$/ && variant == "self" && row != "hold exp 1000")
        goal = goal (goal == "" ? "" : ", ") verdict("70.4 B/event", 70.4 / own_bytes[row, variant], 1)
      printf "%-34s %-10s %12s  %-26s %8s  %-20s %8s  %s\n", row, variant, number(rate),
             (peer_rate[row] > 0 ? peer_name[row] " " number(peer_rate[row]) : "-"),
             ratio(rate, peer_rate[row]),
             (floor_rate[row] > 0 ? floor_name[row] " " number(floor_rate[row]) : "-"),
             ratio(rate, floor_rate[row]), goal
    }
  }
}
