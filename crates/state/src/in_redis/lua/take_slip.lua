-- Takes a slip out; answers its record, or nothing.
local id, now = ARGV[1], ARGV[2]
local record = redis.call('HGET', RECORDS, id)
local place = remove(id)
return place and place > now and record
