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

on_timeout = %{"killTask" => :kill_task, "exit" => :exit}
stream = if Api.knob("linked"), do: :async_stream, else: :async_stream_nolink

options = [
  max_concurrency: 5,
  timeout: Api.knob("timeout"),
  on_timeout: on_timeout[Api.knob("onTimeout")]
]

#: wait
came =
  Task.Supervisor
  |> apply(stream, [supervisor, endings, finish, options])
  |> Enum.to_list()

#: end
%{came: came, said: Enum.map(came, normalise)}
