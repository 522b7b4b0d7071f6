-- For wrk: each connection pauses before each request, for so many milliseconds on average.
function init(arguments)
  longest = 2 * tonumber(arguments[1]) - 1
end

function delay()
  return math.random(longest)
end
