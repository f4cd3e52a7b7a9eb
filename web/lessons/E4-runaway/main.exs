#: start
polite =
  Task.async(fn ->
#: polite
    Process.sleep(100)
    :done
#: start
  end)

runaway = Task.async(fn -> Stream.run(Stream.cycle([0])) end)

#: wait
late = Task.yield(runaway, 300)
ended = Task.shutdown(runaway, :brutal_kill)

#: next
next = Task.async(fn -> 1 + 2 end)
#: end
%{late: late, ended: ended, next: Task.await(next), polite: Task.await(polite)}
