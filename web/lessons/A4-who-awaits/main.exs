#: start
task =
  Task.async(fn ->
#: body
    Process.sleep(50)
    42
#: start
  end)

#: wait
first = Task.await(task)

second =
  try do
    Task.await(task, 100)
  catch
    :exit, {reason, _call} -> reason
  end

#: stranger
stranger =
  Task.await(
    Task.async(fn ->
      try do
        Task.await(task)
      rescue
        error -> inspect(error.__struct__)
      end
    end)
  )

#: end
%{first: first, second: second, stranger: stranger}
