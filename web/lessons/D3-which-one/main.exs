answers = %{
  result: Api.knob("result"),
  many: Api.knob("many"),
  together: Api.knob("together"),
  outlives: Api.knob("outlives"),
  again: Api.knob("again")
}

# Five questions, and the call that the answers lead to.
choose = fn %{result: result, many: many, again: again} = answers ->
  linked = answers.together and not answers.outlives

  cond do
    not result and linked -> "startLink"
    not result and again -> "startChild, transient"
    not result -> "startChild"
    many and linked -> "asyncStream"
    many -> "asyncStreamNolink"
    linked -> "async"
    true -> "asyncNolink"
  end
end

use = choose.(answers)
jobs = if answers.many, do: [1, 2, 3], else: [1]
tries = :counters.new(1, [])
done = :counters.new(1, [])

# Takes 100 ms. The first of all tries fails.
job = fn ->
  :counters.add(tries, 1, 1)
  first = :counters.get(tries, 1) == 1
  Process.sleep(100)
  if first, do: raise("boom")
  :counters.add(done, 1, 1)
end

item = fn _number -> job.() end
{:ok, pool} = Task.Supervisor.start_link()

calls = %{
#: async
  "async" => fn -> Task.await(Task.async(job)) end,
#: asyncNolink
  "asyncNolink" => fn -> Task.yield(Task.Supervisor.async_nolink(pool, job)) end,
#: asyncStream
  "asyncStream" => fn ->
    Enum.to_list(Task.async_stream(jobs, item, max_concurrency: 2))
  end,
#: asyncStreamNolink
  "asyncStreamNolink" => fn ->
    Enum.to_list(
      Task.Supervisor.async_stream_nolink(pool, jobs, item, max_concurrency: 2)
    )
  end,
#: startLink
  "startLink" => fn ->
    for _ <- jobs, do: Task.start_link(job)
  end,
#: startChild
  "startChild" => fn ->
    for _ <- jobs, do: Task.Supervisor.start_child(pool, job)
  end,
#: transient
  "startChild, transient" => fn ->
    for _ <- jobs, do: Task.Supervisor.start_child(pool, job, restart: :transient)
  end
#:
}

#: caller
{:ok, caller} =
  Task.start(fn ->
    calls[use].()
    Process.sleep(150)
  end)

ref = Process.monitor(caller)

if answers.outlives do
  Process.sleep(50)
  Process.exit(caller, :kill)
end

#: end
ended =
  receive do
    {:DOWN, ^ref, :process, ^caller, reason} -> reason
  end

# What lives on is done by then.
Process.sleep(300)

%{
  use: use,
  caller: ended,
  tries: :counters.get(tries, 1),
  done: :counters.get(done, 1)
}
