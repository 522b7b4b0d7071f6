-- For wrk: each request is a POST with a body of so many bytes.
function init(arguments)
  wrk.method, wrk.body = "POST", string.rep("x", tonumber(arguments[1]))
end
