-- Forgets the attempts of these keys.
for _, name in ipairs(ARGV) do
  remove(name)
end
return 1
