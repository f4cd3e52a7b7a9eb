counts = :counters.new(3, [])
[read, taken, ahead] = [1, 2, 3]

#: read
lines =
  Stream.map(1..10, fn line ->
    :counters.put(counts, read, line)
    lead = line - :counters.get(counts, taken)
    :counters.put(counts, ahead, max(lead, :counters.get(counts, ahead)))
    line
  end)

#:
work = fn line ->
#: body
  Process.sleep(20)
  line
#:
end

#: wait
lines
|> Task.async_stream(work, max_concurrency: Api.knob("limit"))
|> Enum.each(fn {:ok, line} ->
  Process.sleep(Api.knob("consumer"))
  :counters.put(counts, taken, line)
end)

#: end
%{taken: :counters.get(counts, taken), ahead: :counters.get(counts, ahead)}
