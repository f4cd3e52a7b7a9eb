#: open
{:ok, pool} = Task.Supervisor.start_link(max_children: Api.knob("maxChildren"))

work = fn ->
#: body
  Process.sleep(Api.knob("takes"))
  :done
#:
end

answers =
  for job <- 1..6 do
    if job > 1, do: Process.sleep(200)

#: start
    case Task.Supervisor.start_child(pool, work) do
      {:ok, _pid} -> {:started, job}
#: refused
      {:error, :max_children} -> {:refused, job}
    end
#:
  end

async =
  try do
#: async
    task = Task.Supervisor.async(pool, work)
    Task.await(task)
  rescue
#: refused
    error -> inspect(error.__struct__)
  end

#: end
Process.sleep(Api.knob("takes"))
Supervisor.stop(pool)

%{
  started: Keyword.get_values(answers, :started),
  refused: Keyword.get_values(answers, :refused),
  async: async
}
