-- Uses a trip up; answers its record, or nothing.
local id = ARGV[1]
local record = redis.call('HGET', RECORDS, id)
return remove(id) and record
