-- Takes a parked message out; answers its record, or nothing.
local id, now = ARGV[1], ARGV[2]
local body = redis.call('HGET', BODIES, id)
local place = remove(id)
return place and place > now and body
