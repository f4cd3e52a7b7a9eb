mirrors = ["ams", "fra", "lis", "rom", "vie"]
finished = :counters.new(1, [])

ask = fn mirror ->
#: body
  Api.get!("/#{mirror}")
  :counters.add(finished, 1, 1)
  mirror
#:
end

#: wait
taken =
  mirrors
  |> Task.async_stream(ask, max_concurrency: 5, ordered: false)
  |> Stream.map(fn {:ok, mirror} -> mirror end)
  |> Enum.take(Api.knob("take"))

#: end
# Whoever runs on would be done by then.
Process.sleep(300)
%{taken: taken, finished: :counters.get(finished, 1)}
