-- Keeps a stray of a connection: a list, the newest first, and a key for each reference that names the
-- connection. The reference is the first word of an element.
local STRAYS, REFERENCE = unpack(KEYS)
local element, connection = ARGV[1], ARGV[2]
local ttl, most = tonumber(ARGV[3]), tonumber(ARGV[4])
-- All but its last word, which is the reference, in whichever namespace.
local stem = string.match(REFERENCE, '^(.*:)[^:]+$')

redis.call('LPUSH', STRAYS, element)
redis.call('SET', REFERENCE, connection, 'PX', ttl)
while redis.call('LLEN', STRAYS) > most do
  local oldest = redis.call('RPOP', STRAYS)
  redis.call('DEL', stem .. string.match(oldest, '^(%S+) '))
end
redis.call('PEXPIRE', STRAYS, ttl)
return 1
