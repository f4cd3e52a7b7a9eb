#: start
price =
  Task.async(fn ->
#: body
    # Whoever traps exits may use its grace.
    Process.flag(:trap_exit, true)

    receive do
      {:EXIT, _from, reason} ->
        Process.sleep(60)
        exit(reason)
    after
      900 -> "fresh"
    end
#: start
  end)

#: wait
settled = Task.yield(price, 300) || Task.shutdown(price, 200)
#: end

value =
  case settled do
    {:ok, fresh} -> fresh
    {:exit, _reason} -> "of yesterday"
    nil -> "of yesterday"
  end

%{settled: settled, value: value, alive: Process.alive?(price.pid)}
