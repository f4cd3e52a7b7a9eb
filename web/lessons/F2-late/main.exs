done = :counters.new(1, [])

get_user = fn id ->
  user = Api.get!("/users/#{id}")
  :counters.add(done, 1, 1)
  user
end

#: stream
{:ok, supervisor} = Task.Supervisor.start_link(name: MyApp.Tasks)

got =
  supervisor
  |> Task.Supervisor.async_stream_nolink([1, 2, 3], get_user,
    max_concurrency: 3,
    timeout: Api.knob("timeout"),
    on_timeout: :kill_task
  )
  |> Enum.to_list()

#:
in_time = :counters.get(done, 1)
# What still runs would be done by then.
Process.sleep(800)
#: end
%{stream: %{got: got, late: :counters.get(done, 1) - in_time}}
