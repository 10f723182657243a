-- Attempts that are counted. Times are milliseconds since 1970, which a number of Lua holds exactly.
--   entries  hash, name -> attempts, when the next is allowed, and when they are forgotten
--   by_end   sorted set of names, by when they are forgotten
local ENTRIES, BY_END = unpack(KEYS)

local function remove(name)
  redis.call('HDEL', ENTRIES, name)
  redis.call('ZREM', BY_END, name)
end
