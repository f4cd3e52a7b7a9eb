#: start
polite =
  Task.async(fn ->
#: polite
    Process.sleep(Api.knob("politely"))
    :done
#: start
  end)

runaway = Task.async(fn -> Stream.run(Stream.cycle([0])) end)

#: wait
late = Task.yield(runaway, Api.knob("timeout"))
ended = Task.shutdown(runaway, :brutal_kill)

#: next
next = Task.async(fn -> 1 + 2 end)
#: end
%{late: late, ended: ended, next: Task.await(next), polite: Task.await(polite)}
