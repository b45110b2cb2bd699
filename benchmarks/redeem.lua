-- Each request has its own Idempotency-Key and another voucher's code; keys of tills come in turn.
-- Arguments: path, a prefix that no other run has, the file of till keys, the file of codes, how many vouchers to skip.

local count, keys, heads, bodies = 0, {}, {}, {}
local prefix, skip

local function lines(path)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = line end
  return found
end

function init(args)
  local path = args[1]
  prefix = args[2]
  skip = tonumber(args[5])
  for i, key in ipairs(lines(args[3])) do
    heads[i] = "POST " .. path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
      "\r\nAuthorization: Bearer " .. key .. "\r\nContent-Type: application/json\r\nIdempotency-Key: " .. prefix
  end
  for i, code in ipairs(lines(args[4])) do
    local body = '{"code":"' .. code .. '","amount":1,"currency":"EUR"}'
    bodies[i] = "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
  end
end

function request()
  count = count + 1
  return heads[count % #heads + 1] .. count .. bodies[(count + skip) % #bodies + 1]
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format(
    '\nFOUND {"requests": %d, "micros": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "longest": %d}\n',
    summary.requests, summary.duration, failed.status, failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
