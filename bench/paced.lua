-- For wrk: each connection pauses before each request, for so many milliseconds on average, until
-- so many requests were sent in all; then their answers are waited for, and none is left under way.
-- Arguments: pause, requests, bytes of a body (0: GET).
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } moment; int clock_gettime(int, moment *);")

local NEVER = 3600000 -- ms
local threads = {}

local function now()
  local seen = ffi.new("moment[1]")
  ffi.C.clock_gettime(1, seen)
  return tonumber(seen[0].s) + tonumber(seen[0].ns) / 1e9
end

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  longest = 2 * tonumber(arguments[1]) - 1
  most = tonumber(arguments[2])
  sent, got, first, sending = 0, 0, 0, 0
  local bytes = tonumber(arguments[3])
  if bytes > 0 then
    wrk.method, wrk.body = "POST", string.rep("x", bytes)
  end
end

function delay()
  if first == 0 then
    first = now()
  end
  if sent >= most then
    return NEVER
  end
  sent = sent + 1
  if sent == most then
    sending = now() - first
  end
  return math.random(longest)
end

function response()
  got = got + 1
  if got >= most then
    wrk.thread:stop()
  end
end

function done()
  for _, thread in ipairs(threads) do
    print(string.format("Sent in %.3fs", thread:get("sending")))
  end
end
