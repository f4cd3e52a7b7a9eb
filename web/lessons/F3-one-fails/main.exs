ids = [1, 2, 3]
{:ok, callers} = Task.Supervisor.start_link(name: Callers)

ways = %{
  # Linked: whoever fails takes its caller and the others along.
  group: fn get_user ->
#: group
    ids
    |> Enum.map(fn id -> Task.async(fn -> get_user.(id) end) end)
    |> Task.await_many()
#:
  end,
  stream: fn get_user ->
#: stream
    {:ok, supervisor} = Task.Supervisor.start_link(name: MyApp.Tasks)

    supervisor
    |> Task.Supervisor.async_stream_nolink(ids, get_user, max_concurrency: 3)
    |> Enum.to_list()
#:
  end
}

Map.new(ways, fn {name, way} ->
  done = :counters.new(1, [])

  get_user = fn id ->
    user = Api.get!("/users/#{id}")
    :counters.add(done, 1, 1)
    user
  end

  caller = Task.Supervisor.async_nolink(callers, fn -> way.(get_user) end)
  got = Task.yield(caller)
  before = :counters.get(done, 1)
  # What still runs would be done by then.
  Process.sleep(600)
#: end
  {name, %{got: got, late: :counters.get(done, 1) - before}}
end)
