types = [temporary: 1, transient: 2, permanent: 3]
starts = :counters.new(3, [])

child = fn index ->
#: body
  :counters.add(starts, index, 1)
  if :counters.get(starts, index) > 1, do: Process.sleep(:infinity)
  Process.sleep(100)

  case Api.knob("ends") do
    "returns" -> :ok
    "crashes" -> raise "boom"
    "shutdown" -> exit(:shutdown)
    "killed" -> Process.exit(self(), :kill)
  end
#:
end

#: start
{:ok, pool} = Task.Supervisor.start_link()

for {restart, index} <- types do
  Task.Supervisor.start_child(pool, fn -> child.(index) end, restart: restart)
end

#: end
Process.sleep(300)
Supervisor.stop(pool)
Map.new(types, fn {restart, index} -> {restart, :counters.get(starts, index)} end)
