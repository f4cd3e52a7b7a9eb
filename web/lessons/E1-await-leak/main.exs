written = :counters.new(1, [])

#: start
report =
  Task.async(fn ->
#: body
    Api.get!("/report")
    :counters.add(written, 1, 1)
#: start
  end)

answer =
  try do
#: wait
    Task.await(report, Api.knob("timeout"))
    {:ok, :report}
  catch
#:
    :exit, {:timeout, _call} ->
      if Api.knob("afterwards") == "shutdown", do: Task.shutdown(report, :brutal_kill)
      {:error, :timeout}
  end

alive = Process.alive?(report.pid)

# What still runs would be done by then.
Process.sleep(1000)
#: end
%{answer: answer, alive: alive, written: :counters.get(written, 1)}
