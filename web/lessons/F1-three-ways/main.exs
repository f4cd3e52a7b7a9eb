ids = [1, 2, 3]

#: stream
{:ok, supervisor} = Task.Supervisor.start_link(name: MyApp.Tasks)

stream =
  supervisor
  |> Task.Supervisor.async_stream_nolink(
    ids,
    fn id -> Api.get!("/users/#{id}") end,
    max_concurrency: Api.knob("limit")
  )
  |> Enum.to_list()

#: end
%{stream: stream}
