-- Parks a message; answers 1, or 0 where there is no room.
local id, body, place, trip, now = unpack(ARGV, 1, 5)
local size, ttl, max_bytes, max_count =
  tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

-- As for trips: where one of the keys was evicted, the rest goes too.
local count = redis.call('HLEN', BODIES)
local facts = redis.call('HLEN', FACTS)
if facts ~= (count > 0 and count + 1 or 0) or redis.call('ZCARD', BY_EXPIRY) ~= count
  or redis.call('HLEN', BY_TRIP) ~= count then
  redis.call('UNLINK', unpack(KEYS))
end

remove(id)
local older = redis.call('HGET', BY_TRIP, trip)
if older then remove(older) end

-- What has expired goes a few at a time, and for as long as its room is needed.
local removed = 0
while true do
  local bytes = tonumber(redis.call('HGET', FACTS, 'bytes') or 0)
  local room = bytes + size <= max_bytes and redis.call('HLEN', BODIES) < max_count
  if room and removed >= 64 then break end
  local expired = redis.call('ZRANGEBYLEX', BY_EXPIRY, '-', '(' .. now .. ';', 'LIMIT', 0, 1)[1]
  if not expired then
    if room then break end
    return 0
  end
  remove(string.sub(expired, 20))
  removed = removed + 1
end

redis.call('HSET', BODIES, id, body)
redis.call('HSET', FACTS, id, place .. ' ' .. ARGV[6] .. ' ' .. trip)
redis.call('HINCRBY', FACTS, 'bytes', size)
redis.call('ZADD', BY_EXPIRY, 0, place .. ':' .. id)
redis.call('HSET', BY_TRIP, trip, id)
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
return 1
