-- Goes on, to keep a slip, only where the one that is there is the one that was seen.
do
  local id, now, seen = ARGV[1], ARGV[6], ARGV[10]
  local place, _, print = facts_of(id)
  if not place or place <= now or print ~= seen or redis.call('HEXISTS', RECORDS, id) == 0 then
    return 0
  end
end
