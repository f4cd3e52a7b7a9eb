paths = ["/users", "/orders", "/stock"]

#: start
tasks =
  for path <- paths do
#: body
    Task.async(fn -> Api.get!(path) end)
#: start
  end

#: wait
Enum.map(tasks, &Task.await/1)
