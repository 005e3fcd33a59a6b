-- The load: one POST, repeated on every connection. Its parts come from the environment, so that no secret stands on
-- the command line.
local dialect = os.getenv("BENCH_DIALECT")
local stream = os.getenv("BENCH_SHAPE") == "sse"
local meanPauseMillis = tonumber(os.getenv("BENCH_MEAN_PAUSE_MILLIS"))

local question = "What does a purser do, and why has a ship one? Answer in a few sentences, for people who have never been on board. "

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = stream and "text/event-stream" or "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_VIRTUAL_KEY")
if dialect == "anthropic" then
  wrk.path = "/v1/messages"
  wrk.headers["anthropic-version"] = "2023-06-01"
  wrk.body = '{"model":"claude-sonnet-4-5-20250929","max_tokens":1024,'
else
  wrk.path = "/v1/chat/completions"
  wrk.body = '{"model":"gpt-4.1-mini-2025-04-14","max_completion_tokens":1024,'
end
wrk.body = wrk.body
  .. (stream and '"stream":true,' or "")
  .. '"messages":[{"role":"user","content":"' .. string.rep(question, 7) .. '"}]}'

-- Without a pause every connection sends its next call at once. With one, calls come at a steady mean rate: wrk asks
-- for a new random pause before each.
if meanPauseMillis > 0 then
  math.randomseed(os.time())
  function delay()
    return math.floor(-meanPauseMillis * math.log(1 - math.random()))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "result %d %.3f %.3f %.3f %d\n",
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
