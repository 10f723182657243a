-- Pending trips. The place of a trip is its expiry in digits that sort like the time, so that members
-- of the three sorted sets (all of score 0) lie in the order in which their trips expire.
--   records       hash, id -> the record
--   facts         hash, id -> place, browser and workspace
--   by_expiry     sorted set of place:id
--   by_browser    sorted set of browser:place:id
--   by_workspace  sorted set of workspace:place:id
local RECORDS, FACTS, BY_EXPIRY, BY_BROWSER, BY_WORKSPACE = unpack(KEYS)

-- Takes one trip out of everything and says whether it was there.
local function remove(id)
  local there = redis.call('HDEL', RECORDS, id) == 1
  local facts = redis.call('HGET', FACTS, id)
  if facts then
    local place, browser, workspace = string.match(facts, '^(%S+) (%S+) (%S+)$')
    if not place then
      redis.call('UNLINK', unpack(KEYS))
      return there
    end
    redis.call('HDEL', FACTS, id)
    redis.call('ZREM', BY_EXPIRY, place .. ':' .. id)
    redis.call('ZREM', BY_BROWSER, browser .. ':' .. place .. ':' .. id)
    redis.call('ZREM', BY_WORKSPACE, workspace .. ':' .. place .. ':' .. id)
  end
  return there
end
