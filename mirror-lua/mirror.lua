-- mirror.lua 1.0.0: HAProxy sends copies of requests to one or more shadows; no client waits for them.
--
-- What it does   A filter keeps what passes it anyway: the head of a request when HAProxy's own
--                rules are done with it, and the body piece by piece. When the request is complete,
--                a copy is queued, and a task of HAProxy sends it over a keep-alive connection and
--                throws the answer away. Method, target, order and repeats of headers, Host and
--                body are the request's. Framing is our own, what belongs to the client's
--                connection and the headers of MIRROR_REMOVE are left out, and a marker is added.
--                A request that its client broke off, or whose body is not as long as announced, is
--                not copied.
--                A copy is sent at most once, and each request ends in one place of the account:
--                    seen = sent + dropped{reason} + failed{reason} + queued
-- What it costs  CPU of HAProxy: 20 to 40 microseconds per mirrored GET; a route without the filter
--                pays nothing. Memory per thread and shadow: MIRROR_QUEUE_BYTES at most.
-- Its limits     Bodies up to MIRROR_MAX_BODY. Copies are HTTP/1.1 without TLS, without trailers;
--                CONNECT is not copied, and of a WebSocket session only what opens it. Copies of
--                one client may overtake each other. Figures and limits are per thread; figures start at 0 with each process.
--                Of an answer 256 lines are read at most (interim answers, fields, chunks); a longer
--                one ends its connection, and counts as a failure where the status never came.
--
-- Needs HAProxy 2.6 or newer with Lua, and lua-load-per-thread:
--   global
--       lua-load-per-thread /usr/local/etc/haproxy/mirror.lua
--   frontend gateway
--       http-request del-header X-Mirrored-By unless { req.fhdr(X-Mirrored-By),lua.mirror_is_copy -m bool }
--       http-request set-var(txn.mirror.shadow) bool(true) if { rand(10000) lt 5000 }
--   backend api
--       filter lua.mirror
--   backend shadow                       # a shadow is a backend: health checks, DNS, several servers
--       server shadow 192.0.2.1:8080 check
--   frontend stats
--       http-request use-service lua.mirror_metrics if { path /mirroring }
--       http-request use-service lua.mirror_json    if { path /mirroring.json }
--
-- Settings are environment variables, because HAProxy 2.6 hands Lua no arguments; set them with
-- `presetenv` above lua-load-per-thread, or with `setenv` what a reload may change (what presetenv
-- set at the start, HAProxy 2.8 and 3.0 keep on a reload). Times are such as 500ms or 5s, sizes such
-- as 64k or 16m.
--   MIRROR_TO               shadow         the backends that get copies of what txn.mirror.<name> selects
--   MIRROR_REMOVE           (none)         headers that the primary gets and copies lack
--   MIRROR_KEEP             X-Forwarded-For X-Real-IP X-Request-Id X-Route
--                                          headers that the gateway sets. Others are left out when a
--                                          client's Connection names them; Host never is
--   MIRROR_HOST             (the client's) Host of the copies
--   MIRROR_HEADER           X-Mirrored-By  the marker's name
--   MIRROR_MARKER           (random)       the marker's value; gateways in a row need the same. A secret:
--                                          who knows it can pass requests off as copies. With another
--                                          one a copy that comes back is still known, by its
--                                          X-Mirror-Passed
--   MIRROR_MAX_BODY         16m            a longer body is not copied
--   MIRROR_QUEUE_ITEMS      10000          requests and
--   MIRROR_QUEUE_BYTES      64m            bytes that may wait or be under way
--   MIRROR_CONNECTIONS      32             to a shadow
--   MIRROR_IDLE             1s             how long a connection waits for the next copy
--   MIRROR_CONNECT_TIMEOUT  1s             for a connection
--   MIRROR_ANSWER_TIMEOUT   5s             for sending a copy and getting the first line of the answer
--   MIRROR_ANSWER_LIMIT     1m or 8k       reconnect rather than read a longer answer; 8k where HAProxy
--                                          stops reading at 16 KB (2.8.15, 3.0.11, 3.2.3 and older)
--   MIRROR_FAILURES         5              in a row, and the shadow is left alone
--   MIRROR_RETRY            1s             for this long; then one copy finds out whether it is back

local VERSION = "1.0.0"         -- told by the figures; the first line and README.md say the same
local TICK = 100                -- ms between two looks of a thread's keeper at its workers
local STOP_GRACE = 500          -- ms that a stopping process gives the copies it still has
local PIECE = 8192              -- bytes read at once
local LINE_LIMIT = 256          -- lines of an answer: interim ones, fields, chunks; more end the connection
local BOARD = "/dev/./null"     -- an empty map, and one that nobody else is likely to use

local DROPPED = { "loop", "tunnel", "too_large", "cut", "queue_full", "queue_bytes",
                  "circuit_open", "shadow_down", "shutdown", "internal" }
local FAILED = { "connect", "timeout", "closed", "bad_answer", "shutdown", "internal" }

-- Settings ----------------------------------------------------------------------------------------

local function setting(name, default, read, wanted)
   local text = os.getenv("MIRROR_" .. name)
   if text == nil or text == "" then text = default end
   local value = read(text)
   if value == nil then
      error(("mirror.lua: MIRROR_%s is '%s', but must be %s"):format(name, text, wanted), 0)
   end
   return value
end

local SIZES = { [""] = 1, k = 1024, m = 1048576, g = 1073741824 }
local TIMES = { [""] = 1, ms = 1, s = 1000, m = 60000 }

local function quantity(units)
   return function(text)
      local digits, unit = text:match("^(%d+)(%a*)$")
      local value = digits and units[unit] and math.tointeger(tonumber(digits) * units[unit])
      return value and value > 0 and value or nil
   end
end
local size, time, count = quantity(SIZES), quantity(TIMES), quantity({ [""] = 1 })
local SIZE, TIME, COUNT = "a size such as 64k or 16m", "a time such as 500ms or 5s", "a number from 1"

local function list(pattern)
   return function(text)
      local words = {}
      for word in text:gmatch("[^%s,]+") do
         if not word:match(pattern) then return nil end
         words[#words + 1] = word
      end
      return words
   end
end

local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"     -- a field name, RFC 9110 5.6.2
local function name_of_header(text) return text:match(TOKEN) end
local function visible(text) return text:match("^[%w%p]*$") end

local NAMES = setting("TO", "shadow", function(text)
   local names = list("^[%w_.]+$")(text)
   return names and names[1] and names
end, "names of backends, of letters, digits, '_' and '.'")
local REMOVE = setting("REMOVE", "", list(TOKEN), "names of headers")
local KEEP = setting("KEEP", "X-Forwarded-For X-Real-IP X-Request-Id X-Route", list(TOKEN), "names of headers")
local HOST = setting("HOST", "", function(text) return text:match("^[%w.:_%[%]-]*$") end, "a host")
local HEADER = setting("HEADER", "X-Mirrored-By", name_of_header, "the name of a header")
local SECRET = setting("MARKER", "", visible, "visible characters without spaces")
local MAX_BODY = setting("MAX_BODY", "16m", size, SIZE)
local QUEUE_ITEMS = setting("QUEUE_ITEMS", "10000", count, COUNT)
local QUEUE_BYTES = setting("QUEUE_BYTES", "64m", size, SIZE)
local CONNECTIONS = setting("CONNECTIONS", "32", count, COUNT)
local IDLE = setting("IDLE", "1s", time, TIME)
local CONNECT_TIMEOUT = setting("CONNECT_TIMEOUT", "1s", time, TIME)
local ANSWER_TIMEOUT = setting("ANSWER_TIMEOUT", "5s", time, TIME)
local ANSWER_LIMIT = setting("ANSWER_LIMIT", "by version", function(text)
   return text == "by version" and text or size(text)
end, SIZE)
local FAILURES = setting("FAILURES", "5", count, COUNT)
local RETRY = setting("RETRY", "1s", time, TIME)

if core.thread == 0 then
   error("mirror.lua: load it with lua-load-per-thread, not with lua-load", 0)
end

-- What all threads know ---------------------------------------------------------------------------
-- Each thread has its own Lua state. A map is the one thing that all of them can read and, without
-- a request at hand, write. Nobody looks into the file.

local board = Map.new(BOARD, Map._str)

if SECRET == "" then
   SECRET = board:lookup("marker")
   if not SECRET then
      local random = assert(io.open("/dev/urandom", "rb"))
      SECRET = random:read(16):gsub(".", function(c) return ("%02x"):format(c:byte()) end)
      random:close()
      core.set_map(BOARD, "marker", SECRET)
   end
end

-- Shadows and their account -----------------------------------------------------------------------

local function zeros(reasons)
   local counts = {}
   for _, reason in ipairs(reasons) do counts[reason] = 0 end
   return counts
end

local shadows = {}
for i, name in ipairs(NAMES) do
   shadows[i] = {
      name = name, variable = "txn.mirror." .. name,
      seen = 0, sent = 0, dropped = zeros(DROPPED), failed = zeros(FAILED), queued = 0,
      queue = {}, first = 1, last = 0,             -- copies that wait, by number
      waiting = 0, bytes = 0,                      -- their bytes, and those of all that are queued
      workers = {}, live = 0, idle = 0, connections = 0,
      addresses = {}, turn = 0,
      failures = 0, well_at = 0, retry_at = nil, trying = false,
   }
end

local clock = 0                 -- ms; the keeper sets it, so that nothing else has to ask
local stopping = false
local connect_timeout, answer_timeout = CONNECT_TIMEOUT, ANSWER_TIMEOUT
local answer_limit = 8192

local function say(shadow, text) core.log(core.warning, ("mirror %s: %s"):format(shadow.name, text)) end

local function drop(shadow, reason)
   shadow.dropped[reason] = shadow.dropped[reason] + 1
   shadow.queued = shadow.queued - 1
end

-- Gives up a copy that was queued.
local function discard(shadow, copy, reason)
   shadow.bytes = shadow.bytes - copy.bytes
   drop(shadow, reason)
end

local function take(shadow)
   local number = shadow.first
   local copy = shadow.queue[number]
   if copy then
      shadow.queue[number] = nil
      shadow.first = number + 1
      shadow.waiting = shadow.waiting - copy.bytes
   end
   return copy
end

local function count_waiting(shadow) return shadow.last - shadow.first + 1 end

-- Gives up all that wait, without a loop over them: HAProxy interrupts a task after 10,000
-- instructions, and what others have counted meanwhile would be overwritten.
local function discard_all(shadow, reason)
   local count, bytes = count_waiting(shadow), shadow.waiting
   shadow.queue, shadow.first, shadow.last, shadow.waiting = {}, 1, 0, 0
   shadow.bytes = shadow.bytes - bytes
   shadow.queued = shadow.queued - count
   shadow.dropped[reason] = shadow.dropped[reason] + count
end

-- After failures in a row a shadow is left alone: every further attempt would hold a worker until
-- its timeout, and copies would wait for nothing. After a while one copy may try; those that come
-- meanwhile wait for what becomes of it.

-- The next copy to be sent now.
local function next_copy(shadow)
   if shadow.trying then return nil end
   local copy = take(shadow)
   shadow.trying = copy ~= nil and shadow.retry_at ~= nil
   return copy
end

local function succeeded(shadow)
   shadow.sent = shadow.sent + 1
   shadow.failures, shadow.well_at = 0, clock
   if shadow.retry_at then
      shadow.retry_at = nil
      say(shadow, "is back")
   end
end

-- A copy that began before another was answered says nothing of how the shadow is now: HAProxy tries
-- for a second to connect.
local function failed(shadow, reason, began)
   shadow.failed[reason] = shadow.failed[reason] + 1
   if began < shadow.well_at then return end
   shadow.failures = shadow.failures + 1
   if shadow.failures < FAILURES then return end
   if not shadow.retry_at then
      say(shadow, ("%d failures in a row, the last: %s; left alone"):format(FAILURES, reason))
   end
   shadow.retry_at = clock + RETRY
   discard_all(shadow, "circuit_open")
end

-- Why a copy of so many bytes cannot be queued; nil if it can.
local function obstacle(shadow, bytes)
   if not shadow.addresses[1] then return "shadow_down" end
   if shadow.retry_at and clock < shadow.retry_at then return "circuit_open" end
   if count_waiting(shadow) >= QUEUE_ITEMS then return "queue_full" end
   if shadow.bytes + bytes > QUEUE_BYTES then return "queue_bytes" end
end

-- Sending -----------------------------------------------------------------------------------------
-- A worker is a task with at most one connection. At `worker.deadline` the keeper closes the
-- connection under it, and notes in `worker.verdict` what `worker.overdue` said was awaited.

local function hang_up(worker)
   if worker.socket then
      pcall(worker.socket.close, worker.socket)
      worker.socket = nil
      worker.shadow.connections = worker.shadow.connections - 1
   end
end

local function connect(worker)
   local shadow = worker.shadow
   shadow.turn = shadow.turn % #shadow.addresses + 1
   local address = shadow.addresses[shadow.turn]
   worker.socket = core.tcp()
   shadow.connections = shadow.connections + 1
   worker.deadline, worker.overdue = clock + connect_timeout, "connect"
   return worker.socket:connect(address.host, address.port)
end

-- Reads a line of an answer; nil at its end, or when it has too many: each costs the clients of this
-- thread time, however cheap it is for the shadow.
local function read_line(worker)
   worker.lines = worker.lines + 1
   return worker.lines <= LINE_LIMIT and worker.socket:receive("*l") or nil
end

-- Reads the fields of an answer up to the empty line.
-- Returns the length of the body, whether it is chunked, whether the connection ends with it.
local function read_fields(worker)
   local length, chunked, close
   while true do
      local line = read_line(worker)
      if not line then return nil, nil, true end
      if line == "" then return length, chunked, close end
      local letter = line:byte() | 32
      if letter == 99 or letter == 116 then         -- c or t: of the others nothing is wanted
         local name, value = line:lower():match("^([^:]+):%s*(.-)%s*$")
         if name == "content-length" then length = tonumber(value:match("^%d+$"))
         elseif name == "transfer-encoding" then chunked = true
         elseif name == "connection" then close = close or value:find("close", 1, true) end
      end
   end
end

local function skip(socket, length)
   while length > 0 do
      local piece = socket:receive(math.min(length, PIECE))
      if not piece then return false end
      length = length - #piece
   end
   return true
end

-- A line end after data is read as such: older HAProxy crash on a line that is only "\n" after "\r".
local function skip_chunks(worker)
   local socket, left = worker.socket, answer_limit
   while true do
      local line = read_line(worker)
      local length = line and tonumber(line:match("^%x+") or "", 16)
      if not length or length > left then return false end
      left = left - length
      if length == 0 then break end
      if not skip(socket, length) or socket:receive(2) ~= "\r\n" then return false end
   end
   local _, _, close = read_fields(worker)          -- the trailer
   return not close
end

-- Reads away what follows the first line. Returns whether the connection can be used again.
local function read_rest(worker, method, version, status)
   local length, chunked, close = read_fields(worker)
   if close or version == "0" or status == "101" then return false end
   if method == "HEAD" or status == "204" or status == "304" then return true end
   if chunked then return skip_chunks(worker) end
   return length ~= nil and length <= answer_limit and skip(worker.socket, length)
end

-- Sends a copy. Returns the first line of the final answer as version and status, or nil and why.
local function exchange(worker, copy)
   if not worker.socket and not connect(worker) then return nil, "connect" end
   local socket = worker.socket
   worker.lines = 0
   worker.deadline, worker.overdue = clock + answer_timeout, "timeout"
   if (socket:send(copy.head) or -1) < 0 then return nil, "closed" end
   for i = 3, #copy.parts do
      if (socket:send(copy.parts[i]) or -1) < 0 then return nil, "closed" end
   end
   while true do
      local version = socket:receive(#"HTTP/1.1 ")
      if not version then return nil, "closed" end
      version = version:match("^HTTP/1%.([01]) $")
      local status = version and (read_line(worker) or ""):match("^[1-5]%d%d")
      if not status then return nil, "bad_answer" end
      if status >= "200" or status == "101" then return version, status end
      read_fields(worker)                            -- an interim answer: 100, 103
      if worker.lines > LINE_LIMIT then return nil, "bad_answer" end
   end
end

local function serve(worker, copy)
   local shadow, began = worker.shadow, clock
   worker.verdict = nil
   local ran, version, status = pcall(exchange, worker, copy)
   shadow.bytes = shadow.bytes - copy.bytes
   shadow.queued = shadow.queued - 1
   shadow.trying = false
   if ran and version then
      succeeded(shadow)
      local _, usable = pcall(read_rest, worker, copy.method, version, status)
      if usable ~= true then hang_up(worker) end
   else
      hang_up(worker)
      if not ran then say(shadow, "cannot send: " .. tostring(version)) end
      failed(shadow, worker.verdict or ran and status or "internal", began)
   end
   worker.deadline = nil
end

-- Nothing but the clock can wake a task in HAProxy 2.6. So idle workers look for copies, the first
-- of them most often. They end soon, because their open connections would hold up a soft stop.
local function work(worker)
   local shadow, idle = worker.shadow, 0
   while true do
      local copy = next_copy(shadow)
      if copy and not worker.socket and not shadow.addresses[1] then
         shadow.trying = false
         discard(shadow, copy, "shadow_down")
         discard_all(shadow, "shadow_down")         -- in this loop HAProxy would interrupt the task
      elseif copy then
         serve(worker, copy)
         idle = 0
      elseif stopping or not worker.socket or idle >= IDLE then
         return
      else
         shadow.idle = shadow.idle + 1
         local nap = math.min(5 * shadow.idle, 50)
         core.msleep(nap)
         shadow.idle = shadow.idle - 1
         idle = idle + nap
      end
   end
end

local function start_worker(shadow)
   local worker = { shadow = shadow }
   core.register_task(function()
      local ran, problem = pcall(work, worker)
      hang_up(worker)
      shadow.workers[worker] = nil
      shadow.live = shadow.live - 1
      if not ran then say(shadow, tostring(problem)) end
   end)
   shadow.workers[worker] = true
   shadow.live = shadow.live + 1
end

-- Queues a copy whose bytes the shadow holds already.
local function enqueue(shadow, copy)
   shadow.last = shadow.last + 1
   shadow.queue[shadow.last] = copy
   shadow.waiting = shadow.waiting + copy.bytes
   if not shadow.trying and count_waiting(shadow) > shadow.idle and shadow.live < CONNECTIONS then
      start_worker(shadow)
   end
end

-- Copying -----------------------------------------------------------------------------------------

-- Header fields stand in one string, "\nname: value\r\nname: value\r\n", the names lower-case, as
-- HAProxy makes them. Plain finds are 20 times as fast as patterns, and most find nothing.

local function needle(name) return "\n" .. name:lower() .. ":" end

local marker = needle(HEADER)
local passed = needle("X-Mirror-Passed")
local marker_line = HEADER:lower() .. ": " .. SECRET .. "\r\n"
local own_name      -- what copies bear in X-Mirror-Passed, made of the secret so that nobody can guess it
local unwanted = {}
for _, name in ipairs { "connection", "content-length", "expect", "keep-alive", "proxy-authenticate",
                        "proxy-authorization", "proxy-connection", "te", "trailer",
                        "transfer-encoding", "upgrade", HEADER, table.unpack(REMOVE) } do
   unwanted[#unwanted + 1] = needle(name)
end
if HOST ~= "" then unwanted[#unwanted + 1] = "\nhost:" end
local host_line = "host: " .. HOST .. "\r\n"

-- Iterates over the values of a header.
local function values(fields, sought)
   local at = 1
   return function()
      local first, last = fields:find(sought, at, true)
      if not first then return nil end
      at = last
      return fields:match("^[ \t]*([^\r\n]*)", last + 1)
   end
end

local function without(fields, sought)
   local first = fields:find(sought, 1, true)
   while first do
      local next_line = fields:find("\n", first + 1, true)
      fields = fields:sub(1, first - 1) .. fields:sub(next_line)
      first = fields:find(sought, first, true)
   end
   return fields
end

local function is_copy(value) return value == SECRET end

-- Converters need a request at hand, so the name is made with the first.
local function learn_name(txn)
   own_name = txn.c:hex(txn.c:sha1(SECRET)):lower():sub(1, 16)
   marker_line = marker_line .. "x-mirror-passed: " .. own_name .. "\r\n"
end

-- A gateway with another secret puts its own marker in the place of ours; our name stays.
local function is_ours(fields)
   if fields:find(marker, 1, true) then
      for value in values(fields, marker) do
         if is_copy(value) then return true end
      end
   end
   if fields:find(passed, 1, true) then
      for value in values(fields, passed) do
         if value:find(own_name, 1, true) then return true end
      end
   end
   return false
end

-- What a client's Connection cannot take off a copy: Host, and what the gateway itself has set.
local kept = { host = true, ["x-mirror-passed"] = true }
for _, name in ipairs(KEEP) do kept[name:lower()] = true end

-- RFC 9110 7.6.1: headers that Connection names belong to the connection.
local function without_nominated(fields)
   local rest = fields
   for value in values(fields, "\nconnection:") do
      for name in value:gmatch("[^%s,]+") do
         if not kept[name:lower()] then rest = without(rest, needle(name)) end
      end
   end
   return rest
end

-- The head of the copy up to where the framing goes. RFC 9112 3.2: Host must be there.
local function head_of_copy(method, target, fields)
   if fields:find("\nconnection:", 1, true) then fields = without_nominated(fields) end
   for i = 1, #unwanted do
      local sought = unwanted[i]
      if fields:find(sought, 1, true) then fields = without(fields, sought) end
   end
   local host = fields:find("\nhost:", 1, true) and "" or host_line
   return method .. " " .. target .. " HTTP/1.1\r" .. fields .. host .. marker_line
end

-- The target as it is sent to an origin. HTTP/2 and proxies' clients have the scheme before it.
local function origin_form(txn, uri)
   if uri:byte() == 47 or uri == "*" then return uri end
   local target = txn.sf:pathq()
   return target ~= "" and target or "/"
end

-- Whether a body may follow, its length if that is known, and whether the request says so.
local function expect_body(txn, msg, line, fields)
   if fields:find("\ntransfer-encoding:", 1, true) then return true, nil, true end
   if fields:find("\ncontent-length:", 1, true) then
      local length = tonumber(values(fields, "\ncontent-length:")())
      return length ~= 0, length, true
   end
   if line.version:find("^HTTP/1") then return false end
   return not msg:eom() or txn.f:req_body_len() > 0         -- HTTP/2 need not say so
end

local Filter = { id = "mirror", flags = filter.FLT_CFG_FL_HTX }
Filter.__index = Filter

-- The request whose body is being kept, and the shadows that are to get it. HAProxy would call a
-- filter's end_analyze twice per request, 6 microseconds; instead the garbage collector tells when
-- a request ended before its body did.
local Capture = {}
local open_captures, ended_captures = 0, 0

local function end_capture(capture)
   capture.parts = nil
   open_captures = open_captures - 1
   ended_captures = ended_captures + 1
end

local function give_up(capture, shadow, reason)
   capture.shadows[shadow] = nil
   shadow.bytes = shadow.bytes - capture.bytes
   drop(shadow, reason)
end

local function give_up_all(capture, reason)
   for shadow in pairs(capture.shadows) do give_up(capture, shadow, reason) end
   end_capture(capture)
end

function Capture.__gc(capture)
   if capture.parts then give_up_all(capture, "cut") end
end

local function new_capture(wanted, method, head, length, announced)
   local capture = { shadows = {}, method = method, parts = { head, "" }, bytes = #head, body = 0,
                     length = length, announced = announced }
   for _, shadow in ipairs(wanted) do
      capture.shadows[shadow] = true
      shadow.bytes = shadow.bytes + #head
   end
   open_captures = open_captures + 1
   return setmetatable(capture, Capture)
end

local function keep(capture, piece)
   capture.body = capture.body + #piece
   if capture.body > MAX_BODY then return give_up_all(capture, "too_large") end
   for shadow in pairs(capture.shadows) do
      local reason = obstacle(shadow, #piece)
      if reason then give_up(capture, shadow, reason) else shadow.bytes = shadow.bytes + #piece end
   end
   if not next(capture.shadows) then return end_capture(capture) end
   capture.bytes = capture.bytes + #piece
   local parts = capture.parts
   if #parts[#parts] + #piece <= PIECE then         -- a string of its own for each byte costs 50
      parts[#parts] = parts[#parts] .. piece
   else
      parts[#parts + 1] = piece
   end
end

local function framing(length, announced)
   return announced and ("content-length: %d\r\n\r\n"):format(length) or "\r\n"
end

-- The first piece goes with the head: one packet less.
local function complete(capture)
   local parts = capture.parts
   if not parts then return end
   -- HAProxy 2.8 lets a body over HTTP/2 end early, and only then refuses the request.
   if capture.length and capture.length ~= capture.body then return give_up_all(capture, "cut") end
   local frame = framing(capture.body, capture.announced or capture.body > 0)
   local head = parts[1] .. frame .. parts[2]
   for shadow in pairs(capture.shadows) do
      local reason = obstacle(shadow, 0)
      if reason then
         give_up(capture, shadow, reason)
      else
         capture.shadows[shadow] = nil
         enqueue(shadow, { method = capture.method, head = head, parts = parts, bytes = capture.bytes })
      end
   end
   end_capture(capture)
end

-- The shadows that this request is for, by the variables that HAProxy's rules have set.
local function selected(txn)
   local chosen = {}
   for i = 1, #shadows do
      local shadow = shadows[i]
      local value = txn:get_var(shadow.variable)
      if value and value ~= 0 then chosen[#chosen + 1] = shadow end
   end
   return chosen
end

local function admit(chosen, bytes, reason)
   local wanted = {}
   for i = 1, #chosen do
      local shadow = chosen[i]
      shadow.seen = shadow.seen + 1
      shadow.queued = shadow.queued + 1
      local why = reason or obstacle(shadow, bytes)
      if why then drop(shadow, why) else wanted[#wanted + 1] = shadow end
   end
   return wanted
end

local NO_PARTS = {}

local function see_head(self, txn, msg)
   local chosen = selected(txn)
   if not chosen[1] then return end
   local line = msg:get_stline()
   local fields = "\n" .. txn.sf:req_hdrs():sub(1, -3)        -- without the empty line
   local has_body, length, announced = expect_body(txn, msg, line, fields)
   if not own_name then learn_name(txn) end
   local reason = is_ours(fields) and "loop"
      or line.method == "CONNECT" and "tunnel"
      or length and length > MAX_BODY and "too_large"
   local head = not reason and head_of_copy(line.method, origin_form(txn, line.uri), fields)
   local wanted = admit(chosen, head and #head + (length or 0) or 0, reason)
   if not wanted[1] then return end
   if has_body then
      self.capture = new_capture(wanted, line.method, head, length, announced)
      filter.register_data_filter(self, msg.channel)
      return
   end
   head = head .. framing(0, announced)
   for _, shadow in ipairs(wanted) do
      shadow.bytes = shadow.bytes + #head
      enqueue(shadow, { method = line.method, head = head, parts = NO_PARTS, bytes = #head })
   end
end

-- A mistake in here must cost the client nothing.
local function guarded(action, ...)
   local ran, problem = pcall(action, ...)
   if not ran then core.log(core.err, "mirror: " .. tostring(problem)) end
end

function Filter:new() return setmetatable({}, Filter) end

function Filter:http_headers(txn, msg)
   if not msg:is_resp() then guarded(see_head, self, txn, msg) end
   return filter.CONTINUE
end

function Filter:http_payload(_, msg)
   local capture = self.capture
   if not capture or not capture.parts or msg:is_resp() then return end
   local piece = msg:body()
   if piece and piece ~= "" then guarded(keep, capture, piece) end
end

function Filter:http_end(_, msg)
   if self.capture and not msg:is_resp() then guarded(complete, self.capture) end
   return filter.CONTINUE
end

core.register_filter("mirror", Filter, function(class) return class end)
core.register_converters("mirror_is_copy", is_copy)

-- The keeper --------------------------------------------------------------------------------------

-- The figures of a shadow: their name, and the reason if there are several.
local FIGURES = { { "seen" }, { "sent" }, { "queued" }, { "bytes" }, { "connections" }, { "open_circuits" } }
for _, reason in ipairs(DROPPED) do FIGURES[#FIGURES + 1] = { "dropped", reason } end
for _, reason in ipairs(FAILED) do FIGURES[#FIGURES + 1] = { "failed", reason } end

local function figures_here(shadow)
   shadow.open_circuits = shadow.retry_at and 1 or 0
   local numbers = {}
   for i, figure in ipairs(FIGURES) do
      local value = shadow[figure[1]]
      numbers[i] = figure[2] and value[figure[2]] or value
   end
   return numbers
end

local function publish(shadow)
   local text = table.concat(figures_here(shadow), " ")
   if text ~= shadow.published then
      core.set_map(BOARD, shadow.name .. " " .. core.thread, text)
      shadow.published = text
   end
end

-- Servers that HAProxy's checks have not found down, with the addresses that it resolved.
local function find_addresses(shadow)
   local addresses = {}
   for _, server in pairs(core.backends[shadow.name].servers) do
      local status = server:get_stats().status or ""
      local address = server:get_addr()
      if (status:find("^UP") or status == "no check") and address ~= "<unknown>" then
         local host, port = address:match("^(.*):(%d+)$")
         addresses[#addresses + 1] = { host = host or address, port = tonumber(port) }
      end
   end
   shadow.addresses = addresses
end

local function end_overdue(shadow)
   for worker in pairs(shadow.workers) do
      if worker.deadline and worker.deadline <= clock and worker.socket then
         worker.verdict, worker.deadline = worker.overdue, nil
         pcall(worker.socket.close, worker.socket)
      end
   end
end

-- A process that is to stop lives as long as its connections do. So its copies get little time, and
-- what has waited longer is given up.
local stop_at

local function begin_stop()
   stopping, stop_at = true, clock + STOP_GRACE
   connect_timeout = math.min(connect_timeout, STOP_GRACE)
   answer_timeout = math.min(answer_timeout, STOP_GRACE)
   for _, shadow in ipairs(shadows) do
      for worker in pairs(shadow.workers) do
         if worker.deadline and worker.deadline > stop_at then
            worker.deadline, worker.overdue = stop_at, "shutdown"
         end
      end
   end
end

local function stop_waiting(shadow)
   local waiting = count_waiting(shadow)
   if waiting > 0 then
      say(shadow, ("the process stops, %d copies given up"):format(waiting))
      discard_all(shadow, "shutdown")
   end
end

local function tick(number)
   local now = core.now()
   clock = now.sec * 1000 + now.usec // 1000
   if not stopping and tostring(core.get_info().Stopping) ~= "0" then begin_stop() end
   local stop_now = stopping and clock >= stop_at
   if stop_now then stop_at = clock + STOP_GRACE end
   for _, shadow in ipairs(shadows) do
      if number % 2 == 0 then find_addresses(shadow) end
      if stop_now then stop_waiting(shadow) end
      end_overdue(shadow)
      publish(shadow)
   end
end

-- The first releases that go on reading after an answer has filled the buffer.
local READS_ON = { ["2.8"] = 16, ["3.2"] = 4 }

local function reads_on(version)
   local major, minor, patch = version:match("^(%d+)%.(%d+)%.?(%d*)")
   if not major then return false end
   local first = READS_ON[major .. "." .. minor]
   if first then return (tonumber(patch) or 0) >= first end
   return tonumber(major) * 100 + tonumber(minor) > 302
end

core.register_init(function()
   if ANSWER_LIMIT ~= "by version" then
      answer_limit = ANSWER_LIMIT
   elseif reads_on(core.get_info().Version) then
      answer_limit = 1048576
   end
   for _, shadow in ipairs(shadows) do
      if not core.backends[shadow.name] then
         error(("mirror.lua: MIRROR_TO names '%s', but there is no such backend"):format(shadow.name), 0)
      end
      find_addresses(shadow)
   end
end)

core.register_task(function()
   local number, ended = 0, 0
   while true do
      guarded(tick, number)
      number = number + 1
      if number % 10 == 0 then
         -- No upload ended for a second: perhaps because they were aborted.
         if open_captures > 0 and ended == ended_captures then collectgarbage() end
         ended = ended_captures
      end
      core.msleep(TICK)
   end
end)

-- Figures for people and programs -----------------------------------------------------------------

-- The sums over all threads. Those of other threads are TICK old at most.
local function totals(shadow)
   local sums = figures_here(shadow)
   for thread = 1, tonumber(core.get_info().Nbthread) do
      local text = thread ~= core.thread and board:lookup(shadow.name .. " " .. thread)
      local i = 0
      for number in (text or ""):gmatch("%S+") do
         i = i + 1
         sums[i] = sums[i] + tonumber(number)
      end
   end
   return sums
end

local function reply(applet, content_type, text)
   applet:set_status(200)
   applet:add_header("content-type", content_type)
   applet:add_header("content-length", tostring(#text))
   applet:add_header("cache-control", "no-store")
   applet:start_response()
   if applet.method ~= "HEAD" then applet:send(text) end
end

local HELP = {
   seen = "Requests selected for this shadow: the sum of sent, dropped, failed and queued.",
   sent = "Copies that the shadow began to answer, whatever it said.",
   dropped = "Requests of which this shadow was sent no copy.",
   failed = "Copies that were tried and got no answer.",
   queued = "Copies whose body is arriving, that wait, or are being sent.",
   bytes = "Bytes of these copies.",
   connections = "Connections to the shadow.",
   open_circuits = "Threads that leave the shadow alone for a while.",
}

core.register_service("mirror_metrics", "http", function(applet)
   local sums, last = {}, nil
   local lines = { "# HELP haproxy_mirror_info The version of mirror.lua.\n# TYPE haproxy_mirror_info gauge",
                   ('haproxy_mirror_info{version="%s"} 1'):format(VERSION) }
   for i, shadow in ipairs(shadows) do sums[i] = totals(shadow) end
   for f, figure in ipairs(FIGURES) do
      local name, reason = figure[1], figure[2]
      local counter = reason or name == "seen" or name == "sent"
      local metric = "haproxy_mirror_" .. name .. (counter and "_total" or "")
      if name ~= last then
         lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(
            metric, HELP[name], metric, counter and "counter" or "gauge")
         last = name
      end
      for i, shadow in ipairs(shadows) do
         lines[#lines + 1] = ('%s{shadow="%s"%s} %d'):format(
            metric, shadow.name, reason and (',reason="%s"'):format(reason) or "", sums[i][f])
      end
   end
   reply(applet, "text/plain; version=0.0.4; charset=utf-8", table.concat(lines, "\n") .. "\n")
end)

core.register_service("mirror_json", "http", function(applet)
   local texts = {}
   for i, shadow in ipairs(shadows) do
      local sums, plain, groups = totals(shadow), {}, { dropped = {}, failed = {} }
      for f, figure in ipairs(FIGURES) do
         local into = figure[2] and groups[figure[1]] or plain
         into[#into + 1] = ('"%s":%d'):format(figure[2] or figure[1], sums[f])
      end
      texts[i] = ('"%s":{%s,"dropped":{%s},"failed":{%s}}'):format(shadow.name,
         table.concat(plain, ","), table.concat(groups.dropped, ","), table.concat(groups.failed, ","))
   end
   reply(applet, "application/json", "{" .. table.concat(texts, ",") .. "}\n")
end)
