work = fn ->
#: body
  Process.sleep(300)
#:
end

#: start
{:ok, pool} = Task.Supervisor.start_link()
main = self()

{:ok, _parent} =
  Task.start(fn ->
    async = Task.async(work).pid
    sup_async = Task.Supervisor.async(pool, work).pid
    async_nolink = Task.Supervisor.async_nolink(pool, work).pid
    {:ok, start_child} = Task.Supervisor.start_child(pool, work)

    send(main, async: async, supAsync: sup_async, asyncNolink: async_nolink, startChild: start_child)
#: parent
    Process.sleep(100)

    case Api.knob("ends") do
      "crashes" -> raise "boom"
      "returns" -> :ok
      "killed" -> Process.exit(self(), :kill)
    end
#:
  end)

#: end
pids =
  receive do
    pids -> pids
  end

refs = Map.new(pids, fn {name, pid} -> {Process.monitor(pid), name} end)

for _ <- pids, into: %{} do
  receive do
    {:DOWN, ref, :process, _pid, reason} -> {refs[ref], reason}
  end
end
