#: start
price =
  Task.async(fn ->
#: body
    # Whoever traps exits may use its grace.
    Process.flag(:trap_exit, true)

    receive do
      {:EXIT, _from, reason} ->
        Process.sleep(Api.knob("cleanup"))
        exit(reason)
    after
      Api.knob("needs") -> "fresh"
    end
#: start
  end)

#: wait
settled =
  Task.yield(price, Api.knob("timeout")) ||
    Task.shutdown(price, Api.knob("grace"))

#: end

value =
  case settled do
    {:ok, fresh} -> fresh
    {:exit, _reason} -> "of yesterday"
    nil -> "of yesterday"
  end

%{settled: settled, value: value, alive: Process.alive?(price.pid)}
