me = self()
names = ["slow", "quick", "middle"]

#: start
tasks =
  for name <- names do
    Task.async(fn ->
#: body
      Process.sleep(Api.knob(name))
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
