items = [Api.knob("head"), 10, 50]

load = fn ms ->
#: body
  Process.sleep(ms)
  ms
#:
end

collect = fn ordered ->
  items
  |> Task.async_stream(load, ordered: ordered, max_concurrency: 4)
  |> Enum.map(fn {:ok, value} -> value end)
end

#: first
ordered = collect.(true)
#: second
unordered = collect.(false)
#: end
%{ordered: ordered, unordered: unordered}
