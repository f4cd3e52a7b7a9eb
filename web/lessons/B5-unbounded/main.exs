users = 1..40
counts = :counters.new(2, [])
[running, most] = [1, 2]

load = fn user ->
#: body
  :counters.add(counts, running, 1)
  now = :counters.get(counts, running)
  :counters.put(counts, most, max(now, :counters.get(counts, most)))
  Api.get!("/users/#{user}")
  :counters.sub(counts, running, 1)
  1
#:
end

measure = fn loading ->
  :counters.put(counts, most, 0)
  loaded = Enum.sum(loading.())
  %{loaded: loaded, most: :counters.get(counts, most)}
end

#: first
unbounded =
  measure.(fn ->
    users
    |> Enum.map(&Task.async(fn -> load.(&1) end))
    |> Task.await_many(:infinity)
  end)

#: second
bounded =
  measure.(fn ->
    users
    |> Task.async_stream(load, max_concurrency: 4)
    |> Enum.map(fn {:ok, one} -> one end)
  end)

#: end
%{unbounded: unbounded, bounded: bounded}
