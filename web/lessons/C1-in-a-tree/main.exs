sent = :counters.new(1, [])

send_mail = fn ->
#: mail
  Process.sleep(300)
  :counters.add(sent, 1, 1)
#:
end

#: tree
{:ok, tree} =
  Supervisor.start_link(
    [{Task.Supervisor, name: App.Tasks}],
    strategy: :one_for_one
  )

#: request
{:ok, request} =
  Task.start(fn ->
    case Api.knob("how") do
      "startChild" -> Task.Supervisor.start_child(App.Tasks, send_mail)
      "async" -> Task.async(send_mail)
    end

    Process.sleep(100)
    raise "boom"
  end)

#: wait
ref = Process.monitor(request)

ended =
  receive do
    {:DOWN, ^ref, :process, ^request, reason} -> reason
  end

children = length(Task.Supervisor.children(App.Tasks))
Process.sleep(Api.knob("stop") - 100)
#: end
Supervisor.stop(tree)
%{request: ended, children: children, sent: :counters.get(sent, 1) == 1}
