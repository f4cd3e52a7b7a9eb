who = Api.knob("who")

#: start
task =
  Task.async(fn ->
#: body
    Process.sleep(50)
    42
#: start
  end)

#: wait
twice = fn ->
  first = Task.await(task)

  second =
    try do
      Task.await(task, 100)
    catch
      :exit, {reason, _call} -> reason
    end

  %{first: first, second: second}
end

#: stranger
stranger = fn ->
  try do
    Task.await(task)
  rescue
    error -> inspect(error.__struct__)
  end
end

#: end
got = if who == "stranger", do: %{}, else: twice.()

if who == "caller" do
  got
else
  Map.put(got, :stranger, Task.await(Task.async(stranger)))
end
