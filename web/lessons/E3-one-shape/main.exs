endings = [
#: body
  fn -> "fresh" end,
  fn -> {:error, %{kind: :not_found}} end,
  fn -> raise "boom" end,
  fn -> exit(:gone) end,
  fn -> Process.sleep(:infinity) end
#:
]

normalise = fn
  {:ok, {:error, reason}} -> {:error, reason}
  {:ok, value} -> {:ok, value}
  {:exit, :timeout} -> {:error, %{kind: :timeout}}
  {:exit, {%{message: message}, _stack}} -> {:error, %{kind: :crash, reason: message}}
  {:exit, reason} -> {:error, %{kind: :exit, reason: reason}}
end

{:ok, supervisor} = Task.Supervisor.start_link(name: MyApp.Tasks)

finish = fn ending ->
  Process.sleep(60)
  ending.()
end

#: wait
came =
  supervisor
  |> Task.Supervisor.async_stream_nolink(endings, finish,
    max_concurrency: 5,
    timeout: 300,
    on_timeout: :kill_task
  )
  |> Enum.to_list()

#: end
%{came: came, said: Enum.map(came, normalise)}
