starts = :counters.new(1, [])

service = fn ->
#: service
  before = :counters.get(starts, 1)

  if Api.knob("backOff") and before > 0 do
    Process.sleep(75 * 2 ** before) # 150, 300, 600 ms
  end

  :counters.add(starts, 1, 1)
  Api.get!("/database")
  Process.register(self(), :service)
  Process.sleep(:infinity) # serves
#:
end

user = fn ->
#: user
  Process.sleep(60) # on the way there
  if Process.whereis(:service) == nil, do: exit(:noproc), else: "served"
#:
end

Process.flag(:trap_exit, true) # we are told when the site ends

#: start
{:ok, site} = Task.Supervisor.start_link(max_restarts: Api.knob("maxRestarts"))
Task.Supervisor.start_child(site, service, restart: :permanent)

#: users
{:ok, people} = Task.Supervisor.start_link()

asked =
  for _user <- 1..10 do
    Process.sleep(300)
    Task.Supervisor.async_nolink(people, user)
  end

answers = Task.yield_many(asked)
#: end
served = Enum.count(answers, &match?({_task, {:ok, _}}, &1))

%{
  starts: :counters.get(starts, 1),
  served: served,
  turnedAway: length(answers) - served
}
