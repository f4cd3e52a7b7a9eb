me = self()

#: start
tasks =
  for {name, ms} <- [slow: 90, quick: 10, middle: 50] do
    Task.async(fn ->
#: body
      Process.sleep(ms)
      send(me, {:finished, name})
      name
#: start
    end)
  end

#: wait
awaited = Enum.map(tasks, &Task.await/1)

#: end
finished =
  for _ <- tasks do
    receive do
      {:finished, name} -> name
    end
  end

%{awaited: awaited, finished: finished}
