-- Keeps a slip; answers 1, or 0 where all is full.
local id, record, place, browser, print, now = unpack(ARGV, 1, 6)
local ttl, per_browser, total = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

-- As for trips: where one of the keys was evicted, the rest goes too.
local size = redis.call('HLEN', RECORDS)
if redis.call('HLEN', FACTS) ~= size or redis.call('ZCARD', BY_EXPIRY) ~= size
  or redis.call('ZCARD', BY_BROWSER) ~= size then
  redis.call('UNLINK', unpack(KEYS))
end

remove(id)

-- What has expired is not counted below, so it may go a few at a time. A place has 18 digits.
local expired = redis.call('ZRANGEBYLEX', BY_EXPIRY, '-', '(' .. now .. ';', 'LIMIT', 0, 64)
for _, member in ipairs(expired) do
  remove(string.sub(member, 20))
end

-- The live slips of this browser: those whose place lies after now (';' follows ':').
local from, to = '[' .. browser .. ':' .. now .. ';', '(' .. browser .. ';'
if redis.call('ZLEXCOUNT', BY_BROWSER, from, to) >= per_browser
  or redis.call('ZLEXCOUNT', BY_EXPIRY, '[' .. now .. ';', '+') >= total then
  local oldest = redis.call('ZRANGEBYLEX', BY_BROWSER, from, to, 'LIMIT', 0, 1)[1]
  if not oldest then return 0 end
  remove(string.match(oldest, '[^:]+$'))
end

redis.call('HSET', RECORDS, id, record)
redis.call('HSET', FACTS, id, place .. ' ' .. browser .. ' ' .. print)
redis.call('ZADD', BY_EXPIRY, 0, place .. ':' .. id)
redis.call('ZADD', BY_BROWSER, 0, browser .. ':' .. place .. ':' .. id)
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
return 1
