starts = :counters.new(1, [])

feed = fn ->
#: feed
  :counters.add(starts, 1, 1)

  Stream.repeatedly(fn ->
    Api.get!("/feed")
    Process.sleep(250)
  end)
  |> Stream.run()
#:
end

#: start
{:ok, pool} = Task.Supervisor.start_link(max_restarts: 3, max_seconds: 5)
# Without the link, its end does not hit this program.
Process.unlink(pool)
{:ok, worker} = Task.Supervisor.start_child(pool, fn -> Process.sleep(:infinity) end)
refs = %{Process.monitor(pool) => :pool, Process.monitor(worker) => :worker}
{:ok, _feed} = Task.Supervisor.start_child(pool, feed, restart: :permanent)

#: wait
# Monitors tell how supervisor and worker end.
ends =
  for _ <- 1..2, into: %{} do
    receive do
      {:DOWN, ref, :process, _pid, reason} -> {refs[ref], reason}
    end
  end

#: end
Map.put(ends, :starts, :counters.get(starts, 1))
