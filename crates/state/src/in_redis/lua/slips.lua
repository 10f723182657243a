-- Slips. The place of a slip is its expiry, as for trips.
--   records     hash, id -> the record
--   facts       hash, id -> place, browser and print
--   by_expiry   sorted set of place:id, all of score 0
--   by_browser  sorted set of browser:place:id, all of score 0
local RECORDS, FACTS, BY_EXPIRY, BY_BROWSER = unpack(KEYS)

local function facts_of(id)
  return string.match(redis.call('HGET', FACTS, id) or '', '^(%S+) (%S+) (%S+)$')
end

-- Takes one slip out of everything; answers its place if it was there.
local function remove(id)
  local there = redis.call('HDEL', RECORDS, id) == 1
  local place, browser = facts_of(id)
  redis.call('HDEL', FACTS, id)
  if not place then return nil end
  redis.call('ZREM', BY_EXPIRY, place .. ':' .. id)
  redis.call('ZREM', BY_BROWSER, browser .. ':' .. place .. ':' .. id)
  return there and place
end
