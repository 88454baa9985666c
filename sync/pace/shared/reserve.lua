-- Reserves moments for calls, by Redis' own clock: what reserve.sql does in a row, in a
-- hash. KEYS[1] is the account; ARGV is the run, then the fields of pace.Ask, with times
-- in microseconds.
--
-- A hash that is missing may have been lost, so nothing is reserved until all calls that
-- it may have held are over (forgotten). Nor is it if the line is longer than any can be: the
-- clock was set back, and no call would start until it is there again. A pause that was over
-- before would last as long.
local run = ARGV[1]
local calls, per_second, burst, margin = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local lost, pause, cut, granted, lowered = ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local quota, quota_for, well = tonumber(ARGV[11]), tonumber(ARGV[12]), ARGV[13] == '1'

local clock = redis.call('TIME')
local now = clock[1] * 1e6 + clock[2]

local fields = { 'due', 'paused', 'granted', 'lowered', 'cut', 'raised', 'quota', 'ends', 'margin' }
local was = {}
for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
	was[fields[i]] = tonumber(value or 0)
end
if redis.call('HGET', KEYS[1], 'run') ~= run and was.due < now then
	was = { due = was.due, paused = was.paused, granted = 0, lowered = 0, cut = 0, raised = 0, quota = 0, ends = 0, margin = 0 }
	lost = true
end
if was.cut > now then was.cut = 0 end
if was.raised > now then was.raised = 0 end

local function lower(a, b)
	if a == 0 or b > 0 and b < a then return b end
	return a
end

was.paused = math.max(was.paused, now + pause)
was.granted = lower(was.granted, granted)
was.lowered = lower(was.lowered, lowered)
was.margin = math.max(was.margin, margin)
if quota_for > 0 then
	was.quota, was.ends = quota, now + quota_for
elseif now >= was.ends then
	was.quota = 0
end

local goal = lower(per_second, was.granted)
if cut > 0 and was.cut + 1e6 <= now then
	was.lowered = math.max(lower(goal, was.lowered) * cut, math.min(0.1, goal))
	was.cut = now
elseif well and cut == 0 and was.lowered > 0 and math.max(was.cut, was.raised) + 1e6 <= now then
	was.lowered = was.lowered + goal / 20
	if was.lowered >= goal then was.lowered = 0 end
	was.raised = now
end

local most = math.floor(per_second) + 1
local grace = math.max(was.margin, 1e6 * (most / per_second - 1))
local force = lower(goal, was.lowered)
local apart = math.max(1e6 / lower(force, was.quota), (1e6 + grace) / most)
local forgotten = 1e6 + 1e6 * burst / per_second + grace
local base = math.max(now, was.paused)
if lost then base = math.max(base, now + forgotten) end
if was.due > base + forgotten + burst * math.max(apart, 6e7) then -- no quota spreads calls farther apart than a minute
	was.due, was.paused = 0, now + pause
	base = math.max(was.paused, now + forgotten)
end
local head, early, taken = math.max(was.due, base), apart * (burst - 1), 0
if base <= now + 1e6 then
	taken = math.max(0, math.min(calls, math.floor((now + 1e6 - head + early) / apart) + 1))
end
was.due = head + taken * apart

local kept = { 'run', run }
for _, field in ipairs(fields) do
	kept[#kept + 1] = field
	kept[#kept + 1] = string.format('%.17g', was[field])
end
redis.call('HSET', KEYS[1], unpack(kept))
redis.call('EXPIRE', KEYS[1], 86400 + math.ceil(math.max(was.paused - now, 0) / 1e6))

local answer = {}
for i, value in ipairs({ now, base, head, apart, early, taken, grace, force, math.max(was.paused - now, 0) }) do
	answer[i] = string.format('%.17g', value)
end
return answer
