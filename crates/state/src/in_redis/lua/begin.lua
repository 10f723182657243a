-- Records a trip; answers 1, or 0 where all is full.
local id, record, place, browser, workspace, now = unpack(ARGV, 1, 6)
local ttl, per_browser, per_workspace, total =
  tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

-- A server short of memory may have evicted one of the keys. What is left of the others could neither
-- be found nor counted nor removed, so it goes too.
local size = redis.call('HLEN', RECORDS)
if redis.call('HLEN', FACTS) ~= size or redis.call('ZCARD', BY_EXPIRY) ~= size
  or redis.call('ZCARD', BY_BROWSER) ~= size or redis.call('ZCARD', BY_WORKSPACE) ~= size then
  redis.call('UNLINK', unpack(KEYS))
end

remove(id)

-- What has expired is not counted below, so it may go a few at a time: each trip brings one and takes
-- up to 64 away. A place has 18 digits.
local expired = redis.call('ZRANGEBYLEX', BY_EXPIRY, '-', '(' .. now .. ';', 'LIMIT', 0, 64)
for _, member in ipairs(expired) do
  remove(string.sub(member, 20))
end

-- The live trips of one owner: those whose place lies after now (';' follows ':').
local function live(owner)
  return '[' .. owner .. ':' .. now .. ';', '(' .. owner .. ';'
end

local function count(index, owner)
  return redis.call('ZLEXCOUNT', index, live(owner))
end

local function oldest(index, owner)
  local from, to = live(owner)
  local member = redis.call('ZRANGEBYLEX', index, from, to, 'LIMIT', 0, 1)[1]
  return member and string.match(member, '[^:]+$')
end

local function make_room(victim)
  if victim then remove(victim) end
  return victim
end

if count(BY_BROWSER, browser) >= per_browser then
  make_room(oldest(BY_BROWSER, browser))
end
if count(BY_WORKSPACE, workspace) >= per_workspace then
  make_room(oldest(BY_WORKSPACE, workspace))
end
if redis.call('ZLEXCOUNT', BY_EXPIRY, '[' .. now .. ';', '+') >= total
  and not make_room(oldest(BY_BROWSER, browser) or oldest(BY_WORKSPACE, workspace)) then
  return 0
end

redis.call('HSET', RECORDS, id, record)
redis.call('HSET', FACTS, id, place .. ' ' .. browser .. ' ' .. workspace)
redis.call('ZADD', BY_EXPIRY, 0, place .. ':' .. id)
redis.call('ZADD', BY_BROWSER, 0, browser .. ':' .. place .. ':' .. id)
redis.call('ZADD', BY_WORKSPACE, 0, workspace .. ':' .. place .. ':' .. id)
-- No key outlives the trip in it that expires last.
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
return 1
