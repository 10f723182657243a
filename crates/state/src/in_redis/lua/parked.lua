-- Parked messages. The place of a message is its expiry, as for trips.
--   bodies     hash, id -> the record
--   facts      hash, id -> place, size and trip; and the size of all messages under 'bytes'
--   by_expiry  sorted set of place:id, all of score 0
--   by_trip    hash, trip -> id
local BODIES, FACTS, BY_EXPIRY, BY_TRIP = unpack(KEYS)

-- Takes one message out of everything; answers its place if it was there.
local function remove(id)
  local there = redis.call('HDEL', BODIES, id) == 1
  local facts = redis.call('HGET', FACTS, id)
  if not facts then return nil end
  local place, size, trip = string.match(facts, '^(%S+) (%d+) (%S+)$')
  if not place then
    redis.call('UNLINK', unpack(KEYS))
    return nil
  end
  redis.call('HDEL', FACTS, id)
  redis.call('ZREM', BY_EXPIRY, place .. ':' .. id)
  if redis.call('HGET', BY_TRIP, trip) == id then redis.call('HDEL', BY_TRIP, trip) end
  if redis.call('HLEN', FACTS) > 1 then
    redis.call('HINCRBY', FACTS, 'bytes', 0 - tonumber(size))
  else
    redis.call('DEL', FACTS)
  end
  return there and place
end
