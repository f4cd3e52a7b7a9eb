users = 1..Api.knob("count")
counts = :counters.new(2, [])
[running, most] = [1, 2]

load = fn user ->
#: body
  :counters.add(counts, running, 1)
  now = :counters.get(counts, running)
  :counters.put(counts, most, max(now, :counters.get(counts, most)))

  try do
    Api.get!("/users/#{user}")
    1
  rescue
    _refusal in RuntimeError -> 0
  after
    :counters.sub(counts, running, 1)
  end
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
    |> Task.async_stream(load, max_concurrency: Api.knob("limit"))
    |> Enum.map(fn {:ok, one} -> one end)
  end)

#: end
%{unbounded: unbounded, bounded: bounded}
