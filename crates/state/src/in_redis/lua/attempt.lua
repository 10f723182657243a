-- Counts an attempt for every key and answers 0, or counts none and answers how long to wait.
local now, most = tonumber(ARGV[1]), tonumber(ARGV[2])

-- As for trips: where one of the keys was evicted, the rest goes too.
if redis.call('HLEN', ENTRIES) ~= redis.call('ZCARD', BY_END) then
  redis.call('UNLINK', ENTRIES, BY_END)
end

local function attempts_and_allowed_at(name)
  local entry = redis.call('HGET', ENTRIES, name) or ''
  local attempts, allowed_at, ends_at = string.match(entry, '^(%d+) (%-?%d+) (%-?%d+)$')
  if not attempts or tonumber(ends_at) <= now then return 0, now end
  return tonumber(attempts), tonumber(allowed_at)
end

-- A key is five arguments: its name, and its rule.
local wait = 0
for i = 3, #ARGV, 5 do
  local _, allowed_at = attempts_and_allowed_at(ARGV[i])
  wait = math.max(wait, allowed_at - now)
end
if wait > 0 then return wait end

-- What is forgotten goes a few at a time; whatever else of it is left makes room first.
local forgotten = redis.call('ZRANGEBYSCORE', BY_END, '-inf', string.format('%.0f', now), 'LIMIT', 0, 64)
for _, name in ipairs(forgotten) do
  remove(name)
end

local ttl = 1
for i = 3, #ARGV, 5 do
  local name = ARGV[i]
  local free, first, longest, forget =
    tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local attempts = attempts_and_allowed_at(name) + 1
  remove(name)
  if redis.call('ZCARD', BY_END) >= most then
    local victim = redis.call('ZRANGE', BY_END, 0, 0)[1]
    if victim then remove(victim) end
  end
  local allowed_at = now
  if attempts > free then
    allowed_at = now + math.min(first * 2 ^ math.min(attempts - free - 1, 30), longest)
  end
  local ends_at = string.format('%.0f', now + forget)
  redis.call('HSET', ENTRIES, name, string.format('%.0f %.0f %s', attempts, allowed_at, ends_at))
  redis.call('ZADD', BY_END, ends_at, name)
  ttl = math.max(ttl, forget + 1)
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
return 0
