work = fn item ->
#: body
  Process.sleep(if item == 2, do: Api.knob("after"), else: 200)
  if item == 2 and Api.knob("fails"), do: exit(:kaboom)
  item
#:
end

#: start
{:ok, pool} = Task.Supervisor.start_link()
main = self()

{:ok, linked} =
  Task.start(fn ->
#: linked
    Task.Supervisor.async_stream(pool, [1, 2, 3], work, max_concurrency: 3)
    |> Enum.to_list()
#: start
  end)

{:ok, nolink} =
  Task.start(fn ->
#: nolink
    entries =
      Task.Supervisor.async_stream_nolink(pool, [1, 2, 3], work, max_concurrency: 3)
      |> Enum.to_list()
#: start
    send(main, {:entries, entries})
  end)

#: end
refs = %{Process.monitor(linked) => :linked, Process.monitor(nolink) => :nolink}

downs =
  for _ <- refs, into: %{} do
    receive do
      {:DOWN, ref, :process, _pid, reason} -> {refs[ref], reason}
    end
  end

receive do
  {:entries, entries} -> Map.put(downs, :entries, entries)
end
