import { hash } from "node:crypto";

/*
 * The decision as Redis makes it, in one step for all counters of a request. Each counter is one key: the windows it has
 * counted in, the instant up to which its burst is used (GCRA), what its quotas have used. The clock is that of Redis.
 *
 * A window has 256 slots; it counts in whole slots, so that it holds in any span, and gives at most one slot in 256 away. All
 * windows that a counter has known lately count along, and one that is new to it begins with what the nearest has counted:
 * a limit that changes, or is not the same everywhere yet, forgets nothing.
 */

/** Slots of a window. */
export const SLOTS = 256;

/** The decision in Lua, for Redis 5 and later. Its arguments and its reply are made and read in wire.ts. */
export const COUNT_SCRIPT = `
local SLOTS = ${SLOTS}
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local place = 0
local function word() place = place + 1 return ARGV[place] end
local function number() return tonumber(word()) end

local function expand(window, state)
  local per, list = window[1], window[3]
  local width = per / SLOTS
  local current = math.floor(now / width)
  local out = { per = per, seen = math.min(window[2], now), width = width, current = current, total = 0, slots = {}, counts = {} }
  local slot, size = 0, 0
  for i = 1, #list, 2 do
    slot = slot + list[i]
    local at = slot
    if slot > current then
      -- The clock was set back: what lies ahead of it counts as of now, once and for all.
      at, state.moved = current, true
    end
    if at + SLOTS >= current then
      if size == 0 or out.slots[size] ~= at then
        size = size + 1
        out.slots[size], out.counts[size] = at, 0
      end
      out.counts[size] = out.counts[size] + list[i + 1]
      out.total = out.total + list[i + 1]
    end
  end
  return out
end

local function pack(window)
  local list, last = {}, 0
  for i, slot in ipairs(window.slots) do
    list[#list + 1], list[#list + 2] = slot - last, window.counts[i]
    last = slot
  end
  return { window.per, window.seen, list }
end

local function add(window, at, cost)
  local slot, size = math.floor(at / window.width), #window.slots
  for i = size, 1, -1 do
    if window.slots[i] == slot then
      cost = math.max(cost, -window.counts[i])
      window.counts[i] = window.counts[i] + cost
      window.total = window.total + cost
      return
    end
  end
  if cost <= 0 then return end
  window.slots[size + 1], window.counts[size + 1] = slot, cost
  window.total = window.total + cost
end

-- What the shortest of the longer windows has counted, or the longest there is.
local function seeded(state, per)
  local from
  for _, other in ipairs(state.windows) do
    local fitter = not from or (other.per > per and (from.per < per or other.per < from.per)) or (other.per < per and from.per < per and other.per > from.per)
    if fitter then from = other end
  end
  local list, last = {}, 0
  if from then
    for i, slot in ipairs(from.slots) do
      local at = math.floor(math.min((slot + 1) * from.width, now) / (per / SLOTS))
      list[#list + 1], list[#list + 2] = at - last, from.counts[i]
      last = at
    end
  end
  return expand({ per, now, list }, state)
end

local function load(key)
  local kept = redis.call('GET', key)
  local raw = kept and cmsgpack.unpack(kept) or { w = {}, t = 0, q = {} }
  local state = { key = key, windows = {}, tat = raw.t, quotas = raw.q }
  for _, window in ipairs(raw.w) do
    if now - window[2] < 2 * window[1] then state.windows[#state.windows + 1] = expand(window, state) end
  end
  return state
end

local function save(state, expiry)
  local windows = {}
  for i, window in ipairs(state.windows) do
    windows[i] = pack(window)
    if window.total > 0 then expiry = math.max(expiry, window.per + window.width) end
  end
  expiry = math.max(expiry, state.tat - now)
  redis.call('SET', state.key, cmsgpack.pack({ w = windows, t = state.tat, q = state.quotas }), 'PX', math.ceil(expiry / 1000) + 1)
end

local function windowRule(state, cost)
  local most, per = number(), number()
  local window
  for _, known in ipairs(state.windows) do if known.per == per then window = known end end
  if not window then
    window = seeded(state, per)
    state.fresh[#state.fresh + 1] = window
  end
  window.seen = now
  local wait, over, newest = 0, window.total + cost - most, #window.slots
  if cost > most then wait = -1
  elseif over > 0 then
    local i = 1
    while i < newest and over > window.counts[i] do over, i = over - window.counts[i], i + 1 end
    wait = (window.slots[i] + SLOTS + 1) * window.width - now
  end
  return { wait = wait, left = most - window.total, reset = function() return #window.slots == 0 and 0 or (window.slots[#window.slots] + SLOTS + 1) * window.width - now end, expiry = 0, take = function() end }
end

local function burstRule(state, cost)
  local most, per, burst = number(), number(), number()
  local interval = per / most
  local tolerance = burst * interval
  local tat = math.max(state.tat, now)
  if tat > now + tolerance then
    tat, state.moved = now + tolerance, true
    state.tat = tat
  end
  local wait = cost > burst and -1 or math.max(0, tat + cost * interval - tolerance - now)
  -- Half a microsecond of rounding is no reason.
  if wait > 0 and wait < 0.5 then wait = 0 end
  return { wait = wait, left = math.floor((tolerance - (tat - now)) / interval + 0.000001), reset = function() return math.max(0, state.tat - now) end, expiry = 0,
    take = function() state.tat = tat + cost * interval end, back = function(amount) state.tat = state.tat - amount * interval end }
end

local function quotaRule(state, cost)
  local name, most, count = word(), number(), number()
  local finish, last
  for i = 1, count do
    last = number()
    if not finish and last > now then finish = last end
  end
  -- A caller whose clock is far off: a period of one second is wrong for as short as can be.
  if not finish then finish = now + 1000000 end
  local kept = state.quotas[name]
  -- A period that has begun stays begun, though the clock was set back: it is over when its end has come.
  if not kept or kept[1] <= now or kept[1] > math.max(finish, last) then kept = { finish, 0, now } end
  local wait = cost > most and -1 or (kept[2] + cost > most and kept[1] - now or 0)
  return { wait = wait, left = most - kept[2], reset = function() return kept[1] - now end, expiry = kept[1] - now,
    take = function() kept[2], state.quotas[name] = kept[2] + cost, kept end,
    calendar = true, back = function(amount, at) if at >= kept[3] then kept[2], state.quotas[name] = math.max(0, kept[2] - amount), kept end end }
end

local RULES = { window = windowRule, burst = burstRule, quota = quotaRule }
local takes, givenAt = true, number()
-- Below 0 quotas alone give back.
local whole = givenAt > 0
givenAt = math.abs(givenAt)
local demands = {}
for i, key in ipairs(KEYS) do
  local state = load(key)
  state.fresh = {}
  local demand = { state = state, cost = number(), dry = number() == 1, wait = 0, rules = {}, expiry = 0 }
  for rule = 1, number() do
    local judged = RULES[word()](state, demand.cost)
    demand.rules[rule] = judged
    demand.expiry = math.max(demand.expiry, judged.expiry)
    if judged.wait < 0 or demand.wait < 0 then demand.wait = -1 else demand.wait = math.max(demand.wait, judged.wait) end
  end
  for _, window in ipairs(state.fresh) do state.windows[#state.windows + 1] = window end
  if demand.wait ~= 0 and not demand.dry then takes = false end
  demands[i] = demand
end

local reply = { now }
for _, demand in ipairs(demands) do
  local state, cost = demand.state, demand.cost
  local taken = givenAt == 0 and takes and demand.wait == 0
  if givenAt > 0 then
    if whole then for _, window in ipairs(state.windows) do add(window, givenAt, -cost) end end
    for _, rule in ipairs(demand.rules) do if rule.calendar or (whole and rule.back) then rule.back(cost, givenAt) end end
    save(state, demand.expiry)
  elseif taken and cost > 0 then
    for _, window in ipairs(state.windows) do add(window, now, cost) end
    for _, rule in ipairs(demand.rules) do rule.take() end
    save(state, demand.expiry)
  elseif state.moved then
    save(state, demand.expiry)
  end
  reply[#reply + 1] = taken and 1 or 0
  reply[#reply + 1] = demand.wait < 0 and -1 or math.ceil(demand.wait / 1000)
  for _, rule in ipairs(demand.rules) do
    reply[#reply + 1] = math.max(0, rule.left - (taken and cost or 0))
    reply[#reply + 1] = math.ceil(rule.reset() / 1000)
  end
end
return reply
`;

/** What Redis knows the script by. */
export const COUNT_DIGEST = hash("sha1", COUNT_SCRIPT, "hex");
