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
{:ok, pool} =
  Task.Supervisor.start_link(
    max_restarts: Api.knob("maxRestarts"),
    max_seconds: Api.knob("maxSeconds")
  )

# Without the link, its end does not hit this program.
Process.unlink(pool)
{:ok, worker} = Task.Supervisor.start_child(pool, fn -> Process.sleep(:infinity) end)
refs = %{Process.monitor(pool) => :pool, Process.monitor(worker) => :worker}
{:ok, _feed} = Task.Supervisor.start_child(pool, feed, restart: :permanent)

#: wait
# Monitors tell how supervisor and worker end, if they do within 8 s.
{:ok, timer} = :timer.apply_after(8000, Supervisor, :stop, [pool])

ends =
  for _ <- 1..2, into: %{} do
    receive do
      {:DOWN, ref, :process, _pid, reason} -> {refs[ref], reason}
    end
  end

#: end
:timer.cancel(timer)
Map.put(ends, :starts, :counters.get(starts, 1))
